/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_ARENA_H
#define GUARDIAN_ARENA_H
/*
 * Memory of one request: handed out in pieces, freed in one place, with deferred clean-ups for
 * foreign objects. The arena owns everything that it hands out. Not thread-safe. Every arena has a
 * maximum from birth. All functions that return a pointer return NULL when the maximum is reached
 * or the system has no memory.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t size_max);
void arena_free(struct arena *arena);  /* NULL is allowed; runs the clean-ups */
void arena_reset(struct arena *arena); /* runs the clean-ups, last first; keeps one block */
size_t arena_used(const struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size)
    __attribute__((malloc, warn_unused_result)); /* zeroed, aligned */
char *arena_strdup(struct arena *arena, const char *text) __attribute__((warn_unused_result));
char *arena_strndup(struct arena *arena, const char *text, size_t size)
    __attribute__((warn_unused_result));
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));

/* Calls clean_up(object) at reset. When that cannot be recorded, calls it at once and returns
 * false: either way the object is never leaked. NULL objects are ignored (true). */
bool arena_defer(struct arena *arena, void (*clean_up)(void *), void *object)
    __attribute__((warn_unused_result));

/* Tests only: the n-th allocation from now fails (0: none). Compiled always, used by unit tests
 * alone. */
void arena_fail_after(unsigned count);
#endif
