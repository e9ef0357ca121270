/* SPDX-License-Identifier: MIT */
#include "logstream.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "jsonpick.h"

#define FRAME_MAX (1u << 20) /* the Engine's own are of 16 kB and some */

/* "a.id=x,b.id=y,c.id=z": the value of the member that ends in `name`, copied and cut. */
static void detail(const char *details, size_t size, const char *name, char *out, size_t room) {
    const char *end = details + size;
    out[0] = '\0';
    while (details < end) {
        size_t length = 0;
        while (details + length < end && details[length] != ',') length++;
        const char *equal = memchr(details, '=', length);
        size_t key = equal ? (size_t)(equal - details) : 0, wanted = strlen(name);
        if (key >= wanted && memcmp(equal - wanted, name, wanted) == 0) {
            size_t value = length - key - 1;
            if (value >= room) value = room - 1;
            memcpy(out, equal + 1, value);
            out[value] = '\0';
            return;
        }
        details += length + 1;
    }
}

static size_t word(const char *text) {
    return strcspn(text, " ");
}

/* time, details, text; what has no such beginning is all text. */
static bool give_line(struct logstream *stream) {
    char at[40] = "", node[32] = "", task[32] = "";
    char *text = stream->line;
    size_t size = stream->size;
    text[size] = '\0';
    stream->size = 0;
    if (size && text[size - 1] == '\r') text[--size] = '\0';
    size_t first = word(text);
    bool has_time = first >= 20 && first < sizeof at && text[4] == '-' && text[10] == 'T';
    if (has_time) {
        memcpy(at, text, first);
        at[first] = '\0';
        size_t skip = first + (text[first] == ' ');
        text += skip;
        size -= skip;
        size_t second = word(text);
        if (second > 3 && strncmp(text, "com.docker.", 11) == 0 && memchr(text, '=', second)) {
            detail(text, second, "node.id", node, sizeof node);
            detail(text, second, "task.id", task, sizeof task);
            skip = second + (text[second] == ' ');
            text += skip;
            size -= skip;
        }
    }
    struct log_line line = { .at = at,
                             .node_id = node,
                             .task_id = task,
                             .is_error = stream->head[0] == 2,
                             .text = text,
                             .text_size = size };
    return stream->take(stream->context, &line);
}

static bool feed_text(struct logstream *stream, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            if (!give_line(stream)) return false;
        } else if (stream->size < LOGSTREAM_LINE_MAX) {
            stream->line[stream->size++] = bytes[i] ? bytes[i] : ' ';
        }
    }
    return true;
}

static size_t frame_size(const unsigned char *head) {
    return (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
}

static bool is_frame(const unsigned char *head) {
    return head[0] <= 3 && !head[1] && !head[2] && !head[3] && frame_size(head) <= FRAME_MAX;
}

bool logstream_feed(struct logstream *stream, const char *bytes, size_t size) {
    while (size) {
        size_t part;
        if (stream->left) {
            part = size < stream->left ? size : stream->left;
            if (!feed_text(stream, bytes, part)) return false;
            stream->left -= part;
            /* A frame is a line, with or without its end. */
            if (!stream->left && stream->size && !give_line(stream)) return false;
        } else {
            part = sizeof stream->head - stream->head_size;
            if (part > size) part = size;
            memcpy(stream->head + stream->head_size, bytes, part);
            stream->head_size += part;
            if (stream->head_size == sizeof stream->head) {
                stream->head_size = 0;
                if (is_frame(stream->head)) stream->left = frame_size(stream->head);
                else if (!feed_text(stream, (const char *)stream->head, sizeof stream->head))
                    return false;
            }
        }
        bytes += part;
        size -= part;
    }
    return true;
}

/* -- facts ------------------------------------------------------------------------------------- */

static const char *const level_names[] = { NULL, "debug", "info", "warn", "error" };

const char *log_level_name(enum log_level level) {
    return level_names[level];
}

enum log_level log_level_of(const char *name) {
    static const struct {
        const char *name;
        enum log_level level;
    } names[] = { { "debug", LEVEL_DEBUG }, { "info", LEVEL_INFO },      { "notice", LEVEL_INFO },
                  { "warn", LEVEL_WARN },   { "warning", LEVEL_WARN },   { "error", LEVEL_ERROR },
                  { "crit", LEVEL_ERROR },  { "critical", LEVEL_ERROR }, { "fatal", LEVEL_ERROR } };
    for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i].name) == 0) return names[i].level;
    return LEVEL_NONE;
}

void log_facts(const char *text, size_t size, struct log_facts *ret_facts) {
    const char *why;
    json_t *json = NULL;
    *ret_facts = (struct log_facts){ .level = LEVEL_NONE };
    if (size == 0 || *text != '{' ||
        !jsonpick_load(text, size, "(level,request_id,event)", &json, &why))
        return;
    const char *id = jsonpick_text(json, "request_id"), *event = jsonpick_text(json, "event");
    ret_facts->level = log_level_of(jsonpick_text(json, "level"));
    if (id) (void)snprintf(ret_facts->request_id, sizeof ret_facts->request_id, "%s", id);
    if (event) (void)snprintf(ret_facts->event, sizeof ret_facts->event, "%s", event);
    json_decref(json);
}

/* -- nginx's peers ----------------------------------------------------------------------------- */

/* "connect() failed (111: Connection refused) while connecting to upstream, …, upstream:
 * "10.0.1.9:9000", …", or with "http://" before the address. Sockets of the machine are no peers.
 */
bool log_peer(const char *text, struct log_peer *ret_peer) {
    static const char doing[] = ") while connecting to upstream", whom[] = "upstream: \"";
    struct in_addr known;
    const char *end = strstr(text, doing), *upstream = end ? strstr(end, whom) : NULL;
    if (!upstream) return false;
    upstream += strlen(whom);
    const char *scheme = strstr(upstream, "://"), *quote = strchr(upstream, '"');
    if (scheme && quote && scheme < quote) upstream = scheme + strlen("://");
    (void)snprintf(ret_peer->address, sizeof ret_peer->address, "%.*s",
                   (int)strcspn(upstream, ":/\""), upstream);
    if (inet_pton(AF_INET, ret_peer->address, &known) != 1) return false;
    const char *why = end;
    while (why > text && *why != '(') why--;
    const char *colon = memchr(why, ':', (size_t)(end - why));
    if (!colon || colon + 2 > end) return false;
    (void)snprintf(ret_peer->why, sizeof ret_peer->why, "%.*s", (int)(end - colon - 2), colon + 2);
    return true;
}
