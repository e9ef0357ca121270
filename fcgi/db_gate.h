/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DB_GATE_H
#define GUARDIAN_DB_GATE_H
/*
 * The processes of a service do not all knock at once: one searches for a server, and the others
 * wait until it is done and begin where it ended. Else a server that is slow, or busy with becoming
 * the primary, is busy with their handshakes: each then takes longer than it is waited for, is
 * begun again, and nobody gets in until the load is gone.
 */
#include "db.h"

/* In the parent, before it forks: its children share the gate. Without it each process has its own.
 * Errors: LIMIT. */
bool db_gate_share(struct err *err) __attribute__((warn_unused_result));

/* True: this process is the one that searches for at->target, and calls db_gate_leave when it is
 * done. False when the search of another, which began after this call, ended in vain, when the
 * deadline has passed, or when the client is gone. Errors: DB_UNAVAILABLE, CLIENT_GONE. */
bool db_gate_enter(const struct db_at *at, struct err *err) __attribute__((warn_unused_result));

/* `in_vain`: each server has answered, and none will do. A search that waited for one until its
 * time was over knows only that it is slow. */
void db_gate_leave(enum db_target target, bool in_vain);

/* The host to begin with, as an index into postgres.hosts: the one that a search found last. A dead
 * first host then costs its timeout once, not on every connection. */
int db_gate_host(enum db_target target);
void db_gate_set_host(enum db_target target, int host);

/* How often a search has ended at another server than the one before. A connection from before that
 * may lead to a server that stands still: whoever asks it waits for nothing. */
unsigned db_gate_moves(enum db_target target);
#endif
