/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_CHECK_H
#define GUARDIAN_BACKUP_CHECK_H
/*
 * Is a backup's file what its manifest says? Read from the disk, whole.
 */
#include <jansson.h>

#include "config.h"

struct backup_check {
    const struct config *config;
    const char *path;
    const char *folder; /* of one in the directory format: what it was packed from, or where it is
                           to be unpacked (nothing is there yet) */
    const json_t *manifest; /* or what is to become one: sha256, size_bytes, encrypted */
    int cancel_fd;          /* -1: none */
    void (*progress)(void *context, int64_t done, int64_t total); /* NULL: not called */
    void *context;
    bool twice; /* progress is that of the first of two readings */
};

/* Opens the file for reading, decrypted where it is encrypted. Errors: those of
 * backup_reader_open(). */
struct backup_reader;
bool backup_check_reader(const struct backup_check *check, struct backup_reader *ret_reader,
                         struct err *err) __attribute__((warn_unused_result));
/* Size and SHA-256, and where it is encrypted that it can be decrypted, into `output_fd` (-1:
 * nowhere). Errors: CONFLICT: it is not what was written; NOT_FOUND; CONFIG: the key. */
bool backup_check_bytes(const struct backup_check *check, int output_fd, struct err *err)
    __attribute__((warn_unused_result));
/* Reads what is left: is it what was written? Errors: CONFLICT. */
bool backup_check_end(const struct backup_check *check, struct backup_reader *reader,
                      struct err *err) __attribute__((warn_unused_result));
/* Of an archive that has just been made, and read back by pg_restore meanwhile (backup_trial.h):
 * those bytes are what lies on the disk, and in it are the tables that are in both lists (of before
 * and after it was made), and none that is in neither. The tables that it has, owned by the
 * caller. */
bool backup_check_archive(const struct backup_check *check, const json_t *before,
                          const json_t *after, json_t **ret_tables, struct err *err)
    __attribute__((warn_unused_result));
#endif
