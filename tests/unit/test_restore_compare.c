/* SPDX-License-Identifier: MIT */
#include "restore_compare.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static json_t *parse(const char *text) {
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static json_t *compared(const char *production, const char *restored) {
    json_t *one = production ? parse(production) : NULL, *other = parse(restored);
    json_t *comparison = restore_compare(one, other);
    assert_non_null(comparison);
    json_decref(one);
    json_decref(other);
    return comparison;
}

static void check_text(const json_t *json, const char *expected) {
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
}

static void equal_databases_are_equal(void **state) {
    const char *same =
        "{\"tables\":{\"public.a\":[3,true]},\"sequences\":{\"public.s\":\"7\"},"
        "\"extensions\":{\"plpgsql\":\"1.0\"},\"owners\":{\"table public.a\":\"me\"},"
        "\"grants\":{}}";
    (void)state;
    json_t *comparison = compared(same, same);
    assert_true(json_is_true(json_object_get(comparison, "equal")));
    check_text(json_object_get(comparison, "tables"),
               "[{\"difference\":0,\"name\":\"public.a\",\"production_exact\":true,"
               "\"production_rows\":3,\"restored_exact\":true,\"restored_rows\":3}]");
    check_text(json_object_get(comparison, "sequences"), "[]");
    check_text(json_object_get(comparison, "totals"),
               "{\"extensions\":1,\"grants\":0,\"owners\":1,\"sequences\":1,\"tables\":1}");
    json_decref(comparison);
}

static void what_differs_comes_first_and_what_is_gone_is_null(void **state) {
    (void)state;
    json_t *comparison = compared("{\"tables\":{\"a\":[3,true],\"gone\":[1,true],\"b\":[5,true]}}",
                                  "{\"tables\":{\"a\":[3,true],\"b\":[2,true],\"new\":[1,true]}}");
    const json_t *tables = json_object_get(comparison, "tables");
    assert_false(json_is_true(json_object_get(comparison, "equal")));
    assert_int_equal(json_array_size(tables), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(tables, 3), "name")), "a");
    check_text(json_object_get(json_object_get(comparison, "differences"), "tables"), "3");
    check_text(json_array_get(tables, 0),
               "{\"difference\":null,\"name\":\"gone\",\"production_exact\":true,"
               "\"production_rows\":1,\"restored_exact\":false,\"restored_rows\":null}");
    check_text(json_object_get(json_array_get(tables, 1), "difference"), "-3");
    json_decref(comparison);
}

static void an_estimate_never_makes_a_difference(void **state) {
    (void)state;
    json_t *comparison =
        compared("{\"tables\":{\"a\":[1000,false]}}", "{\"tables\":{\"a\":[1010,true]}}");
    assert_true(json_is_true(json_object_get(comparison, "equal")));
    check_text(json_object_get(comparison, "differences"),
               "{\"extensions\":0,\"grants\":0,\"owners\":0,\"sequences\":0,\"tables\":0}");
    json_decref(comparison);
}

static void without_a_production_database_nothing_is_equal(void **state) {
    (void)state;
    json_t *comparison = compared(NULL, "{\"owners\":{\"table a\":\"me\"}}");
    assert_false(json_is_true(json_object_get(comparison, "equal")));
    check_text(json_object_get(comparison, "owners"),
               "[{\"name\":\"table a\",\"production\":null,\"restored\":\"me\"}]");
    json_decref(comparison);
}

static void a_long_list_is_cut_and_says_so(void **state) {
    json_t *one = json_object(), *other = json_object(), *owners = json_object();
    char name[32];
    (void)state;
    for (int i = 0; i < RESTORE_COMPARE_MAX + 7; i++) {
        (void)snprintf(name, sizeof name, "table %d", i);
        assert_int_equal(json_object_set_new(owners, name, json_string("me")), 0);
    }
    assert_int_equal(json_object_set_new(one, "owners", owners), 0);
    json_t *comparison = restore_compare(one, other);
    assert_int_equal(json_array_size(json_object_get(comparison, "owners")), RESTORE_COMPARE_MAX);
    assert_true(json_is_true(json_object_get(comparison, "truncated")));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(comparison, "differences"), "owners")),
        RESTORE_COMPARE_MAX + 7);
    json_decref(comparison);
    json_decref(one);
    json_decref(other);
}

static void a_drill_misses_a_table_and_tells_of_rows_that_are_far_off(void **state) {
    json_t *expected = parse("{\"a\":1000,\"b\":1000,\"c\":1000,\"d\":5,\"empty\":0}");
    json_t *restored = parse("{\"tables\":{\"a\":[1100,true],\"b\":[10,true],\"d\":[9,true]},"
                             "\"owners\":{\"table a\":\"x\",\"table b\":\"x\",\"table d\":\"x\","
                             "\"table empty\":\"x\"}}");
    int missing = -1;
    (void)state;
    json_t *differences = restore_compare_manifest(expected, restored, &missing);
    assert_int_equal(missing, 1);
    check_text(differences,
               "[{\"backup_rows_estimate\":1000,\"missing\":false,\"name\":\"b\",\"restored_rows\":"
               "10},{\"backup_rows_estimate\":1000,\"missing\":true,\"name\":\"c\","
               "\"restored_rows\":null}]");
    json_decref(differences);
    json_decref(expected);
    json_decref(restored);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_databases_are_equal),
        cmocka_unit_test(what_differs_comes_first_and_what_is_gone_is_null),
        cmocka_unit_test(an_estimate_never_makes_a_difference),
        cmocka_unit_test(without_a_production_database_nothing_is_equal),
        cmocka_unit_test(a_long_list_is_cut_and_says_so),
        cmocka_unit_test(a_drill_misses_a_table_and_tells_of_rows_that_are_far_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
