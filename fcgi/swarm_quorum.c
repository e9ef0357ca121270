/* SPDX-License-Identifier: MIT */
/* What must not be lost all at once: Raft's managers, and the services whose label says of what
 * they are members. Counted from where the members' tasks run now. */
#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"
#include "swarm.h"

#define GROUPS_MAX 16
#define RAFT       "raft"

struct quorum {
    const char *group;
    int members, healthy, needed, lost;
    const char *left; /* the members that stay, for people */
};

/* A server and one to take over are enough where a third only helps; else more than half. */
static bool is_standby_rule(const char *group) {
    return strcmp(group, "postgresql") == 0 || strcmp(group, "redis") == 0;
}

static int needed_of(const char *group, int members) {
    if (members == 0) return 0;
    if (is_standby_rule(group)) return members >= 2 ? 2 : 1;
    return members / 2 + 1;
}

static bool is_reachable(const struct swarm_node *node) {
    const char *reachability = jsonpick_text(node->json, "ManagerStatus.Reachability");
    return node->manager && reachability && strcmp(reachability, "reachable") == 0;
}

/* Raft first, then the labels' groups, each once. */
static int groups_of(const struct swarm *swarm, const char *ret_groups[GROUPS_MAX]) {
    int count = 0;
    ret_groups[count++] = RAFT;
    for (size_t i = 0; i < swarm->service_count; i++) {
        const char *group = swarm->services[i].group;
        bool known = !group || !*group;
        for (int k = 0; !known && k < count; k++) known = strcmp(ret_groups[k], group) == 0;
        if (!known && count < GROUPS_MAX) ret_groups[count++] = group;
    }
    return count;
}

static bool is_of(const struct swarm_service *service, const char *group) {
    return service->group && strcmp(service->group, group) == 0;
}

static const char *name_task(const struct swarm *swarm, const struct swarm_service *service,
                             const json_t *task, bool with_node) {
    const char *id = jsonpick_text(task, "NodeID");
    const struct swarm_node *node = id ? swarm_node(swarm, id) : NULL;
    json_int_t slot = jsonpick_integer(task, "Slot", 0);
    bool several = service->replicated && service->wanted > 1 && slot;
    const char *name = several
                           ? arena_printf(swarm->arena, "%s.%lld", service->name, (long long)slot)
                           : service->name;
    if (!name || !with_node || !node) return name;
    return arena_printf(swarm->arena, "%s on %s", name, node->hostname);
}

/* -- counting ---------------------------------------------------------------------------------- */

static bool add_left(const struct swarm *swarm, struct quorum *quorum, const char *name) {
    if (!name) return false;
    quorum->left = quorum->left ? arena_printf(swarm->arena, "%s, %s", quorum->left, name) : name;
    return quorum->left != NULL;
}

static bool count_raft(const struct swarm *swarm, const struct swarm_loss *loss,
                       struct quorum *quorum) {
    for (size_t i = 0; i < swarm->node_count; i++) {
        const struct swarm_node *node = &swarm->nodes[i];
        if (!node->manager) continue;
        quorum->members++;
        if (!is_reachable(node)) continue;
        quorum->healthy++;
        if (loss && loss->node == node) quorum->lost++;
        else if (!add_left(swarm, quorum, node->hostname)) return false;
    }
    return true;
}

static bool count_task(const struct swarm *swarm, const struct swarm_loss *loss,
                       const struct swarm_service *service, const json_t *task, int *to_lose,
                       struct quorum *quorum) {
    if (!swarm_task_runs(swarm, task)) return true;
    quorum->healthy++;
    bool lost =
        loss && loss->node && swarm_node(swarm, jsonpick_text(task, "NodeID")) == loss->node;
    if (loss && loss->service == service && *to_lose > 0) {
        lost = true;
        --*to_lose;
    }
    if (!lost) return add_left(swarm, quorum, name_task(swarm, service, task, true));
    quorum->lost++;
    return true;
}

static bool count_group(const struct swarm *swarm, const struct swarm_loss *loss,
                        struct quorum *quorum) {
    int to_lose = loss ? loss->count : 0;
    for (size_t i = 0; i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        if (!is_of(service, quorum->group)) continue;
        quorum->members += service->wanted;
        for (size_t k = 0; k < service->task_count; k++)
            if (!count_task(swarm, loss, service, service->tasks[k], &to_lose, quorum))
                return false;
    }
    return true;
}

static bool count(const struct swarm *swarm, const char *group, const struct swarm_loss *loss,
                  struct quorum *ret_quorum) {
    struct quorum quorum = { .group = group };
    bool ok = strcmp(group, RAFT) == 0 ? count_raft(swarm, loss, &quorum)
                                       : count_group(swarm, loss, &quorum);
    quorum.needed = needed_of(group, quorum.members);
    *ret_quorum = quorum;
    return ok;
}

/* -- the guard --------------------------------------------------------------------------------- */

static bool refuse(const struct swarm_loss *loss, const struct quorum *quorum, struct err *err) {
    int left = quorum->healthy - quorum->lost;
    bool raft = strcmp(quorum->group, RAFT) == 0;
    return err_set(err, ERR_QUORUM,
                   "%s would leave %d of %d %.40s %s healthy%s%.200s%s; %d %s needed.", loss->act,
                   left, quorum->members, raft ? "Raft" : quorum->group,
                   raft ? "managers" : "members", left ? " (" : "", left ? quorum->left : "",
                   left ? ")" : "", quorum->needed, quorum->needed == 1 ? "is" : "are");
}

static json_t *verdict_json(const struct quorum *quorum) {
    return json_pack("{s:s, s:i, s:i, s:i, s:i}", "group", quorum->group, "members",
                     quorum->members, "healthy", quorum->healthy, "healthy_meanwhile",
                     quorum->healthy - quorum->lost, "needed", quorum->needed);
}

bool swarm_quorum_check(const struct swarm *swarm, const struct swarm_loss *loss,
                        json_t **ret_verdicts, struct err *err) {
    const char *groups[GROUPS_MAX];
    int group_count = groups_of(swarm, groups);
    json_t *verdicts = json_array();
    bool ok = verdicts || err_set(err, ERR_LIMIT, "No memory for the quorums.");
    for (int i = 0; ok && i < group_count; i++) {
        struct quorum quorum;
        if (!count(swarm, groups[i], loss, &quorum))
            ok = err_set(err, ERR_LIMIT, "No memory for the quorums.");
        else if (quorum.lost && quorum.healthy - quorum.lost < quorum.needed)
            ok = refuse(loss, &quorum, err);
        else if (quorum.lost && json_array_append_new(verdicts, verdict_json(&quorum)) != 0)
            ok = err_set(err, ERR_LIMIT, "No memory for the quorums.");
    }
    if (ok) *ret_verdicts = verdicts;
    else json_decref(verdicts);
    return ok;
}

/* -- views ------------------------------------------------------------------------------------- */

static bool add_place(json_t *places, const char *member, const char *node, bool healthy,
                      const char *state) {
    return json_array_append_new(places,
                                 json_pack("{s:s, s:s?, s:b, s:s}", "member", member, "node", node,
                                           "healthy", healthy, "state", state)) == 0;
}

static bool add_task_place(const struct swarm *swarm, const struct swarm_service *service,
                           const json_t *task, json_t *places) {
    const char *id = jsonpick_text(task, "NodeID"), *state = jsonpick_text(task, "Status.State");
    const struct swarm_node *node = id ? swarm_node(swarm, id) : NULL;
    const char *name = name_task(swarm, service, task, false);
    if (!swarm_task_wanted(task)) return true;
    if (node && !node->ready) state = "node down";
    return name && add_place(places, name, node ? node->hostname : NULL,
                             swarm_task_runs(swarm, task), state ? state : "unknown");
}

static json_t *places_json(const struct swarm *swarm, const char *group) {
    json_t *places = json_array();
    bool ok = places != NULL, raft = strcmp(group, RAFT) == 0;
    for (size_t i = 0; ok && raft && i < swarm->node_count; i++) {
        const struct swarm_node *node = &swarm->nodes[i];
        const char *state = jsonpick_text(node->json, "ManagerStatus.Reachability");
        if (node->manager)
            ok = add_place(places, node->hostname, node->hostname, is_reachable(node),
                           state ? state : "unknown");
    }
    for (size_t i = 0; ok && !raft && i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        for (size_t k = 0; ok && is_of(service, group) && k < service->task_count; k++)
            ok = add_task_place(swarm, service, service->tasks[k], places);
    }
    if (ok) return places;
    json_decref(places);
    return NULL;
}

json_t *swarm_quorum_json(const struct swarm *swarm, const char *group) {
    struct quorum quorum;
    if (!group) group = RAFT;
    json_t *places = count(swarm, group, NULL, &quorum) ? places_json(swarm, group) : NULL;
    if (!places) return NULL;
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:b, s:o}", "group", group, "rule",
                     is_standby_rule(group) ? "standby" : "majority", "members", quorum.members,
                     "healthy", quorum.healthy, "needed", quorum.needed, "spare",
                     quorum.healthy - quorum.needed, "ok", quorum.healthy >= quorum.needed,
                     "places", places);
}

json_t *swarm_quorums_json(const struct swarm *swarm) {
    const char *groups[GROUPS_MAX];
    int group_count = groups_of(swarm, groups);
    json_t *quorums = json_array();
    for (int i = 0; quorums && i < group_count; i++)
        if (json_array_append_new(quorums, swarm_quorum_json(swarm, groups[i])) != 0) {
            json_decref(quorums);
            quorums = NULL;
        }
    return quorums;
}

const char *swarm_quorum_state(const struct swarm *swarm) {
    json_t *quorums = swarm_quorums_json(swarm);
    char *text = quorums ? json_dumps(quorums, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    const char *copy = text ? arena_strdup(swarm->arena, text) : NULL;
    free(text);
    json_decref(quorums);
    return copy;
}
