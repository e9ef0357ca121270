/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_STORE_H
#define GUARDIAN_BACKUP_STORE_H
/*
 * The files of backups in a runner's folder, and their rows: how they get their names, their copies
 * and their end.
 */
#include <limits.h>

#include "backup_manifest.h"
#include "db.h"

#define BACKUP_URL_SIZE 1024

/* One backup as its row or its file beside the archive has it. */
struct backup_row {
    const json_t *manifest;
    const struct backup_seal *seal;
    const char *note, *job_id; /* NULL: none */
};

/* Gives the verified file at `path` and its manifest their names, and syncs them. `owner` names the
 * temporary file. Errors: INTERNAL. */
bool backup_store_name(const struct config *config, const char *owner, const char *path,
                       const json_t *manifest, const struct backup_seal *seal, struct err *err)
    __attribute__((warn_unused_result));
/* The row of a backup that this runner has; one that is known already gets this runner's copy. */
bool backup_store_add(const struct config *config, struct db *db, const struct db_at *at,
                      const struct backup_row *row, struct err *err)
    __attribute__((warn_unused_result));

/* The path of a backup's archive in the folder. Errors: LIMIT. */
bool backup_store_path(const struct config *config, const json_t *manifest, char ret_path[PATH_MAX],
                       struct err *err) __attribute__((warn_unused_result));
/* Fetches another runner's file, checks it and gives it its name here. `owner` names the temporary
 * file, cancel_fd may be -1. Errors: CONFIG (jobs.copy_url is missing), INTERNAL, CONFLICT,
 * CANCELLED. */
bool backup_store_fetch(const struct config *config, const char *owner, const char *runner,
                        const json_t *manifest, const struct backup_seal *seal, int cancel_fd,
                        struct err *err) __attribute__((warn_unused_result));
/* Where a file of a runner is for others: of its backups, or of its uploads ("incoming/<uuid>").
 * Errors: CONFIG (jobs.copy_url is missing), LIMIT. */
bool backup_store_url(const struct config *config, const char *runner, const char *file,
                      char ret_url[BACKUP_URL_SIZE], struct err *err)
    __attribute__((warn_unused_result));
/* The bytes of such a file, given to take() as they come; false stops it. */
bool backup_store_stream(const struct config *config, const char *runner, const char *file,
                         int cancel_fd,
                         bool (*take)(void *context, const char *data, size_t size,
                                      struct err *err),
                         void *context, struct err *err) __attribute__((warn_unused_result));
/* Puts a file that is not what was written out of the way. */
void backup_store_set_aside(const struct config *config, const json_t *manifest);
/* Removes all files of a backup; true when none is left. */
bool backup_store_remove(const struct config *config, const char *id, struct err *err)
    __attribute__((warn_unused_result));
#endif
