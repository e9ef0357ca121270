/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_ARCHIVE_H
#define GUARDIAN_RESTORE_ARCHIVE_H
/* The archive of a backup, as pg_restore can read it: found here or fetched, its signature and its
 * bytes checked, in the clear. */
#include <limits.h>

#include "jobs.h"

struct restore_archive {
    char path[PATH_MAX];
    const json_t *manifest; /* lives as long as the job */
    bool temporary;         /* a copy of ours, removed at close */
};

/* Errors: NOT_FOUND, CONFLICT for a backup that is not one that we signed, or is damaged. */
bool restore_archive_open(struct job *job, const char *backup_id, struct restore_archive *archive,
                          struct err *err) __attribute__((warn_unused_result));
void restore_archive_close(struct restore_archive *archive);
#endif
