/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_SWARM_H
#define GUARDIAN_SWARM_H
/*
 * The Docker Swarm as the Engine API (v1.41) tells it: read in parallel, joined once, and steered.
 * Everything that a `struct swarm` points to lives in the request's arena.
 */
#include "upstream.h"

#define SWARM_API         "/v1.41"
#define SWARM_ANSWER_MAX  (64u << 20) /* ten thousand tasks are 25 MB */
#define SWARM_GROUP_LABEL "iot_guardian.quorum"
#define SWARM_EDGE_LABEL  "iot_guardian.edge" /* "true": nginx, whose peers are the workers */
#define SWARM_STACK_LABEL "com.docker.stack.namespace"

/* What a read needs of a request. */
struct swarm_at {
    struct upstream *upstream;
    struct arena *arena;
    const struct config *config;
    int64_t deadline_ms;
};

enum swarm_part {
    SWARM_INFO = 1,
    SWARM_NODES = 2,
    SWARM_SERVICES = 4,
    SWARM_TASKS = 8,
    SWARM_NETWORKS = 16,
    SWARM_SECRETS = 32,
    SWARM_CONFIGS = 64,
    SWARM_HISTORY = 128, /* tasks with all that is shown of one; instead of SWARM_TASKS */
    SWARM_PLACES = 256,  /* tasks with where they are alone; instead of SWARM_TASKS */
};

struct swarm_node {
    const json_t *json;
    const char *id, *hostname;
    bool ready, manager;
    int running; /* tasks */
    double reserved_cpus;
    json_int_t reserved_bytes;
    const json_t **tasks;
    size_t task_count;
};

struct swarm_service {
    const json_t *json;
    const char *id, *name;
    const char *group;   /* its label iot_guardian.quorum; NULL: of no quorum */
    bool replicated;     /* else one task a node */
    int wanted, running; /* tasks; running: also on a node that is ready */
    int starting, failed;
    const char *last_error, *last_error_at;
    const json_t **tasks;
    size_t task_count;
};

struct swarm {
    struct arena *arena;
    const json_t *info, *tasks, *networks, *secrets, *configs;
    struct swarm_node *nodes;
    struct swarm_service *services;
    size_t node_count, service_count;
    json_t *node_index, *service_index; /* id → place in the list */
};

/* Reads the parts (enum swarm_part, or-ed). Errors: NOT_CONFIGURED, UPSTREAM_…, LIMIT. */
bool swarm_read(const struct swarm_at *at, unsigned parts, struct swarm *ret_swarm, struct err *err)
    __attribute__((warn_unused_result));
/* After SWARM_NODES and SWARM_SERVICES: SWARM_HISTORY of this service and of those that share its
 * quorum alone, which spares a large swarm the tasks of all others. Errors as of swarm_read. */
bool swarm_read_history(const struct swarm_at *at, struct swarm *swarm,
                        const struct swarm_service *service, struct err *err)
    __attribute__((warn_unused_result));
/* By id, or NULL. */
struct swarm_node *swarm_node(const struct swarm *swarm, const char *id);
struct swarm_service *swarm_service(const struct swarm *swarm, const char *id);
/* By id or name, or NULL. */
struct swarm_service *swarm_service_named(const struct swarm *swarm, const char *id);
struct swarm_node *swarm_node_named(const struct swarm *swarm, const char *id);
/* Is the task meant to run? Does it, on a node that is there? */
bool swarm_task_wanted(const json_t *task);
bool swarm_task_runs(const struct swarm *swarm, const json_t *task);
/* Of a network that the service uses; NULL: nothing says it. Read SWARM_NETWORKS and SWARM_HISTORY:
 * what every engine has, "host" say, is in no list, but stands with the tasks that use it. */
const char *swarm_network_name(const struct swarm *swarm, const struct swarm_service *service,
                               const char *id);
/* A time of Docker's in the contract's form; NULL for none. */
const char *swarm_time(struct arena *arena, const char *text);
json_int_t swarm_version(const json_t *object); /* Version.Index */

/* Views, as docs/openapi.yaml has them. New values, NULL when there is no memory. */
json_t *swarm_overview_json(const struct swarm *swarm);
json_t *swarm_nodes_json(const struct swarm *swarm);
json_t *swarm_services_json(const struct swarm *swarm);
json_t *swarm_service_json(const struct swarm *swarm, const struct swarm_service *service);
json_t *swarm_service_detail_json(const struct swarm *swarm, const struct swarm_service *service);
json_t *swarm_networks_json(const struct swarm *swarm);
json_t *swarm_names_json(const struct swarm *swarm, bool secrets);

/* -- quorums ----------------------------------------------------------------------------------- */

/* What an action takes away: a node with all that runs on it, or so many tasks of a service. */
struct swarm_loss {
    const struct swarm_node *node;
    const struct swarm_service *service;
    int count;
    const char *act; /* "Draining node n1" */
};

/* All quorums, Raft first. */
json_t *swarm_quorums_json(const struct swarm *swarm);
json_t *swarm_quorum_json(const struct swarm *swarm, const char *group); /* NULL: "raft" */
/* Would every quorum still stand? *ret_verdicts lists those that the loss touches. Errors: QUORUM,
 * LIMIT. */
bool swarm_quorum_check(const struct swarm *swarm, const struct swarm_loss *loss,
                        json_t **ret_verdicts, struct err *err) __attribute__((warn_unused_result));
/* Every member's place and health as one text: what a decision rests on. */
const char *swarm_quorum_state(const struct swarm *swarm);

/* -- steering ---------------------------------------------------------------------------------- */

enum swarm_act { SWARM_UPDATE, SWARM_ROLLBACK, SWARM_SCALE };

/* Changes a service as it was at `version`. Errors: CONFIRMATION_STALE when it was changed since,
 * CONFLICT, UPSTREAM_…. */
bool swarm_service_act(const struct swarm_at *at, const char *id, json_int_t version,
                       enum swarm_act act, const char *image, json_int_t replicas,
                       json_t **ret_warnings, struct err *err) __attribute__((warn_unused_result));
bool swarm_node_act(const struct swarm_at *at, const char *id, json_int_t version,
                    const char *availability, struct err *err) __attribute__((warn_unused_result));
#endif
