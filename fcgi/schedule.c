/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cron.h"
#include "retention.h"

bool schedule_next(const char *cron_text, const char *time_zone, int64_t after_s, char text[24],
                   const char **ret_text, struct err *err) {
    struct cron cron;
    int64_t next_s;
    if (!cron_parse(cron_text, &cron, err) || !cron_zone_check(time_zone, err)) return false;
    bool found = cron_next(&cron, time_zone, after_s, &next_s);
    if (found) (void)snprintf(text, 24, "%lld", (long long)next_s);
    *ret_text = found ? text : NULL;
    return true;
}

json_t *schedule_runs(const char *cron_text, const char *time_zone, int count) {
    struct cron cron;
    struct err err = ERR_INIT;
    json_t *runs = json_array();
    int64_t at_s = clock_unix_s();
    if (!runs || !cron_parse(cron_text, &cron, &err) || !cron_zone_check(time_zone, &err))
        return runs;
    for (int i = 0; i < count && cron_next(&cron, time_zone, at_s, &at_s); i++) {
        char text[32];
        struct tm utc;
        time_t at = (time_t)at_s;
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
        if (json_array_append_new(runs, json_string(text)) != 0) break;
    }
    return runs;
}

/* -- retention -----------------------------------------------------------------------------------
 */

struct plan {
    const json_t *rows;
    size_t count;
    struct retention_item *items;
    struct retention_rule *rules;
    const char **schedules; /* of each rule */
    json_t **retentions;    /* what each rule was read from */
    int rule_count;
};

static const char *text_of(const json_t *row, const char *name) {
    return json_string_value(json_object_get(row, name));
}

/* The index of the rule of the schedule that made a backup; -1: none. */
static int rule_of(struct plan *plan, const json_t *row) {
    const char *schedule = text_of(row, "schedule_id"), *retention = text_of(row, "retention");
    if (!schedule || !retention) return -1;
    for (int i = 0; i < plan->rule_count; i++)
        if (strcmp(plan->schedules[i], schedule) == 0) return i;
    json_t *json = json_loads(retention, 0, NULL);
    int index = plan->rule_count;
    if (!retention_read(json, text_of(row, "time_zone"), &plan->rules[index])) {
        json_decref(json);
        return -1;
    }
    plan->retentions[index] = json;
    plan->schedules[index] = schedule;
    plan->rule_count++;
    return index;
}

static void read_items(struct plan *plan) {
    size_t i;
    json_t *row;
    json_array_foreach(plan->rows, i, row) {
        const char *created = text_of(row, "created_s"), *state = text_of(row, "state"),
                   *pinned = text_of(row, "pinned");
        plan->items[i] = (struct retention_item){
            .created_s = created ? strtoll(created, NULL, 10) : 0,
            .verified = state && strcmp(state, "verified") == 0,
            .pinned = !pinned || *pinned == 't',
            .rule = rule_of(plan, row),
        };
    }
}

static json_t *items_json(const struct plan *plan) {
    json_t *items = json_array(), *row;
    size_t i;
    json_array_foreach(plan->rows, i, row) {
        const char *size = text_of(row, "size_bytes");
        json_t *item = json_pack("{s:s s:s s:I s:b s:s}", "backup_id", text_of(row, "id"),
                                 "created_at", text_of(row, "created_at"), "size_bytes",
                                 (json_int_t)(size ? strtoll(size, NULL, 10) : 0), "keep",
                                 plan->items[i].keep, "reason", plan->items[i].why);
        if (json_array_append_new(items, item) != 0) {
            json_decref(items);
            return NULL;
        }
    }
    return items;
}

bool schedule_retention(struct db *db, const struct db_at *at, const char *database,
                        json_t **ret_items, struct err *err) {
    json_t *rows;
    if (!db_rows(db, at, DB_RETENTION_ITEMS, &database, 1, &rows, err)) return false;
    size_t count = json_array_size(rows);
    struct plan plan = { .rows = rows,
                         .count = count,
                         .items = calloc(count + 1, sizeof *plan.items),
                         .rules = calloc(count + 1, sizeof *plan.rules),
                         .schedules = calloc(count + 1, sizeof *plan.schedules),
                         .retentions = calloc(count + 1, sizeof *plan.retentions) };
    json_t *items = NULL;
    if (plan.items && plan.rules && plan.schedules && plan.retentions) {
        read_items(&plan);
        retention_decide(plan.items, count, plan.rules, clock_unix_s());
        items = items_json(&plan);
    }
    for (int i = 0; i < plan.rule_count; i++) json_decref(plan.retentions[i]);
    free(plan.items);
    free(plan.rules);
    free(plan.schedules);
    free(plan.retentions);
    json_decref(rows);
    if (!items) return err_set(err, ERR_LIMIT, "out of memory for the list of backups");
    *ret_items = items;
    return true;
}
