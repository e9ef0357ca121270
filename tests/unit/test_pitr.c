/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "pitr.h"

static void moments_are_read_in_any_zone(void **state) {
    static const char *const rows[][2] = {
        { "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z" },
        { "2026-11-25T22:34:59.75Z", "2026-11-25T22:34:59.750000Z" },
        { "2026-11-26T06:34:59.750001999+08:00", "2026-11-25T22:34:59.750001Z" },
        { "2024-02-29T23:59:59-05:30", "2024-03-01T05:29:59.000000Z" },
        { "2000-02-29T00:00:00+00:00", "2000-02-29T00:00:00.000000Z" },
    };
    char text[PITR_TIME_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t us;
        assert_true(pitr_time_parse(rows[i][0], &us));
        pitr_time_text(us, text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void what_is_no_moment_is_refused(void **state) {
    static const char *const rows[] = {
        "",
        "2026",
        "2026-11-25",
        "2026-11-25T22:34:59",
        "2026-11-25 22:34:59Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-25T24:00:00Z",
        "2026-11-25T22:34:60Z",
        "2026-11-25T22:34:59.Z",
        "2026-11-25T22:34:59+8:00",
        "2026-11-25T22:34:59+08",
        "2026-11-25T22:34:59Z ",
        "2026-11-25T22:34:59z",
        "-026-11-25T22:34:59Z",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t us = 42;
        assert_false(pitr_time_parse(rows[i], &us));
        assert_int_equal(us, 42);
    }
}

static void the_window_begins_with_the_oldest_whole_backup(void **state) {
    json_t *status = json_loads("{\"backups\":[{\"id\":\"c\",\"end_us\":300,\"usable\":true},"
                                "{\"id\":\"b\",\"end_us\":200,\"usable\":true},"
                                "{\"id\":\"a\",\"end_us\":100,\"usable\":false}]}",
                                0, NULL);
    const char *backup;
    int64_t from_us;
    (void)state;
    assert_true(pitr_window(status, &from_us, 250, &backup));
    assert_int_equal(from_us, 200);
    assert_string_equal(backup, "b");
    assert_true(pitr_window(status, &from_us, 300, &backup));
    assert_string_equal(backup, "c");
    assert_true(pitr_window(status, &from_us, 199, &backup));
    assert_null(backup);
    assert_false(pitr_window(NULL, &from_us, 250, NULL));
    json_decref(status);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read_in_any_zone),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(the_window_begins_with_the_oldest_whole_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
