/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_TRIAL_H
#define GUARDIAN_BACKUP_TRIAL_H
/*
 * pg_restore reading the whole of an archive, to nowhere, beside its making: an archive that cannot
 * be unpacked is no backup, and to unpack it afterwards would take as long again. Hides a thread
 * and a pipe. A trial stays where it is from begin to end or drop.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "config.h"
#include "err.h"
#include "program.h"

struct backup_trial {
    struct program program;
    const char *argv[4];
    char path[256];
    pthread_t thread;
    int feed; /* our end of the pipe; -1: none, or it is closed */
    bool runs;
    atomic_bool given_up;
    struct err err; /* the thread's, until it is joined */
};

/* `folder`: of the directory format, which is whole; NULL: what backup_trial_add() brings. Errors:
 * CONFIG, BUSY. */
bool backup_trial_begin(struct backup_trial *trial, const struct config *config, const char *folder,
                        int cancel_fd, struct err *err) __attribute__((warn_unused_result));
/* Waits until they are taken. Errors: those of backup_trial_end(), when it has ended already. */
bool backup_trial_add(struct backup_trial *trial, const char *data, size_t size, struct err *err)
    __attribute__((warn_unused_result));
/* That was all of it: waits for pg_restore's word. Errors: INTERNAL, CANCELLED. */
bool backup_trial_end(struct backup_trial *trial, struct err *err)
    __attribute__((warn_unused_result));
/* Ends one that nobody wants to know about any more; none that has ended. */
void backup_trial_drop(struct backup_trial *trial);
#endif
