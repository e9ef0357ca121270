/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/listcache.h"

static bool has(struct arena *arena, const char *key, const char *body) {
    const char *found = NULL;
    size_t size = 0;
    if (!listcache_get(key, arena, &found, &size)) return false;
    assert_int_equal(size, strlen(body));
    assert_string_equal(found, body);
    return true;
}

static void keeps_a_body_for_a_second(void **state) {
    struct arena *arena = arena_new(1u << 20);
    (void)state;
    assert_false(has(arena, "a", ""));
    (void)listcache_put("a", "", 0, "one", 3);
    assert_true(has(arena, "a", "one"));
    (void)listcache_put("a", "", 0, "two", 3);
    assert_true(has(arena, "a", "two"));
    assert_false(has(arena, "b", ""));
    (void)poll(NULL, 0, LISTCACHE_AGE_MS + 5);
    assert_false(has(arena, "a", "two"));
    arena_free(arena);
}

static void keeps_no_more_entries_than_it_may(void **state) {
    struct arena *arena = arena_new(1u << 20);
    char key[16];
    int kept = 0;
    (void)state;
    for (int i = 0; i < 3 * LISTCACHE_ENTRIES_MAX; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        (void)listcache_put(key, "", 0, key, strlen(key));
        assert_true(has(arena, key, key));
    }
    for (int i = 0; i < 3 * LISTCACHE_ENTRIES_MAX; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        kept += has(arena, key, key);
    }
    assert_in_range(kept, 1, LISTCACHE_ENTRIES_MAX);
    arena_free(arena);
}

static void keeps_no_more_bytes_than_it_may(void **state) {
    struct arena *arena = arena_new(16u << 20);
    char *big = malloc(LISTCACHE_BYTES_MAX);
    (void)state;
    assert_non_null(big);
    memset(big, 'x', LISTCACHE_BYTES_MAX - 1);
    big[LISTCACHE_BYTES_MAX - 1] = '\0';
    (void)listcache_put("too big", "", 0, big, LISTCACHE_BYTES_MAX - 1);
    assert_false(has(arena, "too big", big));
    (void)listcache_put("half", "", 0, big, LISTCACHE_BYTES_MAX / 2);
    (void)poll(NULL, 0, 5);
    (void)listcache_put("other half", "", 0, big, LISTCACHE_BYTES_MAX / 2);
    const char *body;
    size_t size;
    assert_false(listcache_get("half", arena, &body, &size));
    assert_true(listcache_get("other half", arena, &body, &size));
    assert_int_equal(size, LISTCACHE_BYTES_MAX / 2);
    free(big);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_body_for_a_second),
        cmocka_unit_test(keeps_no_more_entries_than_it_may),
        cmocka_unit_test(keeps_no_more_bytes_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
