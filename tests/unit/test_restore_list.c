/* SPDX-License-Identifier: MIT */
#include "restore_list.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const char facts_text[] =
    "{\"roles\":[\"owner\",\"my owner\",\"postgres\",\"second super\"],\"superusers\":"
    "[\"postgres\",\"second super\"],\"schemas\":[\"public\",\"ext\",\"pg_catalog\"],"
    "\"extensions\":[\"pgcrypto\",\"plpgsql\"]}";

struct planned {
    struct arena *arena;
    struct restore_list *list;
    const struct restore_pass *passes;
    const char *left_out;
};

static void plan(struct planned *planned, const char *text) {
    struct err err = ERR_INIT;
    json_t *facts = json_loads(facts_text, 0, NULL);
    planned->arena = arena_new(1 << 20);
    planned->list = restore_list_new(planned->arena);
    assert_non_null(planned->list);
    /* In pieces: lines come as the pipe has them. */
    for (size_t i = 0; i < strlen(text); i += 7)
        assert_true(restore_list_take(planned->list, text + i,
                                      strlen(text) - i < 7 ? strlen(text) - i : 7, &err));
    assert_true(
        restore_list_plan(planned->list, facts, &planned->passes, &planned->left_out, &err));
    json_decref(facts);
}

static void check_pass(const struct restore_pass *pass, const char *owner, bool parallel,
                       const char *list) {
    assert_non_null(pass);
    if (owner) assert_string_equal(pass->owner, owner);
    else assert_null(pass->owner);
    assert_int_equal(pass->parallel, parallel);
    assert_int_equal(pass->size, strlen(list));
    if (pass->size > 0) assert_memory_equal(pass->list, list, pass->size);
}

static void an_archive_without_superusers_goes_in_two_runs(void **state) {
    struct planned planned;
    (void)state;
    plan(&planned, ";\n; Archive created at 2026-11-25\n;\n"
                   "10; 2615 17190 SCHEMA - Sales & Ops owner\n"
                   "50; 0 0 ACL - SCHEMA \"Sales & Ops\" owner\n"
                   "20; 1259 17200 TABLE public devices owner\n"
                   "21; 0 17200 TABLE DATA public devices owner\n"
                   ";\tdepends on: 20\n"
                   "51; 0 0 ACL public TABLE devices owner\n"
                   ";\tdepends on: 20\n");
    check_pass(planned.passes, NULL, false, "10;\n50;\n");
    check_pass(planned.passes->next, NULL, true, "20;\n21;\n51;\n");
    assert_null(planned.passes->next->next);
    arena_free(planned.arena);
}

static void what_the_template_has_is_left_out(void **state) {
    struct planned planned;
    (void)state;
    plan(&planned, "1; 3079 1 EXTENSION - pgcrypto \n"
                   "2; 0 0 COMMENT - EXTENSION pgcrypto \n"
                   "3; 3079 2 EXTENSION - hstore \n"
                   "4; 2615 3 SCHEMA - ext owner\n"
                   "5; 2615 4 SCHEMA - public owner\n"
                   "6; 0 0 ACL public TABLE pg_stat_statements postgres\n"
                   ";\tdepends on: 224\n"
                   "7; 826 9 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES postgres\n"
                   "8; 826 8 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES owner\n"
                   "9; 6100 7 SUBSCRIPTION - sub owner\n");
    json_t *extensions = restore_list_extensions(planned.list);
    assert_int_equal(json_array_size(extensions), 2);
    assert_string_equal(json_string_value(json_array_get(extensions, 1)), "hstore");
    json_decref(extensions);
    check_pass(planned.passes, NULL, false, "5;\n");
    check_pass(planned.passes->next, NULL, true, "3;\n8;\n");
    assert_string_equal(planned.left_out, "SUBSCRIPTION - sub owner");
    arena_free(planned.arena);
}

static void what_superusers_own_is_made_without_owner_and_in_order(void **state) {
    struct planned planned;
    (void)state;
    plan(&planned, "1; 2615 1 SCHEMA - s postgres\n"
                   "2; 0 0 ACL - SCHEMA s postgres\n"
                   "3; 1247 2 TYPE public kind owner\n"
                   "4; 1259 3 TABLE s t postgres\n"
                   "5; 1259 4 TABLE s u second super\n"
                   "6; 1259 5 VIEW s v my owner\n"
                   "7; 0 3 TABLE DATA s t postgres\n"
                   "8; 3381 6 STATISTICS s x postgres\n"
                   "9; 0 0 ACL s TABLE t postgres\n"
                   ";\tdepends on: 4\n"
                   "10; 2606 9 FK CONSTRAINT s t t_fk postgres\n");
    const struct restore_pass *pass = planned.passes;
    check_pass(pass, "postgres", false, "1;\n");
    check_pass(pass = pass->next, NULL, false, "2;\n");
    check_pass(pass = pass->next, NULL, false, "3;\n");
    check_pass(pass = pass->next, "postgres", false, "4;\n");
    check_pass(pass = pass->next, "second super", false, "5;\n");
    check_pass(pass = pass->next, NULL, false, "6;\n");
    check_pass(pass = pass->next, NULL, true, "7;\n9;\n10;\n");
    check_pass(pass = pass->next, "postgres", false, "8;\n");
    assert_null(pass->next);
    arena_free(planned.arena);
}

static void what_is_no_archive_is_refused(void **state) {
    struct arena *arena = arena_new(1 << 20);
    struct restore_list *list = restore_list_new(arena);
    const struct restore_pass *passes;
    const char *left_out, text[] = "; nothing\nnot a line\n-5; 1 2 TABLE a b c\n;\tdepends on: 3\n";
    struct err err = ERR_INIT;
    json_t *facts = json_object();
    (void)state;
    assert_true(restore_list_take(list, text, strlen(text), &err));
    assert_int_equal(restore_list_count(list), 0);
    assert_false(restore_list_plan(list, facts, &passes, &left_out, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    json_decref(facts);
    arena_free(arena);
}

static void of_an_archive_from_elsewhere_what_takes_a_superuser_is_left_out_and_told(void **state) {
    static const char text[] = "10; 2615 2200 SCHEMA - public owner\n"
                               "11; 2615 17190 SCHEMA - sales stranger\n"
                               "12; 3079 1 EXTENSION - pgcrypto \n"
                               "20; 1259 17200 TABLE sales devices stranger\n"
                               "21; 0 17200 TABLE DATA sales devices stranger\n"
                               "30; 0 0 COMMENT - SCHEMA public owner\n"
                               "31; 3466 17300 EVENT TRIGGER - planted stranger\n"
                               "32; 6104 17301 PUBLICATION - everything stranger\n"
                               "33; 6106 17302 PUBLICATION TABLE everything devices stranger\n"
                               "34; 6100 17303 SUBSCRIPTION - back stranger\n"
                               "50; 0 0 ACL sales TABLE devices stranger\n"
                               "51; 826 17304 DEFAULT ACL - DEFAULT PRIVILEGES stranger\n";
    struct arena *arena = arena_new(1 << 20);
    struct restore_list *list = restore_list_new(arena);
    const struct restore_pass *pass;
    const char *left_out;
    struct err err = ERR_INIT;
    json_t *facts = json_loads(facts_text, 0, NULL);
    (void)state;
    assert_true(restore_list_take(list, text, strlen(text), &err));
    assert_true(restore_list_foreign(list, facts, &pass, &left_out, &err));
    check_pass(pass, NULL, false, "11;\n20;\n21;\n");
    assert_null(pass->next);
    assert_non_null(strstr(left_out, "EVENT TRIGGER - planted"));
    assert_non_null(strstr(left_out, "PUBLICATION - everything"));
    assert_non_null(strstr(left_out, "SUBSCRIPTION - back"));
    assert_null(strstr(left_out, "ACL"));
    json_decref(facts);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_without_superusers_goes_in_two_runs),
        cmocka_unit_test(what_the_template_has_is_left_out),
        cmocka_unit_test(what_superusers_own_is_made_without_owner_and_in_order),
        cmocka_unit_test(what_is_no_archive_is_refused),
        cmocka_unit_test(of_an_archive_from_elsewhere_what_takes_a_superuser_is_left_out_and_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
