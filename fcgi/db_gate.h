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

/* May this process search for at->target? True, and *ret_alone says whether it is the one that
 * does. Who was let in tells db_gate_leave. False when the search of another, which began after
 * this call, ended in vain, when the deadline has passed, or when the client is gone. Errors:
 * DB_UNAVAILABLE, CLIENT_GONE. */
bool db_gate_enter(const struct db_at *at, bool *ret_alone, struct err *err)
    __attribute__((warn_unused_result));

/* A search that failed when its own deadline had passed says nothing about the servers: it leaves
 * the gate as it was. */
void db_gate_leave(const struct db_at *at, bool alone, bool found);
#endif
