/* SPDX-License-Identifier: MIT */
#include "restore_name.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define AT 1795644600 /* 2026-11-25 22:10:00 UTC */

static void a_name_says_what_and_when(void **state) {
    char name[RESTORE_NAME_SIZE];
    (void)state;
    restore_name("iot_guardian", "kept", AT, 1, name);
    assert_string_equal(name, "iot_guardian_kept_20261125_2210");
    restore_name("iot_guardian", "restored", AT, 12, name);
    assert_string_equal(name, "iot_guardian_restored_20261125_2210_12");
}

static void a_name_of_63_bytes_is_cut_to_fit(void **state) {
    char name[RESTORE_NAME_SIZE];
    const char *longest = "a_name_of_exactly_sixty_three_bytes_which_is_as_long_as_it_gets";
    (void)state;
    assert_int_equal(strlen(longest), 63);
    restore_name(longest, "restored", AT, 999, name);
    assert_int_equal(strlen(name), 63);
    assert_string_equal(name + 63 - 27, "_restored_20261125_2210_999");
    assert_memory_equal(name, longest, 63 - 27);
}

static void a_character_is_never_cut_in_two(void **state) {
    char name[RESTORE_NAME_SIZE];
    (void)state;
    restore_name("数据库数据库数据库数据库数据库数据库数据库", "kept", AT, 1, name);
    /* 44 bytes are free: 14 characters of three bytes. */
    assert_string_equal(name, "数据库数据库数据库数据库数据_kept_20261125_2210");
    restore_name("x数据库数据库数据库数据库数据库数据库数据", "kept", AT, 1, name);
    assert_string_equal(name, "x数据库数据库数据库数据库数据_kept_20261125_2210");
}

static void an_odd_name_stays_what_it_is(void **state) {
    char name[RESTORE_NAME_SIZE];
    (void)state;
    restore_name("--file=x", "drill", AT, 1, name);
    assert_string_equal(name, "--file=x_drill_20261125_2210");
    restore_name("'; drop", "kept", AT, 2, name);
    assert_string_equal(name, "'; drop_kept_20261125_2210_2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_what_and_when),
        cmocka_unit_test(a_name_of_63_bytes_is_cut_to_fit),
        cmocka_unit_test(a_character_is_never_cut_in_two),
        cmocka_unit_test(an_odd_name_stays_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
