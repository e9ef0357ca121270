/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_LOGSTREAM_H
#define GUARDIAN_LOGSTREAM_H
/*
 * Docker's stream of log lines taken apart, and lines looked at. The stream comes in pieces of any
 * size: frames of eight bytes of head (1: output, 2: errors; length, big-endian) and a payload
 * "time details text\n", as the Engine API describes it for timestamps and details.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGSTREAM_LINE_MAX 17408 /* the Engine splits at 16 kB, and puts its own before it */

struct log_line {
    const char *at;      /* as it came: RFC 3339 with nanoseconds */
    const char *node_id; /* "" where there are no details */
    const char *task_id;
    bool is_error; /* of the stream of errors */
    const char *text;
    size_t text_size;
};

/* One stream on its way; all zero to begin with, but for the two members of the caller. */
struct logstream {
    bool (*take)(void *context, const struct log_line *line); /* false ends the stream */
    void *context;

    unsigned char head[8];
    size_t head_size, left; /* of the payload that is coming */
    char line[LOGSTREAM_LINE_MAX + 1];
    size_t size;
};

/* Feeds bytes; false when the caller had enough. Bytes that are no such stream are taken as a text.
 */
bool logstream_feed(struct logstream *stream, const char *bytes, size_t size);

enum log_level { LEVEL_NONE, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR };
/* What a line says of itself, when it is JSON as ours is; new texts in `ret_*` of these sizes. */
struct log_facts {
    enum log_level level;
    char request_id[64], event[64];
};
void log_facts(const char *text, size_t size, struct log_facts *ret_facts);
/* Of a line of nginx's error log (ngx_connection_error, ngx_stream_proxy_module): whom it could not
 * connect to, an IPv4 address, and why. False: the line says no such thing. */
struct log_peer {
    char address[46], why[64];
};
bool log_peer(const char *text, struct log_peer *ret_peer);
const char *log_level_name(enum log_level level); /* NULL: none */
enum log_level log_level_of(const char *name);
#endif
