/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "prometheus.h"

static void check_step(int64_t length_s, int64_t step_s) {
    int64_t to_s = 1764108123;
    struct prometheus_grid grid = prometheus_grid_of(to_s - length_s, to_s);
    assert_int_equal(grid.step_s, step_s);
    assert_int_equal(grid.to_s % step_s, 0);
    assert_true(grid.to_s <= to_s && grid.to_s > to_s - step_s);
    assert_int_equal((grid.to_s - grid.from_s) % step_s, 0);
    assert_true((grid.to_s - grid.from_s) / step_s <= PROMETHEUS_POINTS_MAX);
}

static void a_stretch_has_a_step_that_a_person_would_choose(void **state) {
    (void)state;
    check_step(60, 5);
    check_step(900, 5);
    check_step(3600, 15);
    check_step(21600, 60);
    check_step(86400, 300);
    check_step(604800, 1800);
    check_step(30 * 86400, 7200);
    check_step(366 * 86400, 86400);
}

static void a_longer_stretch_than_any_keeps_its_latest_points(void **state) {
    (void)state;
    int64_t to_s = 1764108123;
    struct prometheus_grid grid = prometheus_grid_of(0, to_s);
    assert_int_equal((grid.to_s - grid.from_s) / grid.step_s, PROMETHEUS_POINTS_MAX);
    assert_true(grid.to_s > to_s - grid.step_s);
}

static void asking_again_within_a_step_gives_the_same_moments(void **state) {
    (void)state;
    struct prometheus_grid one = prometheus_grid_of(1764000000, 1764003600);
    struct prometheus_grid two = prometheus_grid_of(1764000014, 1764003614);
    assert_memory_equal(&one, &two, sizeof one);
}

static void a_moment_without_a_value_is_null_and_so_is_what_is_no_number(void **state) {
    (void)state;
    struct prometheus_grid grid = { 100, 130, 5 };
    json_t *series = json_loads("{\"values\":[[90,\"9\"],[105,\"1.5\"],[110,\"NaN\"],[115,\"+Inf\"],"
                                "[120.1,\"2\"],[125,3],[130,\"4\"]]}",
                                0, NULL);
    json_t *values = prometheus_on_grid(series, &grid);
    json_t *wanted = json_loads("[null,1.5,null,null,2.0,null,4.0]", 0, NULL);
    assert_non_null(wanted);
    assert_true(json_equal(values, wanted));
    json_decref(series);
    json_decref(values);
    json_decref(wanted);
}

static void a_query_gets_windows_that_hold_a_step(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct config config = { .watch.prometheus = "http://127.0.0.1:9090" };
    struct prometheus_grid fine = { 0, 60, 5 }, coarse = { 0, 604800, 1800 };
    struct upstream_call call =
        prometheus_call(arena, &config, "rate(a[$window])/rate(b[$wide])", &fine);
    assert_non_null(strstr(call.path, "a%5B60s%5D%29%2Frate%28b%5B300s%5D"));
    assert_non_null(strstr(call.path, "start=0&end=60&step=5&timeout="));
    call = prometheus_call(arena, &config, "rate(a[$window])/rate(b[$wide])", &coarse);
    assert_non_null(strstr(call.path, "a%5B1800s%5D%29%2Frate%28b%5B1800s%5D"));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stretch_has_a_step_that_a_person_would_choose),
        cmocka_unit_test(a_longer_stretch_than_any_keeps_its_latest_points),
        cmocka_unit_test(asking_again_within_a_step_gives_the_same_moments),
        cmocka_unit_test(a_moment_without_a_value_is_null_and_so_is_what_is_no_number),
        cmocka_unit_test(a_query_gets_windows_that_hold_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
