/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CRON_H
#define GUARDIAN_CRON_H
/*
 * Times that come again: five fields (minute, hour, day of the month, month, day of the week) with
 * lists, ranges, steps and names (jan-dec, sun-sat; 7 is sunday too), in a time zone of the
 * system's database. When both days are restricted, either will do, as in every cron.
 *
 * Where clocks are turned: a schedule of certain hours means the wall clock. A time that does not
 * exist runs at the first moment after the gap; a time that comes twice runs the first time. A
 * schedule of every hour ("*" or "*" with a step of 1) means real time, and runs in either hour.
 *
 * Uses the C library's TZ: for single-threaded processes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "err.h"

struct cron {
    uint64_t minutes;
    uint32_t hours, days, months, weekdays; /* bit n: n is in it */
    bool any_hour, any_day, any_weekday;
};

/* Errors: BAD_FIELD for `cron`, naming what is wrong. */
bool cron_parse(const char *text, struct cron *ret_cron, struct err *err)
    __attribute__((warn_unused_result));
/* Is it a zone of the system's database ("Europe/Berlin", "UTC")? Errors: BAD_FIELD. */
bool cron_zone_check(const char *time_zone, struct err *err) __attribute__((warn_unused_result));
/* The first moment after `after_s` (unix time). False: none in the next nine years. */
bool cron_next(const struct cron *cron, const char *time_zone, int64_t after_s, int64_t *ret_s)
    __attribute__((warn_unused_result));
/* The wall clock of a moment there. */
void cron_local(const char *time_zone, int64_t at_s, struct tm *ret_local);
#endif
