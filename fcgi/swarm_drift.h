/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_SWARM_DRIFT_H
#define GUARDIAN_SWARM_DRIFT_H
/* A stack file against a swarm: what runs otherwise than it says, and what would stop it from
 * running at all. */
#include "stackfile.h"
#include "swarm.h"

/* Running services against the file. A new value in the contract's form (SwarmDrift's data), or
 * NULL. Needs nodes, services and networks. */
json_t *swarm_drift_json(const struct swarm *swarm, const struct stackfile *file, const char *path);
/* Everything that `docker stack deploy` would not say before it is too late: an array of {service,
 * level: "problem"|"advice", what, fix}, or NULL. Needs all parts but SWARM_INFO. */
json_t *swarm_check_json(const struct swarm *swarm, const struct stackfile *file);
#endif
