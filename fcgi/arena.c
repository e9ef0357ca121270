/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (32u * 1024)
#define ALIGNMENT  _Alignof(max_align_t)

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) char data[];
};

struct deferred {
    struct deferred *next;
    void (*clean_up)(void *);
    void *object;
};

struct arena {
    struct block *blocks; /* the newest first */
    struct deferred *deferred;
    size_t used, size_max;
};

static unsigned fail_after;

void arena_fail_after(unsigned count) {
    fail_after = count;
}

static struct block *block_new(size_t size) {
    struct block *block = malloc(sizeof *block + size);
    if (!block) return NULL;
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_new(size_t size_max) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena) return NULL;
    arena->size_max = size_max;
    arena->blocks = block_new(BLOCK_SIZE);
    if (!arena->blocks) {
        free(arena);
        return NULL;
    }
    return arena;
}

void arena_reset(struct arena *arena) {
    while (arena->deferred) {
        struct deferred *deferred = arena->deferred;
        arena->deferred = deferred->next;
        deferred->clean_up(deferred->object);
    }
    /* The first block, made with the arena, is the last of the list: it stays. */
    while (arena->blocks->next) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    arena->blocks->used = 0;
    arena->used = 0;
}

void arena_free(struct arena *arena) {
    if (!arena) return;
    arena_reset(arena);
    free(arena->blocks);
    free(arena);
}

size_t arena_used(const struct arena *arena) {
    return arena->used;
}

/* Not zeroed. */
static void *take(struct arena *arena, size_t size) {
    if (fail_after && --fail_after == 0) return NULL;
    if (size > arena->size_max) return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->size_max - arena->used) return NULL;
    struct block *block = arena->blocks;
    if (rounded > block->size - block->used) {
        block = block_new(rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
        if (!block) return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *piece = block->data + block->used;
    block->used += rounded;
    arena->used += rounded;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size) {
    void *piece = take(arena, size);
    return piece ? memset(piece, 0, size) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t size) {
    char *copy = take(arena, size + 1);
    if (!copy) return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list arguments, again;
    char shorter[256]; /* most are: they are formatted once */
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(shorter, sizeof shorter, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : take(arena, (size_t)size + 1);
    if (text && (size_t)size < sizeof shorter) memcpy(text, shorter, (size_t)size + 1);
    else if (text) (void)vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

bool arena_defer(struct arena *arena, void (*clean_up)(void *), void *object) {
    if (!object) return true;
    struct deferred *deferred = arena_alloc(arena, sizeof *deferred);
    if (!deferred) {
        clean_up(object);
        return false;
    }
    *deferred =
        (struct deferred){ .next = arena->deferred, .clean_up = clean_up, .object = object };
    arena->deferred = deferred;
    return true;
}
