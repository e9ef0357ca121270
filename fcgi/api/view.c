/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cache.h"
#include "../clock.h"
#include "tag.h"

#define KEEP_S     86400
#define KEEP_BYTES (4u << 20)

struct swarm_at view_swarm_at(const struct call *call) {
    return (struct swarm_at){ .upstream = call->services->upstream,
                              .arena = call->request->arena,
                              .config = call->services->config,
                              .deadline_ms = call->request->deadline_ms };
}

void view_missing(json_t **list, const char *what, const char *why) {
    if (!*list) *list = json_array();
    json_t *entry = json_pack("{s:s, s:s}", "what", what, "why", why);
    if (!*list) json_decref(entry);
    else (void)json_array_append_new(*list, entry);
}

/* What was kept is shown only while nothing else is known: its loss is no failure. */
static void keep(struct call *call, const struct view *view) {
    struct err unused = ERR_INIT;
    if (call->reply.text_size <= KEEP_BYTES)
        (void)!cache_view_put(call->services->cache, view->name, call->reply.text, KEEP_S,
                              call->request->deadline_ms, &unused);
}

static json_t *unconfigured(const struct view *view, const char *how) {
    json_t *body = json_pack("{s:b, s:s?, s:n, s:b, s:[], s:o}", "configured", false, "how", how,
                             "as_of", "stale", false, "missing", view->is_list ? "items" : "data",
                             view->is_list ? json_array() : json_null());
    if (body && view->is_list && json_object_set_new(body, "next_cursor", json_null()) != 0) {
        json_decref(body);
        body = NULL;
    }
    return body;
}

/* The text of `value` (taken over, and given up when the reply is on its way). NULL: no memory. */
static const char *text_of(const struct request *request, json_t *value) {
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    bool kept = request_keep(request, value);
    return arena_defer(request->arena, free, text) && kept ? text : NULL;
}

/* All of them, in the arena. */
static const char *joined(struct arena *arena, const char *const pieces[], size_t *ret_size) {
    size_t size = 0;
    for (int i = 0; pieces[i]; i++) size += strlen(pieces[i]);
    char *text = arena_alloc(arena, size + 1), *end = text;
    for (int i = 0; text && pieces[i]; i++) end = stpcpy(end, pieces[i]);
    *ret_size = size;
    return text;
}

/* Made from texts, since a large one is written once alone; its tag leaves out the moment, so that
 * who asks again is told in no bytes that nothing has changed. */
bool view_reply(struct call *call, const struct view *view, json_t *data, struct err *err) {
    struct arena *arena = call->request->arena;
    char begin[80];
    time_t now = (time_t)clock_unix_s();
    struct tm utc;
    size_t size = strftime(begin, sizeof begin,
                           "{\"configured\":true,\"how\":null,\"as_of\":\"%Y-%m-%dT%H:%M:%SZ\",",
                           gmtime_r(&now, &utc));
    const char *missing = text_of(call->request, view->missing ? view->missing : json_array());
    const char *told = text_of(call->request, data);
    const char *const pieces[] = {
        begin,   "\"stale\":false,\"missing\":",
        missing, view->is_list ? ",\"next_cursor\":null,\"items\":" : ",\"data\":",
        told,    "}",
        NULL
    };
    if (missing && told) call->reply.text = joined(arena, pieces, &call->reply.text_size);
    if (!call->reply.text) return err_set(err, ERR_LIMIT, "out of memory for the reply");
    if (!view->name) return true; /* nobody asks for the same again; log lines stay out of caches */
    keep(call, view);
    return tag_text(call, call->reply.text + size, call->reply.text_size - size, err);
}

static bool reply_kept(struct call *call, const struct view *view, const struct err *failure) {
    struct err unused = ERR_INIT;
    const char *text = NULL;
    if (!view->name || !cache_view_get(call->services->cache, call->request->arena, view->name,
                                       call->request->deadline_ms, &text, &unused))
        return false;
    json_t *body = text ? json_loads(text, 0, NULL) : NULL, *missing = NULL;
    if (!body) return false;
    view_missing(&missing, "all", failure->detail);
    if (!missing || json_object_set_new(body, "stale", json_true()) != 0 ||
        json_object_set_new(body, "missing", missing) != 0) {
        json_decref(body);
        return false;
    }
    return call_reply(call, 200, body, &unused);
}

bool view_failed(struct call *call, const struct view *view, struct err *err) {
    json_decref(view->missing);
    if (err->code == ERR_NOT_CONFIGURED) {
        const char *how = arena_strdup(call->request->arena, err->detail);
        err_clear(err);
        return call_reply(call, 200, unconfigured(view, how), err);
    }
    if (err->code != ERR_UPSTREAM_UNAVAILABLE && err->code != ERR_UPSTREAM_GARBAGE &&
        err->code != ERR_UPSTREAM_REFUSED)
        return false;
    if (!reply_kept(call, view, err)) return false;
    err_clear(err);
    return true;
}
