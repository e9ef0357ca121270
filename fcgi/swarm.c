/* SPDX-License-Identifier: MIT */
#include "swarm.h"

#include <string.h>

#include "jsonpick.h"

#define PARTS 9
#define HISTORY_SHAPE                                                                              \
    "(ID,ServiceID,NodeID,Slot,DesiredState,CreatedAt,Status(State,Timestamp,Message,Err,"         \
    "ContainerStatus(ContainerID,ExitCode)),Spec(ContainerSpec(Image),Resources(Reservations)),"   \
    "NetworksAttachments(Addresses,Network(ID,Spec(Name))))"

/* What is kept of each list; a task's specification alone is some 2 kB. */
static const struct part {
    unsigned part;
    const char *path, *shape;
} list_parts[PARTS] = {
    { SWARM_INFO, "/info",
      "(Name,ServerVersion,Swarm(NodeID,LocalNodeState,ControlAvailable,Cluster(ID)))" },
    { SWARM_NODES, "/nodes",
      "(ID,Version,Spec,Description(Hostname,Resources,Engine(EngineVersion)),Status,"
      "ManagerStatus)" },
    { SWARM_SERVICES, "/services",
      "(ID,Version,CreatedAt,UpdatedAt,Spec(Name,Labels,Mode,TaskTemplate(ContainerSpec(Image,Env,"
      "Secrets(SecretName),Configs(ConfigName),Healthcheck(Test),ReadOnly,StopGracePeriod),"
      "Resources,"
      "RestartPolicy,Placement(Constraints,MaxReplicas),Networks(Target)),UpdateConfig,"
      "RollbackConfig,EndpointSpec(Mode,Ports)),PreviousSpec(TaskTemplate(ContainerSpec(Image))),"
      "Endpoint(Ports),UpdateStatus)" },
    { SWARM_TASKS, "/tasks",
      "(ServiceID,NodeID,Slot,DesiredState,Status(State,Timestamp,Err),"
      "Spec(Resources(Reservations)))" },
    { SWARM_HISTORY, "/tasks", HISTORY_SHAPE },
    { SWARM_PLACES, "/tasks",
      "(ID,ServiceID,NodeID,DesiredState,Status(State),NetworksAttachments(Addresses))" },
    { SWARM_NETWORKS, "/networks",
      "(Id,Name,Driver,Scope,Attachable,Internal,Ingress,Options,IPAM(Config(Subnet)))" },
    { SWARM_SECRETS, "/secrets", "(ID,CreatedAt,UpdatedAt,Spec(Name))" },
    { SWARM_CONFIGS, "/configs", "(ID,CreatedAt,UpdatedAt,Spec(Name))" },
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for what the swarm holds.");
}

static void drop_json(void *json) {
    json_decref(json);
}

/* -- one look at a task ------------------------------------------------------------------------ */

bool swarm_task_wanted(const json_t *task) {
    const char *desired = jsonpick_text(task, "DesiredState");
    return desired && (strcmp(desired, "running") == 0 || strcmp(desired, "ready") == 0);
}

const char *swarm_network_name(const struct swarm *swarm, const struct swarm_service *service,
                               const char *id) {
    size_t i, k;
    const json_t *network, *attachment;
    json_array_foreach(swarm->networks, i, network) {
        const char *known = jsonpick_text(network, "Id");
        if (known && strcmp(known, id) == 0) return jsonpick_text(network, "Name");
    }
    for (k = 0; k < service->task_count; k++)
        json_array_foreach(json_object_get(service->tasks[k], "NetworksAttachments"), i,
                           attachment) {
            const char *known = jsonpick_text(attachment, "Network.ID");
            if (known && strcmp(known, id) == 0)
                return jsonpick_text(attachment, "Network.Spec.Name");
        }
    return NULL;
}

bool swarm_task_runs(const struct swarm *swarm, const json_t *task) {
    const char *state = jsonpick_text(task, "Status.State"), *id = jsonpick_text(task, "NodeID");
    const struct swarm_node *node = id ? swarm_node(swarm, id) : NULL;
    return swarm_task_wanted(task) && state && strcmp(state, "running") == 0 && node && node->ready;
}

static bool is_one_of(const char *text, const char *const *names) {
    for (; text && *names; names++)
        if (strcmp(text, *names) == 0) return true;
    return false;
}

/* -- joining ----------------------------------------------------------------------------------- */

static void *by_id(const json_t *index, const char *id, void *list, size_t size) {
    const json_t *place = json_object_get(index, id);
    return place ? (char *)list + (size_t)json_integer_value(place) * size : NULL;
}

struct swarm_node *swarm_node(const struct swarm *swarm, const char *id) {
    return by_id(swarm->node_index, id, swarm->nodes, sizeof *swarm->nodes);
}

struct swarm_service *swarm_service(const struct swarm *swarm, const char *id) {
    return by_id(swarm->service_index, id, swarm->services, sizeof *swarm->services);
}

struct swarm_service *swarm_service_named(const struct swarm *swarm, const char *id) {
    struct swarm_service *found = swarm_service(swarm, id);
    for (size_t i = 0; !found && i < swarm->service_count; i++)
        if (strcmp(swarm->services[i].name, id) == 0) found = &swarm->services[i];
    return found;
}

struct swarm_node *swarm_node_named(const struct swarm *swarm, const char *id) {
    struct swarm_node *found = swarm_node(swarm, id);
    for (size_t i = 0; !found && i < swarm->node_count; i++)
        if (strcmp(swarm->nodes[i].hostname, id) == 0) found = &swarm->nodes[i];
    return found;
}

json_int_t swarm_version(const json_t *object) {
    return jsonpick_integer(object, "Version.Index", 0);
}

static const char *text_or(const json_t *object, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(object, path);
    return text ? text : otherwise;
}

static bool add_nodes(struct swarm *swarm, const json_t *list) {
    size_t i;
    const json_t *json;
    swarm->node_count = json_array_size(list);
    swarm->nodes = arena_alloc(swarm->arena, (swarm->node_count + 1) * sizeof *swarm->nodes);
    if (!swarm->nodes) return false;
    json_array_foreach(list, i, json) {
        struct swarm_node *node = &swarm->nodes[i];
        node->json = json;
        node->id = text_or(json, "ID", "");
        node->hostname = text_or(json, "Description.Hostname", node->id);
        node->ready = strcmp(text_or(json, "Status.State", ""), "ready") == 0;
        node->manager = strcmp(text_or(json, "Spec.Role", ""), "manager") == 0;
        if (json_object_set_new(swarm->node_index, node->id, json_integer((json_int_t)i)) != 0)
            return false;
    }
    return true;
}

static bool add_services(struct swarm *swarm, const json_t *list) {
    size_t i;
    const json_t *json;
    swarm->service_count = json_array_size(list);
    swarm->services =
        arena_alloc(swarm->arena, (swarm->service_count + 1) * sizeof *swarm->services);
    if (!swarm->services) return false;
    json_array_foreach(list, i, json) {
        struct swarm_service *service = &swarm->services[i];
        const json_t *labels = jsonpick_at(json, "Spec.Labels");
        service->json = json;
        service->id = text_or(json, "ID", "");
        service->name = text_or(json, "Spec.Name", service->id);
        service->group = json_string_value(json_object_get(labels, SWARM_GROUP_LABEL));
        service->replicated = jsonpick_at(json, "Spec.Mode.Replicated") != NULL;
        if (service->replicated)
            service->wanted = (int)jsonpick_integer(json, "Spec.Mode.Replicated.Replicas", 0);
        if (json_object_set_new(swarm->service_index, service->id, json_integer((json_int_t)i)) !=
            0)
            return false;
    }
    return true;
}

/* A task's service and node, NULL where there is none: each is looked up once. */
struct place {
    struct swarm_service *service;
    struct swarm_node *node;
};

static void count_of_service(struct swarm_service *service, const json_t *task, bool wanted,
                             const char *state, bool runs) {
    static const char *const over[] = { "complete", "shutdown", "failed",  "rejected",
                                        "remove",   "orphaned", "running", NULL };
    static const char *const bad[] = { "failed", "rejected", NULL };
    if (wanted && !service->replicated) service->wanted++;
    if (runs) service->running++;
    else if (wanted && !is_one_of(state, over)) service->starting++;
    if (!is_one_of(state, bad)) return;
    const char *at = text_or(task, "Status.Timestamp", "");
    service->failed++;
    if (service->last_error_at && strcmp(at, service->last_error_at) <= 0) return;
    service->last_error = jsonpick_text(task, "Status.Err");
    service->last_error_at = at;
}

static void count_task(const struct place *place, const json_t *task) {
    const char *state = text_or(task, "Status.State", "");
    struct swarm_node *node = place->node;
    bool wanted = swarm_task_wanted(task);
    bool runs = wanted && node && node->ready && strcmp(state, "running") == 0;
    if (place->service) count_of_service(place->service, task, wanted, state, runs);
    if (!node || !wanted) return;
    const json_t *reserved = jsonpick_at(task, "Spec.Resources.Reservations");
    node->running += runs;
    node->reserved_cpus += (double)jsonpick_integer(reserved, "NanoCPUs", 0) / 1e9;
    node->reserved_bytes += jsonpick_integer(reserved, "MemoryBytes", 0);
}

/* The lists of all services and nodes are pieces of one list each. */
static void give_room(struct swarm *swarm, const json_t **of_services, const json_t **of_nodes) {
    for (size_t i = 0; i < swarm->service_count; i++) {
        swarm->services[i].tasks = of_services;
        of_services += swarm->services[i].task_count;
        swarm->services[i].task_count = 0;
    }
    for (size_t i = 0; i < swarm->node_count; i++) {
        swarm->nodes[i].tasks = of_nodes;
        of_nodes += swarm->nodes[i].task_count;
        swarm->nodes[i].task_count = 0;
    }
}

/* Each service and each node with its tasks: counted first, then shared out. */
static bool share_tasks(struct swarm *swarm) {
    size_t i, all = json_array_size(swarm->tasks);
    const json_t *task;
    const json_t **of_services = arena_alloc(swarm->arena, (all + 1) * sizeof *of_services);
    const json_t **of_nodes = arena_alloc(swarm->arena, (all + 1) * sizeof *of_nodes);
    struct place *places = arena_alloc(swarm->arena, (all + 1) * sizeof *places);
    if (!of_services || !of_nodes || !places) return false;
    json_array_foreach(swarm->tasks, i, task) {
        places[i].service = swarm_service(swarm, text_or(task, "ServiceID", ""));
        places[i].node = swarm_node(swarm, text_or(task, "NodeID", ""));
        if (places[i].service) places[i].service->task_count++;
        if (places[i].node) places[i].node->task_count++;
        count_task(&places[i], task);
    }
    give_room(swarm, of_services, of_nodes);
    json_array_foreach(swarm->tasks, i, task) {
        struct swarm_service *service = places[i].service;
        struct swarm_node *node = places[i].node;
        if (service) service->tasks[service->task_count++] = task;
        if (node) node->tasks[node->task_count++] = task;
    }
    return true;
}

static bool join(struct swarm *swarm, const json_t *nodes, const json_t *services,
                 struct err *err) {
    swarm->node_index = json_object();
    swarm->service_index = json_object();
    bool kept = arena_defer(swarm->arena, drop_json, swarm->node_index);
    kept = arena_defer(swarm->arena, drop_json, swarm->service_index) && kept;
    if (!kept || !swarm->node_index || !swarm->service_index || !add_nodes(swarm, nodes) ||
        !add_services(swarm, services) || !share_tasks(swarm))
        return no_memory(err);
    return true;
}

/* -- reading ----------------------------------------------------------------------------------- */

static int ask_for(const struct swarm_at *at, unsigned parts, struct upstream_call calls[PARTS],
                   unsigned asked[PARTS]) {
    int count = 0;
    for (size_t i = 0; i < PARTS; i++) {
        if (!(parts & list_parts[i].part)) continue;
        asked[count] = list_parts[i].part;
        calls[count++] = (struct upstream_call){
            .name = "Docker",
            .base = at->config->docker.address,
            .path = arena_printf(at->arena, SWARM_API "%s", list_parts[i].path),
            .shape = list_parts[i].shape,
            .size_max = SWARM_ANSWER_MAX,
        };
    }
    return count;
}

static bool is_kind(unsigned part, const json_t *json) {
    return part == SWARM_INFO ? json_is_object(json) : json_is_array(json);
}

/* The services whose tasks say all of one: itself, and those that share its quorum. */
static char *tasks_path(struct arena *arena, const struct swarm *swarm,
                        const struct swarm_service *service) {
    const char *filter = arena_printf(arena, "{\"service\":[\"%s\"", service->id);
    for (size_t i = 0; filter && i < swarm->service_count; i++) {
        const struct swarm_service *other = &swarm->services[i];
        if (other != service && service->group && other->group &&
            strcmp(other->group, service->group) == 0)
            filter = arena_printf(arena, "%s,\"%s\"", filter, other->id);
    }
    filter = filter ? arena_printf(arena, "%s]}", filter) : NULL;
    filter = filter ? upstream_encode(arena, filter) : NULL;
    return filter ? arena_printf(arena, SWARM_API "/tasks?filters=%s", filter) : NULL;
}

bool swarm_read_history(const struct swarm_at *at, struct swarm *swarm,
                        const struct swarm_service *service, struct err *err) {
    struct upstream_call call = {
        .name = "Docker",
        .base = at->config->docker.address,
        .path = tasks_path(at->arena, swarm, service),
        .shape = HISTORY_SHAPE,
        .size_max = SWARM_ANSWER_MAX,
    };
    if (!call.path) return no_memory(err);
    if (!upstream_one(at->upstream, at->arena, &call, at->deadline_ms, err)) return false;
    if (!is_kind(SWARM_HISTORY, call.json))
        return err_set(err, ERR_UPSTREAM_GARBAGE, "Docker answered its tasks with something else.");
    swarm->tasks = call.json;
    return share_tasks(swarm) || no_memory(err);
}

bool swarm_read(const struct swarm_at *at, unsigned parts, struct swarm *ret_swarm,
                struct err *err) {
    struct upstream_call calls[PARTS];
    unsigned asked[PARTS];
    struct swarm swarm = { .arena = at->arena };
    const json_t *nodes = NULL, *services = NULL;
    if (!at->config->docker.address)
        return err_set(err, ERR_NOT_CONFIGURED, "Set docker.address to reach the swarm.");
    int count = ask_for(at, parts, calls, asked);
    for (int i = 0; i < count; i++)
        if (!calls[i].path) return no_memory(err);
    upstream_run(at->upstream, at->arena, calls, count, at->deadline_ms);
    for (int i = 0; i < count; i++) {
        if (!calls[i].ok) {
            *err = calls[i].err;
            return false;
        }
        if (!is_kind(asked[i], calls[i].json))
            return err_set(err, ERR_UPSTREAM_GARBAGE, "Docker answered %s with something else.",
                           calls[i].path);
        switch (asked[i]) {
        case SWARM_INFO: swarm.info = calls[i].json; break;
        case SWARM_NODES: nodes = calls[i].json; break;
        case SWARM_SERVICES: services = calls[i].json; break;
        case SWARM_TASKS:
        case SWARM_PLACES:
        case SWARM_HISTORY: swarm.tasks = calls[i].json; break;
        case SWARM_NETWORKS: swarm.networks = calls[i].json; break;
        case SWARM_SECRETS: swarm.secrets = calls[i].json; break;
        default: swarm.configs = calls[i].json;
        }
    }
    if (!join(&swarm, nodes, services, err)) return false;
    *ret_swarm = swarm;
    return true;
}

const char *swarm_time(struct arena *arena, const char *text) {
    if (!text || strlen(text) < 20 || strncmp(text, "0001-", 5) == 0) return NULL;
    const char *dot = text[19] == '.' ? text + 19 : NULL;
    size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;
    const char *zone = dot ? dot + 1 + digits : text + 19;
    if (strcmp(zone, "Z") != 0) return NULL;
    if (digits > 6) digits = 6;
    return digits ? arena_printf(arena, "%.19s.%.*sZ", text, (int)digits, dot + 1)
                  : arena_printf(arena, "%.19sZ", text);
}
