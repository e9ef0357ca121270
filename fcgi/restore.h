/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_H
#define GUARDIAN_RESTORE_H
/*
 * Restores that can be undone. A backup is restored into a new database beside the managed one, by
 * guardian_maintainer; both are compared; a swap exchanges their names in one transaction, and the
 * old one is kept until undo, discard or its time. The row in `restore` says where a restore
 * stands: a runner that takes a job over goes on from there, so that killing it at any time leaves
 * the managed database as it was, or swapped. The functions that need a superuser are in
 * fcgi/admin and fcgi/template.
 */
#include "jobs.h"

/* Kinds of jobs. "restore", "restore_swap", "restore_undo", "restore_discard", "restore_drill". */
bool restore_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool restore_swap_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool restore_undo_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool restore_discard_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool restore_drill_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
#endif
