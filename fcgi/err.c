/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct err_row {
    const char *name, *title;
    int status;
};

static const struct err_row rows[ERR_CODES] = {
    [ERR_NONE] = { "none", "No error", 200 },
    [ERR_BAD_REQUEST] = { "bad_request", "The request is malformed", 400 },
    [ERR_BAD_JSON] = { "bad_json", "The body is not valid JSON", 400 },
    [ERR_BAD_FIELD] = { "bad_field", "A field is not as it must be", 400 },
    [ERR_BAD_CURSOR] = { "bad_cursor", "The cursor is not one of this list", 400 },
    [ERR_UNAUTHENTICATED] = { "unauthenticated", "Sign in first", 401 },
    [ERR_TOKEN_INVALID] = { "token_invalid", "The token is not valid", 401 },
    [ERR_TOKEN_EXPIRED] = { "token_expired", "The token has expired", 401 },
    [ERR_TOKEN_REVOKED] = { "token_revoked", "The token was revoked", 401 },
    [ERR_CREDENTIALS] = { "credentials", "Wrong name or password", 401 },
    [ERR_REFRESH_INVALID] = { "refresh_invalid", "The session is over", 401 },
    [ERR_REFRESH_REUSED] = { "refresh_reused", "The refresh token was used before", 401 },
    [ERR_FORBIDDEN] = { "forbidden", "Not allowed", 403 },
    [ERR_SQL_PERMISSION] = { "sql_permission", "The database role may not do this", 403 },
    [ERR_NOT_FOUND] = { "not_found", "Not found", 404 },
    [ERR_METHOD] = { "method_not_allowed", "The method is not allowed here", 405 },
    [ERR_NOT_ACCEPTABLE] = { "not_acceptable", "No acceptable format", 406 },
    [ERR_CONFLICT] = { "conflict", "In conflict with the present state", 409 },
    [ERR_QUORUM] = { "quorum", "It would break a quorum", 409 },
    [ERR_NOT_CONFIGURED] = { "not_configured", "Not configured here", 404 },
    [ERR_CONFIRMATION_STALE] = { "confirmation_stale", "The confirmation is stale", 409 },
    [ERR_CONFIRMATION_INVALID] = { "confirmation_invalid", "The confirmation is not valid", 403 },
    [ERR_TOO_LARGE] = { "too_large", "Too large", 413 },
    [ERR_MEDIA_TYPE] = { "media_type", "The body is of another type", 415 },
    [ERR_ARCHIVE] = { "archive", "Not an archive that can be restored", 422 },
    [ERR_SQL_SYNTAX] = { "sql_syntax", "The statement cannot be parsed", 422 },
    [ERR_SQL_READ_ONLY] = { "sql_read_only", "The statement is not read-only", 422 },
    [ERR_SQL] = { "sql_error", "The server refused the statement", 422 },
    [ERR_CONFIRMATION_REQUIRED] = { "confirmation_required", "Confirm first", 428 },
    [ERR_THROTTLED] = { "throttled", "Too many attempts", 429 },
    [ERR_CLIENT_GONE] = { "client_gone", "The client closed the connection", 499 },
    [ERR_CANCELLED] = { "cancelled", "The statement was cancelled", 409 },
    [ERR_DEADLINE] = { "deadline", "It took too long", 504 },
    [ERR_DB_UNAVAILABLE] = { "db_unavailable", "PostgreSQL cannot be reached", 503 },
    [ERR_CACHE_UNAVAILABLE] = { "cache_unavailable", "Redis cannot be reached", 503 },
    [ERR_AUDIT_UNAVAILABLE] = { "audit_unavailable", "The audit log cannot be written", 503 },
    [ERR_BUSY] = { "busy", "Busy", 503 },
    [ERR_UPSTREAM_UNAVAILABLE] = { "upstream_unavailable", "A part of the platform does not answer",
                                   503 },
    [ERR_UPSTREAM_GARBAGE] = { "upstream_garbage", "A part of the platform answers nonsense", 502 },
    [ERR_UPSTREAM_REFUSED] = { "upstream_refused", "A part of the platform refuses the call", 502 },
    [ERR_LIMIT] = { "limit", "A limit of the worker was reached", 500 },
    [ERR_CONFIG] = { "config", "The configuration is wrong", 500 },
    [ERR_INTERNAL] = { "internal", "Internal error", 500 },
};

/* A text that was cut at `size` bytes loses what is left of a character (UTF-8) that was cut in
 * two. */
static void cut_whole(char *text, size_t size) {
    size_t start = size;
    while (start > 0 && size - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || !((unsigned char)text[start - 1] & 0x80)) return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (size - (start - 1) < whole) text[start - 1] = '\0';
}

static void set(struct err *err, enum err_code code, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
static void set(struct err *err, enum err_code code, const char *format, va_list arguments) {
    if (err->code != ERR_NONE) return;
    err->code = code;
    int size = vsnprintf(err->detail, sizeof err->detail, format, arguments);
    if (size >= (int)sizeof err->detail) cut_whole(err->detail, sizeof err->detail - 1);
}

bool err_set(struct err *err, enum err_code code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    set(err, code, format, arguments);
    va_end(arguments);
    return false;
}

bool err_field(struct err *err, const char *field, const char *format, ...) {
    if (err->code != ERR_NONE) return false;
    va_list arguments;
    va_start(arguments, format);
    set(err, ERR_BAD_FIELD, format, arguments);
    va_end(arguments);
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    return false;
}

void err_clear(struct err *err) {
    memset(err, 0, sizeof *err);
}

void err_shift_position(struct err *err, size_t prefix_size) {
    int shift = (int)prefix_size;
    err->position = err->position > shift ? err->position - shift : 0;
}

static const struct err_row *row_of(enum err_code code) {
    return &rows[(unsigned)code < ERR_CODES ? code : ERR_INTERNAL];
}

const char *err_name(enum err_code code) {
    return row_of(code)->name;
}

const char *err_title(enum err_code code) {
    return row_of(code)->title;
}

int err_status(enum err_code code) {
    return row_of(code)->status;
}
