/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "yamltext.h"

static void the_subset_becomes_json_with_lines(void **state) {
    (void)state;
    static const char text[] =
        "a: 1\nb:\n  c: x\n  d: [1, 'two', \"th\\u0041\"]\nkeys:\n  - kid: z\n    k:\n";
    struct err err = ERR_INIT;
    json_t *root, *lines;
    assert_true(yamltext_load(text, strlen(text), "f", &root, &lines, &err));
    json_t *expected = json_loads("{\"a\":\"1\",\"b\":{\"c\":\"x\",\"d\":[\"1\",\"two\",\"thA\"]},"
                                  "\"keys\":[{\"kid\":\"z\",\"k\":\"\"}]}",
                                  0, NULL);
    assert_true(json_equal(root, expected));
    assert_int_equal(yamltext_line(lines, "b.c"), 3);
    assert_int_equal(yamltext_line(lines, "b.d.1"), 4);
    assert_int_equal(yamltext_line(lines, "keys.0.k"), 7);
    assert_int_equal(yamltext_line(lines, "nothing"), 0);
    json_decref(expected);
    json_decref(root);
    json_decref(lines);
}

static void everything_else_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *where;
    } cases[] = {
        { "a: 1\na: 2", "f:2:" },
        { "a: &x 1", "f:1:" },
        { "a: 1\nb: *x", "f:2:" },
        { "a: !!int 1", "f:1:" },
        { "a: 1\n---\nb: 2", "f:2:" },
        { "a: [[[[[[[[[[[[[[[[[[[[", "f:1:" },
        { "a: \"\\0\"", "f:1:" },
        { "? [a]\n: b", "f:1:" },
        { "plain", "f:1:" },
        { "- a", "f:1:" },
        { "a: 1\n\tb: 2", "f:2:" },
        { "a: \xc3\x28", "f:1:" },
        { "\xff\xfe"
          "a",
          "f:1:" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = ERR_INIT;
        json_t *root = NULL;
        assert_false(yamltext_load(cases[i].text, strlen(cases[i].text), "f", &root, NULL, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_null(root);
        if (strncmp(err.detail, cases[i].where, strlen(cases[i].where)) != 0)
            fail_msg("%s: %s", cases[i].text, err.detail);
    }
}

static void nothing_is_an_empty_mapping(void **state) {
    (void)state;
    static const char *const texts[] = { "", "# only a comment\n", "\n\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = ERR_INIT;
        json_t *root;
        assert_true(yamltext_load(texts[i], strlen(texts[i]), "f", &root, NULL, &err));
        assert_int_equal(json_object_size(root), 0);
        json_decref(root);
    }
}

static void aliases_are_copies_where_a_stack_file_may_have_them(void **state) {
    (void)state;
    static const char text[] = "x: &x\n  a: 1\ny: &y [*x, z]\nk: {<<: *x, b: *y}\n";
    struct err err = ERR_INIT;
    json_t *root;
    assert_true(yamltext_load_aliased(text, strlen(text), "f", &root, &err));
    json_t *expected = json_loads("{\"x\":{\"a\":\"1\"},\"y\":[{\"a\":\"1\"},\"z\"],"
                                  "\"k\":{\"<<\":{\"a\":\"1\"},\"b\":[{\"a\":\"1\"},\"z\"]}}",
                                  0, NULL);
    assert_true(json_equal(root, expected));
    json_decref(expected);
    json_decref(root);
}

static void aliases_neither_grow_nor_nest_without_end(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a: &a [*a]",
        "a: *nobody",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
        "a: &a [[[[[[[[x]]]]]]]]\nb: &b [[[[[[[[*a]]]]]]]]\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct err err = ERR_INIT;
        json_t *root;
        assert_false(yamltext_load_aliased(texts[i], strlen(texts[i]), "f", &root, &err));
        assert_int_equal(err.code, ERR_CONFIG);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_subset_becomes_json_with_lines),
        cmocka_unit_test(everything_else_is_refused_with_its_line),
        cmocka_unit_test(nothing_is_an_empty_mapping),
        cmocka_unit_test(aliases_are_copies_where_a_stack_file_may_have_them),
        cmocka_unit_test(aliases_neither_grow_nor_nest_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
