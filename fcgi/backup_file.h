/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_FILE_H
#define GUARDIAN_BACKUP_FILE_H
/*
 * A backup's file while it is written, and while it is read back. What is written is hashed (and,
 * where there is a key, encrypted) on its way; nothing reads it twice for that. Hides the file and
 * its format.
 */
#include <limits.h>
#include <stdint.h>

#include "config.h"
#include "seal.h"
#include "vault.h"

struct backup_writer {
    int fd;
    struct vault *vault; /* NULL: in the clear */
    struct seal_sha256_stream hash;
    int64_t size; /* bytes in the file */
    unsigned char *chunk;
    size_t chunk_size;
    char path[PATH_MAX];
};

/* Makes the file; `key` NULL: in the clear. Errors: INTERNAL (the folder), CONFIG. */
bool backup_writer_open(struct backup_writer *writer, const char *path,
                        const struct config_secret *key, struct err *err)
    __attribute__((warn_unused_result));
bool backup_writer_add(struct backup_writer *writer, const char *data, size_t size, struct err *err)
    __attribute__((warn_unused_result));
/* Writes what is left, syncs the file and closes it; its SHA-256. */
bool backup_writer_end(struct backup_writer *writer, char ret_sha256[SEAL_HEX_SIZE],
                       struct err *err) __attribute__((warn_unused_result));
/* Closes and removes the file unless it was ended well. */
void backup_writer_drop(struct backup_writer *writer);

struct backup_reader {
    int fd;
    struct vault *vault;
    struct seal_sha256_stream hash;
    int64_t size; /* bytes read so far */
    unsigned char *chunk, *plain;
    size_t plain_at, plain_size;
    bool last; /* the last chunk was decrypted */
};

/* `key` NULL: the file is in the clear. Errors: NOT_FOUND, CONFIG, CONFLICT. */
bool backup_reader_open(struct backup_reader *reader, const char *path,
                        const struct config_secret *key, struct err *err)
    __attribute__((warn_unused_result));
/* The next bytes of the archive, decrypted; 0 at the end, -1 with err. */
ptrdiff_t backup_reader_next(struct backup_reader *reader, char *buffer, size_t size,
                             struct err *err) __attribute__((warn_unused_result));
/* Reads what is left; size and SHA-256 of the whole file as it lies. */
bool backup_reader_end(struct backup_reader *reader, int64_t *ret_size,
                       char ret_sha256[SEAL_HEX_SIZE], struct err *err)
    __attribute__((warn_unused_result));
void backup_reader_close(struct backup_reader *reader);

/* A whole encrypted backup from one descriptor to another, decrypted. Errors: CONFIG (the key),
 * CONFLICT (cut off, or not what was written), INTERNAL. */
bool backup_decrypt_stream(int from, int to, const struct config_secret *key, struct err *err)
    __attribute__((warn_unused_result));

/* A small file, whole or not at all, under its final name. Errors: INTERNAL. */
bool backup_write_small(const char *path, const char *text, size_t size, struct err *err)
    __attribute__((warn_unused_result));
/* Names in the folder are on disk. Errors: INTERNAL. */
bool backup_sync_folder(const char *folder, struct err *err) __attribute__((warn_unused_result));
#endif
