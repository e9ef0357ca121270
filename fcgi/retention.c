/* SPDX-License-Identifier: MIT */
#include "retention.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cron.h"

#define NUMBER_MAX 10000
#define DAY_S      86400

struct named {
    const char *name;
    size_t offset;
};

static const struct named numbers[] = {
    { "keep_last", offsetof(struct retention_rule, keep_last) },
    { "keep_days", offsetof(struct retention_rule, keep_days) },
    { "daily", offsetof(struct retention_rule, daily) },
    { "weekly", offsetof(struct retention_rule, weekly) },
    { "monthly", offsetof(struct retention_rule, monthly) },
    { "yearly", offsetof(struct retention_rule, yearly) },
};
#define NUMBERS (sizeof numbers / sizeof numbers[0])

bool retention_read(const json_t *retention, const char *time_zone,
                    struct retention_rule *ret_rule) {
    bool any = false;
    *ret_rule = (struct retention_rule){ .time_zone = time_zone };
    for (size_t i = 0; i < NUMBERS; i++) {
        const json_t *number = json_object_get(retention, numbers[i].name);
        bool set = json_is_integer(number) && json_integer_value(number) > 0;
        any |= set;
        *(int64_t *)(void *)((char *)ret_rule + numbers[i].offset) =
            set ? json_integer_value(number) : -1;
    }
    return any;
}

static bool is_named(const char *name) {
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(numbers[i].name, name) == 0) return true;
    return false;
}

bool retention_check(const json_t *retention, struct err *err) {
    struct retention_rule rule;
    const char *name;
    json_t *number;
    json_object_foreach((json_t *)retention, name, number) {
        if (!is_named(name))
            return err_field(err, "retention", "retention has no member %.40s.", name);
        if (!json_is_null(number) && (!json_is_integer(number) || json_integer_value(number) < 1 ||
                                      json_integer_value(number) > NUMBER_MAX))
            return err_field(err, "retention", "%s must be a number from 1 to %d, or null.", name,
                             NUMBER_MAX);
    }
    return retention_read(retention, "UTC", &rule) ||
           err_field(err, "retention",
                     "A rule that keeps nothing is none: leave retention out to keep everything.");
}

enum period { DAY, WEEK, MONTH, YEAR };

/* One number for each period, newer ones larger. */
static int64_t period_of(const char *time_zone, int64_t at_s, enum period period) {
    struct tm local;
    cron_local(time_zone, at_s, &local);
    if (period == YEAR) return local.tm_year;
    if (period == MONTH) return local.tm_year * 12 + local.tm_mon;
    struct tm date = { .tm_year = local.tm_year, .tm_mon = local.tm_mon, .tm_mday = local.tm_mday };
    int64_t day = timegm(&date) / DAY_S;
    return period == DAY ? day : (day + 3) / 7; /* 1 January 1970 was a Thursday */
}

static void keep(struct retention_item *item, const char *why) {
    if (!item->keep) (void)snprintf(item->why, sizeof item->why, "%s", why);
    item->keep = true;
}

/* The newest of each of the last `count` periods that have one. */
static void keep_periods(struct retention_item *items, size_t size, int index,
                         const struct retention_rule *rule, enum period period, int64_t count) {
    static const char *const whys[] = { "the newest of its day", "the newest of its week",
                                        "the newest of its month", "the newest of its year" };
    int64_t last = INT64_MAX;
    for (size_t i = 0; i < size && count > 0; i++) {
        if (items[i].rule != index || !items[i].verified) continue;
        int64_t number = period_of(rule->time_zone, items[i].created_s, period);
        if (number >= last) continue;
        last = number;
        count--;
        keep(&items[i], whys[period]);
    }
}

static void apply(struct retention_item *items, size_t size, int index,
                  const struct retention_rule *rule, int64_t now_s) {
    int64_t left = rule->keep_last;
    for (size_t i = 0; i < size; i++) {
        if (items[i].rule != index || !items[i].verified) continue;
        if (left > 0) keep(&items[i], "one of the last");
        left--;
        if (rule->keep_days > 0 && items[i].created_s > now_s - rule->keep_days * DAY_S)
            keep(&items[i], "young enough");
    }
    keep_periods(items, size, index, rule, DAY, rule->daily);
    keep_periods(items, size, index, rule, WEEK, rule->weekly);
    keep_periods(items, size, index, rule, MONTH, rule->monthly);
    keep_periods(items, size, index, rule, YEAR, rule->yearly);
}

void retention_decide(struct retention_item *items, size_t count,
                      const struct retention_rule *rules, int64_t now_s) {
    bool last = true;
    int most = -1;
    for (size_t i = 0; i < count; i++) {
        struct retention_item *item = &items[i];
        item->keep = false;
        (void)snprintf(item->why, sizeof item->why, "its schedule's rule keeps it no longer");
        if (item->pinned) keep(item, "pinned");
        if (!item->verified) keep(item, "not whole: a person decides");
        if (item->verified && last) keep(item, "the last verified backup");
        if (item->verified) last = false;
        if (item->rule < 0) keep(item, "no schedule with a rule made it");
        if (item->rule > most) most = item->rule;
    }
    for (int index = 0; index <= most; index++) apply(items, count, index, &rules[index], now_s);
}
