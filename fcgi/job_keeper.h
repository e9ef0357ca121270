/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOB_KEEPER_H
#define GUARDIAN_JOB_KEEPER_H
/*
 * What a runner does without a job: copies of other runners' backups, checks of its own copies, the
 * end of deleted ones, schedules and retention. One process for it, made again when it dies;
 * whatever it was doing is begun again.
 */
#include "config.h"

/* The process' main function; never returns. */
void job_keeper_main(const struct config *config) __attribute__((noreturn));
#endif
