/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_REPLICATION_H
#define GUARDIAN_REPLICATION_H
/*
 * PostgreSQL's members: Patroni's REST API, each member asked at once, and what the primary itself
 * says of standbys, slots and archiver. Where there is no Patroni, PostgreSQL alone.
 */
#include "call.h"

/* What a read needs: of a request, or of a job. */
struct replication_at {
    const struct config *config;
    struct db *db;
    struct upstream *upstream;
    struct arena *arena;
    int64_t deadline_ms;
    int client_socket; /* as in struct db_at */
    const char *request_id;
};
struct replication_at replication_for(const struct call *call);

struct replication {
    json_t *data;    /* as the contract's Replication has it; the arena's */
    json_t *server;  /* what the primary says, see sql/replication.sql; NULL: it does not answer */
    json_t *claims;  /* member → the role it claims for itself; the arena's */
    json_t *missing; /* of {what, why}, or NULL; new */
    const char *leader_api; /* address of the leader's REST API; NULL: unknown */
};

/* Errors: UPSTREAM_UNAVAILABLE or DB_UNAVAILABLE when nobody answers, LIMIT. */
bool replication_read(const struct replication_at *at, struct replication *ret_replication,
                      struct err *err) __attribute__((warn_unused_result));
/* A member of `data` by its name, or NULL. */
const json_t *replication_member(const struct replication *replication, const char *name);
/* The configured address of a member's REST API, by asking; NULL: nobody there has this name. */
const char *replication_api_of(const struct replication_at *at, const char *member);
/* One call of an action; Patroni's words in *ret_message. Errors: CONFLICT where Patroni says no,
 * UPSTREAM_… */
bool replication_act(const struct replication_at *at, const char *address, const char *method,
                     const char *path, json_t *body, const char **ret_message, struct err *err)
    __attribute__((warn_unused_result));
#endif
