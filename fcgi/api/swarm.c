/* SPDX-License-Identifier: MIT */
/* The Docker Swarm: seen, and steered in two steps. */
#include "../swarm.h"

#include <string.h>

#include "../config.h"
#include "../swarm_drift.h"
#include "api.h"
#include "managed.h"
#include "view.h"

static const char *const availabilities[] = { "active", "pause", "drain", NULL };

/* clang-format off */
const struct field swarm_id_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 1, .max = 64 },
    { .name = NULL },
};
const struct field swarm_update_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 1, .max = 64 },
    { "image", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 512 },
    { .name = NULL },
};
const struct field swarm_scale_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 1, .max = 64 },
    { "replicas", FIELD_BODY, FIELD_INTEGER, .required = true, .min = 0, .max = 1000 },
    { .name = NULL },
};
const struct field swarm_availability_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 1, .max = 64 },
    { "availability", FIELD_BODY, FIELD_ENUM, .required = true, .choices = availabilities },
    { .name = NULL },
};
/* clang-format on */

#define BASE  ((unsigned)SWARM_NODES | SWARM_SERVICES)
#define JOINT (BASE | SWARM_TASKS)

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* -- seeing ------------------------------------------------------------------------------------ */

static bool show(struct call *call, const struct view *view, unsigned parts,
                 json_t *(*make)(const struct swarm *), struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    struct swarm swarm;
    if (!swarm_read(&at, parts, &swarm, err)) return view_failed(call, view, err);
    return view_reply(call, view, make(&swarm), err);
}

bool api_swarm_overview(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.overview" }, JOINT | SWARM_INFO,
                swarm_overview_json, err);
}

bool api_swarm_nodes(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.nodes", .is_list = true }, JOINT,
                swarm_nodes_json, err);
}

bool api_swarm_services(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.services", .is_list = true }, JOINT,
                swarm_services_json, err);
}

bool api_swarm_networks(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.networks", .is_list = true },
                BASE | SWARM_NETWORKS, swarm_networks_json, err);
}

static json_t *secrets_json(const struct swarm *swarm) {
    return swarm_names_json(swarm, true);
}

static json_t *configs_json(const struct swarm *swarm) {
    return swarm_names_json(swarm, false);
}

bool api_swarm_secrets(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.secrets", .is_list = true },
                BASE | SWARM_SECRETS, secrets_json, err);
}

bool api_swarm_configs(struct call *call, struct err *err) {
    return show(call, &(struct view){ .name = "swarm.configs", .is_list = true },
                BASE | SWARM_CONFIGS, configs_json, err);
}

static bool find_service(struct call *call, const struct swarm *swarm,
                         const struct swarm_service **ret_service, struct err *err) {
    const char *id = request_string(call->request, "id");
    const struct swarm_service *service = swarm_service_named(swarm, id);
    if (!service) return err_set(err, ERR_NOT_FOUND, "There is no service %.64s.", id);
    *ret_service = service;
    return true;
}

bool api_swarm_service(struct call *call, struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    struct swarm swarm;
    const struct swarm_service *service = NULL;
    struct view view = { .name = arena_printf(call->request->arena, "swarm.service.%s",
                                              request_string(call->request, "id")) };
    if (!swarm_read(&at, BASE | SWARM_NETWORKS, &swarm, err)) return view_failed(call, &view, err);
    if (!find_service(call, &swarm, &service, err)) return false;
    if (!swarm_read_history(&at, &swarm, service, err)) return view_failed(call, &view, err);
    return view_reply(call, &view, swarm_service_detail_json(&swarm, service), err);
}

bool api_swarm_drift(struct call *call, struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    const char *path = call->services->config->docker.stack_file;
    struct view view = { .name = "swarm.drift" };
    struct stackfile file;
    struct swarm swarm;
    if (!path) {
        (void)err_set(err, ERR_NOT_CONFIGURED,
                      "Set docker.stack_file to the file that the stack was deployed from.");
        return view_failed(call, &view, err);
    }
    if (!swarm_read(&at, BASE | SWARM_HISTORY | SWARM_NETWORKS, &swarm, err))
        return view_failed(call, &view, err);
    if (!stackfile_load(at.arena, path, at.config->docker.stack_name, &file, err)) return false;
    return view_reply(call, &view, swarm_drift_json(&swarm, &file, path), err);
}

/* -- what it would do -------------------------------------------------------------------------- */

/* The version that was decided on goes into the audit log, and from there to the handler. */
static bool keep_facts(struct call *call, const char *id, const char *name, json_int_t version,
                       struct err *err) {
    json_t *facts = json_pack("{s:s, s:s, s:I}", "id", id, "name", name, "version_index", version);
    if (!facts) return no_memory(err);
    json_decref(call->audit_result);
    call->audit_result = facts;
    call->audit_target = arena_strdup(call->request->arena, name);
    return true;
}

/* Both steps end here: is it allowed, and what is it bound to. */
static bool impact_of(struct call *call, const struct swarm *swarm, const struct swarm_loss *loss,
                      json_t *numbers, struct impact *impact, const char *version_text,
                      struct err *err) {
    json_t *verdicts;
    if (!managed_defer(call, numbers, err)) return false;
    if (!swarm_quorum_check(swarm, loss, &verdicts, err)) return false;
    /* What takes nothing from a quorum does not wait until all of them have come to rest. */
    const char *state = json_array_size(verdicts) > 0 ? swarm_quorum_state(swarm) : "";
    if (json_object_set_new(numbers, "quorums", verdicts) != 0) return no_memory(err);
    impact->impact = numbers;
    impact->state = state && version_text
                        ? arena_printf(call->request->arena, "%s|%s", version_text, state)
                        : NULL;
    return (impact->summary && impact->phrase && impact->undo && impact->state) || no_memory(err);
}

/* How many of its tasks are down at once while it is rolled over. */
static int down_at_once(const struct swarm_service *service) {
    const json_t *policy = json_object_get(json_object_get(service->json, "Spec"), "UpdateConfig");
    json_int_t parallelism =
        json_is_object(policy) ? json_integer_value(json_object_get(policy, "Parallelism")) : 1;
    if (parallelism == 0 || parallelism > service->running) return service->running;
    return (int)parallelism;
}

static const char *image_of(const struct swarm_service *service, bool previous) {
    const json_t *spec = json_object_get(service->json, previous ? "PreviousSpec" : "Spec");
    const json_t *container =
        json_object_get(json_object_get(spec, "TaskTemplate"), "ContainerSpec");
    const char *image = json_string_value(json_object_get(container, "Image"));
    return image ? image : "?";
}

static bool read_for_service(struct call *call, struct swarm *swarm,
                             const struct swarm_service **ret_service, struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    const struct swarm_service *service = NULL;
    if (!swarm_read(&at, JOINT, swarm, err) || !find_service(call, swarm, &service, err) ||
        !keep_facts(call, service->id, service->name, swarm_version(service->json), err))
        return false;
    *ret_service = service;
    return true;
}

static const char *version_text(struct call *call, const char *id, const json_t *json) {
    return arena_printf(call->request->arena, "%s|%lld", id, (long long)swarm_version(json));
}

/* An image is a name, a tag, a digest: nothing that a shell or a log would read otherwise. */
static bool check_image(const char *image, struct err *err) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@";
    return image[strspn(image, allowed)] == '\0' ||
           err_field(err, "image", "image is not the name of an image");
}

bool swarm_update_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *image = request_string(call->request, "image");
    struct swarm swarm;
    const struct swarm_service *service = NULL;
    if (!check_image(image, err) || !read_for_service(call, &swarm, &service, err)) return false;
    int at_once = down_at_once(service);
    struct swarm_loss loss = { .service = service,
                               .count = at_once,
                               .act = arena_printf(arena, "Updating %s", service->name) };
    struct impact impact = {
        .summary =
            arena_printf(arena, "Roll service %s from %s to %s: %d task%s replaced, %d at a time.",
                         service->name, image_of(service, false), image, service->wanted,
                         service->wanted == 1 ? " is" : "s are", at_once),
        .undo = "Roll back: the swarm keeps the specification before this one.",
        .phrase = arena_printf(arena, "update %s", service->name),
    };
    json_t *numbers =
        json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "service", service->name, "from",
                  image_of(service, false), "to", image, "tasks_replaced", service->wanted,
                  "tasks_running", service->running, "at_once", at_once);
    if (!impact_of(call, &swarm, &loss, numbers, &impact,
                   version_text(call, service->id, service->json), err))
        return false;
    *ret_impact = impact;
    return true;
}

bool swarm_rollback_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    struct swarm swarm;
    const struct swarm_service *service = NULL;
    if (!read_for_service(call, &swarm, &service, err)) return false;
    if (!json_is_object(json_object_get(service->json, "PreviousSpec")))
        return err_set(err, ERR_CONFLICT, "%s was never updated: there is nothing to go back to.",
                       service->name);
    int at_once = down_at_once(service);
    struct swarm_loss loss = { .service = service,
                               .count = at_once,
                               .act = arena_printf(arena, "Rolling back %s", service->name) };
    struct impact impact = {
        .summary = arena_printf(
            arena,
            "Take service %s back to the specification before its last update (%s, now %s): "
            "%d task%s replaced.",
            service->name, image_of(service, true), image_of(service, false), service->wanted,
            service->wanted == 1 ? " is" : "s are"),
        .undo = "Roll back again: the present specification becomes the one before.",
        .phrase = arena_printf(arena, "rollback %s", service->name),
    };
    json_t *numbers =
        json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "service", service->name, "from",
                  image_of(service, false), "to", image_of(service, true), "tasks_replaced",
                  service->wanted, "tasks_running", service->running, "at_once", at_once);
    if (!impact_of(call, &swarm, &loss, numbers, &impact,
                   version_text(call, service->id, service->json), err))
        return false;
    *ret_impact = impact;
    return true;
}

bool swarm_scale_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    int replicas = (int)request_integer(call->request, "replicas");
    struct swarm swarm;
    const struct swarm_service *service = NULL;
    if (!read_for_service(call, &swarm, &service, err)) return false;
    if (!service->replicated)
        return err_set(err, ERR_CONFLICT,
                       "%s runs once on each node: it has no number of replicas.", service->name);
    int lost = service->wanted - replicas;
    struct swarm_loss loss = {
        .service = service,
        .count = lost > 0 ? lost : 0,
        .act = arena_printf(arena, "Scaling %s to %d", service->name, replicas),
    };
    struct impact impact = {
        .summary = replicas == 0 ? arena_printf(arena, "Stop all %d tasks of service %s: it ends.",
                                                service->wanted, service->name)
                                 : arena_printf(arena, "Scale service %s from %d to %d replicas.",
                                                service->name, service->wanted, replicas),
        .undo = arena_printf(arena, "Scale back to %d.", service->wanted),
        .phrase = arena_printf(arena, "scale %s to %d", service->name, replicas),
    };
    json_t *numbers =
        json_pack("{s:s, s:i, s:i, s:i}", "service", service->name, "from", service->wanted, "to",
                  replicas, "tasks_stopped", lost > 0 ? lost : 0);
    if (!impact_of(call, &swarm, &loss, numbers, &impact,
                   version_text(call, service->id, service->json), err))
        return false;
    *ret_impact = impact;
    return true;
}

static const char *node_summary(struct arena *arena, const struct swarm_node *node,
                                const char *availability) {
    if (strcmp(availability, "drain") == 0)
        return arena_printf(arena,
                            "Drain node %s: its %d running task%s stopped here and started "
                            "elsewhere where their placement allows it.",
                            node->hostname, node->running, node->running == 1 ? " is" : "s are");
    if (strcmp(availability, "pause") == 0)
        return arena_printf(arena, "Pause node %s: its %d tasks go on, new ones go elsewhere.",
                            node->hostname, node->running);
    return arena_printf(arena, "Let node %s take tasks.", node->hostname);
}

bool swarm_availability_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *availability = request_string(call->request, "availability");
    const char *id = request_string(call->request, "id");
    struct swarm_at at = view_swarm_at(call);
    struct swarm swarm;
    if (!swarm_read(&at, JOINT, &swarm, err)) return false;
    const struct swarm_node *node = swarm_node_named(&swarm, id);
    if (!node) return err_set(err, ERR_NOT_FOUND, "There is no node %.64s.", id);
    if (!keep_facts(call, node->id, node->hostname, swarm_version(node->json), err)) return false;
    bool drains = strcmp(availability, "drain") == 0;
    const json_t *spec = json_object_get(node->json, "Spec");
    const char *now = json_string_value(json_object_get(spec, "Availability"));
    struct swarm_loss loss = { .node = drains ? node : NULL,
                               .act = arena_printf(arena, "Draining node %s", node->hostname) };
    struct impact impact = {
        .summary = node_summary(arena, node, availability),
        .undo = drains ? "Make it active again; what has moved away stays where it is."
                       : "Set the availability back.",
        .phrase = arena_printf(arena, "%s %s", availability, node->hostname),
    };
    json_t *numbers = json_pack("{s:s, s:s?, s:s, s:i}", "node", node->hostname, "from", now, "to",
                                availability, "tasks_stopped", drains ? node->running : 0);
    if (!impact_of(call, &swarm, &loss, numbers, &impact, version_text(call, node->id, node->json),
                   err))
        return false;
    *ret_impact = impact;
    return true;
}

/* -- doing it ---------------------------------------------------------------------------------- */

static const char *fact(const struct call *call, const char *name) {
    return json_string_value(json_object_get(call->audit_result, name));
}

static json_int_t decided_version(const struct call *call) {
    return json_integer_value(json_object_get(call->audit_result, "version_index"));
}

static bool reply_action(struct call *call, const char *action, json_t *warnings, struct err *err) {
    return call_reply(call, 200,
                      json_pack("{s:s, s:s, s:s, s:o}", "id", fact(call, "id"), "name",
                                fact(call, "name"), "action", action, "warnings", warnings),
                      err);
}

static bool act(struct call *call, enum swarm_act what, const char *action, struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    json_t *warnings;
    if (!fact(call, "id")) return err_set(err, ERR_INTERNAL, "a change that nobody has confirmed");
    if (!swarm_service_act(&at, fact(call, "id"), decided_version(call), what,
                           what == SWARM_UPDATE ? request_string(call->request, "image") : NULL,
                           what == SWARM_SCALE ? request_integer(call->request, "replicas") : 0,
                           &warnings, err))
        return false;
    return reply_action(call, action, warnings, err);
}

bool api_swarm_update(struct call *call, struct err *err) {
    return act(call, SWARM_UPDATE, "update", err);
}

bool api_swarm_rollback(struct call *call, struct err *err) {
    return act(call, SWARM_ROLLBACK, "rollback", err);
}

bool api_swarm_scale(struct call *call, struct err *err) {
    return act(call, SWARM_SCALE, "scale", err);
}

bool api_swarm_availability(struct call *call, struct err *err) {
    struct swarm_at at = view_swarm_at(call);
    if (!fact(call, "id")) return err_set(err, ERR_INTERNAL, "a change that nobody has confirmed");
    if (!swarm_node_act(&at, fact(call, "id"), decided_version(call),
                        request_string(call->request, "availability"), err))
        return false;
    return reply_action(call, "availability", json_array(), err);
}
