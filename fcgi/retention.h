/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RETENTION_H
#define GUARDIAN_RETENTION_H
/*
 * Which backups of one database are kept, and why: one function for the preview and for the deed.
 * Only what a schedule made can expire, by that schedule's rule; a rule keeps, nothing else
 * deletes. Never: what is pinned, what is not whole (a person decides), the last verified backup.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* Each number: how many are kept by this rule; -1: it has none. */
struct retention_rule {
    int64_t keep_last, keep_days, daily, weekly, monthly, yearly;
    const char *time_zone; /* whose days, weeks (from Monday), months and years */
};

struct retention_item {
    int64_t created_s; /* unix time */
    bool verified, pinned;
    int rule;     /* index of its schedule's rule; -1: it never expires */
    bool keep;    /* out */
    char why[80]; /* out */
};

/* `retention` is a JSON object of numbers from 1 on, or null members; `ret_rule` borrows the zone.
 * False when it keeps everything (no rule). */
bool retention_read(const json_t *retention, const char *time_zone,
                    struct retention_rule *ret_rule);
/* Checks such an object from outside. Errors: BAD_FIELD. */
bool retention_check(const json_t *retention, struct err *err) __attribute__((warn_unused_result));
/* `items` newest first. */
void retention_decide(struct retention_item *items, size_t count,
                      const struct retention_rule *rules, int64_t now_s);
#endif
