/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DB_GATE_H
#define GUARDIAN_DB_GATE_H
/*
 * While no server can be had, the processes of a service do not all knock at once: one searches,
 * and the others wait for what it finds. Else a server that is busy with becoming the primary is
 * busy with their handshakes, and those whose caller has gone by then stand in its queue before the
 * one that counts.
 */
#include "db.h"

/* In the parent, before it forks: its children share the gate. Without it each process has its own.
 * Errors: LIMIT. */
bool db_gate_share(struct err *err) __attribute__((warn_unused_result));

/* May this process search? True, and *ret_alone says whether it is the one that does, which
 * db_gate_leave is to be told. False when the search of another has ended in vain meanwhile, or the
 * deadline has passed. Errors: DB_UNAVAILABLE. */
bool db_gate_enter(enum db_target target, int64_t deadline_ms, bool *ret_alone, struct err *err)
    __attribute__((warn_unused_result));
void db_gate_leave(enum db_target target, bool alone, bool found);
#endif
