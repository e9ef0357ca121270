/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "request.h"

static const char *const colours[] = { "red", "green", NULL };
static const struct field fields[] = {
    { "name", FIELD_PATH, FIELD_STRING, .max = 63, .min = 1 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "colour", FIELD_QUERY, FIELD_ENUM, .choices = colours },
    { "deep", FIELD_QUERY, FIELD_BOOLEAN, .required = false },
    { "sql", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 20 },
    { "rows", FIELD_BODY, FIELD_INTEGER, .min = 0, .max = 10 },
    { "tables", FIELD_BODY, FIELD_STRINGS, .max = 2 },
    { .name = NULL },
};
static const struct field no_fields[] = { { .name = NULL } };

struct fixture {
    struct arena *arena;
    struct request request;
    struct err err;
};

static int set_up(void **state) {
    struct fixture *fixture = test_calloc(1, sizeof *fixture);
    fixture->arena = arena_new(1 << 20);
    fixture->request =
        (struct request){ .arena = fixture->arena, .query = "", .path = "/x", .body_text = "" };
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    test_free(fixture);
    return 0;
}

static bool parse(struct fixture *fixture, const char *query, const char *body) {
    const char *values[] = { "设备" };
    err_clear(&fixture->err);
    fixture->request.query = query;
    fixture->request.body = NULL;
    fixture->request.body_text = body;
    fixture->request.body_size = strlen(body);
    return (!*body || request_body_parse(&fixture->request, &fixture->err)) &&
           request_fields(&fixture->request, fields, values, &fixture->err);
}

static void declared_fields_are_read_from_their_places(void **state) {
    struct fixture *fixture = *state;
    assert_true(parse(fixture, "limit=7&colour=green&deep=true",
                      "{\"sql\":\"SELECT 1\",\"tables\":[\"a\"]}"));
    assert_string_equal(request_string(&fixture->request, "name"), "设备");
    assert_int_equal(request_integer(&fixture->request, "limit"), 7);
    assert_string_equal(request_string(&fixture->request, "colour"), "green");
    assert_true(request_boolean(&fixture->request, "deep"));
    assert_string_equal(request_string(&fixture->request, "sql"), "SELECT 1");
    assert_int_equal(json_array_size(request_strings(&fixture->request, "tables")), 1);
    assert_false(request_has(&fixture->request, "rows"));
}

static void a_preset_fills_in(void **state) {
    struct fixture *fixture = *state;
    assert_true(parse(fixture, "", "{\"sql\":\"x\"}"));
    assert_int_equal(request_integer(&fixture->request, "limit"), 100);
}

struct refusal {
    const char *query, *body;
    enum err_code code;
    const char *field;
};

static void bad_fields_are_refused_by_name(void **state) {
    static const struct refusal refusals[] = {
        { "", "", ERR_BAD_FIELD, "sql" },
        { "", "{}", ERR_BAD_FIELD, "sql" },
        { "", "{\"sql\":\"\"}", ERR_BAD_FIELD, "sql" },
        { "", "{\"sql\":7}", ERR_BAD_FIELD, "sql" },
        { "", "{\"sql\":null}", ERR_BAD_FIELD, "sql" },
        { "", "{\"sql\":\"123456789012345678901\"}", ERR_BAD_FIELD, "sql" },
        { "", "{\"sql\":\"x\",\"rows\":11}", ERR_BAD_FIELD, "rows" },
        { "", "{\"sql\":\"x\",\"rows\":-1}", ERR_BAD_FIELD, "rows" },
        { "", "{\"sql\":\"x\",\"rows\":1.5}", ERR_BAD_FIELD, "rows" },
        { "", "{\"sql\":\"x\",\"rows\":\"1\"}", ERR_BAD_FIELD, "rows" },
        { "", "{\"sql\":\"x\",\"tables\":[1]}", ERR_BAD_FIELD, "tables" },
        { "", "{\"sql\":\"x\",\"tables\":[\"a\",\"b\",\"c\"]}", ERR_BAD_FIELD, "tables" },
        { "", "{\"sql\":\"x\",\"tables\":\"a\"}", ERR_BAD_FIELD, "tables" },
        { "", "{\"sql\":\"x\",\"limit\":1}", ERR_BAD_FIELD, "limit" },
        { "sql=x", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "sql" },
        { "limit=1x", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "limit" },
        { "limit=", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "limit" },
        { "limit=+1", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "limit" },
        { "limit=99999999999999999999", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "limit" },
        { "limit=1&limit=2", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "limit" },
        { "colour=blue", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "colour" },
        { "deep=1", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "deep" },
        { "nothing=1", "{\"sql\":\"x\"}", ERR_BAD_FIELD, "nothing" },
        { "limit=%zz", "{\"sql\":\"x\"}", ERR_BAD_REQUEST, "" },
        { "limit=%00", "{\"sql\":\"x\"}", ERR_BAD_REQUEST, "" },
        { "limit=%ff", "{\"sql\":\"x\"}", ERR_BAD_REQUEST, "" },
        { "", "{\"sql\":\"x\",\"sql\":\"y\"}", ERR_BAD_JSON, "" },
        { "", "{\"sql\":\"\\u0000\"}", ERR_BAD_JSON, "" },
        { "", "{\"sql\":\"\xff\"}", ERR_BAD_JSON, "" },
        { "", "[]", ERR_BAD_JSON, "" },
        { "", "{\"sql\":\"x\"} x", ERR_BAD_JSON, "" },
        { "", "{", ERR_BAD_JSON, "" },
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        assert_false(parse(fixture, refusals[i].query, refusals[i].body));
        assert_int_equal(fixture->err.code, refusals[i].code);
        assert_string_equal(fixture->err.field, refusals[i].field);
    }
}

static void deep_nesting_is_refused(void **state) {
    struct fixture *fixture = *state;
    char body[400] = "{\"sql\":";
    for (int i = 0; i < 40; i++) strcat(body, "[");
    for (int i = 0; i < 40; i++) strcat(body, "]");
    strcat(body, "}");
    assert_false(parse(fixture, "", body));
    assert_int_equal(fixture->err.code, ERR_BAD_JSON);
}

static void a_route_without_fields_takes_none(void **state) {
    struct fixture *fixture = *state;
    fixture->request.query = "x=1";
    assert_false(request_fields(&fixture->request, no_fields, NULL, &fixture->err));
    err_clear(&fixture->err);
    assert_false(request_fields(&fixture->request, NULL, NULL, &fixture->err));
    assert_int_equal(fixture->err.code, ERR_BAD_FIELD);
}

static void percent_encoding_is_decoded_strictly(void **state) {
    struct fixture *fixture = *state;
    assert_string_equal(request_decode(fixture->arena, "a%2Fb+c", 7, false), "a/b+c");
    assert_string_equal(request_decode(fixture->arena, "a+b", 3, true), "a b");
    assert_string_equal(request_decode(fixture->arena, "%E8%AE%BE", 9, false), "设");
    assert_null(request_decode(fixture->arena, "%4", 2, false));
    assert_null(request_decode(fixture->arena, "%", 1, false));
    assert_null(request_decode(fixture->arena, "%c0%af", 6, false));
    assert_null(request_decode(fixture->arena, "a%00b", 5, false));
}

static void every_failing_allocation_is_a_clear_error(void **state) {
    struct fixture *fixture = *state;
    for (unsigned n = 1; n < 8; n++) {
        arena_fail_after(n);
        bool ok = parse(fixture, "colour=green&limit=2", "{\"sql\":\"x\"}");
        arena_fail_after(0);
        if (!ok)
            assert_true(fixture->err.code == ERR_LIMIT || fixture->err.code == ERR_BAD_REQUEST);
        arena_reset(fixture->arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(declared_fields_are_read_from_their_places, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_preset_fills_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_fields_are_refused_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_route_without_fields_takes_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(percent_encoding_is_decoded_strictly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_failing_allocation_is_a_clear_error, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
