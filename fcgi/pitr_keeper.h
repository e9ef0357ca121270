/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PITR_KEEPER_H
#define GUARDIAN_PITR_KEEPER_H
/*
 * A child of the runner that has a Barman beside it: writes down what Barman says, watches the
 * restored clusters, and removes those that have expired or are no longer wanted.
 */
#include <sys/types.h>

#include "config.h"

/* Starts it when it is wanted and not there; called now and then. `*pid` is its process, 0: none.
 */
void pitr_keeper_watch(const struct config *config, pid_t *pid);
#endif
