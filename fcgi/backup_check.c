/* SPDX-License-Identifier: MIT */
#include "backup_check.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "backup_file.h"
#include "backup_manifest.h"
#include "backup_pack.h"
#include "program.h"

#define BUFFER_SIZE 65536u

struct reading {
    const struct backup_check *check;
    struct backup_reader reader;
    json_t *found; /* oid → true */
    char line[512];
    size_t line_size;
};

bool backup_check_reader(const struct backup_check *check, struct backup_reader *reader,
                         struct err *err) {
    bool encrypted = json_is_true(json_object_get(check->manifest, "encrypted"));
    return backup_reader_open(reader, check->path,
                              encrypted ? &check->config->jobs.encryption_key : NULL, err);
}

bool backup_check_end(const struct backup_check *check, struct backup_reader *reader,
                      struct err *err) {
    char sha256[SEAL_HEX_SIZE];
    int64_t size;
    if (!backup_reader_end(reader, &size, sha256, err)) return false;
    int64_t expected = backup_manifest_number(check->manifest, "size_bytes");
    if (size != expected)
        return err_set(err, ERR_CONFLICT, "the backup has %lld bytes, %lld were written",
                       (long long)size, (long long)expected);
    if (strcmp(sha256, backup_manifest_text(check->manifest, "sha256")) != 0)
        return err_set(err, ERR_CONFLICT, "the backup's SHA-256 is not that of what was written");
    return true;
}

static bool go_on(const struct backup_check *check, const struct backup_reader *reader,
                  struct err *err) {
    struct pollfd cancel = { .fd = check->cancel_fd, .events = POLLRDHUP };
    if (check->progress)
        check->progress(check->context, reader->size,
                        backup_manifest_number(check->manifest, "size_bytes") *
                            (check->twice ? 2 : 1));
    if (check->cancel_fd >= 0 && poll(&cancel, 1, 0) > 0)
        return err_set(err, ERR_CANCELLED, "the job was cancelled");
    return true;
}

static bool write_all(int fd, const char *data, size_t size, struct err *err) {
    while (fd >= 0 && size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return err_set(err, ERR_INTERNAL, "writing the decrypted backup: %s", strerror(errno));
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* A wrong byte in an encrypted backup is met by the decryption first: it is the same damage. */
bool backup_check_bytes(const struct backup_check *check, int output_fd, struct err *err) {
    struct backup_reader reader;
    char *buffer = malloc(BUFFER_SIZE);
    if (!buffer) return err_set(err, ERR_LIMIT, "out of memory");
    bool ok = backup_check_reader(check, &reader, err);
    if (ok) {
        ptrdiff_t got = 1;
        for (unsigned i = 0; ok && got > 0; i++) {
            got = backup_reader_next(&reader, buffer, BUFFER_SIZE, err);
            ok = got >= 0 && write_all(output_fd, buffer, (size_t)got, err) &&
                 (i % 16 != 0 || go_on(check, &reader, err));
        }
        ok = ok && backup_check_end(check, &reader, err);
        backup_reader_close(&reader);
    }
    free(buffer);
    return ok;
}

static ptrdiff_t feed(void *context, char *buffer, size_t size, struct err *err) {
    struct reading *reading = context;
    return backup_reader_next(&reading->reader, buffer, size, err);
}

/* "215; 1259 16385 TABLE public readings owner": 1259 is pg_class. Names may hold anything; the oid
 * says which table it is. */
static void take_line(struct reading *reading) {
    char *rest;
    reading->line[reading->line_size] = '\0';
    reading->line_size = 0;
    (void)strtoul(reading->line, &rest, 10);
    if (strncmp(rest, "; 1259 ", 7) != 0) return;
    char *oid = rest + 7;
    (void)strtoul(oid, &rest, 10);
    if (strncmp(rest, " TABLE ", 7) != 0 || strncmp(rest, " TABLE ATTACH", 13) == 0) return;
    *rest = '\0';
    (void)json_object_set_new(reading->found, oid, json_true());
}

static bool take_list(void *context, const char *data, size_t size, struct err *err) {
    struct reading *reading = context;
    (void)err;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n') take_line(reading);
        else if (reading->line_size + 1 < sizeof reading->line)
            reading->line[reading->line_size++] = data[i];
    }
    return true;
}

static bool is_directory(const struct backup_check *check) {
    return backup_is_directory(backup_manifest_text(check->manifest, "format"));
}

/* Of the custom format as it lies, and of the directory format from its folder. */
static bool list(struct reading *reading, struct err *err) {
    bool directory = is_directory(reading->check);
    char path[256];
    const char *argv[] = { path, "--list", directory ? reading->check->folder : NULL, NULL };
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = reading->check->cancel_fd,
                               .context = reading,
                               .input = directory ? NULL : feed,
                               .output = take_list };
    return program_find(reading->check->config, "pg_restore", path, sizeof path, err) &&
           (directory || backup_check_reader(reading->check, &reading->reader, err)) &&
           program_run(&program, err);
}

static const char *oid_of(const json_t *table, char text[24]) {
    (void)snprintf(text, 24, "%lld", (long long)json_integer_value(json_object_get(table, "oid")));
    return text;
}

static bool index_of(const json_t *tables, json_t *index) {
    char oid[24];
    size_t i;
    json_t *table;
    json_array_foreach(tables, i, table) {
        if (json_object_set(index, oid_of(table, oid), table) != 0) return false;
    }
    return index != NULL;
}

/* Every table that was there all the while is in the archive, and nothing is that never was. */
static bool same_tables(const json_t *found, const json_t *before, const json_t *after,
                        json_t *tables, struct err *err) {
    const char *oid;
    json_t *value;
    json_object_foreach((json_t *)before, oid, value) {
        if (json_object_get(after, oid) && !json_object_get(found, oid))
            return err_set(err, ERR_CONFLICT, "the archive lacks the table with oid %s", oid);
    }
    json_object_foreach((json_t *)found, oid, value) {
        json_t *table = json_object_get(after, oid);
        if (!table) table = json_object_get(before, oid);
        if (!table)
            return err_set(err, ERR_CONFLICT, "the archive has a table that was not there: oid %s",
                           oid);
        if (json_array_append(tables, table) != 0) return err_set(err, ERR_LIMIT, "out of memory");
    }
    return true;
}

static bool check_tables(const json_t *found, const json_t *before, const json_t *after,
                         json_t *tables, struct err *err) {
    json_t *was = json_object(), *is = json_object();
    bool ok = (tables && index_of(before, was) && index_of(after, is)) ||
              err_set(err, ERR_LIMIT, "out of memory");
    ok = ok && same_tables(found, was, is, tables, err);
    json_decref(was);
    json_decref(is);
    return ok;
}

bool backup_check_archive(const struct backup_check *check, const json_t *before,
                          const json_t *after, json_t **ret_tables, struct err *err) {
    struct reading reading = { .check = check, .reader.fd = -1, .found = json_object() };
    json_t *tables = json_array();
    bool ok = reading.found ? list(&reading, err) : err_set(err, ERR_LIMIT, "out of memory");
    backup_reader_close(&reading.reader);
    ok = ok && check_tables(reading.found, before, after, tables, err) &&
         (is_directory(check) ? backup_pack_compare(check, err)
                              : backup_check_bytes(check, -1, err));
    json_decref(reading.found);
    if (ok) *ret_tables = tables;
    else json_decref(tables);
    return ok;
}
