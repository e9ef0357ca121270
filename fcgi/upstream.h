/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_UPSTREAM_H
#define GUARDIAN_UPSTREAM_H
/*
 * HTTP to what the platform is made of: the Docker Engine, Patroni, Prometheus, Alertmanager, Loki.
 * Hides libcurl. Every call has a deadline, a limit of size and of nesting, follows no redirect and
 * asks no proxy. Several calls run at once and end one by one, so that a dead member never slows
 * the others. A `struct upstream` belongs to one worker; it keeps connections, and remembers for a
 * moment who did not answer.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"
#include "err.h"

#define UPSTREAM_CALL_MAX_MS 3000       /* of a call that names no other */
#define UPSTREAM_SIZE_MAX    (8u << 20) /* bytes of an answer, where the call names no other */
#define UPSTREAM_CALLS_MAX   64
#define UPSTREAM_SPARE_MS    300  /* of the deadline, left to say what did not answer */
#define UPSTREAM_FORGET_MS   1000 /* how long a server that was not there is not asked again */

#define UPSTREAM_STOP SIZE_MAX

struct upstream;

struct upstream_call {
    const char *name;     /* who is asked, for people: "Docker" */
    const char *base;     /* "http://host:port", "https://…", "unix:/path" */
    const char *path;     /* with its query string, percent-encoded: "/v1.41/nodes" */
    const char *method;   /* NULL: GET */
    const char *body;     /* a JSON text, or NULL */
    const char *username; /* basic authentication with `secret`; NULL: `secret` is a bearer token */
    const struct config_secret *secret; /* NULL or empty: none */
    const char *shape;                  /* of what is kept of the JSON, see jsonpick.h; NULL: all */
    bool is_text;                       /* the answer is not JSON: `text` */
    bool any_status;                    /* an answer of status 400 and more is an answer, too */
    size_t size_max;
    int timeout_ms; /* 0: UPSTREAM_CALL_MAX_MS */
    /* Takes the answer piece by piece instead; false ends the call. */
    bool (*sink)(void *context, const char *bytes, size_t size);
    /* Asked once a second with sink_context: false ends the call. NULL: nobody is asked. */
    bool (*still)(void *context);
    void *sink_context;
    /* Gives the body instead, source_size bytes in all, up to `size` at a time; UPSTREAM_STOP ends
     * the call. May wait. */
    size_t (*source)(void *context, char *bytes, size_t size);
    void *source_context;
    int64_t source_size;

    bool ok;      /* the answer is there; else `err` */
    int status;   /* HTTP; 0: none */
    json_t *json; /* the request's, like `text` */
    const char *text;
    size_t text_size;
    struct err err; /* UPSTREAM_UNAVAILABLE, UPSTREAM_GARBAGE, UPSTREAM_REFUSED, LIMIT */
};

bool upstream_open(struct upstream **ret_upstream, struct err *err)
    __attribute__((warn_unused_result));
void upstream_close(struct upstream *upstream); /* NULL is allowed */

/* Runs all calls at once until each has its answer or its time is over; what they give lives in the
 * arena. */
void upstream_run(struct upstream *upstream, struct arena *arena, struct upstream_call *calls,
                  int count, int64_t deadline_ms);
/* One call; false: as its `err`. */
bool upstream_one(struct upstream *upstream, struct arena *arena, struct upstream_call *call,
                  int64_t deadline_ms, struct err *err) __attribute__((warn_unused_result));
/* Percent-encodes a text for a path or query; NULL when there is no memory. */
const char *upstream_encode(struct arena *arena, const char *text);
#endif
