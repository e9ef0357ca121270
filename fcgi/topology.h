/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_TOPOLOGY_H
#define GUARDIAN_TOPOLOGY_H
/*
 * One picture of node, task, role and lag, and who in it disagrees with whom. Swarm, DNS,
 * nginx, Patroni and the Sentinels each know a part; where two say what cannot both be true, a
 * sentence says which of them is wrong, or what would decide it.
 */
#include "swarm.h"

/* What each of them says; NULL: it was not asked or does not answer. */
struct topology {
    struct arena *arena;
    const struct swarm *swarm; /* with SWARM_PLACES */
    const json_t *replication; /* the contract's Replication data */
    const json_t *claims;      /* member → the role it claims for itself */
    const json_t *redis;       /* the contract's Redis data */
    const json_t *dns;         /* service → addresses that DNS gives for its tasks */
    const json_t *edge_errors; /* the contract's LogLines of the edges' last minute */
};

/* The contract's Topology data; new, or NULL. */
json_t *topology_json(const struct topology *topology);
/* Asks the resolver for tasks.NAME of each name, as long as there is time; notes the others in
 * *missing. New, or NULL. */
json_t *topology_dns(const struct config_list *names, int64_t deadline_ms, json_t **missing);
#endif
