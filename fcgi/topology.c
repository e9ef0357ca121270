/* SPDX-License-Identifier: MIT */
#include "topology.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "jsonpick.h"
#include "logstream.h"

static const char *text_or(const json_t *value, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(value, path);
    return text ? text : otherwise;
}

static bool is(const json_t *value, const char *path, const char *text) {
    return strcmp(text_or(value, path, ""), text) == 0;
}

/* "demo_pg-1" → "pg-1": as it is called on the network. */
static const char *short_name(const struct swarm_service *service) {
    const json_t *labels = jsonpick_at(service->json, "Spec.Labels");
    const char *stack = json_string_value(json_object_get(labels, SWARM_STACK_LABEL));
    size_t size = stack ? strlen(stack) : 0;
    bool prefixed = size && strncmp(service->name, stack, size) == 0 && service->name[size] == '_';
    return prefixed ? service->name + size + 1 : service->name;
}

/* -- what the parts say of a service ----------------------------------------------------------- */

static const json_t *member_of(const struct topology *topology, const char *name) {
    size_t i;
    const json_t *member;
    json_array_foreach(json_object_get(topology->replication, "members"), i, member) {
        if (is(member, "name", name) || is(member, "host", name)) return member;
    }
    return NULL;
}

static bool has_host(const json_t *server, const char *host) {
    const char *address = text_or(server, "address", ""), *colon = strrchr(address, ':');
    size_t size = colon ? (size_t)(colon - address) : strlen(address);
    return size == strlen(host) && strncmp(address, host, size) == 0;
}

static const json_t *redis_of(const struct topology *topology, const char *name) {
    size_t i;
    const json_t *server, *primary = json_object_get(topology->redis, "primary");
    if (json_is_object(primary) && has_host(primary, name)) return primary;
    json_array_foreach(json_object_get(topology->redis, "replicas"), i, server) {
        if (has_host(server, name)) return server;
    }
    return NULL;
}

/* Its role and lag in the words of whoever leads it; NULL: nobody does. */
static const json_t *role_source(const struct topology *topology,
                                 const struct swarm_service *service) {
    if (!service->group) return NULL;
    if (strcmp(service->group, "postgresql") == 0) return member_of(topology, short_name(service));
    if (strcmp(service->group, "redis") == 0) return redis_of(topology, short_name(service));
    return NULL;
}

/* -- the picture ------------------------------------------------------------------------------- */

/* "10.0.1.7/24" → "10.0.1.7". */
static const char *address_of(const struct topology *topology, const json_t *task) {
    const json_t *attachment = json_array_get(json_object_get(task, "NetworksAttachments"), 0);
    const char *text =
        json_string_value(json_array_get(json_object_get(attachment, "Addresses"), 0));
    return text ? arena_strndup(topology->arena, text, strcspn(text, "/")) : NULL;
}

static json_t *task_json(const struct topology *topology, const json_t *task) {
    const struct swarm_service *service =
        swarm_service(topology->swarm, text_or(task, "ServiceID", ""));
    const json_t *source = service ? role_source(topology, service) : NULL;
    const json_t *lag = json_object_get(source, "lag_bytes");
    return json_pack(
        "{s:s, s:s, s:s, s:s?, s:s?, s:o, s:s?}", "id", text_or(task, "ID", ""), "service",
        service ? service->name : "?", "state", text_or(task, "Status.State", "unknown"), "group",
        service ? service->group : NULL, "role", jsonpick_text(source, "role"), "lag_bytes",
        json_is_integer(lag) ? json_integer(json_integer_value(lag)) : json_null(), "address",
        address_of(topology, task));
}

static json_t *nodes_json(const struct topology *topology) {
    const struct swarm *swarm = topology->swarm;
    json_t *list = json_array();
    for (size_t i = 0; swarm && i < swarm->node_count; i++) {
        const struct swarm_node *node = &swarm->nodes[i];
        json_t *tasks = json_array();
        for (size_t k = 0; k < node->task_count; k++)
            if (swarm_task_wanted(node->tasks[k]))
                (void)json_array_append_new(tasks, task_json(topology, node->tasks[k]));
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "hostname", node->hostname, "role",
                            node->manager ? "manager" : "worker", "state",
                            text_or(node->json, "Status.State", "unknown"), "availability",
                            text_or(node->json, "Spec.Availability", "active"), "tasks", tasks));
    }
    return list;
}

/* -- who disagrees ----------------------------------------------------------------------------- */

/* Two views of one thing, and the sentence that judges them. */
static void disagree(json_t *list, const char *severity, const char *about, const char *sentence,
                     const char *who, const char *says, const char *other, const char *their) {
    (void)json_array_append_new(
        list, json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}]}", "about", about, "sentence",
                        sentence ? sentence : about, "severity", severity, "views", "who", who,
                        "says", says ? says : "?", "who", other, "says", their ? their : "?"));
}

static const char *host_of(const struct topology *topology, const struct swarm_service *service) {
    for (size_t i = 0; i < service->task_count; i++) {
        const struct swarm_node *node =
            swarm_node(topology->swarm, text_or(service->tasks[i], "NodeID", ""));
        if (node && swarm_task_wanted(service->tasks[i])) return node->hostname;
    }
    return "no node";
}

static bool is_well(const json_t *member) {
    return is(member, "state", "running") || is(member, "state", "streaming");
}

static void compare_member(const struct topology *topology, const struct swarm_service *service,
                           json_t *list) {
    struct arena *arena = topology->arena;
    const char *name = short_name(service), *host = host_of(topology, service);
    const json_t *member = member_of(topology, name);
    const char *state = member ? text_or(member, "state", "unknown") : "not a member";
    bool runs = service->running > 0;
    if (runs && !member)
        disagree(list, "warning", name,
                 arena_printf(arena,
                              "Swarm runs %s on %s, but Patroni does not count it among its "
                              "members: it has not joined yet, or cannot reach etcd.",
                              name, host),
                 "swarm", "running", "patroni", state);
    else if (runs && !is_well(member))
        disagree(
            list, "critical", name,
            arena_printf(arena,
                         "Swarm says that %s runs on %s, Patroni says that it is %s: Swarm "
                         "sees the container alone, PostgreSQL in it is down. Believe Patroni.",
                         name, host, state),
            "swarm", "running", "patroni", state);
    else if (!runs && member && is_well(member))
        disagree(
            list, "warning", name,
            arena_printf(arena,
                         "Patroni says that %s is %s, but Swarm has no running task of it on a "
                         "node that is ready: Patroni's key has not expired yet, or the node "
                         "is cut off from the managers alone.",
                         name, state),
            "swarm", "not running", "patroni", state);
}

static void compare_redis(const struct topology *topology, const struct swarm_service *service,
                          json_t *list) {
    const char *name = short_name(service);
    const json_t *server = redis_of(topology, name);
    bool answers = server && json_is_true(json_object_get(server, "reachable"));
    if (service->running > 0 && !answers)
        disagree(list, server ? "critical" : "warning", name,
                 arena_printf(topology->arena,
                              "Swarm says that %s runs on %s, but %s: believe the Sentinels.", name,
                              host_of(topology, service),
                              server ? "it does not answer" : "no Sentinel knows it"),
                 "swarm", "running", "sentinel", server ? "does not answer" : "unknown");
    else if (service->running == 0 && answers)
        disagree(list, "warning", name,
                 arena_printf(topology->arena,
                              "%s answers, but Swarm has no running task of it: Swarm's view of "
                              "its node is wrong.",
                              name),
                 "swarm", "not running", "redis", "answers");
}

static void compare_tasks(const struct topology *topology, json_t *list) {
    for (size_t i = 0; topology->swarm && i < topology->swarm->service_count; i++) {
        const struct swarm_service *service = &topology->swarm->services[i];
        if (!service->group) continue;
        if (topology->replication && is(topology->replication, "source", "patroni") &&
            strcmp(service->group, "postgresql") == 0)
            compare_member(topology, service, list);
        if (json_array_size(json_object_get(topology->redis, "sentinels")) &&
            strcmp(service->group, "redis") == 0)
            compare_redis(topology, service, list);
    }
}

/* A member that takes itself for the leader while the cluster's key names another. */
static void compare_leaders(const struct topology *topology, json_t *list) {
    const char *leader = jsonpick_text(topology->replication, "leader"), *name;
    const json_t *claim;
    json_object_foreach((json_t *)(uintptr_t)topology->claims, name, claim) {
        const char *role = json_string_value(claim);
        bool claims = role && (strcmp(role, "master") == 0 || strcmp(role, "primary") == 0);
        bool leads = leader && strcmp(name, leader) == 0;
        if (claims && !leads)
            disagree(list, "critical", name,
                     arena_printf(topology->arena,
                                  "%s says that it is the primary, the cluster's key names %s: %s "
                                  "is wrong and must not take writes.",
                                  name, leader ? leader : "nobody", name),
                     name, role, "patroni", leader ? leader : "no leader");
        else if (!claims && leads && role && strcmp(role, "standby_leader") != 0)
            disagree(list, "warning", name,
                     arena_printf(topology->arena,
                                  "The cluster's key names %s the leader, it says that it is a %s: "
                                  "it is being promoted, or has just lost its role.",
                                  name, role),
                     name, role, "patroni", "leader");
    }
}

static void compare_sentinels(const struct topology *topology, json_t *list) {
    struct arena *arena = topology->arena;
    const json_t *primary = json_object_get(topology->redis, "primary"), *each;
    const char *address = text_or(primary, "address", "");
    size_t i, watching = json_array_size(json_object_get(topology->redis, "sentinels"));
    json_array_foreach(json_object_get(topology->redis, "sentinels"), i, each) {
        const char *own = text_or(each, "address", "?"), *other = jsonpick_text(each, "primary");
        if (!json_is_true(json_object_get(each, "reachable")) ||
            json_is_true(json_object_get(each, "agrees")))
            continue;
        disagree(list, "critical", own,
                 arena_printf(arena,
                              "Sentinel %s takes %s for the primary, most take %s: %s is wrong, or "
                              "a failover is under way.",
                              own, other ? other : "nobody", address, own),
                 own, other ? other : "none", "most sentinels", address);
    }
    if (watching && is(primary, "role", "replica"))
        disagree(list, "critical", address,
                 arena_printf(arena,
                              "The Sentinels take %s for the primary, it says that it is a "
                              "replica: the Sentinels are wrong, or a failover is under way.",
                              address),
                 "sentinel", "primary", address, "replica");
    json_array_foreach(json_object_get(topology->redis, "replicas"), i, each) {
        const char *own = text_or(each, "address", "?");
        if (is(each, "role", "primary"))
            disagree(list, "critical", own,
                     arena_printf(arena,
                                  "%s says that it is a primary, too; the Sentinels name %s: %s is "
                                  "wrong, and what is written to it will be lost.",
                                  own, address, own),
                     "sentinel", address, own, "primary");
    }
}

/* -- addresses of tasks ------------------------------------------------------------------------ */

static bool has_address(const json_t *task, const char *address) {
    size_t i, k;
    const json_t *attachment, *entry;
    json_array_foreach(json_object_get(task, "NetworksAttachments"), i, attachment) {
        json_array_foreach(json_object_get(attachment, "Addresses"), k, entry) {
            const char *text = json_string_value(entry);
            size_t size = text ? strcspn(text, "/") : 0;
            if (size && size == strlen(address) && strncmp(text, address, size) == 0) return true;
        }
    }
    return false;
}

/* The running task of the service that has the address, or NULL. */
static const json_t *task_at(const struct topology *topology, const struct swarm_service *service,
                             const char *address) {
    for (size_t i = 0; i < service->task_count; i++)
        if (swarm_task_runs(topology->swarm, service->tasks[i]) &&
            has_address(service->tasks[i], address))
            return service->tasks[i];
    return NULL;
}

/* -- DNS --------------------------------------------------------------------------------------- */

static void compare_names(const struct topology *topology, const struct swarm_service *service,
                          const json_t *named, json_t *list) {
    struct arena *arena = topology->arena;
    const char *name = short_name(service);
    size_t i, found = 0;
    const json_t *each;
    json_array_foreach(named, i, each) {
        const char *address = json_string_value(each);
        bool known = address && task_at(topology, service, address);
        found += known;
        if (!known)
            disagree(list, "warning", name,
                     arena_printf(arena,
                                  "DNS gives %s for %s, but no running task has this address: DNS "
                                  "is behind Swarm, and calls to it wait in vain.",
                                  address, name),
                     "dns", address, "swarm", "no such task");
    }
    if (service->running > (int)found)
        disagree(list, "warning", name,
                 arena_printf(arena,
                              "Swarm runs %d tasks of %s, DNS names %zu of them: the others are "
                              "not healthy yet, or DNS is behind.",
                              service->running, name, found),
                 "swarm", arena_printf(arena, "%d running", service->running), "dns",
                 arena_printf(arena, "%zu named", found));
}

static void compare_dns(const struct topology *topology, json_t *list) {
    const char *name;
    const json_t *named;
    json_object_foreach((json_t *)(uintptr_t)topology->dns, name, named) {
        for (size_t i = 0; topology->swarm && i < topology->swarm->service_count; i++) {
            const struct swarm_service *service = &topology->swarm->services[i];
            if (strcmp(short_name(service), name) == 0 || strcmp(service->name, name) == 0)
                compare_names(topology, service, named, list);
        }
    }
}

static json_t *resolve(const char *name) {
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found = NULL;
    char host[256], text[INET_ADDRSTRLEN];
    json_t *list = json_array();
    if (snprintf(host, sizeof host, "tasks.%s", name) >= (int)sizeof host) return list;
    if (getaddrinfo(host, NULL, &hints, &found) != 0) return list;
    for (const struct addrinfo *each = found; each; each = each->ai_next) {
        const struct sockaddr_in *address = (const void *)each->ai_addr;
        if (inet_ntop(AF_INET, &address->sin_addr, text, sizeof text))
            (void)json_array_append_new(list, json_string(text));
    }
    freeaddrinfo(found);
    return list;
}

json_t *topology_dns(const struct config_list *names, int64_t deadline_ms, json_t **missing) {
    json_t *answers = json_object();
    for (int i = 0; i < names->count; i++) {
        if (clock_left_ms(deadline_ms) > 0) {
            (void)json_object_set_new(answers, names->items[i], resolve(names->items[i]));
            continue;
        }
        if (!*missing) *missing = json_array();
        (void)json_array_append_new(*missing,
                                    json_pack("{s:s, s:s}", "what", names->items[i], "why",
                                              "No time was left to ask the resolver for it."));
    }
    return answers;
}

/* -- nginx's peers ----------------------------------------------------------------------------- */

/* Whom the nginx of a node could not connect to. */
struct lost_peer {
    const char *node;
    struct log_peer peer;
    int times;
};

static void note_peer(struct lost_peer *lost, size_t *count, const char *node,
                      const struct log_peer *peer) {
    for (size_t i = 0; i < *count; i++)
        if (strcmp(lost[i].node, node) == 0 && strcmp(lost[i].peer.address, peer->address) == 0) {
            lost[i].times++;
            return;
        }
    lost[(*count)++] = (struct lost_peer){ node, *peer, 1 };
}

/* The service that a running task with the address is of, and where it runs; or NULL. */
static const struct swarm_service *service_at(const struct topology *topology, const char *address,
                                              const char **ret_host) {
    const struct swarm *swarm = topology->swarm;
    for (size_t i = 0; i < swarm->service_count; i++) {
        const json_t *task = task_at(topology, &swarm->services[i], address);
        if (!task) continue;
        *ret_host = swarm_node(swarm, text_or(task, "NodeID", ""))->hostname;
        return &swarm->services[i];
    }
    return NULL;
}

static void compare_peer(const struct topology *topology, const struct lost_peer *lost,
                         json_t *list) {
    const char *host, *address = lost->peer.address;
    const struct swarm_service *service = service_at(topology, address, &host);
    if (service)
        disagree(list, "warning", short_name(service),
                 arena_printf(topology->arena,
                              "Swarm says that %s runs at %s on %s, but nginx on %s could not "
                              "connect to it (%s, %d× within a minute): believe nginx.",
                              short_name(service), address, host, lost->node, lost->peer.why,
                              lost->times),
                 "swarm", "running", "nginx", lost->peer.why);
    else
        disagree(list, "info", address,
                 arena_printf(topology->arena,
                              "nginx on %s tried %s (%d× within a minute), which no running task "
                              "has: DNS was behind Swarm, or the task has just gone.",
                              lost->node, address, lost->times),
                 "swarm", "no such task", "nginx", lost->peer.why);
}

static void compare_peers(const struct topology *topology, json_t *list) {
    size_t i, count = 0, lines = json_array_size(topology->edge_errors);
    struct lost_peer *lost = arena_alloc(topology->arena, (lines + 1) * sizeof *lost);
    struct log_peer peer;
    const json_t *line;
    if (!topology->swarm || !lost) return;
    json_array_foreach(topology->edge_errors, i, line) {
        if (log_peer(text_or(line, "text", ""), &peer))
            note_peer(lost, &count, text_or(line, "node", "?"), &peer);
    }
    for (i = 0; i < count; i++) compare_peer(topology, &lost[i], list);
}

/* -- together ---------------------------------------------------------------------------------- */

json_t *topology_json(const struct topology *topology) {
    json_t *list = json_array();
    compare_leaders(topology, list);
    compare_tasks(topology, list);
    compare_sentinels(topology, list);
    compare_dns(topology, list);
    compare_peers(topology, list);
    return json_pack("{s:o, s:o}", "nodes", nodes_json(topology), "disagreements", list);
}
