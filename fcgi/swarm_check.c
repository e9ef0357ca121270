/* SPDX-License-Identifier: MIT */
/* What would stop a stack file from running on this swarm. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jsonpick.h"
#include "swarm_drift.h"

struct check {
    const struct swarm *swarm;
    const struct stackfile *file;
    struct arena *arena;
    json_t *found;
    const char *service, *name; /* in the file, in the swarm */
    const json_t *wanted;
    bool failed; /* no memory */
};

static void say(struct check *check, const char *level, const char *what, const char *fix) {
    json_t *entry =
        json_pack("{s:s, s:s, s:s, s:s}", "service", check->service ? check->service : "", "level",
                  level, "what", what ? what : "?", "fix", fix);
    if (json_array_append_new(check->found, entry) != 0) check->failed = true;
}

/* -- placement --------------------------------------------------------------------------------- */

static const char *attribute(const struct swarm_node *node, const char *name, size_t size) {
    static const char label[] = "node.labels.";
    size_t prefix = sizeof label - 1;
    if (size == 9 && strncmp(name, "node.role", 9) == 0)
        return node->manager ? "manager" : "worker";
    if (size == 13 && strncmp(name, "node.hostname", 13) == 0) return node->hostname;
    if (size == 7 && strncmp(name, "node.id", 7) == 0) return node->id;
    if (size > prefix && strncmp(name, label, prefix) == 0)
        return json_string_value(
            json_object_getn(jsonpick_at(node->json, "Spec.Labels"), name + prefix, size - prefix));
    return NULL;
}

/* "node.labels.pg == 1", "node.role!=manager"; what we do not know is taken for fulfilled. */
static bool fulfils(const struct swarm_node *node, const char *constraint) {
    const char *sign = strstr(constraint, "==");
    bool equal = sign != NULL;
    if (!equal) sign = strstr(constraint, "!=");
    if (!sign) return true;
    size_t size = (size_t)(sign - constraint);
    while (size && constraint[size - 1] == ' ') size--;
    const char *wanted = sign + 2;
    while (*wanted == ' ') wanted++;
    bool known =
        strncmp(constraint, "node.role", 9) == 0 || strncmp(constraint, "node.hostname", 13) == 0 ||
        strncmp(constraint, "node.id", 7) == 0 || strncmp(constraint, "node.labels.", 12) == 0;
    const char *value = attribute(node, constraint, size);
    if (!known) return true;
    return equal == (value && strcasecmp(value, wanted) == 0);
}

static bool takes_tasks(const struct swarm_node *node) {
    const char *availability = jsonpick_text(node->json, "Spec.Availability");
    return node->ready && availability && strcmp(availability, "active") == 0;
}

static bool is_eligible(const struct check *check, const struct swarm_node *node) {
    const json_t *constraints = stackfile_at(check->wanted, "deploy.placement.constraints"), *entry;
    size_t i;
    bool ok = takes_tasks(node);
    json_array_foreach(constraints, i, entry) {
        ok = ok && json_is_string(entry) && fulfils(node, json_string_value(entry));
    }
    return ok;
}

static const char *constraints_text(struct check *check) {
    const json_t *constraints = stackfile_at(check->wanted, "deploy.placement.constraints"), *entry;
    const char *text = "no constraint";
    size_t i;
    json_array_foreach(constraints, i, entry) {
        const char *more = json_string_value(entry);
        text = i ? arena_printf(check->arena, "%s and %s", text, more) : more;
    }
    return text ? text : "?";
}

static long number_of(const json_t *value, const char *path, long otherwise) {
    const char *text = stackfile_text(value, path);
    return text ? strtol(text, NULL, 10) : otherwise;
}

static bool is_global(const struct check *check) {
    const char *mode = stackfile_text(check->wanted, "deploy.mode");
    return mode && strcmp(mode, "global") == 0;
}

/* Tasks of the same service make room when they are replaced. */
static void free_on(const struct check *check, const struct swarm_node *node, double *cpus,
                    json_int_t *bytes) {
    *cpus = (double)jsonpick_integer(node->json, "Description.Resources.NanoCPUs", 0) / 1e9 -
            node->reserved_cpus;
    *bytes =
        jsonpick_integer(node->json, "Description.Resources.MemoryBytes", 0) - node->reserved_bytes;
    for (size_t i = 0; i < node->task_count; i++) {
        const char *id = jsonpick_text(node->tasks[i], "ServiceID");
        const struct swarm_service *service = id ? swarm_service(check->swarm, id) : NULL;
        const json_t *reserved = jsonpick_at(node->tasks[i], "Spec.Resources.Reservations");
        if (!service || strcmp(service->name, check->name) != 0 ||
            !swarm_task_wanted(node->tasks[i]))
            continue;
        *cpus += (double)jsonpick_integer(reserved, "NanoCPUs", 0) / 1e9;
        *bytes += jsonpick_integer(reserved, "MemoryBytes", 0);
    }
}

/* How many tasks of this service the nodes can hold. */
static long room_for(const struct check *check, long replicas, int *ret_nodes) {
    const json_t *reserved = stackfile_at(check->wanted, "deploy.resources.reservations");
    const char *cpus_text = stackfile_text(reserved, "cpus");
    double cpus = cpus_text ? strtod(cpus_text, NULL) : 0;
    json_int_t bytes = stackfile_bytes(stackfile_text(reserved, "memory"));
    long most = number_of(check->wanted, "deploy.placement.max_replicas_per_node", 0), room = 0;
    int nodes = 0;
    for (size_t i = 0; i < check->swarm->node_count; i++) {
        const struct swarm_node *node = &check->swarm->nodes[i];
        double free_cpus;
        json_int_t free_bytes;
        long here = is_global(check) ? 1 : replicas;
        if (!is_eligible(check, node)) continue;
        nodes++;
        free_on(check, node, &free_cpus, &free_bytes);
        if (cpus > 0 && free_cpus / cpus < (double)here) here = (long)(free_cpus / cpus);
        if (bytes > 0 && free_bytes / bytes < here) here = (long)(free_bytes / bytes);
        if (most > 0 && here > most) here = most;
        if (here > 0) room += here;
    }
    *ret_nodes = nodes;
    return room;
}

static void check_placement(struct check *check) {
    long replicas = number_of(check->wanted, "deploy.replicas", 1);
    int nodes = 0;
    long room = room_for(check, replicas, &nodes);
    long wanted = is_global(check) ? nodes : replicas;
    if (nodes == 0 && wanted + is_global(check) > 0)
        say(check, "problem",
            arena_printf(check->arena, "no node that takes tasks fulfils %s",
                         constraints_text(check)),
            "docker node update --label-add NAME=VALUE NODE, or activate a node");
    else if (room < wanted)
        say(check, "problem",
            arena_printf(check->arena,
                         "%ld tasks are wanted, %d eligible node%s hold %ld by what is reserved",
                         wanted, nodes, nodes == 1 ? "" : "s", room),
            "lower the reservations or the replicas, raise max_replicas_per_node, or add nodes");
}

/* -- what it uses ------------------------------------------------------------------------------ */

static bool is_in(const json_t *list, const char *path, const char *name) {
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry) {
        const char *text = jsonpick_text(entry, path);
        if (text && strcmp(text, name) == 0) return true;
    }
    return false;
}

/* Top-level secrets, configs and networks: those made elsewhere must be there, files must exist. */
static void check_kind(struct check *check, const char *kind, const json_t *list,
                       const char *path) {
    const json_t *entry;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)json_object_get(check->file->root, kind), key, entry) {
        bool external;
        const char *name = stackfile_name(check->arena, check->file, kind, key, &external);
        const char *file = stackfile_text(entry, "file");
        check->service = kind;
        if (external && name && !is_in(list, path, name))
            say(check, "problem",
                arena_printf(check->arena, "%s is made elsewhere, and is not in the swarm", name),
                "create it before the stack, or correct its name");
        if (!file) continue;
        const char *where =
            *file == '/' ? file : arena_printf(check->arena, "%s/%s", check->file->folder, file);
        if (where && !strchr(file, '$') && access(where, R_OK) != 0)
            say(check, "problem", arena_printf(check->arena, "%s: no such file", where),
                "create the file: its content becomes the secret or config");
    }
}

/* What a service names must stand in the file's top level. */
static void check_uses(struct check *check, const char *kind) {
    const json_t *used = json_object_get(check->wanted, kind), *entry;
    const json_t *defined = json_object_get(check->file->root, kind);
    size_t i;
    json_array_foreach(used, i, entry) {
        const char *key =
            json_is_string(entry) ? json_string_value(entry) : stackfile_text(entry, "source");
        if (key && !json_object_get(defined, key) && strcmp(key, "default") != 0)
            say(check, "problem",
                arena_printf(check->arena, "%s names %s, which the file does not define", kind,
                             key),
                "define it at the top level of the file");
    }
}

static void check_ports(struct check *check) {
    json_t *ports = stackfile_ports(check->wanted);
    size_t i, k;
    const json_t *port, *taken;
    json_array_foreach(ports, i, port) {
        json_int_t published = jsonpick_integer(port, "published", 0);
        for (size_t s = 0; published && s < check->swarm->service_count; s++) {
            const struct swarm_service *other = &check->swarm->services[s];
            if (strcmp(other->name, check->name) == 0) continue;
            json_array_foreach(jsonpick_at(other->json, "Endpoint.Ports"), k, taken) {
                const char *over = jsonpick_text(taken, "Protocol");
                if (jsonpick_integer(taken, "PublishedPort", 0) != published || !over ||
                    strcmp(over, jsonpick_text(port, "protocol")) != 0)
                    continue;
                say(check, "problem",
                    arena_printf(check->arena, "port %lld/%s is taken by service %s",
                                 (long long)published, over, other->name),
                    "publish another port, or remove the other service");
            }
        }
    }
    json_decref(ports);
}

static void check_image(struct check *check) {
    const char *image = stackfile_text(check->wanted, "image");
    if (!image) say(check, "problem", "it names no image", "give it an image");
    else if (strchr(image, '$'))
        say(check, "problem", arena_printf(check->arena, "%s: a variable has no value", image),
            "export the variable before deploying");
    else if (!strstr(image, "@sha256:"))
        say(check, "advice",
            arena_printf(check->arena, "%s is a tag: nodes may run different images under it",
                         image),
            "pin it by digest, name@sha256:…");
}

json_t *swarm_check_json(const struct swarm *swarm, const struct stackfile *file) {
    struct check check = {
        .swarm = swarm, .file = file, .arena = swarm->arena, .found = json_array()
    };
    const char *key;
    const json_t *service;
    json_object_foreach((json_t *)(uintptr_t)file->services, key, service) {
        check.service = key;
        check.name = arena_printf(swarm->arena, "%s_%s", file->stack, key);
        check.wanted = service;
        if (!check.name) continue;
        check_image(&check);
        check_placement(&check);
        check_uses(&check, "secrets");
        check_uses(&check, "configs");
        check_uses(&check, "networks");
        check_ports(&check);
    }
    check_kind(&check, "secrets", swarm->secrets, "Spec.Name");
    check_kind(&check, "configs", swarm->configs, "Spec.Name");
    check_kind(&check, "networks", swarm->networks, "Name");
    if (!check.failed) return check.found;
    json_decref(check.found);
    return NULL;
}
