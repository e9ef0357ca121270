/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "maintenance.h"

static json_t *parsed(const char *text) {
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return value;
}

static void statements_are_made_of_what_is_on_the_list(void **state) {
    static const char *const rows[][3] = {
        { "vacuum", "{}", "VACUUM %I.%I" },
        { "vacuum", "{\"freeze\":true,\"parallel\":0}", "VACUUM (FREEZE true, PARALLEL 0) %I.%I" },
        { "vacuum", "{\"index_cleanup\":\"auto\"}", "VACUUM %I.%I" },
        { "vacuum", "{\"index_cleanup\":\"off\",\"skip_locked\":false}",
          "VACUUM (INDEX_CLEANUP off, SKIP_LOCKED false) %I.%I" },
        { "vacuum-full", "{}", "VACUUM (FULL) %I.%I" },
        { "vacuum-full", "{\"analyze\":true,\"lock_timeout_ms\":100}",
          "VACUUM (FULL, ANALYZE true) %I.%I" },
        { "analyze", "{\"skip_locked\":true}", "ANALYZE (SKIP_LOCKED true) %I.%I" },
        { "reindex", "{}", "REINDEX TABLE CONCURRENTLY %I.%I" },
        { "reindex", "{\"concurrently\":true}", "REINDEX TABLE CONCURRENTLY %I.%I" },
        { "reindex", "{\"concurrently\":false}", "REINDEX TABLE %I.%I" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct maintenance_operation *operation = maintenance_find(rows[i][0]);
        json_t *options = parsed(rows[i][1]);
        struct err err = ERR_INIT;
        char command[MAINTENANCE_COMMAND_MAX];
        assert_true(maintenance_check_options(operation, options, &err));
        maintenance_command(operation, options, command);
        assert_string_equal(command, rows[i][2]);
        json_decref(options);
    }
}

static void the_longest_statement_fits(void **state) {
    struct err err = ERR_INIT;
    char command[MAINTENANCE_COMMAND_MAX];
    json_t *options =
        parsed("{\"freeze\":false,\"analyze\":false,\"truncate\":false,\"index_cleanup\":\"off\","
               "\"parallel\":1024,\"skip_locked\":false,\"lock_timeout_ms\":3600000}");
    (void)state;
    assert_true(maintenance_check_options(maintenance_find("vacuum"), options, &err));
    maintenance_command(maintenance_find("vacuum"), options, command);
    assert_string_equal(command, "VACUUM (FREEZE false, ANALYZE false, TRUNCATE false, "
                                 "INDEX_CLEANUP off, PARALLEL 1024, SKIP_LOCKED false) %I.%I");
    json_decref(options);
}

static void what_locks_others_out_is_known(void **state) {
    json_t *plain = parsed("{\"concurrently\":false}"), *beside = parsed("{}");
    const struct maintenance_operation *reindex = maintenance_find("reindex");
    (void)state;
    assert_true(maintenance_with(reindex, plain)->locks_out);
    assert_false(maintenance_with(reindex, beside)->locks_out);
    assert_false(maintenance_with(reindex, NULL)->locks_out);
    assert_true(maintenance_with(maintenance_find("vacuum-full"), NULL)->locks_out);
    assert_null(maintenance_find("vacuum full"));
    json_decref(plain);
    json_decref(beside);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_are_made_of_what_is_on_the_list),
        cmocka_unit_test(the_longest_statement_fits),
        cmocka_unit_test(what_locks_others_out_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
