/* SPDX-License-Identifier: MIT */
/* One picture of the platform. */
#include "../topology.h"

#include <string.h>

#include "../cache_watch.h"
#include "../clock.h"
#include "../config.h"
#include "../jsonpick.h"
#include "../logs.h"
#include "../redisview.h"
#include "../replication.h"
#include "api.h"
#include "managed.h"
#include "view.h"

#define DNS_MS  1000
#define PEERS_S 60 /* of the edges' logs */
#define LOGS_MS 1000

static bool ask_swarm(struct call *call, struct view *view, struct topology *topology) {
    struct swarm_at at = view_swarm_at(call);
    struct err problem = ERR_INIT;
    struct swarm *swarm = arena_alloc(call->request->arena, sizeof *swarm);
    if (!swarm) return false;
    unsigned parts = (unsigned)SWARM_NODES | SWARM_SERVICES | SWARM_PLACES;
    if (swarm_read(&at, parts, swarm, &problem)) topology->swarm = swarm;
    else view_missing(&view->missing, "swarm", problem.detail);
    return true;
}

/* What a part could not ask itself; taken over. NULL: nothing. */
static void miss_too(struct view *view, json_t *missing) {
    if (missing && !view->missing) view->missing = json_array();
    if (missing) (void)json_array_extend(view->missing, missing);
    json_decref(missing);
}

static bool ask_replication(struct call *call, struct view *view, struct topology *topology) {
    struct replication_at at = replication_for(call);
    struct replication replication;
    struct err problem = ERR_INIT;
    if (!replication_read(&at, &replication, &problem)) {
        view_missing(&view->missing, "replication", problem.detail);
        return true;
    }
    topology->replication = replication.data;
    topology->claims = replication.claims;
    miss_too(view, replication.missing);
    return true;
}

static bool ask_redis(struct call *call, struct topology *topology, struct err *err) {
    json_t *facts;
    if (!cache_watch(call->services->config, call->request->deadline_ms, &facts, err)) return false;
    json_t *data = redisview_json(call->request->arena, facts);
    json_decref(facts);
    topology->redis = data;
    return managed_defer(call, data, err);
}

/* Whom the edges could not reach of late, by what they wrote of it. */
static bool ask_edges(struct call *call, struct view *view, struct topology *topology,
                      struct err *err) {
    struct err problem = ERR_INIT;
    json_t *lines, *missing;
    for (size_t i = 0; topology->swarm && i < topology->swarm->service_count; i++) {
        const struct swarm_service *service = &topology->swarm->services[i];
        const json_t *labels = jsonpick_at(service->json, "Spec.Labels");
        const char *edge = json_string_value(json_object_get(labels, SWARM_EDGE_LABEL));
        if (!edge || strcmp(edge, "true") != 0) continue;
        struct logs_filter filter = { .service = service->name,
                                      .text = "while connecting to upstream",
                                      .errors_only = true,
                                      .since_s = clock_unix_s() - PEERS_S,
                                      .limit = LOGS_LINES_MAX,
                                      .swarm = topology->swarm,
                                      .timeout_ms = LOGS_MS };
        if (!logs_read(call, &filter, &lines, &missing, &problem)) {
            view_missing(&view->missing, service->name, problem.detail);
            return true;
        }
        miss_too(view, missing);
        topology->edge_errors = lines;
        return managed_defer(call, lines, err);
    }
    return true;
}

bool api_topology(struct call *call, struct err *err) {
    struct topology topology = { .arena = call->request->arena };
    struct view view = { .name = "topology" };
    const struct config *config = call->services->config;
    if (!config->docker.address) {
        (void)err_set(err, ERR_NOT_CONFIGURED, "Set docker.address to see where everything runs.");
        return view_failed(call, &view, err);
    }
    bool ok = ask_swarm(call, &view, &topology) && ask_replication(call, &view, &topology);
    if (!ok) {
        json_decref(view.missing);
        return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    }
    if (!ask_redis(call, &topology, err) || !ask_edges(call, &view, &topology, err)) {
        json_decref(view.missing);
        return false;
    }
    json_t *dns = topology_dns(&config->dns_names, clock_ms() + DNS_MS, &view.missing);
    topology.dns = dns;
    json_t *data = topology_json(&topology);
    json_decref(dns);
    return view_reply(call, &view, data, err);
}
