/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_REDISVIEW_H
#define GUARDIAN_REDISVIEW_H
/* What cache_watch found, in the contract's words. */
#include "arena.h"
#include <jansson.h>
#include <stdbool.h>

/* The contract's Redis data; new, or NULL. `facts` as cache_watch gives them. */
json_t *redisview_json(struct arena *arena, const json_t *facts);

/* Of that data: the replica that lacks least among those that are linked, and how many are; a
 * Sentinel that names the primary; is one failing over now? NULL: there is none. */
const json_t *redisview_next(const json_t *data, int *ret_linked);
const char *redisview_sentinel(const json_t *data);
bool redisview_failing_over(const json_t *data);
#endif
