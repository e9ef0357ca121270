/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_REPLICATION_H
#define GUARDIAN_REPLICATION_H
/*
 * PostgreSQL's members: Patroni's REST API, each member asked at once, and what the primary itself
 * says of standbys, slots and archiver. Where there is no Patroni, PostgreSQL alone.
 */
#include "call.h"

struct replication {
    json_t *data;    /* as the contract's Replication has it; the request's */
    json_t *server;  /* what the primary says, see sql/replication.sql; NULL: it does not answer */
    json_t *claims;  /* member → the role it claims for itself; the request's */
    json_t *missing; /* of {what, why}, or NULL; new */
    const char *leader_api; /* address of the leader's REST API; NULL: unknown */
};

/* Errors: UPSTREAM_UNAVAILABLE or DB_UNAVAILABLE when nobody answers, LIMIT. */
bool replication_read(struct call *call, struct replication *ret_replication, struct err *err)
    __attribute__((warn_unused_result));
/* A member of `data` by its name, or NULL. */
const json_t *replication_member(const struct replication *replication, const char *name);
/* The configured address of a member's REST API, by asking; NULL: nobody there has this name. */
const char *replication_api_of(struct call *call, const char *member);
/* One call of an action; Patroni's words in *ret_message. Errors: CONFLICT where Patroni says no,
 * UPSTREAM_… */
bool replication_act(struct call *call, const char *address, const char *method, const char *path,
                     json_t *body, const char **ret_message, struct err *err)
    __attribute__((warn_unused_result));
#endif
