/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_REQUEST_H
#define GUARDIAN_REQUEST_H
/*
 * One HTTP request and its reply over FastCGI. Hides libfcgi. Everything that a request points to
 * lives in its arena until the worker resets it: handlers never free. Handlers see only the fields
 * that their route declares, validated.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"

#define REQUEST_BODY_MAX       (1u << 20) /* bytes of a body */
#define REQUEST_JSON_DEPTH_MAX 32
#define REQUEST_ID_MAX         63 /* PostgreSQL's application_name holds 63 bytes */
#define REQUEST_ARENA_MAX      (64u << 20)

enum request_method {
    METHOD_GET = 1,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OTHER
};

enum field_place { FIELD_QUERY = 1, FIELD_BODY, FIELD_PATH };
enum field_type {
    FIELD_STRING = 1,
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_ENUM,
    FIELD_STRINGS,
    FIELD_OBJECT
};

/* One declared field. `min` and `max` bound an integer's value, or the bytes of a string, or the
 * number of strings. */
struct field {
    const char *name; /* NULL ends a list of fields */
    enum field_place place;
    enum field_type type;
    bool required;
    bool secret; /* shown as "***" in the audit log */
    int64_t min, max;
    const char *const *choices; /* FIELD_ENUM: NULL-terminated */
    const char *preset;         /* the value when absent, as text; NULL: absent */
};

struct request_header {
    const char *name, *value;
};

struct request {
    struct arena *arena;
    void *transport; /* the FastCGI request; request.c alone looks inside */
    char id[REQUEST_ID_MAX + 1];
    enum request_method method;
    const char *method_name;
    const char *path;     /* as sent, still percent-encoded, without the query string */
    const char *instance; /* the same with its prefix: what a problem names */
    const char *query;    /* the raw query string, "" when none */
    const char *source_ip;
    int64_t started_us;              /* clock_us() */
    int64_t started_ms, deadline_ms; /* clock_ms() */
    int64_t body_length;             /* as announced; -1: nothing was */
    json_t *body;                    /* an object, or NULL when there was no body */
    const char *body_text;           /* the raw body, "" when none */
    size_t body_size;
    char body_digest[65]; /* SHA-256 of the raw body, hex; filled in by the worker */
    json_t *fields;       /* validated fields of all places by name, presets filled in */
    bool replied;         /* the status line is out */
    bool broken;          /* the client is gone, or the reply was aborted */
    int status;           /* as replied */
    int64_t bytes_out;
};

/* Takes one connection from the listening socket (non-blocking) and reads the FastCGI parameters of
 * its request. False when there was none (another worker was quicker, or the peer spoke no
 * FastCGI). Reads and writes on the connection are bounded in time. A transport is made once a
 * worker and serves one request after another. */
void *request_transport_new(void);
bool request_accept(void *transport, int listen_socket);
/* Ends the request on the wire and closes its connection. */
void request_finish(struct request *request);

/* Reads the parameters of the accepted request. The deadline is `timeout_ms` from when nginx sent
 * the request. On failure the request can still be replied to. `transport` and `arena` are
 * borrowed. Errors: BAD_REQUEST, LIMIT. */
bool request_read(struct request *request, void *transport, struct arena *arena, int64_t timeout_ms,
                  struct err *err) __attribute__((warn_unused_result));

/* Takes the body in; never waits longer than the connection's time bound. Errors: BAD_REQUEST,
 * TOO_LARGE, LIMIT. */
bool request_take(struct request *request, struct err *err) __attribute__((warn_unused_result));
/* Instead: a body of bytes that is left where it is, to be read piece by piece. Its length must be
 * announced. Errors: MEDIA_TYPE, BAD_REQUEST. */
bool request_leave(struct request *request, struct err *err) __attribute__((warn_unused_result));
/* The next bytes of it, as many as there are of `size`; a client that sends nothing for a minute is
 * gone. Errors: CLIENT_GONE when less comes. */
bool request_piece(struct request *request, char *buffer, size_t size, struct err *err)
    __attribute__((warn_unused_result));

/* Makes the JSON object of the body that request_take took in: only for who was let in. Errors:
 * MEDIA_TYPE, BAD_JSON, LIMIT. */
bool request_body(struct request *request, struct err *err) __attribute__((warn_unused_result));
/* The same without a look at the media type. */
bool request_body_parse(struct request *request, struct err *err)
    __attribute__((warn_unused_result));

/* Gives a JSON value to the request, which drops it at its end; false when that could not be noted
 * (it is dropped then). */
bool request_keep(const struct request *request, json_t *value) __attribute__((warn_unused_result));

/* A request header ("Authorization"), NULL when absent. */
const char *request_header(const struct request *request, const char *name);
/* A cookie's value (percent-decoding is not done), NULL when absent. */
const char *request_cookie(const struct request *request, const char *name);
/* A raw FastCGI parameter, NULL when absent. */
const char *request_param(const struct request *request, const char *name);
/* Percent-decodes into the arena; NULL when malformed, when it holds a NUL, or is not UTF-8. */
const char *request_decode(struct arena *arena, const char *text, size_t size, bool plus_is_space);

/* Validates query string, body and path parameters against the declared fields (NULL: none) into
 * request->fields. `path_values` are decoded path parameters in the order of the FIELD_PATH
 * entries. Errors: BAD_FIELD. */
bool request_fields(struct request *request, const struct field *fields,
                    const char *const *path_values, struct err *err)
    __attribute__((warn_unused_result));

/* Validated values. The name must be declared; absent optional fields give NULL, -1, false. */
const char *request_string(const struct request *request, const char *name);
int64_t request_integer(const struct request *request, const char *name);
bool request_boolean(const struct request *request, const char *name);
/* A field that holds a moment in UTC, "2026-11-25T22:00:00Z", as unix seconds; where it is absent,
 * *ret_s stays as it is. Error: BAD_FIELD. */
bool request_time(const struct request *request, const char *name, int64_t *ret_s, struct err *err)
    __attribute__((warn_unused_result));
const json_t *request_strings(const struct request *request, const char *name);
/* An object as it was sent: the handler must validate what is in it. */
const json_t *request_object(const struct request *request, const char *name);
bool request_has(const struct request *request, const char *name);

/* Whole replies. `headers` is NULL or ends with a NULL name. A request is replied to once. */
void request_reply(struct request *request, int status, const char *content_type,
                   const struct request_header *headers, const char *body, size_t size);
/* Streamed replies: begin once, write many times, and either return (complete) or abort (the client
 * sees a broken transfer, never a short one that looks whole). Writes return false when the client
 * is gone. */
bool request_begin(struct request *request, int status, const char *content_type,
                   const struct request_header *headers);
bool request_write(struct request *request, const char *data, size_t size);
bool request_flush(struct request *request);
void request_abort(struct request *request);

/* The descriptor that becomes readable or hangs up when the client goes away; for poll(2) beside a
 * database socket. */
int request_socket(const struct request *request);
bool request_client_gone(struct request *request);

/* Replies with err as problem details (RFC 9457), beside `headers` (NULL or ended by a NULL name).
 */
void request_problem(struct request *request, const struct err *err,
                     const struct request_header *headers);
#endif
