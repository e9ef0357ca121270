/* SPDX-License-Identifier: MIT */
#include "audit_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_MAX                                                                                  \
    (16 << 20) /* bytes; beyond it operations are refused rather than the disk filled */

static bool fail(struct err *err, const char *what) {
    return err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit spool: %s: %s", what, strerror(errno));
}

/* Open and locked; -1 with err. The file may be renamed or removed by nobody but the lock's holder.
 */
static int spool_open(const char *state_dir, int flags, struct err *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/audit.spool", state_dir) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        (void)fail(err, state_dir);
        return -1;
    }
    int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT && !(flags & O_CREAT)) return -1;
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        (void)fail(err, path);
        if (fd >= 0) close(fd);
        return -1;
    }
    return fd;
}

bool audit_spool_append(const char *state_dir, const char *canonical, struct err *err) {
    int fd = spool_open(state_dir, O_CREAT | O_APPEND, err);
    if (fd < 0) return false;
    struct stat stat;
    size_t size = strlen(canonical);
    char *line = malloc(size + 2);
    bool ok = line && fstat(fd, &stat) == 0;
    if (ok && stat.st_size + (off_t)size > SPOOL_MAX) {
        errno = ENOSPC;
        ok = false;
    }
    if (ok) {
        memcpy(line, canonical, size);
        line[size] = '\n';
        ok = write(fd, line, size + 1) == (ssize_t)size + 1 && fdatasync(fd) == 0;
        /* A half line would spoil the next one. */
        if (!ok && ftruncate(fd, stat.st_size) != 0)
            (void)fail(err, "cannot take back a half-written line");
    }
    free(line);
    if (!ok) (void)fail(err, state_dir);
    close(fd);
    return ok;
}

static json_t *lines_of(const char *text) {
    json_t *lines = json_array();
    while (lines && *text) {
        size_t size = strcspn(text, "\n");
        if (text[size] != '\n') break; /* a torn last line was never acknowledged */
        if (size > 0 && json_array_append_new(lines, json_stringn(text, size)) != 0) {
            json_decref(lines);
            return NULL;
        }
        text += size + 1;
    }
    return lines;
}

static bool merge_text(const char *text, struct db *db, int64_t deadline_ms, int *ret_merged,
                       struct err *err) {
    json_t *lines = lines_of(text);
    char *array = lines ? json_dumps(lines, JSON_COMPACT) : NULL;
    int count = (int)json_array_size(lines);
    json_decref(lines);
    if (!array) return err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit spool cannot be read");
    struct db_at at = {
        .role = DB_APP, .target = DB_PRIMARY, .deadline_ms = deadline_ms, .client_socket = -1
    };
    const char *values[] = { array };
    json_t *rows = NULL;
    bool ok = db_rows(db, &at, DB_AUDIT_MERGE, values, 1, &rows, err);
    json_decref(rows);
    free(array);
    if (ok) *ret_merged = count;
    return ok;
}

bool audit_spool_merge(const char *state_dir, struct db *db, int64_t deadline_ms, int *ret_merged,
                       struct err *err) {
    int fd = spool_open(state_dir, 0, err);
    if (fd < 0) {
        if (err->code != ERR_NONE) return false;
        *ret_merged = 0;
        return true;
    }
    struct stat stat;
    int merged = 0;
    char *text = NULL;
    bool ok = fstat(fd, &stat) == 0 && (text = calloc(1, (size_t)stat.st_size + 1)) &&
              pread(fd, text, (size_t)stat.st_size, 0) == stat.st_size;
    if (!ok) (void)fail(err, state_dir);
    ok = ok && (stat.st_size == 0 || merge_text(text, db, deadline_ms, &merged, err));
    /* Committed: should the process die before this line, the merge is repeated and finds the
     * events already there. */
    if (ok && ftruncate(fd, 0) != 0) ok = fail(err, state_dir);
    free(text);
    close(fd);
    if (ok) *ret_merged = merged;
    return ok;
}
