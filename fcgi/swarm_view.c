/* SPDX-License-Identifier: MIT */
/* What the swarm looks like, in the contract's words. */
#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"
#include "swarm.h"

#define TASKS_SHOWN 1000

static const char *text_or(const json_t *object, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(object, path);
    return text ? text : otherwise;
}

static bool is(const json_t *object, const char *path, const char *text) {
    return strcmp(text_or(object, path, ""), text) == 0;
}

/* Appends and drops both on failure, so that a list is whole or NULL. */
static void append(json_t **list, json_t *item) {
    if (*list && json_array_append_new(*list, item) == 0) return;
    if (!*list) json_decref(item);
    json_decref(*list);
    *list = NULL;
}

static json_t *text_or_null(const char *text) {
    return text ? json_string(text) : json_null();
}

/* -- overview ---------------------------------------------------------------------------------- */

static void attend(json_t **list, const char *severity, const char *what, const char *why) {
    append(list, json_pack("{s:s, s:s, s:s}", "severity", severity, "what", what, "why",
                           why && *why ? why : "no reason given"));
}

static json_t *attention_json(const struct swarm *swarm) {
    json_t *list = json_array();
    for (size_t i = 0; i < swarm->node_count; i++) {
        const struct swarm_node *node = &swarm->nodes[i];
        const char *what = arena_printf(swarm->arena, "node %s is %s", node->hostname,
                                        text_or(node->json, "Status.State", "unknown"));
        if (!node->ready)
            attend(&list, "critical", what ? what : "a node is down",
                   text_or(node->json, "Status.Message", ""));
    }
    for (size_t i = 0; i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        const char *state = text_or(service->json, "UpdateStatus.State", "");
        const char *what = arena_printf(swarm->arena, "service %s runs %d of %d", service->name,
                                        service->running, service->wanted);
        if (service->running < service->wanted)
            attend(&list, service->running ? "warning" : "critical", what ? what : service->name,
                   service->last_error ? service->last_error
                   : service->starting ? "tasks are starting"
                                       : "no task runs on a node that is there");
        if (strcmp(state, "paused") == 0 || strcmp(state, "rollback_paused") == 0)
            attend(&list, "warning",
                   arena_printf(swarm->arena, "the update of %s is paused", service->name),
                   text_or(service->json, "UpdateStatus.Message", ""));
    }
    return list;
}

static json_t *node_counts(const struct swarm *swarm) {
    int ready = 0, drained = 0, paused = 0, managers = 0;
    const char *leader = NULL;
    for (size_t i = 0; i < swarm->node_count; i++) {
        const struct swarm_node *node = &swarm->nodes[i];
        ready += node->ready;
        managers += node->manager;
        drained += is(node->json, "Spec.Availability", "drain");
        paused += is(node->json, "Spec.Availability", "pause");
        if (json_is_true(jsonpick_at(node->json, "ManagerStatus.Leader"))) leader = node->hostname;
    }
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:s?}", "total", (int)swarm->node_count,
                     "ready", ready, "down", (int)swarm->node_count - ready, "drained", drained,
                     "paused", paused, "managers", managers, "leader", leader);
}

static json_t *service_counts(const struct swarm *swarm) {
    int running = 0, updating = 0, paused = 0;
    for (size_t i = 0; i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        running += service->running >= service->wanted;
        updating += is(service->json, "UpdateStatus.State", "updating") ||
                    is(service->json, "UpdateStatus.State", "rollback_started");
        paused += is(service->json, "UpdateStatus.State", "paused") ||
                  is(service->json, "UpdateStatus.State", "rollback_paused");
    }
    return json_pack("{s:i, s:i, s:i, s:i, s:i}", "total", (int)swarm->service_count, "running",
                     running, "degraded", (int)swarm->service_count - running, "updating", updating,
                     "update_paused", paused);
}

static json_t *task_counts(const struct swarm *swarm) {
    int wanted = 0, running = 0, starting = 0, failed = 0;
    for (size_t i = 0; i < swarm->service_count; i++) {
        wanted += swarm->services[i].wanted;
        running += swarm->services[i].running;
        starting += swarm->services[i].starting;
        failed += swarm->services[i].failed;
    }
    return json_pack("{s:i, s:i, s:i, s:i}", "wanted", wanted, "running", running, "starting",
                     starting, "failed", failed);
}

json_t *swarm_overview_json(const struct swarm *swarm) {
    return json_pack("{s:s?, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                     jsonpick_text(swarm->info, "Swarm.Cluster.ID"), "engine_version",
                     text_or(swarm->info, "ServerVersion", "unknown"), "raft",
                     swarm_quorum_json(swarm, NULL), "nodes", node_counts(swarm), "services",
                     service_counts(swarm), "tasks", task_counts(swarm), "quorums",
                     swarm_quorums_json(swarm), "attention", attention_json(swarm));
}

/* -- nodes ------------------------------------------------------------------------------------- */

static json_t *map_json(const json_t *map) {
    const char *name;
    json_t *value, *copy = json_object();
    json_object_foreach((json_t *)(uintptr_t)map, name, value) {
        if (copy && json_is_string(value)) (void)json_object_set(copy, name, value);
    }
    return copy;
}

static json_t *node_groups(const struct swarm *swarm, const struct swarm_node *node) {
    json_t *groups = json_object(), *names = json_array();
    const json_t *unused;
    const char *group;
    for (size_t i = 0; groups && i < node->task_count; i++) {
        const json_t *task = node->tasks[i];
        const struct swarm_service *service = swarm_service(swarm, text_or(task, "ServiceID", ""));
        if (service && service->group && swarm_task_wanted(task))
            (void)json_object_set_new(groups, service->group, json_true());
    }
    json_object_foreach(groups, group, unused) append(&names, json_string(group));
    json_decref(groups);
    return names;
}

static json_t *node_json(const struct swarm *swarm, const struct swarm_node *node) {
    const json_t *json = node->json;
    double cpus = (double)jsonpick_integer(json, "Description.Resources.NanoCPUs", 0) / 1e9;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:b, s:s?, s:s?, s:f, s:I, s:f, s:I, s:i, s:o, s:o, "
        "s:I}",
        "id", node->id, "hostname", node->hostname, "role", node->manager ? "manager" : "worker",
        "availability", text_or(json, "Spec.Availability", "active"), "state",
        text_or(json, "Status.State", "unknown"), "status_message",
        jsonpick_text(json, "Status.Message"), "address", jsonpick_text(json, "Status.Addr"),
        "leader", json_is_true(jsonpick_at(json, "ManagerStatus.Leader")), "reachability",
        jsonpick_text(json, "ManagerStatus.Reachability"), "engine_version",
        jsonpick_text(json, "Description.Engine.EngineVersion"), "cpus", cpus, "memory_bytes",
        jsonpick_integer(json, "Description.Resources.MemoryBytes", 0), "reserved_cpus",
        node->reserved_cpus, "reserved_memory_bytes", node->reserved_bytes, "tasks_running",
        node->running, "labels", map_json(jsonpick_at(json, "Spec.Labels")), "quorum_groups",
        node_groups(swarm, node), "version_index", swarm_version(json));
}

json_t *swarm_nodes_json(const struct swarm *swarm) {
    json_t *list = json_array();
    for (size_t i = 0; i < swarm->node_count; i++)
        append(&list, node_json(swarm, &swarm->nodes[i]));
    return list;
}

/* -- services ---------------------------------------------------------------------------------- */

static json_t *ports_json(const struct swarm_service *service) {
    json_t *list = json_array();
    size_t i;
    const json_t *port, *ports = jsonpick_at(service->json, "Endpoint.Ports");
    if (!ports) ports = jsonpick_at(service->json, "Spec.EndpointSpec.Ports");
    json_array_foreach(ports, i, port)
        append(&list, json_pack("{s:I, s:I, s:s, s:s}", "published",
                                jsonpick_integer(port, "PublishedPort", 0), "target",
                                jsonpick_integer(port, "TargetPort", 0), "protocol",
                                text_or(port, "Protocol", "tcp"), "mode",
                                text_or(port, "PublishMode", "ingress")));
    return list;
}

/* The hosts where it runs, each once. */
static json_t *hosts_json(const struct swarm *swarm, const struct swarm_service *service) {
    json_t *hosts = json_object(), *names = json_array();
    const json_t *unused;
    const char *host;
    for (size_t i = 0; hosts && i < service->task_count; i++) {
        const json_t *task = service->tasks[i];
        const struct swarm_node *node = swarm_node(swarm, text_or(task, "NodeID", ""));
        if (node && swarm_task_runs(swarm, task))
            (void)json_object_set_new(hosts, node->hostname, json_true());
    }
    json_object_foreach(hosts, host, unused) append(&names, json_string(host));
    json_decref(hosts);
    return names;
}

static const char *mode_of(const json_t *json) {
    static const char *const modes[][2] = { { "Replicated", "replicated" },
                                            { "Global", "global" },
                                            { "ReplicatedJob", "replicated-job" },
                                            { "GlobalJob", "global-job" } };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (json_object_get(jsonpick_at(json, "Spec.Mode"), modes[i][0])) return modes[i][1];
    return "replicated";
}

json_t *swarm_service_json(const struct swarm *swarm, const struct swarm_service *service) {
    const json_t *json = service->json;
    const char *image = text_or(json, "Spec.TaskTemplate.ContainerSpec.Image", "");
    const char *at = strchr(image, '@');
    const json_t *labels = jsonpick_at(json, "Spec.Labels");
    return json_pack(
        "{s:s, s:s, s:s?, s:s%, s:s?, s:s, s:i, s:i, s:s?, s:s?, s:s?, s:s?, s:I, s:s?, s:b, s:o, "
        "s:o, s:i, s:s?}",
        "id", service->id, "name", service->name, "stack",
        json_string_value(json_object_get(labels, SWARM_STACK_LABEL)), "image", image,
        at ? (size_t)(at - image) : strlen(image), "image_digest", at ? at + 1 : NULL, "mode",
        mode_of(json), "replicas_desired", service->wanted, "replicas_running", service->running,
        "update_state", jsonpick_text(json, "UpdateStatus.State"), "update_message",
        jsonpick_text(json, "UpdateStatus.Message"), "created_at",
        swarm_time(swarm->arena, jsonpick_text(json, "CreatedAt")), "updated_at",
        swarm_time(swarm->arena, jsonpick_text(json, "UpdatedAt")), "version_index",
        swarm_version(json), "quorum_group", service->group, "can_rollback",
        json_is_object(jsonpick_at(json, "PreviousSpec")), "ports", ports_json(service), "nodes",
        hosts_json(swarm, service), "failures", service->failed, "last_error", service->last_error);
}

json_t *swarm_services_json(const struct swarm *swarm) {
    json_t *list = json_array();
    for (size_t i = 0; i < swarm->service_count; i++)
        append(&list, swarm_service_json(swarm, &swarm->services[i]));
    return list;
}

/* -- one service ------------------------------------------------------------------------------- */

static json_t *task_json(const struct swarm *swarm, const json_t *task) {
    const char *node_id = jsonpick_text(task, "NodeID"), *error = jsonpick_text(task, "Status.Err");
    const struct swarm_node *node = node_id ? swarm_node(swarm, node_id) : NULL;
    json_int_t slot = jsonpick_integer(task, "Slot", 0);
    const json_t *container = jsonpick_at(task, "Status.ContainerStatus");
    const char *container_id = jsonpick_text(container, "ContainerID");
    bool is_over = container_id && *container_id && !swarm_task_runs(swarm, task);
    json_t *slot_json = slot ? json_integer(slot) : json_null();
    json_t *exit_json =
        is_over ? json_integer(jsonpick_integer(container, "ExitCode", 0)) : json_null();
    return json_pack(
        "{s:s, s:o, s:s?, s:s?, s:s, s:s, s:s?, s:s?, s:s?, s:o, s:s?, s:s?, s:s?}", "id",
        text_or(task, "ID", ""), "slot", slot_json, "node_id", node_id && *node_id ? node_id : NULL,
        "hostname", node ? node->hostname : NULL, "state", text_or(task, "Status.State", "unknown"),
        "desired_state", text_or(task, "DesiredState", "unknown"), "message",
        jsonpick_text(task, "Status.Message"), "error", error && *error ? error : NULL, "image",
        jsonpick_text(task, "Spec.ContainerSpec.Image"), "exit_code", exit_json, "container_id",
        container_id && *container_id ? container_id : NULL, "created_at",
        swarm_time(swarm->arena, jsonpick_text(task, "CreatedAt")), "updated_at",
        swarm_time(swarm->arena, jsonpick_text(task, "Status.Timestamp")));
}

static int newest_first(const void *left, const void *right) {
    return strcmp(text_or(*(const json_t *const *)right, "CreatedAt", ""),
                  text_or(*(const json_t *const *)left, "CreatedAt", ""));
}

/* The newest first, at most TASKS_SHOWN of them. */
static json_t *tasks_json(const struct swarm *swarm, const struct swarm_service *service) {
    json_t *list = json_array();
    qsort(service->tasks, service->task_count, sizeof *service->tasks, newest_first);
    for (size_t i = 0; i < service->task_count && i < TASKS_SHOWN; i++)
        append(&list, task_json(swarm, service->tasks[i]));
    return list;
}

/* NAME of NAME=value; values may be secrets. */
static json_t *env_names(const json_t *env) {
    json_t *list = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(env, i, entry) {
        const char *text = json_string_value(entry);
        if (text) append(&list, json_stringn(text, strcspn(text, "=")));
    }
    return list;
}

static json_t *names_of(const json_t *array, const char *member) {
    json_t *list = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(array, i, entry) {
        const char *text = member ? jsonpick_text(entry, member) : json_string_value(entry);
        if (text) append(&list, json_string(text));
    }
    return list;
}

static json_t *network_names(const struct swarm *swarm, const struct swarm_service *service,
                             const json_t *targets) {
    json_t *list = json_array();
    size_t i;
    const json_t *target;
    json_array_foreach(targets, i, target) {
        const char *id = text_or(target, "Target", ""),
                   *name = swarm_network_name(swarm, service, id);
        append(&list, json_string(name ? name : id));
    }
    return list;
}

static json_t *resources_json(const json_t *resources) {
    const json_t *cpus = json_object_get(resources, "NanoCPUs");
    const json_t *bytes = json_object_get(resources, "MemoryBytes");
    bool has_cpus = json_integer_value(cpus) > 0, has_bytes = json_integer_value(bytes) > 0;
    return json_pack("{s:o, s:o}", "cpus",
                     has_cpus ? json_real((double)json_integer_value(cpus) / 1e9) : json_null(),
                     "memory_bytes",
                     has_bytes ? json_integer(json_integer_value(bytes)) : json_null());
}

static json_t *policy_json(const json_t *policy) {
    if (!json_is_object(policy)) return json_null();
    return json_pack("{s:I, s:f, s:f, s:s, s:s, s:f}", "parallelism",
                     jsonpick_integer(policy, "Parallelism", 0), "delay_seconds",
                     (double)jsonpick_integer(policy, "Delay", 0) / 1e9, "monitor_seconds",
                     (double)jsonpick_integer(policy, "Monitor", 0) / 1e9, "order",
                     text_or(policy, "Order", "stop-first"), "failure_action",
                     text_or(policy, "FailureAction", "pause"), "max_failure_ratio",
                     json_number_value(json_object_get(policy, "MaxFailureRatio")));
}

static json_t *spec_json(const struct swarm *swarm, const struct swarm_service *service) {
    const json_t *spec = jsonpick_at(service->json, "Spec"),
                 *task = jsonpick_at(spec, "TaskTemplate"),
                 *container = jsonpick_at(task, "ContainerSpec");
    const json_t *grace = json_object_get(container, "StopGracePeriod");
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:b, s:b, s:o}",
                     "env_names", env_names(json_object_get(container, "Env")), "constraints",
                     names_of(jsonpick_at(task, "Placement.Constraints"), NULL), "secrets",
                     names_of(json_object_get(container, "Secrets"), "SecretName"), "configs",
                     names_of(json_object_get(container, "Configs"), "ConfigName"), "networks",
                     network_names(swarm, service, json_object_get(task, "Networks")), "labels",
                     map_json(json_object_get(spec, "Labels")), "limits",
                     resources_json(jsonpick_at(task, "Resources.Limits")), "reservations",
                     resources_json(jsonpick_at(task, "Resources.Reservations")), "update_policy",
                     policy_json(json_object_get(spec, "UpdateConfig")), "rollback_policy",
                     policy_json(json_object_get(spec, "RollbackConfig")), "restart_condition",
                     jsonpick_text(task, "RestartPolicy.Condition"), "healthcheck",
                     json_array_size(jsonpick_at(container, "Healthcheck.Test")) > 0, "read_only",
                     json_is_true(json_object_get(container, "ReadOnly")), "stop_grace_seconds",
                     json_is_integer(grace) ? json_real((double)json_integer_value(grace) / 1e9)
                                            : json_null());
}

json_t *swarm_service_detail_json(const struct swarm *swarm, const struct swarm_service *service) {
    json_t *quorum = service->group ? swarm_quorum_json(swarm, service->group) : json_null();
    return json_pack(
        "{s:o, s:o, s:i, s:o, s:o, s:o}", "service", swarm_service_json(swarm, service), "tasks",
        tasks_json(swarm, service), "tasks_total", (int)service->task_count, "spec",
        spec_json(swarm, service), "previous_image",
        text_or_null(jsonpick_text(service->json, "PreviousSpec.TaskTemplate.ContainerSpec.Image")),
        "quorum", quorum);
}

/* -- networks, secrets, configs ---------------------------------------------------------------- */

/* The services whose list at `path` names `value` as its `member`. */
static json_t *used_by(const struct swarm *swarm, const char *path, const char *member,
                       const char *value) {
    json_t *list = json_array();
    for (size_t i = 0; i < swarm->service_count; i++) {
        size_t k;
        const json_t *entry;
        json_array_foreach(jsonpick_at(swarm->services[i].json, path), k, entry) {
            if (!is(entry, member, value)) continue;
            append(&list, json_string(swarm->services[i].name));
            break;
        }
    }
    return list;
}

json_t *swarm_networks_json(const struct swarm *swarm) {
    json_t *list = json_array();
    size_t i;
    const json_t *network;
    json_array_foreach(swarm->networks, i, network) {
        const char *id = text_or(network, "Id", "");
        if (!is(network, "Scope", "swarm")) continue;
        append(&list,
               json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:o, s:o}", "id", id, "name",
                         text_or(network, "Name", id), "driver",
                         text_or(network, "Driver", "unknown"), "scope", "swarm", "attachable",
                         json_is_true(json_object_get(network, "Attachable")), "internal",
                         json_is_true(json_object_get(network, "Internal")), "ingress",
                         json_is_true(json_object_get(network, "Ingress")), "encrypted",
                         json_object_get(json_object_get(network, "Options"), "encrypted") != NULL,
                         "subnets", names_of(jsonpick_at(network, "IPAM.Config"), "Subnet"),
                         "used_by", used_by(swarm, "Spec.TaskTemplate.Networks", "Target", id)));
    }
    return list;
}

/* "pg_password_v3" → "v3": the last part, where it is a number or a hash. */
static const char *version_of(const char *name) {
    const char *last = name + strlen(name);
    while (last > name && !strchr("_.-", last[-1])) last--;
    if (last == name || !*last) return NULL;
    const char *digits = *last == 'v' ? last + 1 : last;
    return *digits && digits[strspn(digits, "0123456789abcdef")] == '\0' &&
                   strpbrk(digits, "0123456789")
               ? last
               : NULL;
}

json_t *swarm_names_json(const struct swarm *swarm, bool secrets) {
    json_t *list = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(secrets ? swarm->secrets : swarm->configs, i, entry) {
        const char *name = text_or(entry, "Spec.Name", "");
        append(&list,
               json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:o}", "id", text_or(entry, "ID", ""),
                         "name", name, "version", version_of(name), "created_at",
                         swarm_time(swarm->arena, jsonpick_text(entry, "CreatedAt")), "updated_at",
                         swarm_time(swarm->arena, jsonpick_text(entry, "UpdatedAt")), "used_by",
                         used_by(swarm,
                                 secrets ? "Spec.TaskTemplate.ContainerSpec.Secrets"
                                         : "Spec.TaskTemplate.ContainerSpec.Configs",
                                 secrets ? "SecretName" : "ConfigName", name)));
    }
    return list;
}
