/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DRILL_CANARY_H
#define GUARDIAN_DRILL_CANARY_H
/*
 * The canary of a drill: a process that writes, one write after the other, and tells how each
 * ended. A write is acknowledged only when the server has answered its commit. What it tells waits
 * in a pipe: it goes on writing whatever its reader waits for.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "drill.h"
#include "err.h"
#include "jobs.h"

#define DRILL_BIN_MS 250 /* of the strip */

struct drill_canary;

struct drill_figures {
    int64_t acknowledged, failed;
    int64_t recovery_ms; /* the longest time, from the break on, without an acknowledged write that
                            stayed; -1: none did */
    int64_t takeover_ms; /* from the break to the first that another server acknowledged; -1 */
};

bool drill_canary_start(struct job *job, enum drill_target target, struct drill_canary **ret_canary,
                        struct err *err) __attribute__((warn_unused_result));
void drill_canary_stop(struct drill_canary *canary); /* what was told stays */
void drill_canary_free(struct drill_canary *canary); /* NULL is allowed */
/* Takes in what was told. Was a write acknowledged that began at `since_ms` or later, by the server
 * that took the first one (`moved`: by another)? */
bool drill_canary_look(struct drill_canary *canary, int64_t since_ms, bool moved);
/* Looks which acknowledged writes are gone; an array of sequences, new. What is known of them is in
 * what the next two tell. Errors: DB_…, CACHE_… */
bool drill_canary_lost(struct drill_canary *canary, json_t **ret_lost, struct err *err)
    __attribute__((warn_unused_result));
/* `broke_ms`: 0, nothing was broken. */
struct drill_figures drill_canary_figures(const struct drill_canary *canary, int64_t broke_ms);
/* Writes that stayed, failed, and were acknowledged and lost, of each bin from `origin_ms` on; new,
 * NULL: no memory. */
json_t *drill_canary_bins(const struct drill_canary *canary, int64_t origin_ms);
#endif
