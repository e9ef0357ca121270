/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOB_FOLDER_H
#define GUARDIAN_JOB_FOLDER_H
/*
 * The runner's folder, jobs.backup_dir: backups under their own names, and what jobs are writing
 * under names that begin with ".job-<id>". Those are removed with the job's end, however it comes,
 * and at the runner's start. The folder is locked: nobody else works in it.
 */
#include <limits.h>

#include "config.h"
#include "err.h"

/* Checks jobs.runner and jobs.backup_dir, makes the folder where it is missing and takes its lock,
 * which lasts as long as *ret_lock is open in this process or a child. Errors: CONFIG; CONFLICT
 * when another process has the lock (try again). */
bool job_folder_open(const struct config *config, int *ret_lock, struct err *err)
    __attribute__((warn_unused_result));
/* The path for what a job is writing: ".job-<id><suffix>". Errors: LIMIT. */
bool job_folder_path(const struct config *config, const char *job_id, const char *suffix,
                     char ret_path[PATH_MAX], struct err *err) __attribute__((warn_unused_result));
/* Removes a file, or a folder with what is in it. */
void job_folder_remove(const char *path);
/* Removes what a job left; NULL: what any job left. */
void job_folder_sweep(const struct config *config, const char *job_id);
#endif
