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

#include "clock.h"

#define SPOOL_MAX                                                                                  \
    (16 << 20)          /* bytes; beyond it operations are refused rather than the disk filled */
#define BATCH_LINES 500 /* events that are merged by one statement */

static bool fail(struct err *err, const char *what) {
    return err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit spool: %s: %s", what, strerror(errno));
}

/* -1 with err; without O_CREAT and a file, -1 without. */
static int spool_open(const char *state_dir, int flags, struct err *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/audit.spool", state_dir) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        (void)fail(err, state_dir);
        return -1;
    }
    int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && !(errno == ENOENT && !(flags & O_CREAT))) (void)fail(err, path);
    return fd;
}

/* A line that a crash cut off must not spoil the next one, which begins anew behind it. */
static bool is_cut_off(int fd, off_t size) {
    char last;
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static bool write_line(int fd, const char *canonical) {
    struct stat stat;
    size_t size = strlen(canonical), at = 0;
    if (fstat(fd, &stat) != 0) return false;
    if (stat.st_size + (off_t)size > SPOOL_MAX) {
        errno = ENOSPC;
        return false;
    }
    char *line = malloc(size + 2);
    if (!line) return false;
    if (is_cut_off(fd, stat.st_size)) line[at++] = '\n';
    memcpy(line + at, canonical, size);
    at += size;
    line[at++] = '\n';
    bool ok = write(fd, line, at) == (ssize_t)at && fdatasync(fd) == 0;
    int problem = errno;
    free(line);
    if (!ok && ftruncate(fd, stat.st_size) == 0) errno = problem;
    return ok;
}

bool audit_spool_append(const char *state_dir, const char *canonical, struct err *err) {
    int fd = spool_open(state_dir, O_CREAT | O_APPEND, err);
    if (fd < 0) return false;
    /* Held for a write, never for an exchange with the database. */
    bool ok = flock(fd, LOCK_EX) == 0 && write_line(fd, canonical);
    if (!ok) (void)fail(err, state_dir);
    close(fd);
    return ok;
}

/* Of several services over one folder one merges at a time. A lock of another kind than the one of
 * those who append, who need not wait for it. */
static bool merger_lock(int fd) {
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

static bool read_all(int fd, char **ret_text, size_t *ret_size) {
    struct stat stat;
    char *text = NULL;
    bool ok = flock(fd, LOCK_EX) == 0 && fstat(fd, &stat) == 0 &&
              (text = malloc((size_t)stat.st_size + 1)) &&
              pread(fd, text, (size_t)stat.st_size, 0) == stat.st_size;
    ok = flock(fd, LOCK_UN) == 0 && ok;
    if (!ok) {
        free(text);
        return false;
    }
    *ret_text = text;
    *ret_size = (size_t)stat.st_size;
    return true;
}

/* What came meanwhile stays for the next merge, and with it what is merged by now: that is found to
 * be there. */
static bool empty(int fd, size_t merged_size) {
    struct stat stat;
    bool ok = flock(fd, LOCK_EX) == 0 && fstat(fd, &stat) == 0 &&
              ((size_t)stat.st_size != merged_size || ftruncate(fd, 0) == 0);
    return flock(fd, LOCK_UN) == 0 && ok;
}

/* The next whole lines from *at on, which is moved. What is no event was cut off by a crash and
 * never acknowledged. NULL: no memory. */
static json_t *next_batch(const char **at, const char *end) {
    json_t *lines = json_array();
    while (lines && json_array_size(lines) < BATCH_LINES) {
        const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) {
            *at = end;
            break;
        }
        *at = stop + 1;
        json_t *event = json_loadb(line, (size_t)(stop - line), JSON_REJECT_DUPLICATES, NULL);
        bool ok = !json_is_object(event) ||
                  json_array_append_new(lines, json_stringn(line, (size_t)(stop - line))) == 0;
        json_decref(event);
        if (!ok) {
            json_decref(lines);
            lines = NULL;
        }
    }
    return lines;
}

static bool merge_batch(json_t *lines, struct db *db, int64_t timeout_ms, struct err *err) {
    char *array = lines ? json_dumps(lines, JSON_COMPACT) : NULL;
    if (!array) return err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit spool cannot be read");
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + timeout_ms,
                        .client_socket = -1 };
    const char *values[] = { array };
    json_t *rows = NULL;
    bool ok = db_rows(db, &at, DB_AUDIT_MERGE, values, 1, &rows, err);
    json_decref(rows);
    free(array);
    return ok;
}

static bool merge_text(const char *text, size_t size, struct db *db, int64_t timeout_ms,
                       int *ret_merged, struct err *err) {
    int merged = 0;
    for (const char *at = text, *end = text + size; at < end;) {
        json_t *lines = next_batch(&at, end);
        int count = (int)json_array_size(lines);
        bool ok = (lines && count == 0) || merge_batch(lines, db, timeout_ms, err);
        json_decref(lines);
        if (!ok) return false;
        merged += count;
    }
    *ret_merged = merged;
    return true;
}

bool audit_spool_merge(const char *state_dir, struct db *db, int64_t timeout_ms, int *ret_merged,
                       struct err *err) {
    int fd = spool_open(state_dir, 0, err), merged = 0;
    char *text = NULL;
    size_t size = 0;
    if (fd < 0) {
        if (err->code != ERR_NONE) return false;
        *ret_merged = 0;
        return true;
    }
    bool ok = true;
    if (merger_lock(fd)) {
        ok = read_all(fd, &text, &size) || fail(err, state_dir);
        if (ok) {
            ok = merge_text(text, size, db, timeout_ms, &merged, err);
            free(text);
        }
        /* Committed: should the process die before this line, the merge is repeated and finds the
         * events already there. */
        ok = ok && (size == 0 || empty(fd, size) || fail(err, state_dir));
    }
    close(fd);
    if (ok) *ret_merged = merged;
    return ok;
}
