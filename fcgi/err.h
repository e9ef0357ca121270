/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_ERR_H
#define GUARDIAN_ERR_H
/*
 * One error, passed last, filled once. Every fallible function takes `struct err *` (never NULL),
 * returns false and leaves its ret_ arguments untouched when it fails. The first err_set wins: an
 * error keeps its first cause. The table in err.c turns a code into its stable name, HTTP status
 * and title. Nothing here allocates.
 */
#include <stdbool.h>
#include <stddef.h>

enum err_code {
    ERR_NONE = 0,
    /* 400 */
    ERR_BAD_REQUEST, /* the request line, a header or the query string is malformed */
    ERR_BAD_JSON,    /* the body is not the JSON text it must be */
    ERR_BAD_FIELD,   /* a field is unknown, missing, of the wrong type or out of range */
    ERR_BAD_CURSOR,
    /* 401, 403 */
    ERR_UNAUTHENTICATED, /* no bearer token */
    ERR_TOKEN_INVALID, /* malformed, forged, wrong key, wrong algorithm, wrong issuer or audience */
    ERR_TOKEN_EXPIRED,
    ERR_TOKEN_REVOKED,
    ERR_CREDENTIALS, /* name or password is wrong */
    ERR_REFRESH_INVALID,
    ERR_REFRESH_REUSED, /* a used refresh token came again: the session is ended */
    ERR_FORBIDDEN,      /* the role is not enough */
    ERR_SQL_PERMISSION, /* SQLSTATE 42501 and class 28 */
    /* 404, 405, 409, 413, 415, 406, 422, 428, 429 */
    ERR_NOT_FOUND,
    ERR_METHOD,
    ERR_NOT_ACCEPTABLE,
    ERR_CONFLICT,
    ERR_QUORUM,               /* 409: it would break a quorum */
    ERR_NOT_CONFIGURED,       /* 404: there is no such part here */
    ERR_CONFIRMATION_STALE,   /* what the confirmation was decided on has changed */
    ERR_CONFIRMATION_INVALID, /* unknown, used, expired, of another call, or the wrong phrase */
    ERR_TOO_LARGE,
    ERR_MEDIA_TYPE,
    ERR_ARCHIVE,               /* 422: not bytes that can be restored from */
    ERR_SQL_SYNTAX,            /* the parser refused the text */
    ERR_SQL_READ_ONLY,         /* the statement is not read-only (parser, or SQLSTATE 25006) */
    ERR_SQL,                   /* any other error of the server about the statement */
    ERR_CONFIRMATION_REQUIRED, /* 428, carries the challenge */
    ERR_THROTTLED,
    /* 499, 5xx */
    ERR_CLIENT_GONE,       /* the client closed the connection; nobody reads the reply */
    ERR_CANCELLED,         /* an administrator cancelled the statement */
    ERR_DEADLINE,          /* 504 */
    ERR_DB_UNAVAILABLE,    /* 503: PostgreSQL cannot be reached */
    ERR_CACHE_UNAVAILABLE, /* 503: Redis cannot be reached */
    ERR_AUDIT_UNAVAILABLE, /* 503: no audit, no operation */
    ERR_BUSY,              /* 503: the pool is full or the server is out of resources (class 53) */
    ERR_UPSTREAM_UNAVAILABLE, /* 503: a part of the platform does not answer */
    ERR_UPSTREAM_GARBAGE,     /* 502: it answers what cannot be read */
    ERR_UPSTREAM_REFUSED,     /* 502: it refuses the call */
    ERR_LIMIT,                /* 500: a hard limit of ours (arena) was hit */
    ERR_CONFIG,               /* start-up only */
    ERR_INTERNAL,             /* 500 */
    ERR_CODES
};

struct err {
    enum err_code code;
    int position;      /* of an SQL error, in characters from 1; 0: none */
    int retry_after_s; /* 0: none */
    char sqlstate[6];
    char field[64];   /* of ERR_BAD_FIELD: which one */
    char detail[512]; /* for the user: what, and what to do about it; never a secret */
    char hint[256];
    char parser_version[8]; /* of a refusal by the SQL parser: the PostgreSQL version whose grammar
                               spoke ("15") */
};

#define ERR_INIT ((struct err){ .code = ERR_NONE })

/* Always returns false, so that `return err_set(err, …)` reads well. Keeps an error that is already
 * set. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set, for a named field. */
bool err_field(struct err *err, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void err_clear(struct err *err);
/* The position counts from the start of what was sent; the person sees only what follows a prefix
 * of so many ASCII characters. */
void err_shift_position(struct err *err, size_t prefix_size);

const char *err_name(enum err_code code);  /* "confirmation_stale" */
const char *err_title(enum err_code code); /* "The confirmation is stale" */
int err_status(enum err_code code);        /* HTTP status */
#endif
