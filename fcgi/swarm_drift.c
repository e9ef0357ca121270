/* SPDX-License-Identifier: MIT */
#include "swarm_drift.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"

/* One service from both sides. */
struct pair {
    const struct swarm *swarm;
    const struct stackfile *file;
    struct arena *arena;
    const json_t *wanted; /* of the file */
    const struct swarm_service *running;
};

static int by_text(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Texts of an array, sorted, as one; NULL for none. */
static const char *joined(struct arena *arena, json_t *texts) {
    size_t count = json_array_size(texts), i;
    const char **list = arena_alloc(arena, (count + 1) * sizeof *list);
    const char *all = NULL;
    for (i = 0; list && i < count; i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        list[i] = arena_strdup(arena, text ? text : "");
        if (!list[i]) list[i] = "";
    }
    if (list) qsort(list, count, sizeof *list, by_text);
    for (i = 0; list && i < count; i++)
        all = all ? arena_printf(arena, "%s, %s", all, list[i]) : list[i];
    json_decref(texts);
    return all;
}

static const char *spec_text(const struct pair *pair, const char *path) {
    const char *text = jsonpick_text(pair->running->json, path);
    return text && *text ? text : NULL;
}

/* -- image, mode, names ------------------------------------------------------------------------ */

static const char *file_image(const struct pair *pair) {
    return stackfile_text(pair->wanted, "image");
}

/* The digest that `docker stack deploy` adds is no difference where the file names none. */
static const char *running_image(const struct pair *pair) {
    const char *image = spec_text(pair, "Spec.TaskTemplate.ContainerSpec.Image");
    const char *wanted = file_image(pair), *at = image ? strchr(image, '@') : NULL;
    bool cut = at && !(wanted && strchr(wanted, '@'));
    return cut ? arena_strndup(pair->arena, image, (size_t)(at - image)) : image;
}

static const char *file_mode(const struct pair *pair) {
    const char *mode = stackfile_text(pair->wanted, "deploy.mode");
    const char *replicas = stackfile_text(pair->wanted, "deploy.replicas");
    if (mode && strcmp(mode, "replicated") != 0) return mode;
    return arena_printf(pair->arena, "%s replicas", replicas ? replicas : "1");
}

static const char *running_mode(const struct pair *pair) {
    if (!pair->running->replicated) return "global";
    return arena_printf(pair->arena, "%d replicas", pair->running->wanted);
}

static const char *file_env(const struct pair *pair) {
    const json_t *env = json_object_get(pair->wanted, "environment"), *entry;
    json_t *names = json_array();
    const char *name;
    size_t i;
    if (json_is_object(env)) {
        json_object_foreach((json_t *)(uintptr_t)env, name, entry)(void)
            json_array_append_new(names, json_string(name));
    }
    json_array_foreach(env, i, entry) {
        const char *text = json_string_value(entry);
        if (text) (void)json_array_append_new(names, json_stringn(text, strcspn(text, "=")));
    }
    return joined(pair->arena, names);
}

static const char *running_env(const struct pair *pair) {
    json_t *names = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(jsonpick_at(pair->running->json, "Spec.TaskTemplate.ContainerSpec.Env"), i,
                       entry) {
        const char *text = json_string_value(entry);
        if (text) (void)json_array_append_new(names, json_stringn(text, strcspn(text, "=")));
    }
    return joined(pair->arena, names);
}

/* "node.role == manager" and "node.role==manager" are the same. */
static const char *constraints(const struct pair *pair, const json_t *list) {
    json_t *texts = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry) {
        char *plain = arena_strdup(pair->arena, json_string_value(entry)), *out = plain;
        if (!plain) continue;
        for (const char *in = plain; *in; in++)
            if (*in != ' ') *out++ = *in;
        *out = '\0';
        (void)json_array_append_new(texts, json_string(plain));
    }
    return joined(pair->arena, texts);
}

static const char *file_constraints(const struct pair *pair) {
    return constraints(pair, stackfile_at(pair->wanted, "deploy.placement.constraints"));
}

static const char *running_constraints(const struct pair *pair) {
    return constraints(pair,
                       jsonpick_at(pair->running->json, "Spec.TaskTemplate.Placement.Constraints"));
}

static const char *running_names(const struct pair *pair, const char *path, const char *member) {
    json_t *names = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(jsonpick_at(pair->running->json, path), i, entry) {
        const char *name = jsonpick_text(entry, member);
        if (name) (void)json_array_append_new(names, json_string(name));
    }
    return joined(pair->arena, names);
}

static const char *file_secrets(const struct pair *pair) {
    return joined(pair->arena, stackfile_names(pair->arena, pair->file, pair->wanted, "secrets"));
}

static const char *running_secrets(const struct pair *pair) {
    return running_names(pair, "Spec.TaskTemplate.ContainerSpec.Secrets", "SecretName");
}

static const char *file_configs(const struct pair *pair) {
    return joined(pair->arena, stackfile_names(pair->arena, pair->file, pair->wanted, "configs"));
}

static const char *running_configs(const struct pair *pair) {
    return running_names(pair, "Spec.TaskTemplate.ContainerSpec.Configs", "ConfigName");
}

static const char *file_networks(const struct pair *pair) {
    return joined(pair->arena, stackfile_names(pair->arena, pair->file, pair->wanted, "networks"));
}

static const char *running_networks(const struct pair *pair) {
    json_t *names = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(jsonpick_at(pair->running->json, "Spec.TaskTemplate.Networks"), i, entry) {
        const char *id = jsonpick_text(entry, "Target"),
                   *name = id ? swarm_network_name(pair->swarm, pair->running, id) : NULL;
        if (id) (void)json_array_append_new(names, json_string(name ? name : id));
    }
    return joined(pair->arena, names);
}

static const char *ports_text(struct arena *arena, json_t *ports, const char *published,
                              const char *target, const char *protocol, const char *mode) {
    json_t *texts = json_array();
    size_t i;
    const json_t *port;
    json_array_foreach(ports, i, port) {
        const char *by = jsonpick_text(port, mode), *over = jsonpick_text(port, protocol);
        const char *text = arena_printf(
            arena, "%lld:%lld/%s %s", (long long)jsonpick_integer(port, published, 0),
            (long long)jsonpick_integer(port, target, 0), over ? over : "tcp", by ? by : "ingress");
        if (text) (void)json_array_append_new(texts, json_string(text));
    }
    return joined(arena, texts);
}

static const char *file_ports(const struct pair *pair) {
    json_t *ports = stackfile_ports(pair->wanted);
    const char *text = ports_text(pair->arena, ports, "published", "target", "protocol", "mode");
    json_decref(ports);
    return text;
}

static const char *running_ports(const struct pair *pair) {
    return ports_text(pair->arena, jsonpick_at(pair->running->json, "Spec.EndpointSpec.Ports"),
                      "PublishedPort", "TargetPort", "Protocol", "PublishMode");
}

/* -- resources, policies ----------------------------------------------------------------------- */

static const char *cpus_text(const struct pair *pair, double cpus) {
    return cpus > 0 ? arena_printf(pair->arena, "%g", cpus) : NULL;
}

static const char *file_resources(const struct pair *pair, const char *kind) {
    const json_t *resources = stackfile_at(pair->wanted, "deploy.resources");
    const char *cpus = stackfile_text(json_object_get(resources, kind), "cpus");
    json_int_t bytes = stackfile_bytes(stackfile_text(json_object_get(resources, kind), "memory"));
    const char *cpu_text = cpus_text(pair, cpus ? strtod(cpus, NULL) : 0);
    if (!cpu_text && bytes <= 0) return NULL;
    return arena_printf(pair->arena, "%s CPUs, %lld bytes", cpu_text ? cpu_text : "any",
                        (long long)(bytes > 0 ? bytes : 0));
}

static const char *running_resources(const struct pair *pair, const char *path) {
    const json_t *resources = jsonpick_at(pair->running->json, path);
    const char *cpu_text =
        cpus_text(pair, (double)jsonpick_integer(resources, "NanoCPUs", 0) / 1e9);
    json_int_t bytes = jsonpick_integer(resources, "MemoryBytes", 0);
    if (!cpu_text && bytes <= 0) return NULL;
    return arena_printf(pair->arena, "%s CPUs, %lld bytes", cpu_text ? cpu_text : "any",
                        (long long)bytes);
}

static const char *file_limits(const struct pair *pair) {
    return file_resources(pair, "limits");
}

static const char *running_limits(const struct pair *pair) {
    return running_resources(pair, "Spec.TaskTemplate.Resources.Limits");
}

static const char *file_reservations(const struct pair *pair) {
    return file_resources(pair, "reservations");
}

static const char *running_reservations(const struct pair *pair) {
    return running_resources(pair, "Spec.TaskTemplate.Resources.Reservations");
}

static const char *policy_text(const struct pair *pair, long long parallelism, const char *order,
                               const char *failure, double delay, double monitor) {
    return arena_printf(pair->arena, "%lld at a time, %s, then %s, delay %gs, monitor %gs",
                        parallelism, order ? order : "stop-first", failure ? failure : "pause",
                        delay > 0 ? delay : 0, monitor > 0 ? monitor : 5);
}

static const char *file_policy(const struct pair *pair, const char *path) {
    const json_t *policy = stackfile_at(pair->wanted, path);
    const char *parallelism = stackfile_text(policy, "parallelism");
    if (!json_is_object(policy)) return NULL;
    return policy_text(pair, parallelism ? strtoll(parallelism, NULL, 10) : 1,
                       stackfile_text(policy, "order"), stackfile_text(policy, "failure_action"),
                       stackfile_seconds(stackfile_text(policy, "delay")),
                       stackfile_seconds(stackfile_text(policy, "monitor")));
}

static const char *running_policy(const struct pair *pair, const char *path) {
    const json_t *policy = jsonpick_at(pair->running->json, path);
    if (!json_is_object(policy)) return NULL;
    return policy_text(pair, jsonpick_integer(policy, "Parallelism", 0),
                       jsonpick_text(policy, "Order"), jsonpick_text(policy, "FailureAction"),
                       (double)jsonpick_integer(policy, "Delay", 0) / 1e9,
                       (double)jsonpick_integer(policy, "Monitor", 0) / 1e9);
}

static const char *file_update(const struct pair *pair) {
    return file_policy(pair, "deploy.update_config");
}

static const char *running_update(const struct pair *pair) {
    return running_policy(pair, "Spec.UpdateConfig");
}

static const char *file_rollback(const struct pair *pair) {
    return file_policy(pair, "deploy.rollback_config");
}

static const char *running_rollback(const struct pair *pair) {
    return running_policy(pair, "Spec.RollbackConfig");
}

static const char *file_health(const struct pair *pair) {
    return stackfile_at(pair->wanted, "healthcheck.test") ? "yes" : NULL;
}

static const char *running_health(const struct pair *pair) {
    return json_array_size(
               jsonpick_at(pair->running->json, "Spec.TaskTemplate.ContainerSpec.Healthcheck.Test"))
               ? "yes"
               : NULL;
}

static const char *file_read_only(const struct pair *pair) {
    const char *text = stackfile_text(pair->wanted, "read_only");
    return text && strcmp(text, "true") == 0 ? "yes" : NULL;
}

static const char *running_read_only(const struct pair *pair) {
    return json_is_true(
               jsonpick_at(pair->running->json, "Spec.TaskTemplate.ContainerSpec.ReadOnly"))
               ? "yes"
               : NULL;
}

static const struct compared {
    const char *field;
    const char *(*file)(const struct pair *);
    const char *(*running)(const struct pair *);
} compared[] = {
    { "image", file_image, running_image },
    { "mode", file_mode, running_mode },
    { "environment (names)", file_env, running_env },
    { "placement constraints", file_constraints, running_constraints },
    { "limits", file_limits, running_limits },
    { "reservations", file_reservations, running_reservations },
    { "update policy", file_update, running_update },
    { "rollback policy", file_rollback, running_rollback },
    { "secrets", file_secrets, running_secrets },
    { "configs", file_configs, running_configs },
    { "networks", file_networks, running_networks },
    { "published ports", file_ports, running_ports },
    { "health check", file_health, running_health },
    { "read-only root", file_read_only, running_read_only },
};

/* -- all of them ------------------------------------------------------------------------------- */

static bool differ(const char *left, const char *right) {
    return (left == NULL) != (right == NULL) || (left && strcmp(left, right) != 0);
}

static json_t *differences_json(const struct pair *pair) {
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++) {
        const char *wanted = compared[i].file(pair), *running = compared[i].running(pair);
        if (differ(wanted, running))
            (void)json_array_append_new(list,
                                        json_pack("{s:s, s:s?, s:s?}", "field", compared[i].field,
                                                  "file", wanted, "running", running));
    }
    return list;
}

static bool add(json_t *list, const char *name, const char *state, json_t *differences) {
    return json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", name, "state", state,
                                                 "differences", differences)) == 0;
}

/* Services of the stack that the file does not have. */
static bool add_extra(const struct swarm *swarm, const struct stackfile *file, json_t *list) {
    size_t prefix = strlen(file->stack);
    bool ok = true;
    for (size_t i = 0; ok && i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        const char *stack = json_string_value(
            json_object_get(jsonpick_at(service->json, "Spec.Labels"), SWARM_STACK_LABEL));
        bool ours = stack && strcmp(stack, file->stack) == 0 && strlen(service->name) > prefix;
        if (ours && !json_object_get(file->services, service->name + prefix + 1))
            ok = add(list, service->name, "extra", json_array());
    }
    return ok;
}

json_t *swarm_drift_json(const struct swarm *swarm, const struct stackfile *file,
                         const char *path) {
    json_t *list = json_array();
    const json_t *wanted;
    const char *key;
    bool ok = list != NULL, in_step = true;
    json_object_foreach((json_t *)(uintptr_t)file->services, key, wanted) {
        const char *name = arena_printf(swarm->arena, "%s_%s", file->stack, key);
        struct pair pair = { swarm, file, swarm->arena, wanted,
                             name ? swarm_service_named(swarm, name) : NULL };
        json_t *differences = pair.running ? differences_json(&pair) : json_array();
        bool same = pair.running && json_array_size(differences) == 0;
        in_step = in_step && same;
        ok = ok && name &&
             add(list, name,
                 !pair.running ? "missing"
                 : same        ? "in_step"
                               : "drifted",
                 differences);
    }
    size_t known = json_array_size(list);
    ok = ok && add_extra(swarm, file, list);
    in_step = in_step && json_array_size(list) == known;
    if (!ok) json_decref(list);
    return ok ? json_pack("{s:s, s:s, s:b, s:o}", "stack", file->stack, "file", path, "in_step",
                          in_step, "services", list)
              : NULL;
}
