/* SPDX-License-Identifier: MIT */
/* Changing a service or a node: its whole specification is read, one thing in it changed, and given
 * back at the version that somebody decided on. */
#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"
#include "swarm.h"

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for the specification.");
}

static bool stale(struct err *err) {
    return err_set(err, ERR_CONFIRMATION_STALE,
                   "It was changed since this was decided. Look again before you decide.");
}

static bool read_whole(const struct swarm_at *at, const char *kind, const char *id,
                       const json_t **ret_object, struct err *err) {
    const char *encoded = upstream_encode(at->arena, id);
    struct upstream_call call = {
        .name = "Docker",
        .base = at->config->docker.address,
        .path = encoded ? arena_printf(at->arena, SWARM_API "/%s/%s", kind, encoded) : NULL,
    };
    if (!call.path) return no_memory(err);
    if (!upstream_one(at->upstream, at->arena, &call, at->deadline_ms, err)) return false;
    if (!json_is_object(jsonpick_at(call.json, "Spec")))
        return err_set(err, ERR_UPSTREAM_GARBAGE, "Docker answered without a specification.");
    *ret_object = call.json;
    return true;
}

/* The Engine refuses a version that is not the present one. */
static bool write_back(const struct swarm_at *at, const char *path, const json_t *spec,
                       const json_t **ret_answer, struct err *err) {
    char *text = json_dumps(spec, JSON_COMPACT);
    struct upstream_call call = {
        .name = "Docker",
        .base = at->config->docker.address,
        .path = path,
        .method = "POST",
        .body = text,
    };
    if (!text || !path) {
        free(text);
        return no_memory(err);
    }
    bool ok = upstream_one(at->upstream, at->arena, &call, at->deadline_ms, err);
    free(text);
    if (!ok && strstr(err->detail, "out of sequence")) {
        err_clear(err);
        return stale(err);
    }
    if (ok) *ret_answer = call.json;
    return ok;
}

static bool set_image(const json_t *spec, const char *image) {
    json_t *container = jsonpick_at(spec, "TaskTemplate.ContainerSpec");
    return json_object_set_new(container, "Image", json_string(image)) == 0;
}

static bool change(const json_t *service, enum swarm_act act, const char *image,
                   json_int_t replicas, struct err *err) {
    json_t *spec = jsonpick_at(service, "Spec"), *mode = jsonpick_at(spec, "Mode.Replicated");
    if (act == SWARM_UPDATE) return set_image(spec, image) || no_memory(err);
    if (act == SWARM_ROLLBACK)
        return json_is_object(jsonpick_at(service, "PreviousSpec")) ||
               err_set(err, ERR_CONFLICT, "There is no earlier specification to go back to.");
    if (!mode)
        return err_set(err, ERR_CONFLICT,
                       "It runs once on each node: it has no number of replicas.");
    return json_object_set_new(mode, "Replicas", json_integer(replicas)) == 0 || no_memory(err);
}

bool swarm_service_act(const struct swarm_at *at, const char *id, json_int_t version,
                       enum swarm_act act, const char *image, json_int_t replicas,
                       json_t **ret_warnings, struct err *err) {
    const json_t *service, *answer = NULL;
    if (!read_whole(at, "services", id, &service, err)) return false;
    if (swarm_version(service) != version) return stale(err);
    if (!change(service, act, image, replicas, err)) return false;
    const char *encoded = upstream_encode(at->arena, id);
    const char *path =
        encoded ? arena_printf(at->arena,
                               SWARM_API "/services/%s/update?version=%lld%s&registryAuthFrom=%s",
                               encoded, (long long)version,
                               act == SWARM_ROLLBACK ? "&rollback=previous" : "",
                               act == SWARM_ROLLBACK ? "previous-spec" : "spec")
                : NULL;
    if (!write_back(at, path, jsonpick_at(service, "Spec"), &answer, err)) return false;
    const json_t *given = json_object_get(answer, "Warnings");
    json_t *warnings = json_is_array(given) ? json_copy((json_t *)(uintptr_t)given) : json_array();
    if (!warnings) return no_memory(err);
    *ret_warnings = warnings;
    return true;
}

bool swarm_node_act(const struct swarm_at *at, const char *id, json_int_t version,
                    const char *availability, struct err *err) {
    const json_t *node, *answer = NULL;
    if (!read_whole(at, "nodes", id, &node, err)) return false;
    if (swarm_version(node) != version) return stale(err);
    json_t *spec = jsonpick_at(node, "Spec");
    if (json_object_set_new(spec, "Availability", json_string(availability)) != 0)
        return no_memory(err);
    const char *encoded = upstream_encode(at->arena, id);
    const char *path = encoded ? arena_printf(at->arena, SWARM_API "/nodes/%s/update?version=%lld",
                                              encoded, (long long)version)
                               : NULL;
    return write_back(at, path, spec, &answer, err);
}
