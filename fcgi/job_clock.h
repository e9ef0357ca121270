/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOB_CLOCK_H
#define GUARDIAN_JOB_CLOCK_H
/* What the time brings: jobs of schedules, and the end of what retention keeps no longer. Any
 * number of runners may call these at once: each job is made, and each backup deleted, once. */
#include "db.h"

bool job_clock_start(struct db *db, struct err *err) __attribute__((warn_unused_result));
bool job_clock_retain(struct db *db, struct err *err) __attribute__((warn_unused_result));
#endif
