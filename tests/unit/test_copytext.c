/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copytext.h"

/* The values of a row as one text, each between < and >; NULL as -. */
static const char *values_of(const char *row, size_t size) {
    static char text[256];
    char *own = malloc(size ? size : 1); /* exact, so that ASan sees a byte too many */
    assert_non_null(own);
    memcpy(own, row, size);
    struct copytext copy = copytext_begin(own, size);
    const char *value;
    size_t value_size, used = 0;
    text[0] = '\0';
    while (copytext_next(&copy, &value, &value_size))
        used += (size_t)snprintf(text + used, sizeof text - used, value ? "<%.*s>" : "-",
                                 (int)value_size, value);
    free(own);
    return text;
}

#define VALUES(row) values_of(row, sizeof(row) - 1)

static void values_are_what_stands_between_tabs(void **state) {
    (void)state;
    assert_string_equal(VALUES("1\ta b\t设备\n"), "<1><a b><设备>");
    assert_string_equal(VALUES("\t\n"), "<><>");
    assert_string_equal(VALUES("one\n"), "<one>");
}

static void null_is_not_an_empty_text(void **state) {
    (void)state;
    assert_string_equal(VALUES("\\N\t\t\\N\n"), "-<>-");
    assert_string_equal(VALUES("\\\\N\t\\N \n"), "<\\N><N >");
}

static void escapes_are_undone(void **state) {
    (void)state;
    assert_string_equal(VALUES("a\\tb\\nc\\rd\\be\\ff\\vg\\\\h\tplain\n"),
                        "<a\tb\nc\rd\be\ff\vg\\h><plain>");
}

static void a_row_that_is_cut_off_gives_what_is_there(void **state) {
    (void)state;
    assert_string_equal(VALUES(""), "<>");
    assert_string_equal(VALUES("\n"), "<>");
    assert_string_equal(VALUES("a\tb\\"), "<a><b\\>");
    assert_string_equal(VALUES("\\"), "<\\>");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_what_stands_between_tabs),
        cmocka_unit_test(null_is_not_an_empty_text),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(a_row_that_is_cut_off_gives_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
