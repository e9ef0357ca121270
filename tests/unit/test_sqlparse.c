/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "escapes.h"
#include "sqlparse.h"

#define LINE_MAX_BYTES 4096

static FILE *data_open(const char *name) {
    char path[1024];
    const char *folder = getenv("GUARDIAN_TEST_DATA");
    (void)snprintf(path, sizeof path, "%s/sqlparse/%s", folder ? folder : "tests/data", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

/* Cuts a line at its tabs; the number of columns. */
static int cut(char *line, char *columns[], int most) {
    int count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at && count < most; count++) {
        columns[count] = at;
        at = strchr(at, '\t');
        if (at) *at++ = '\0';
    }
    return count;
}

static bool parse(const char *sql, struct sqlparse *ret_parse, struct err *err) {
    *err = ERR_INIT;
    *ret_parse = (struct sqlparse){ 0 };
    return sqlparse_read_only(sql, strlen(sql), ret_parse, err);
}

static void verdicts_are_as_written(void **state) {
    static const char *const kinds[] = {
        [SQLPARSE_SELECT] = "select", [SQLPARSE_EXPLAIN] = "explain", [SQLPARSE_SHOW] = "show"
    };
    (void)state;
    FILE *file = data_open("verdicts.txt");
    char line[LINE_MAX_BYTES], *columns[4];
    int seen = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') continue;
        struct sqlparse verdict;
        struct err err;
        assert_int_equal(cut(line, columns, 4), 4);
        bool ok = parse(columns[3], &verdict, &err);
        print_message("%s\n", columns[3]);
        assert_string_equal(ok ? kinds[verdict.kind] : err_name(err.code), columns[0]);
        if (*columns[1]) assert_int_equal(err.position, (int)strtol(columns[1], NULL, 10));
        if (*columns[2]) assert_non_null(strstr(err.detail, columns[2]));
        assert_string_equal(err.parser_version, ok ? "" : "15");
        seen++;
    }
    (void)fclose(file);
    assert_true(seen > 60);
}

static void each_escape_is_refused_unless_it_cannot_be_seen(void **state) {
    (void)state;
    int count = 0;
    for (const struct escape *escape = escapes; escape->name; escape++, count++) {
        struct sqlparse verdict;
        struct err err;
        bool ok = parse(escape->sql, &verdict, &err);
        print_message("%s\n", escape->name);
        assert_int_equal(ok, escape->unseen);
        assert_true(ok || err.code == ERR_SQL_READ_ONLY || err.code == ERR_SQL_SYNTAX);
    }
    assert_true(count >= 150);
}

static void each_volatile_function_has_its_verdict(void **state) {
    (void)state;
    FILE *file = data_open("volatile_functions.txt");
    char line[LINE_MAX_BYTES], *columns[2], sql[256];
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') continue;
        struct sqlparse verdict;
        struct err err;
        assert_int_equal(cut(line, columns, 2), 2);
        bool refused = strcmp(columns[0], "refused") == 0;
        static const char *const shapes[] = { "SELECT \"%s\"()",
                                              "SELECT * FROM pg_catalog.\"%s\"(1)",
                                              "SELECT (1).\"%s\"",
                                              "SELECT a.\"%s\" FROM int4(1) AS a" };
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)snprintf(sql, sizeof sql, shapes[i], columns[1]);
#pragma GCC diagnostic pop
            assert_int_equal(!parse(sql, &verdict, &err), refused);
        }
    }
    (void)fclose(file);
}

/* head, then `times` times the middle, then as many times the tail. */
static char *repeated(const char *head, const char *middle, const char *tail, size_t times) {
    size_t size = strlen(head) + times * (strlen(middle) + strlen(tail)) + 2;
    char *text = malloc(size), *at = text;
    assert_non_null(text);
    at = stpcpy(at, head);
    for (size_t i = 0; i < times; i++) at = stpcpy(at, middle);
    at = stpcpy(at, "1");
    for (size_t i = 0; i < times; i++) at = stpcpy(at, tail);
    return text;
}

struct extreme {
    const char *head, *middle, *tail;
    size_t times;
};

static void a_statement_ends_before_its_semicolon(void **state) {
    (void)state;
    static const char *const texts[][2] = { { "SELECT 1", "" },
                                            { "SELECT 1", ";" },
                                            { " SELECT 1 ", " ; -- end" } };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[64];
        struct sqlparse verdict;
        struct err err = ERR_INIT;
        (void)snprintf(text, sizeof text, "%s%s", texts[i][0], texts[i][1]);
        assert_true(sqlparse_read_only(text, strlen(text), &verdict, &err));
        size_t ends = strcspn(text, ";");
        assert_int_equal(verdict.size, ends);
    }
}

/* Whatever the verdict: it comes, in time, and the process lives. */
static void extreme_texts_get_a_verdict(void **state) {
    static const struct extreme extremes[] = {
        { "SELECT ", "(", ")", 100000 },        { "SELECT ", "1+", "", 480000 },
        { "SELECT ", "- ", "", 400000 },        { "SELECT ", "NOT ", "", 200000 },
        { "SELECT 1", "::int", "", 150000 },    { "SELECT ", "1,", "", 480000 },
        { "SELECT ", "/*", "", 400000 },        { "SELECT ", "/**/", "", 200000 },
        { "SELECT ", "+", "", 900000 },         { "SELECT a", ".b", "", 400000 },
        { "", "SELECT 1;", "", 100000 },        { "SELECT ", "(SELECT ", ")", 4000 },
        { "SELECT ", "CASE WHEN ", "", 50000 }, { "SELECT ", "ARRAY[", "]", 9000 },
        { "", "WITH a AS (", ")", 9000 },       { "SELECT f", "(f", ")", 9000 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
        struct sqlparse verdict;
        struct err err;
        char *text =
            repeated(extremes[i].head, extremes[i].middle, extremes[i].tail, extremes[i].times);
        int64_t started_ms = clock_ms();
        bool ok = parse(text, &verdict, &err);
        print_message("%s %s %d\n", extremes[i].middle, err_name(err.code),
                      (int)(clock_ms() - started_ms));
        assert_true(ok || err.code == ERR_SQL_SYNTAX || err.code == ERR_SQL_READ_ONLY);
        assert_true(clock_ms() - started_ms < SQLPARSE_CHILD_MS + 2000);
        free(text);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void a_large_text_gets_the_same_verdict_from_the_child(void **state) {
    static const struct {
        const char *sql;
        enum err_code code;
        int position;
    } cases[] = { { "SELECT 1", ERR_NONE, 0 },
                  { "DROP TABLE x", ERR_SQL_READ_ONLY, SQLPARSE_INLINE_MAX + 7 },
                  { "SELECT a b c", ERR_SQL_SYNTAX, SQLPARSE_INLINE_MAX + 7 + 11 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sqlparse verdict;
        struct err err;
        char *text = malloc(SQLPARSE_INLINE_MAX + 64);
        assert_non_null(text);
        memset(text, ' ', SQLPARSE_INLINE_MAX);
        (void)snprintf(text + SQLPARSE_INLINE_MAX, 64, "/*é*/ %s", cases[i].sql);
        bool ok = parse(text, &verdict, &err);
        assert_int_equal(err.code, cases[i].code);
        assert_int_equal(err.position, cases[i].position);
        assert_int_equal(ok ? verdict.kind : 0, ok ? SQLPARSE_SELECT : 0);
        free(text);
    }
}

static void sizes_are_checked(void **state) {
    struct sqlparse verdict;
    struct err err = ERR_INIT;
    (void)state;
    char *text = malloc(SQLPARSE_TEXT_MAX + 2);
    assert_non_null(text);
    memset(text, ' ', SQLPARSE_TEXT_MAX + 1);
    text[SQLPARSE_TEXT_MAX + 1] = '\0';
    assert_false(sqlparse_read_only(text, SQLPARSE_TEXT_MAX + 1, &verdict, &err));
    assert_int_equal(err.code, ERR_TOO_LARGE);
    free(text);
    err_clear(&err);
    assert_false(sqlparse_read_only("SELECT 1\0; DROP TABLE x", 23, &verdict, &err));
    assert_int_equal(err.code, ERR_SQL_SYNTAX);
}

static void a_tree_that_is_none_is_refused(void **state) {
    static const char *const trees[] = {
        "",
        "{",
        "\"",
        "\"\\",
        "{\"stmts\":[{\"stmt\":{}}]}",
        "{\"stmts\":[{\"stmt\":{\"NewStmt\":{}}}]}",
        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"x\":{\"NewNode\":{}}}}}]}",
        "]]]}}}",
        "{\"String\":{\"sval\":"
    };
    (void)state;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct sqlparse verdict;
        struct err err = ERR_INIT;
        assert_false(sqlparse_tree(trees[i], "SELECT 1", &verdict, &err));
        assert_int_not_equal(err.code, ERR_NONE);
    }
}

static void hides_the_constants_of_a_statement(void **state) {
    static const char *const texts[][2] = {
        { "SELECT 1", "SELECT 1" },
        { "ALTER ROLE a PASSWORD 'secret'", "ALTER ROLE a PASSWORD '*'" },
        { "SET x = 'it''s', y = ''", "SET x = '*', y = ''" },
        { "SELECT E'a\\'b' , 'c'", "SELECT E'*' , '*'" },
        { "SELECT e'a\\\\', 'c'", "SELECT e'*', '*'" },
        { "SELECT 'c:\\' , fee'x'", "SELECT '*' , fee'*'" },
        { "SELECT \"o'neil\", 'x'", "SELECT \"o'neil\", '*'" },
        { "-- don't\nSELECT 'x'", "-- don't\nSELECT '*'" },
        { "/* a'b /* c */ ' */ 'x'", "/* a'b /* c */ ' */ '*'" },
        { "DO $$ 'x' $$", "DO '*'" },
        { "DO $a$ $$ x $$ $b$ $a$ , $1", "DO '*' , $1" },
        { "SELECT a$b$ 'x' $b$", "SELECT a$b$ '*' '*'" },
        { "SELECT $1, $2::text 'x'", "SELECT $1, $2::text '*'" },
        { "PASSWORD 'cut in the mid", "PASSWORD '*'" },
        { "DO $x$ cut", "DO '*'" },
        { "SELECT '\xe8\xae\xbe'", "SELECT '*'" },
        { "SELECT \"open", "SELECT \"open" },
        { "SELECT /* open", "SELECT /* open" },
        { "'", "'" },
        { "", "" },
    };
    char text[100];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        (void)snprintf(text, sizeof text, "%s", texts[i][0]);
        sqlparse_mask(text);
        assert_string_equal(text, texts[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_the_constants_of_a_statement),
        cmocka_unit_test(verdicts_are_as_written),
        cmocka_unit_test(each_escape_is_refused_unless_it_cannot_be_seen),
        cmocka_unit_test(each_volatile_function_has_its_verdict),
        cmocka_unit_test(a_statement_ends_before_its_semicolon),
        cmocka_unit_test(extreme_texts_get_a_verdict),
        cmocka_unit_test(a_large_text_gets_the_same_verdict_from_the_child),
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(a_tree_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
