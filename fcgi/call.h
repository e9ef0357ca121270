/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CALL_H
#define GUARDIAN_CALL_H
/*
 * One call on its way through the request path, and the row of the route table that decides what it
 * needs. Permission, confirmation and audit are columns of the row, never decided inside a handler.
 */
#include <jansson.h>
#include <stdbool.h>

#include "request.h"

struct config;
struct db;
struct runner;
struct cache;
struct upstream;
struct keyring;
struct metrics;

/* What lives as long as a worker and is handed to handlers. Owned by worker.c. */
struct services {
    const struct config *config;
    struct db *db;
    struct runner *runner;
    struct cache *cache;
    struct upstream *upstream;
    struct keyring *keyring;
    struct metrics *metrics; /* shared between the workers of one service */
};

/* Who calls. Filled by auth_check from a verified token; all texts live in the request's arena. */
struct identity {
    const char *subject;  /* the user's id, or the outside issuer's `sub` */
    const char *username; /* for people: `preferred_username` or `sub` */
    const char *issuer;
    const char *token_id;   /* jti */
    const char *session_id; /* sid; NULL for outside tokens */
    const char *role;
    int64_t expires_s; /* unix time */
};

struct call;

/* What a dangerous call would do, for the second step. `state` is everything the decision rests on,
 * as one text: when it differs at the second step the confirmation is stale. All texts live in the
 * request's arena, `impact` is deferred to it. With `harmless` nothing else counts. */
struct impact {
    const char *summary; /* a sentence a tired person understands */
    json_t *impact;      /* the effect in numbers */
    const char *undo;    /* how to undo it, or that it cannot be */
    const char *phrase;  /* what the person must type */
    const char *state;
    bool harmless; /* this very call needs no second step (another body would) */
};

enum needs { NEEDS_UNDECIDED = 0, NEEDS_NOTHING, NEEDS_SUPERADMIN, NEEDS_INTERNAL };

struct route {
    enum request_method method;
    const char *path; /* "/database/sessions/{pid}/terminate", below /api/v1 */
    enum needs needs; /* 0 is refused at start */
    bool (*confirm)(struct call *call, struct impact *ret_impact,
                    struct err *err); /* NULL: not dangerous */
    const char *audit;                /* the action's name in the audit log; NULL: not audited */
    const struct field *fields;       /* NULL: takes none */
    bool (*handle)(struct call *call, struct err *err);
    bool streams; /* belongs to the pool for what streams or waits */
    bool relays;  /* its body is bytes that the handler reads piece by piece: request_piece() */
};

/* A handler either fills `reply` (json, or text made by PostgreSQL), or streams through
 * request_begin/-write. */
struct reply {
    int status;       /* 200 unless set */
    json_t *json;     /* owned by the call; or NULL */
    const char *text; /* a JSON text in the arena; or NULL */
    size_t text_size;
    const char *content_type;         /* NULL: application/json */
    struct request_header headers[6]; /* ends with a NULL name */
    const char *etag; /* with its quotes: 304 to a matching If-None-Match; or NULL */
};

struct call {
    struct request *request;
    const struct route *route;
    struct services *services;
    struct identity identity; /* all NULL on public routes */
    struct reply reply;
    const char
        *audit_target; /* a handler or impact may name the target; preset: the path's parameter */
    json_t *audit_result; /* small facts for the outcome row (row counts, ids); owned by the call */
    int64_t audit_id;     /* of the intent row; 0: none */
    bool audit_spooled;   /* the database did not take an event of this call */
};

/* Adds a header to the reply; false when there is no room (a bug). */
bool call_header(struct call *call, const char *name, const char *value);
/* Gives the reply a JSON value; steals `json`; fails with LIMIT when it is NULL, so that
 * json_pack() can be passed. */
bool call_reply(struct call *call, int status, json_t *json, struct err *err)
    __attribute__((warn_unused_result));
#endif
