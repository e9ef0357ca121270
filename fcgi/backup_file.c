/* SPDX-License-Identifier: MIT */
#include "backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Write-back begins while there is more to come, so that the sync at the end is short. */
#define FLUSH_BYTES (32 << 20)

/* A full disk is the operator's to solve: the message says which folder. */
static bool file_error(const char *what, const char *path, struct err *err) {
    return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, "%s %s: %s", what, path,
                   strerror(errno));
}

static bool put(struct backup_writer *writer, const void *data, size_t size, struct err *err) {
    const char *at = data;
    seal_sha256_add(&writer->hash, data, size);
    for (size_t left = size; left > 0;) {
        ssize_t written = write(writer->fd, at, left);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return file_error("writing", writer->path, err);
        at += written;
        left -= (size_t)written;
    }
    int64_t before = writer->size / FLUSH_BYTES;
    writer->size += (int64_t)size;
    if (writer->size / FLUSH_BYTES > before)
        (void)sync_file_range(writer->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    return true;
}

bool backup_writer_open(struct backup_writer *writer, const char *path,
                        const struct config_secret *key, struct err *err) {
    unsigned char header[VAULT_HEADER_SIZE];
    *writer = (struct backup_writer){ .fd = -1 };
    (void)snprintf(writer->path, sizeof writer->path, "%s", path);
    seal_sha256_begin(&writer->hash);
    if (key && !vault_lock(key, header, &writer->vault, err)) return false;
    writer->chunk = key ? malloc(VAULT_CHUNK + VAULT_CHUNK_OUT) : NULL;
    if (key && !writer->chunk) (void)err_set(err, ERR_LIMIT, "out of memory");
    else writer->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (writer->fd < 0 && err->code == ERR_NONE) (void)file_error("making", path, err);
    if (writer->fd >= 0 && (!key || put(writer, header, sizeof header, err))) return true;
    backup_writer_drop(writer);
    return false;
}

static bool put_chunk(struct backup_writer *writer, bool last, struct err *err) {
    size_t size = vault_close(writer->vault, writer->chunk, writer->chunk_size, last,
                              writer->chunk + VAULT_CHUNK);
    writer->chunk_size = 0;
    return put(writer, writer->chunk + VAULT_CHUNK, size, err);
}

bool backup_writer_add(struct backup_writer *writer, const char *data, size_t size,
                       struct err *err) {
    if (!writer->vault) return put(writer, data, size, err);
    while (size > 0) {
        size_t room = VAULT_CHUNK - writer->chunk_size, piece = size < room ? size : room;
        memcpy(writer->chunk + writer->chunk_size, data, piece);
        writer->chunk_size += piece;
        data += piece;
        size -= piece;
        if (writer->chunk_size == VAULT_CHUNK && !put_chunk(writer, false, err)) return false;
    }
    return true;
}

bool backup_writer_end(struct backup_writer *writer, char ret_sha256[SEAL_HEX_SIZE],
                       struct err *err) {
    unsigned char hash[SEAL_HASH_SIZE];
    if (writer->vault && !put_chunk(writer, true, err)) return false;
    if (fsync(writer->fd) != 0) return file_error("syncing", writer->path, err);
    /* What is read back is to come from the disk. */
    (void)posix_fadvise(writer->fd, 0, 0, POSIX_FADV_DONTNEED);
    int problem = close(writer->fd);
    writer->fd = -1;
    if (problem != 0) return file_error("closing", writer->path, err);
    seal_sha256_end(&writer->hash, hash);
    seal_hex(hash, sizeof hash, ret_sha256);
    vault_free(writer->vault);
    free(writer->chunk);
    writer->vault = NULL;
    writer->chunk = NULL;
    return true;
}

void backup_writer_drop(struct backup_writer *writer) {
    if (writer->fd >= 0) {
        close(writer->fd);
        (void)unlink(writer->path);
    }
    writer->fd = -1;
    vault_free(writer->vault);
    free(writer->chunk);
    writer->vault = NULL;
    writer->chunk = NULL;
}

/* As much of `size` as there is, hashed; -1 with err. */
static ptrdiff_t take(struct backup_reader *reader, void *buffer, size_t size, struct err *err) {
    size_t got = 0;
    while (got < size) {
        ssize_t piece = read(reader->fd, (char *)buffer + got, size - got);
        if (piece < 0 && errno == EINTR) continue;
        if (piece < 0) {
            (void)file_error("reading", "a backup", err);
            return -1;
        }
        if (piece == 0) break;
        got += (size_t)piece;
    }
    seal_sha256_add(&reader->hash, buffer, got);
    reader->size += (int64_t)got;
    return (ptrdiff_t)got;
}

/* Steals the descriptor. */
static bool reader_begin(struct backup_reader *reader, int fd, const struct config_secret *key,
                         struct err *err) {
    unsigned char header[VAULT_HEADER_SIZE];
    *reader = (struct backup_reader){ .fd = fd };
    (void)posix_fadvise(reader->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    seal_sha256_begin(&reader->hash);
    if (!key) return true;
    reader->chunk = malloc(VAULT_CHUNK_OUT);
    reader->plain = malloc(VAULT_CHUNK);
    bool ok = (reader->chunk && reader->plain) || err_set(err, ERR_LIMIT, "out of memory");
    ptrdiff_t got = ok ? take(reader, header, sizeof header, err) : -1;
    if (got >= 0 && got < (ptrdiff_t)sizeof header)
        ok = err_set(err, ERR_CONFLICT, "the encrypted backup is cut off");
    if (ok && got >= 0 && vault_unlock(key, header, &reader->vault, err)) return true;
    backup_reader_close(reader);
    return false;
}

bool backup_reader_open(struct backup_reader *reader, const char *path,
                        const struct config_secret *key, struct err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_error("opening", path, err);
    return reader_begin(reader, fd, key, err);
}

bool backup_decrypt_stream(int from, int to, const struct config_secret *key, struct err *err) {
    struct backup_reader reader;
    char *buffer = malloc(VAULT_CHUNK);
    if (!buffer) return err_set(err, ERR_LIMIT, "out of memory");
    bool ok = reader_begin(&reader, dup(from), key, err);
    if (ok) {
        struct backup_writer writer = { .fd = to };
        ptrdiff_t got;
        (void)snprintf(writer.path, sizeof writer.path, "the output");
        seal_sha256_begin(&writer.hash);
        while ((got = backup_reader_next(&reader, buffer, VAULT_CHUNK, err)) > 0)
            if (!put(&writer, buffer, (size_t)got, err)) break;
        ok = err->code == ERR_NONE;
        /* What comes after the last chunk was not written by us. */
        if (ok && take(&reader, buffer, 1, err) != 0)
            ok = err_set(err, ERR_CONFLICT, "something was added to the encrypted backup");
        backup_reader_close(&reader);
    }
    free(buffer);
    return ok;
}

ptrdiff_t backup_reader_next(struct backup_reader *reader, char *buffer, size_t size,
                             struct err *err) {
    if (!reader->vault) return take(reader, buffer, size, err);
    while (reader->plain_at == reader->plain_size && !reader->last) {
        ptrdiff_t got = take(reader, reader->chunk, VAULT_CHUNK_OUT, err);
        if (got < 0) return -1;
        if (got == 0) {
            (void)err_set(err, ERR_CONFLICT, "the encrypted backup is cut off");
            return -1;
        }
        reader->plain_at = 0;
        if (!vault_open(reader->vault, reader->chunk, (size_t)got, reader->plain,
                        &reader->plain_size, &reader->last, err))
            return -1;
    }
    size_t left = reader->plain_size - reader->plain_at, piece = left < size ? left : size;
    memcpy(buffer, reader->plain + reader->plain_at, piece);
    reader->plain_at += piece;
    return (ptrdiff_t)piece;
}

bool backup_reader_end(struct backup_reader *reader, int64_t *ret_size,
                       char ret_sha256[SEAL_HEX_SIZE], struct err *err) {
    unsigned char hash[SEAL_HASH_SIZE], rest[16384];
    for (ptrdiff_t got; (got = take(reader, rest, sizeof rest, err)) != 0;)
        if (got < 0) return false;
    seal_sha256_end(&reader->hash, hash);
    seal_hex(hash, sizeof hash, ret_sha256);
    *ret_size = reader->size;
    return true;
}

void backup_reader_close(struct backup_reader *reader) {
    if (reader->fd >= 0) close(reader->fd);
    vault_free(reader->vault);
    free(reader->chunk);
    free(reader->plain);
    *reader = (struct backup_reader){ .fd = -1 };
}

bool backup_write_small(const char *path, const char *text, size_t size, struct err *err) {
    char made[PATH_MAX];
    if (snprintf(made, sizeof made, "%s.new", path) >= (int)sizeof made)
        return err_set(err, ERR_LIMIT, "the path is too long");
    int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) return file_error("making", made, err);
    bool ok = write(fd, text, size) == (ssize_t)size && fsync(fd) == 0;
    if (!ok) (void)file_error("writing", made, err);
    if (close(fd) != 0 && ok) ok = file_error("closing", made, err);
    if (ok && rename(made, path) != 0) ok = file_error("renaming", made, err);
    if (!ok) (void)unlink(made);
    return ok;
}

bool backup_sync_folder(const char *folder, struct err *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return file_error("opening", folder, err);
    bool ok = fsync(fd) == 0 || file_error("syncing", folder, err);
    close(fd);
    return ok;
}
