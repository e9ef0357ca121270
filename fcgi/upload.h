/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_UPLOAD_H
#define GUARDIAN_UPLOAD_H
/*
 * Archives from elsewhere. A worker relays one to a runner's file service, which gives it its name
 * in the runner's folder incoming/ when all of it has come; a job, of whichever runner, looks at it
 * and stores it as a backup of origin "upload": signed and copied as it came, never taken for one
 * that was made here.
 */
#include "jobs.h"

#define UPLOAD_FOLDER "incoming"

/* The kind "upload": parameters {"runner", "file", "size_bytes", "sha256", "note"?}. */
bool upload_run(struct job *job, struct err *err) __attribute__((warn_unused_result));

/* Makes the folder. Errors: CONFIG. */
bool upload_folder_make(const struct config *config, struct err *err)
    __attribute__((warn_unused_result));
/* What is in it, as upload_waiting.sql wants it; NULL: no memory. The caller owns it. */
json_t *upload_folder_list(const struct config *config);
void upload_folder_remove(const struct config *config, const char *file);
#endif
