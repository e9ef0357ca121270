/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"

static json_t *pick(const char *text, const char *shape) {
    json_t *value = NULL;
    const char *why = NULL;
    assert_true(jsonpick_load(text, strlen(text), shape, &value, &why));
    return value;
}

static void expect(const char *text, const char *shape, const char *expected) {
    json_t *value = pick(text, shape);
    char *made = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    assert_string_equal(made, expected);
    free(made);
    json_decref(value);
}

static void only_what_the_shape_names_is_kept(void **state) {
    (void)state;
    static const char text[] = "[{\"ID\":\"a\",\"Big\":{\"x\":[1,{\"y\":\"]}\\\"\"}]},\"Spec\":{"
                               "\"Name\":\"n\",\"Env\":[1]}},"
                               " {\"ID\":\"b\"}]";
    expect(text, "(ID,Spec(Name))", "[{\"ID\":\"a\",\"Spec\":{\"Name\":\"n\"}},{\"ID\":\"b\"}]");
    expect(text, "(Spec)", "[{\"Spec\":{\"Env\":[1],\"Name\":\"n\"}},{}]");
    expect(text, "(Nothing)", "[{},{}]");
    expect("{\"a\":{\"b\":1,\"c\":2},\"ab\":3}", "(ab)", "{\"ab\":3}");
}

static void every_kind_of_value_is_read(void **state) {
    (void)state;
    expect("[true,false,null,-7,9223372036854775807,2.5,1e3,\"\"]", "*",
           "[true,false,null,-7,9223372036854775807,2.5,1000.0,\"\"]");
    expect("\"\\u00e9\\ud83d\\ude00\\n\\/\"", NULL, "\"é😀\\n/\"");
    expect(" { } ", "*", "{}");
}

static void what_is_no_json_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",    "[",     "]",       "{\"a\"}",  "{\"a\":}",    "[1,]",         "[1 2]",
        "tru", "nul",   "\"abc",   "\"\\x\"",  "\"\\ud800\"", "\"\\udc00x\"", "-",
        "1 2", "{a:1}", "[1e999]", "\"\xff\"", "{\"a\":[}",   "\"\\u12\"",    "{\"x\":[}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *value = NULL;
        const char *why = NULL;
        if (jsonpick_load(texts[i], strlen(texts[i]), "*", &value, &why))
            fail_msg("\"%s\" was taken", texts[i]);
        assert_non_null(why);
        assert_null(value);
    }
}

static void what_is_stepped_over_must_close_its_brackets(void **state) {
    (void)state;
    static const char *const texts[] = { "{\"x\":[1}", "{\"x\":{\"y\":]}", "{\"x\":\"",
                                         "{\"x\":[" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *value;
        const char *why = NULL;
        assert_false(jsonpick_load(texts[i], strlen(texts[i]), "(y)", &value, &why));
    }
}

static void nesting_has_an_end_whether_kept_or_not(void **state) {
    (void)state;
    char deep[256] = "{\"x\":";
    json_t *value;
    const char *why = NULL;
    memset(deep + 5, '[', 100);
    assert_false(jsonpick_load(deep, 105, "*", &value, &why));
    assert_string_equal(why, "too deep");
    assert_false(jsonpick_load(deep, 105, "(y)", &value, &why));
    assert_string_equal(why, "too deep");
}

static void a_path_leads_to_its_value(void **state) {
    (void)state;
    json_t *value = pick("{\"a\":{\"b\":{\"c\":5,\"d\":\"x\"}}}", "*");
    assert_int_equal(jsonpick_integer(value, "a.b.c", -1), 5);
    assert_int_equal(jsonpick_integer(value, "a.b.d", -1), -1);
    assert_string_equal(jsonpick_text(value, "a.b.d"), "x");
    assert_null(jsonpick_text(value, "a.x.d"));
    assert_null(jsonpick_at(NULL, "a"));
    json_decref(value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_shape_names_is_kept),
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(what_is_stepped_over_must_close_its_brackets),
        cmocka_unit_test(nesting_has_an_end_whether_kept_or_not),
        cmocka_unit_test(a_path_leads_to_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
