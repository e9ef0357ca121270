/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cache.h"
#include "../clock.h"

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
static void keep(struct call *call, const struct view *view, const json_t *body) {
    struct err unused = ERR_INIT;
    char *text = view->name ? json_dumps(body, JSON_COMPACT) : NULL;
    if (text && strlen(text) <= KEEP_BYTES)
        (void)!cache_view_put(call->services->cache, view->name, text, KEEP_S,
                              call->request->deadline_ms, &unused);
    free(text);
}

static json_t *envelope(const struct view *view, bool configured, const char *how,
                        const char *as_of, json_t *missing, json_t *data) {
    json_t *body =
        json_pack("{s:b, s:s?, s:s?, s:b, s:o, s:o}", "configured", configured, "how", how, "as_of",
                  as_of, "stale", false, "missing", missing ? missing : json_array(),
                  view->is_list ? "items" : "data", data);
    if (body && view->is_list && json_object_set_new(body, "next_cursor", json_null()) != 0) {
        json_decref(body);
        body = NULL;
    }
    return body;
}

bool view_reply(struct call *call, const struct view *view, json_t *data, struct err *err) {
    char as_of[32];
    time_t now = (time_t)clock_unix_s();
    struct tm utc;
    strftime(as_of, sizeof as_of, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    if (!data) json_decref(view->missing);
    json_t *body = data ? envelope(view, true, NULL, as_of, view->missing, data) : NULL;
    if (body) keep(call, view, body);
    return call_reply(call, 200, body, err);
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
        return call_reply(
            call, 200,
            envelope(view, false, how, NULL, NULL, view->is_list ? json_array() : json_null()),
            err);
    }
    if (err->code != ERR_UPSTREAM_UNAVAILABLE && err->code != ERR_UPSTREAM_GARBAGE &&
        err->code != ERR_UPSTREAM_REFUSED)
        return false;
    if (!reply_kept(call, view, err)) return false;
    err_clear(err);
    return true;
}
