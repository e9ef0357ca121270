/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOB_STEPS_H
#define GUARDIAN_JOB_STEPS_H
/* What a runner does with the table of jobs at each look: leases, ends, take-overs, claims. */
#include "job_service.h"

#define JOB_STEP_MS 2500 /* the deadline of one statement */

/* `beat`: leases are due; `claims`: new jobs may be taken. */
void job_step_run(struct job_service *service, bool beat, bool claims);
#endif
