/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_LISTCACHE_H
#define GUARDIAN_API_LISTCACHE_H
/*
 * Bodies of lists that many browsers ask for again and again, kept for a second by each worker.
 * Bounded in number and in bytes; belongs to the process. The key must say everything that the body
 * depends on.
 */
#include <stdbool.h>
#include <stddef.h>

#include "../arena.h"

#define LISTCACHE_AGE_MS      1000
#define LISTCACHE_ENTRIES_MAX 32
#define LISTCACHE_BYTES_MAX   (4u << 20)

/* True: a body at most LISTCACHE_AGE_MS old, copied into the arena. */
bool listcache_get(const char *key, struct arena *arena, const char **ret_body, size_t *ret_size)
    __attribute__((warn_unused_result));
/* Keeps a copy of a body in two parts where it fits; drops the oldest for it. The copy, which lives
 * until the next call; NULL when it did not fit. */
const char *listcache_put(const char *key, const char *head, size_t head_size, const char *rest,
                          size_t rest_size);
#endif
