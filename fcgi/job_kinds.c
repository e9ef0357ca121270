/* SPDX-License-Identifier: MIT */
/* The table of all that a runner can do. */
#include "backup.h"
#include "drill.h"
#include "jobs.h"
#include "maintenance.h"
#include "pitr.h"
#include "restore.h"
#include "upload.h"

const struct job_kind job_kinds[] = {
    { .name = "backup", .run = backup_run, .takeover = JOB_RETRY },
    { .name = "upload", .run = upload_run, .takeover = JOB_RETRY },
    { .name = "restore", .run = restore_run, .takeover = JOB_RETRY, .exclusive = true },
    { .name = "restore_swap", .run = restore_swap_run, .takeover = JOB_RETRY, .exclusive = true },
    { .name = "restore_undo", .run = restore_undo_run, .takeover = JOB_RETRY, .exclusive = true },
    { .name = "restore_discard",
      .run = restore_discard_run,
      .takeover = JOB_RETRY,
      .exclusive = true },
    { .name = "restore_drill", .run = restore_drill_run, .takeover = JOB_RETRY },
    { .name = "vacuum", .run = maintenance_run, .takeover = JOB_RETRY },
    { .name = "analyze", .run = maintenance_run, .takeover = JOB_RETRY },
    { .name = "checkpoint", .run = maintenance_run, .takeover = JOB_RETRY },
    /* They were confirmed for then, not for later. */
    { .name = "vacuum-full", .run = maintenance_run, .takeover = JOB_FAIL, .exclusive = true },
    { .name = "reindex", .run = maintenance_run, .takeover = JOB_FAIL, .exclusive = true },
    { .name = "base_backup",
      .run = pitr_run_backup,
      .takeover = JOB_FAIL,
      .can = pitr_is_configured },
    { .name = "pitr_restore",
      .run = pitr_run_restore,
      .takeover = JOB_FAIL,
      .can = pitr_is_configured },
    { .name = "pitr_remove", .run = pitr_run_remove, .takeover = JOB_RETRY },
    /* Begun again it only mends. Its lease outlives the time without a primary that it makes. */
    { .name = "drill",
      .run = drill_run,
      .takeover = JOB_RETRY,
      .can = drill_is_configured,
      .lease_ms = 60000 },
    { .name = NULL },
};
