/* SPDX-License-Identifier: MIT */
/* The table of all that a runner can do. */
#include "jobs.h"
#include "restore.h"

const struct job_kind job_kinds[] = {
    { "restore", restore_run, JOB_RETRY, true },
    { "restore_swap", restore_swap_run, JOB_RETRY, true },
    { "restore_undo", restore_undo_run, JOB_RETRY, true },
    { "restore_discard", restore_discard_run, JOB_RETRY, true },
    { "restore_drill", restore_drill_run, JOB_RETRY, false },
    { .name = NULL },
};
