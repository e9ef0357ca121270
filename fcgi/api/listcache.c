/* SPDX-License-Identifier: MIT */
#include "listcache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"

static struct entry {
    char *key, *body;
    size_t size; /* of key and body */
    size_t body_size;
    int64_t made_ms;
} entries[LISTCACHE_ENTRIES_MAX];
static size_t bytes;

static void drop(struct entry *entry) {
    bytes -= entry->size;
    free(entry->key);
    free(entry->body);
    memset(entry, 0, sizeof *entry);
}

bool listcache_get(const char *key, struct arena *arena, const char **ret_body, size_t *ret_size) {
    for (int i = 0; i < LISTCACHE_ENTRIES_MAX; i++) {
        struct entry *entry = &entries[i];
        if (!entry->key || strcmp(entry->key, key) != 0) continue;
        if (clock_ms() - entry->made_ms >= LISTCACHE_AGE_MS) return false;
        const char *body = arena_strndup(arena, entry->body, entry->body_size);
        if (!body) return false;
        *ret_body = body;
        *ret_size = entry->body_size;
        return true;
    }
    return false;
}

/* The entry of the same key, else a free one, else the oldest. */
static struct entry *entry_for(const char *key) {
    struct entry *best = &entries[0];
    for (int i = 0; i < LISTCACHE_ENTRIES_MAX; i++) {
        struct entry *entry = &entries[i];
        if (entry->key && strcmp(entry->key, key) == 0) return entry;
        if (best->key && (!entry->key || entry->made_ms < best->made_ms)) best = entry;
    }
    return best;
}

static void make_room(size_t size) {
    while (bytes + size > LISTCACHE_BYTES_MAX) {
        struct entry *oldest = NULL;
        for (int i = 0; i < LISTCACHE_ENTRIES_MAX; i++)
            if (entries[i].key && (!oldest || entries[i].made_ms < oldest->made_ms))
                oldest = &entries[i];
        if (!oldest) return;
        drop(oldest);
    }
}

const char *listcache_put(const char *key, const char *head, size_t head_size, const char *rest,
                          size_t rest_size) {
    size_t size = head_size + rest_size, whole = strlen(key) + 1 + size;
    struct entry *entry = entry_for(key);
    if (entry->key) drop(entry);
    if (whole > LISTCACHE_BYTES_MAX) return NULL;
    make_room(whole);
    struct entry made = { .key = strdup(key),
                          .body = malloc(size ? size : 1),
                          .size = whole,
                          .body_size = size,
                          .made_ms = clock_ms() };
    if (!made.key || !made.body) {
        free(made.key);
        free(made.body);
        return NULL;
    }
    memcpy(made.body, head, head_size);
    memcpy(made.body + head_size, rest, rest_size);
    *entry = made;
    bytes += whole;
    return made.body;
}
