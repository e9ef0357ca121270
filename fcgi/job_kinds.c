/* SPDX-License-Identifier: MIT */
/* The table of all that a runner can do. */
#include "backup.h"
#include "jobs.h"

const struct job_kind job_kinds[] = {
    { .name = "backup", .run = backup_run, .takeover = JOB_RETRY },
    { .name = NULL },
};
