/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner_write.h"

struct sink {
    char *text;
    size_t size;
    int sends;
    int fails_at; /* the send that finds nobody reading; 0: none */
};

static bool collect(void *context, const char *data, size_t size) {
    struct sink *sink = context;
    if (++sink->sends == sink->fails_at) return false;
    sink->text = realloc(sink->text, sink->size + size + 1);
    assert_non_null(sink->text);
    memcpy(sink->text + sink->size, data, size);
    sink->size += size;
    sink->text[sink->size] = '\0';
    return true;
}

struct fixture {
    struct arena *arena;
    char *buffer;
    struct sink sink;
    struct runner_write write;
};

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->arena = arena_new(1u << 20);
    fixture->buffer = malloc(RUNNER_BUFFER_SIZE); /* exact, so that ASan sees a byte too many */
    fixture->write = (struct runner_write){ .send = collect, .context = &fixture->sink };
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    free(fixture->buffer);
    free(fixture->sink.text);
    free(fixture);
    return 0;
}

static void begin(struct fixture *fixture, enum runner_format format,
                  const struct runner_column *columns, int count) {
    struct err err = ERR_INIT;
    assert_true(runner_write_init(&fixture->write, format, fixture->buffer, fixture->arena, columns,
                                  count, &err));
    runner_write_header(&fixture->write, columns);
}

/* One row of texts; NULL is null. */
static void row(struct fixture *fixture, const char *const *values) {
    runner_write_row_begin(&fixture->write);
    for (int i = 0; i < fixture->write.columns; i++)
        runner_write_value(&fixture->write, i, values[i], values[i] ? strlen(values[i]) : 0);
    runner_write_row_end(&fixture->write);
}

static const char *written(struct fixture *fixture) {
    assert_true(runner_write_flush(&fixture->write));
    return fixture->sink.text ? fixture->sink.text : "";
}

static void json_values_keep_what_json_holds_exactly(void **state) {
    static const struct {
        enum runner_value value;
        const char *text, *json;
    } cases[] = {
        { RUNNER_BOOLEAN, "t", "true" },
        { RUNNER_BOOLEAN, "f", "false" },
        { RUNNER_INTEGER, "0", "0" },
        { RUNNER_INTEGER, "-1", "-1" },
        { RUNNER_INTEGER, "9007199254740992", "9007199254740992" },
        { RUNNER_INTEGER, "-9007199254740992", "-9007199254740992" },
        { RUNNER_INTEGER, "9007199254740993", "\"9007199254740993\"" },
        { RUNNER_INTEGER, "-9223372036854775808", "\"-9223372036854775808\"" },
        { RUNNER_INTEGER, "999999999999999", "999999999999999" },
        { RUNNER_FLOAT, "1.5", "1.5" },
        { RUNNER_FLOAT, "-0", "-0" },
        { RUNNER_FLOAT, "1e+300", "1e+300" },
        { RUNNER_FLOAT, "NaN", "\"NaN\"" },
        { RUNNER_FLOAT, "Infinity", "\"Infinity\"" },
        { RUNNER_FLOAT, "-Infinity", "\"-Infinity\"" },
        { RUNNER_TEXT, NULL, "null" },
        { RUNNER_TEXT, "", "\"\"" },
        { RUNNER_TEXT, "1.10", "\"1.10\"" },
        { RUNNER_TEXT, "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
        { RUNNER_TEXT, "\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"" },
        { RUNNER_TEXT, "设备 é 😀", "\"设备 é 😀\"" },
        { RUNNER_TEXT, "\xff", "\"\xef\xbf\xbd\"" },
        { RUNNER_TEXT, "a\xe8\xae", "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
        { RUNNER_TEXT, "\xc0\x80z", "\"\xef\xbf\xbd\xef\xbf\xbdz\"" },
        { RUNNER_TEXT, "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { RUNNER_TEXT, "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *fixture;
        char expected[128];
        (void)set_up((void **)&fixture);
        begin(fixture, RUNNER_JSON, &(struct runner_column){ "a", cases[i].value }, 1);
        row(fixture, &cases[i].text);
        (void)snprintf(expected, sizeof expected, "[%s]", cases[i].json);
        assert_string_equal(written(fixture), expected);
        (void)tear_down((void **)&fixture);
    }
    (void)state;
}

static void rows_of_json_are_separated(void **state) {
    struct fixture *fixture = *state;
    static const struct runner_column columns[] = { { "a", RUNNER_INTEGER }, { "b", RUNNER_TEXT } };
    begin(fixture, RUNNER_JSON, columns, 2);
    row(fixture, (const char *const[]){ "1", "x" });
    row(fixture, (const char *const[]){ NULL, NULL });
    assert_string_equal(written(fixture), "[1,\"x\"],[null,null]");
}

static void csv_is_what_copy_writes(void **state) {
    struct fixture *fixture = *state;
    static const struct runner_column columns[] = { { "a", RUNNER_INTEGER },
                                                    { "b,\"c\"", RUNNER_TEXT },
                                                    { "", RUNNER_BOOLEAN } };
    begin(fixture, RUNNER_CSV, columns, 3);
    row(fixture, (const char *const[]){ "1", "x", "t" });
    row(fixture, (const char *const[]){ NULL, "", NULL });
    row(fixture, (const char *const[]){ "2", "a,b", "f" });
    row(fixture, (const char *const[]){ "3", "\"", "f" });
    row(fixture, (const char *const[]){ "4", "a\nb", "a\rb" });
    row(fixture, (const char *const[]){ "5", "\\.", " z " });
    assert_string_equal(written(fixture),
                        "a,\"b,\"\"c\"\"\",\"\"\n1,x,t\n,\"\",\n2,\"a,b\",f\n3,\"\"\"\",f\n"
                        "4,\"a\nb\",\"a\rb\"\n5,\\., z \n");
}

static void csv_of_one_column_quotes_the_end_mark_of_copy(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, RUNNER_CSV, &(struct runner_column){ "a", RUNNER_TEXT }, 1);
    row(fixture, (const char *const[]){ "\\." });
    row(fixture, (const char *const[]){ NULL });
    assert_string_equal(written(fixture), "a\n\"\\.\"\n\n");
}

static void ndjson_makes_names_distinct(void **state) {
    struct fixture *fixture = *state;
    static const struct runner_column columns[] = { { "a", RUNNER_INTEGER }, { "a", RUNNER_TEXT },
                                                    { "a_2", RUNNER_TEXT },  { "a", RUNNER_TEXT },
                                                    { "\"\n", RUNNER_TEXT }, { "", RUNNER_TEXT } };
    begin(fixture, RUNNER_NDJSON, columns, 6);
    row(fixture, (const char *const[]){ "1", "2", "3", "4", "5", NULL });
    row(fixture, (const char *const[]){ "1", "2", "3", "4", "5", NULL });
    static const char line[] =
        "{\"a\":1,\"a_2\":\"2\",\"a_2_2\":\"3\",\"a_3\":\"4\",\"\\\"\\n\":\"5\",\"\":null}\n";
    char expected[256];
    (void)snprintf(expected, sizeof expected, "%s%s", line, line);
    assert_string_equal(written(fixture), expected);
}

static void a_row_without_columns_is_a_row(void **state) {
    struct fixture *fixture = *state;
    begin(fixture, RUNNER_JSON, NULL, 0);
    row(fixture, NULL);
    row(fixture, NULL);
    assert_string_equal(written(fixture), "[],[]");
}

/* Every alignment of a value to the buffer's end gives the same bytes, in whole buffers. */
static void the_buffer_has_no_seams(void **state) {
    (void)state;
    for (size_t shift = 0; shift < 24; shift++) {
        struct fixture *fixture;
        (void)set_up((void **)&fixture);
        begin(fixture, RUNNER_JSON, &(struct runner_column){ "a", RUNNER_TEXT }, 1);
        char *fill = malloc(RUNNER_BUFFER_SIZE);
        assert_non_null(fill);
        size_t size = RUNNER_BUFFER_SIZE - 16 + shift;
        if (size > RUNNER_BUFFER_SIZE) size = RUNNER_BUFFER_SIZE;
        memset(fill, 'x', size);
        runner_write_raw(&fixture->write, fill, size);
        row(fixture, (const char *const[]){ "a\"\xe8\xae\xbe\n\xff" });
        row(fixture, (const char *const[]){ NULL });
        const char *text = written(fixture);
        assert_string_equal(text + size, "[\"a\\\"\xe8\xae\xbe\\n\xef\xbf\xbd\"],[null]");
        free(fill);
        (void)tear_down((void **)&fixture);
    }
}

static void a_value_larger_than_the_buffer_passes_through(void **state) {
    struct fixture *fixture = *state;
    size_t size = 3 * RUNNER_BUFFER_SIZE + 7;
    char *value = malloc(size + 1);
    assert_non_null(value);
    memset(value, '"', size);
    value[size] = '\0';
    begin(fixture, RUNNER_CSV, &(struct runner_column){ "a", RUNNER_TEXT }, 1);
    row(fixture, (const char *const[]){ value });
    const char *text = written(fixture);
    assert_int_equal(fixture->sink.size, 2 + 2 * size + 3);
    assert_int_equal(strspn(text + 2, "\""), 2 * size + 2);
    free(value);
}

static void nothing_is_sent_after_nobody_reads(void **state) {
    struct fixture *fixture = *state;
    fixture->sink.fails_at = 2;
    begin(fixture, RUNNER_JSON, &(struct runner_column){ "a", RUNNER_TEXT }, 1);
    for (int i = 0; i < 100000; i++) row(fixture, (const char *const[]){ "some text" });
    assert_false(runner_write_flush(&fixture->write));
    assert_int_equal(fixture->sink.sends, 2);
    assert_int_equal(fixture->sink.size, RUNNER_BUFFER_SIZE);
}

static void without_memory_it_fails_cleanly(void **state) {
    struct fixture *fixture = *state;
    static const struct runner_column columns[] = { { "a", RUNNER_TEXT }, { "a", RUNNER_TEXT } };
    for (unsigned n = 1; n <= 7; n++) {
        struct err err = ERR_INIT;
        arena_fail_after(n);
        bool ok = runner_write_init(&fixture->write, RUNNER_NDJSON, fixture->buffer, fixture->arena,
                                    columns, 2, &err);
        arena_fail_after(0);
        assert_false(ok);
        assert_int_equal(err.code, ERR_LIMIT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_values_keep_what_json_holds_exactly),
        cmocka_unit_test_setup_teardown(rows_of_json_are_separated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_is_what_copy_writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csv_of_one_column_quotes_the_end_mark_of_copy, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(ndjson_makes_names_distinct, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_without_columns_is_a_row, set_up, tear_down),
        cmocka_unit_test(the_buffer_has_no_seams),
        cmocka_unit_test_setup_teardown(a_value_larger_than_the_buffer_passes_through, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_sent_after_nobody_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_it_fails_cleanly, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
