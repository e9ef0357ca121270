/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_REDISVIEW_H
#define GUARDIAN_REDISVIEW_H
/* What cache_watch found, in the contract's words. */
#include "arena.h"
#include <jansson.h>

/* The contract's Redis data; new, or NULL. `facts` as cache_watch gives them. */
json_t *redisview_json(struct arena *arena, const json_t *facts);
#endif
