/* SPDX-License-Identifier: MIT */
#include "cron.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define ZONES      "/usr/share/zoneinfo"
#define ZONE_MAX   64
#define DAYS_AHEAD (366 * 9)
#define DAY_S      86400

struct part {
    const char *name;
    int min, max;
    const char *const *names; /* of min, min + 1, …; NULL: none */
};

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul",
                                           "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = {
    "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL
};

static const struct part parts[5] = {
    { "minute", 0, 59, NULL },
    { "hour", 0, 23, NULL },
    { "day of the month", 1, 31, NULL },
    { "month", 1, 12, month_names },
    { "day of the week", 0, 7, weekday_names },
};

static bool wrong(const struct part *part, const char *what, struct err *err) {
    return err_field(err, "cron",
                     "The %s must be *, numbers from %d to %d, ranges, lists or steps: "
                     "%s.",
                     part->name, part->min, part->max, what);
}

/* A number or a name; moves *text behind it. */
static bool value(const struct part *part, const char **text, int *ret_value, struct err *err) {
    for (int i = 0; part->names && part->names[i]; i++)
        if (strncasecmp(*text, part->names[i], 3) == 0 && !isalpha((unsigned char)(*text)[3])) {
            *text += 3;
            *ret_value = part->min + i;
            return true;
        }
    if (!isdigit((unsigned char)**text)) return wrong(part, "a number is missing", err);
    int number = 0;
    for (; isdigit((unsigned char)**text); ++*text)
        if ((number = number * 10 + **text - '0') > 999)
            return wrong(part, "a number is too large", err);
    if (number < part->min || number > part->max)
        return wrong(part, "a number is out of range", err);
    *ret_value = number;
    return true;
}

/* "*", "5", "1-5", each with "/step". */
static bool item(const struct part *part, const char **text, uint64_t *set, struct err *err) {
    int from = part->min, to = part->max, step = 1;
    bool single = false;
    if (**text == '*') ++*text;
    else {
        if (!value(part, text, &from, err)) return false;
        single = **text != '-';
        if (**text == '-') {
            ++*text;
            if (!value(part, text, &to, err)) return false;
            if (to < from) return wrong(part, "a range ends before it begins", err);
        }
    }
    if (**text == '/') {
        char *end;
        long number = isdigit((unsigned char)(*text)[1]) ? strtol(*text + 1, &end, 10) : 0;
        if (number < 1 || number > part->max) return wrong(part, "a step is not one", err);
        *text = end;
        step = (int)number;
        single = false; /* "5/10" is from 5 on */
    }
    if (single) to = from;
    for (int i = from; i <= to; i += step) *set |= UINT64_C(1) << i;
    return true;
}

static bool field(const struct part *part, const char **text, uint64_t *ret_set, bool *ret_any,
                  struct err *err) {
    uint64_t set = 0;
    *ret_any = **text == '*' && ((*text)[1] != '/' || strncmp(*text + 1, "/1 ", 3) == 0);
    for (;;) {
        if (!item(part, text, &set, err)) return false;
        if (**text != ',') break;
        ++*text;
    }
    *ret_set = set;
    return !**text || isblank((unsigned char)**text) ||
           wrong(part, "there is something that does not belong there", err);
}

bool cron_parse(const char *text, struct cron *ret_cron, struct err *err) {
    uint64_t sets[5];
    bool any[5];
    for (int i = 0; i < 5; i++) {
        while (isblank((unsigned char)*text)) text++;
        if (!*text)
            return err_field(err, "cron",
                             "Five fields are needed: minute, hour, day of the month, "
                             "month, day of the week.");
        if (!field(&parts[i], &text, &sets[i], &any[i], err)) return false;
    }
    while (isblank((unsigned char)*text)) text++;
    if (*text) return err_field(err, "cron", "There are more than five fields.");
    if (sets[4] & (1u << 7)) sets[4] |= 1;
    *ret_cron = (struct cron){ .minutes = sets[0],
                               .hours = (uint32_t)sets[1],
                               .days = (uint32_t)sets[2],
                               .months = (uint32_t)sets[3],
                               .weekdays = (uint32_t)sets[4] & 0x7f,
                               .any_hour = any[1],
                               .any_day = any[2],
                               .any_weekday = any[4] };
    return true;
}

bool cron_zone_check(const char *time_zone, struct err *err) {
    char path[sizeof ZONES + ZONE_MAX + 2];
    struct stat file;
    size_t size = strlen(time_zone);
    bool harmless = size > 0 && size <= ZONE_MAX && isalpha((unsigned char)*time_zone) &&
                    !strstr(time_zone, "..");
    for (const char *c = time_zone; harmless && *c; c++)
        harmless = isalnum((unsigned char)*c) || strchr("/_+-", *c);
    if (harmless) {
        (void)snprintf(path, sizeof path, ZONES "/%s", time_zone);
        if (stat(path, &file) == 0 && S_ISREG(file.st_mode)) return true;
        if (strcmp(time_zone, "UTC") == 0) return true;
    }
    return err_field(err, "time_zone", "%.64s is no time zone, such as Europe/Berlin or UTC.",
                     harmless ? time_zone : "This");
}

static void enter_zone(const char *time_zone) {
    const char *now = getenv("TZ");
    char zone[ZONE_MAX + 2];
    (void)snprintf(zone, sizeof zone, ":%s", time_zone);
    if (now && strcmp(now, zone) == 0) return;
    (void)setenv("TZ", zone, 1);
    tzset();
}

void cron_local(const char *time_zone, int64_t at_s, struct tm *ret_local) {
    time_t at = (time_t)at_s;
    enter_zone(time_zone);
    if (!localtime_r(&at, ret_local)) (void)gmtime_r(&at, ret_local);
}

static bool is_day(const struct cron *cron, const struct tm *day) {
    bool in_month = cron->days >> day->tm_mday & 1, in_week = cron->weekdays >> day->tm_wday & 1;
    if (!(cron->months >> (day->tm_mon + 1) & 1)) return false;
    if (cron->any_day || cron->any_weekday) return in_month && in_week;
    return in_month || in_week;
}

static bool is_wall(const char *time_zone, time_t at, const struct tm *wall) {
    struct tm local;
    cron_local(time_zone, at, &local);
    return local.tm_mday == wall->tm_mday && local.tm_hour == wall->tm_hour &&
           local.tm_min == wall->tm_min;
}

/* The moment at which the offset stops being what it was at `from`, within (from, to]. */
static time_t turn_of(const char *time_zone, time_t from, time_t to) {
    struct tm local;
    cron_local(time_zone, from, &local);
    long offset = local.tm_gmtoff;
    while (to - from > 1) {
        time_t middle = from + (to - from) / 2;
        cron_local(time_zone, middle, &local);
        if (local.tm_gmtoff == offset) from = middle;
        else to = middle;
    }
    return to;
}

/* When the wall clock shows this: the first time; when it never does: the end of the gap. */
static time_t moment_of(const char *time_zone, const struct tm *wall) {
    struct tm copy = *wall, before, after;
    time_t plain = timegm(&copy);
    cron_local(time_zone, plain - DAY_S, &before);
    cron_local(time_zone, plain + DAY_S, &after);
    time_t early = plain - before.tm_gmtoff, late = plain - after.tm_gmtoff;
    if (early > late) {
        time_t swap = early;
        early = late;
        late = swap;
    }
    if (is_wall(time_zone, early, wall)) return early;
    if (is_wall(time_zone, late, wall)) return late;
    return turn_of(time_zone, plain - DAY_S, plain + DAY_S);
}

static bool next_wall(const struct cron *cron, const char *time_zone, time_t after,
                      int64_t *ret_s) {
    struct tm day;
    cron_local(time_zone, after - DAY_S, &day); /* a gap may end on the next day */
    day.tm_sec = 0;
    for (int i = 0; i <= DAYS_AHEAD; i++) {
        struct tm date = { .tm_year = day.tm_year,
                           .tm_mon = day.tm_mon,
                           .tm_mday = day.tm_mday + i };
        (void)timegm(&date); /* normalizes, and finds the day of the week */
        if (!is_day(cron, &date)) continue;
        for (int minute = 0; minute < 24 * 60; minute++) {
            if (!(cron->hours >> minute / 60 & 1) || !(cron->minutes >> minute % 60 & 1)) continue;
            date.tm_hour = minute / 60;
            date.tm_min = minute % 60;
            time_t moment = moment_of(time_zone, &date);
            if (moment <= after) continue;
            *ret_s = (int64_t)moment;
            return true;
        }
    }
    return false;
}

static bool next_real(const struct cron *cron, const char *time_zone, time_t after,
                      int64_t *ret_s) {
    time_t end = after + (time_t)DAYS_AHEAD * DAY_S;
    for (time_t at = after - after % 60 + 60; at <= end;) {
        struct tm local;
        cron_local(time_zone, at, &local);
        if (local.tm_sec != 0) at += 60 - local.tm_sec; /* zones of old, with seconds */
        else if (!is_day(cron, &local)) at += 60 * (60 - local.tm_min);
        else if (!(cron->minutes >> local.tm_min & 1)) at += 60;
        else {
            *ret_s = (int64_t)at;
            return true;
        }
    }
    return false;
}

bool cron_next(const struct cron *cron, const char *time_zone, int64_t after_s, int64_t *ret_s) {
    return cron->any_hour ? next_real(cron, time_zone, (time_t)after_s, ret_s)
                          : next_wall(cron, time_zone, (time_t)after_s, ret_s);
}
