/* SPDX-License-Identifier: MIT */
/* The table of all that a runner can do. */
#include "jobs.h"
#include "maintenance.h"

const struct job_kind job_kinds[] = {
    { .name = "vacuum", .run = maintenance_run, .takeover = JOB_RETRY },
    { .name = "analyze", .run = maintenance_run, .takeover = JOB_RETRY },
    { .name = "checkpoint", .run = maintenance_run, .takeover = JOB_RETRY },
    /* They were confirmed for then, not for later. */
    { .name = "vacuum-full", .run = maintenance_run, .takeover = JOB_FAIL, .exclusive = true },
    { .name = "reindex", .run = maintenance_run, .takeover = JOB_FAIL, .exclusive = true },
    { .name = NULL },
};
