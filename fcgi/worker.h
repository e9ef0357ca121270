/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_WORKER_H
#define GUARDIAN_WORKER_H
/*
 * Preforked, single-threaded, blocking workers on one listening socket, one request at a time each,
 * and a housekeeper that merges the audit spool and countersigns the chain's head. The parent only
 * watches: a child that dies is replaced; SIGTERM makes the service go on accepting for drain_ms,
 * then serve what is accepted or waiting, then leave.
 */
#include "config.h"
#include "metrics.h"

/* One worker: connects, listens, serves until SIGTERM; returns the exit status. The socket is
 * bound. `index` is its place in the metrics. */
int worker_run(const struct config *config, struct metrics *metrics, int listen_socket, int index);
/* The housekeeper: works until SIGTERM; returns the exit status. */
int housekeeper_run(const struct config *config, struct metrics *metrics);
/* The parent: listens, forks, watches until SIGTERM or SIGINT; returns the exit status. */
int service_run(const struct config *config);

/* Children call it first: SIGTERM is blocked but for the moments of waiting, when it sets a flag.
 */
void worker_signals(void);
bool worker_stopping(void);
/* Waits for the descriptor (-1: none) or SIGTERM for at most wait_ms (-1: for ever). */
void worker_wait(int fd, int wait_ms);
#endif
