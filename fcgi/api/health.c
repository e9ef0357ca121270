/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "../cache.h"
#include "../clock.h"
#include "../db.h"
#include "../metrics.h"
#include "../routes.h"
#include "api.h"

#define CHECK_TIMEOUT_MS 2000

bool api_live(struct call *call, struct err *err) {
    return call_reply(call, 200, json_pack("{s:s}", "status", "ok"), err);
}

/* Ready means that all a request needs answers: PostgreSQL (audit and users), Redis (revocations),
 * and no drain. */
bool api_ready(struct call *call, struct err *err) {
    struct services *services = call->services;
    struct err postgres = ERR_INIT, redis = ERR_INIT;
    const char *text;
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + CHECK_TIMEOUT_MS,
                        .client_socket = -1 };
    bool postgres_ok =
        db_text(services->db, &at, DB_READY, call->request->arena, NULL, 0, &text, NULL, &postgres);
    bool redis_ok = cache_ping(services->cache, clock_ms() + CHECK_TIMEOUT_MS, &redis);
    bool draining = metrics_is_draining(services->metrics),
         ok = postgres_ok && redis_ok && !draining;
    return call_reply(call, ok ? 200 : 503,
                      json_pack("{s:s s:{s:s s:s}}", "status",
                                draining ? "draining"
                                : ok     ? "ready"
                                         : "unavailable",
                                "checks", "postgres", postgres_ok ? "ok" : "down", "redis",
                                redis_ok ? "ok" : "down"),
                      err);
}

static void name_of(int route, char *ret_name, size_t size) {
    static const char *const methods[] = { "", "GET", "POST", "PUT", "DELETE", "" };
    const struct route *row = routes_at(route);
    if (row) (void)snprintf(ret_name, size, "%s %s", methods[row->method], row->path);
}

bool api_metrics(struct call *call, struct err *err) {
    call->reply.text = metrics_text(call->services->metrics, call->request->arena, routes_count(),
                                    name_of, &call->reply.text_size);
    call->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return call->reply.text || err_set(err, ERR_LIMIT, "out of request memory");
}
