/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "arena.h"

static char order[8];
static size_t order_size;

static void note(void *object) {
    order[order_size++] = *(const char *)object;
}

static void memory_is_zeroed_and_aligned(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t size = 1; size < 100; size += 7) {
        unsigned char *piece = arena_alloc(arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
    }
    arena_free(arena);
}

static void a_piece_larger_than_a_block_is_served(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    char *large = arena_alloc(arena, 200000);
    assert_non_null(large);
    large[199999] = 'x';
    assert_string_equal(arena_strdup(arena, "after"), "after");
    arena_free(arena);
}

static void the_maximum_is_never_passed(void **state) {
    (void)state;
    struct arena *arena = arena_new(100000);
    assert_null(arena_alloc(arena, 100001));
    assert_null(arena_alloc(arena, SIZE_MAX));
    size_t got = 0;
    while (arena_alloc(arena, 1000)) got += 1000;
    assert_in_range(got, 90000, 100000);
    arena_reset(arena);
    assert_non_null(arena_alloc(arena, 1000));
    arena_free(arena);
}

static void clean_ups_run_last_first(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    order_size = 0;
    assert_true(arena_defer(arena, note, (char *)"a"));
    assert_true(arena_defer(arena, note, NULL));
    assert_true(arena_defer(arena, note, (char *)"b"));
    arena_reset(arena);
    assert_memory_equal(order, "ba", 2);
    arena_reset(arena);
    assert_int_equal(order_size, 2);
    arena_free(arena);
}

static void a_clean_up_that_cannot_be_recorded_runs_at_once(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    order_size = 0;
    arena_fail_after(1);
    assert_false(arena_defer(arena, note, (char *)"x"));
    assert_int_equal(order_size, 1);
    arena_free(arena);
}

static void printf_measures_before_it_writes(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    assert_string_equal(arena_printf(arena, "%s-%d", "pid", 42), "pid-42");
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(a_piece_larger_than_a_block_is_served),
        cmocka_unit_test(the_maximum_is_never_passed),
        cmocka_unit_test(clean_ups_run_last_first),
        cmocka_unit_test(a_clean_up_that_cannot_be_recorded_runs_at_once),
        cmocka_unit_test(printf_measures_before_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
