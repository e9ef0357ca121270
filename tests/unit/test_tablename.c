/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "api/tablename.h"

static const char *or_none(const char *text) {
    return text ? text : "(none)";
}

struct reading {
    const char *text, *quoted_schema, *quoted_name, *split_schema, *split_name;
};

static void reads_names_in_every_way_they_can_be_meant(void **state) {
    static const struct reading readings[] = {
        { "devices", NULL, NULL, NULL, NULL },
        { "public.devices", NULL, NULL, "public", "devices" },
        { "a.b.c", NULL, NULL, "a", "b.c" },
        { "\"devices\"", NULL, "devices", NULL, NULL },
        { "\"a.b\"", NULL, "a.b", "\"a", "b\"" },
        { "public.\"a.b\"", "public", "a.b", "public", "\"a.b\"" },
        { "\"o.d\".t", "o.d", "t", "\"o", "d\".t" },
        { "\"say \"\"hi\"\".v2\"", NULL, "say \"hi\".v2", "\"say \"\"hi\"\"", "v2\"" },
        { "say \"hi\".v2", NULL, NULL, "say \"hi\"", "v2" },
        { "\"a\".\"b\".\"c\"", NULL, NULL, "\"a\"", "\"b\".\"c\"" },
        { "\"open", NULL, NULL, NULL, NULL },
        { "\"\"", NULL, NULL, NULL, NULL },
        { "\"a\"b", NULL, NULL, NULL, NULL },
        { ".a", NULL, NULL, NULL, NULL },
        { "a.", NULL, NULL, NULL, NULL },
        { "\"a\".", NULL, NULL, NULL, NULL },
        { "", NULL, NULL, NULL, NULL },
    };
    struct arena *arena = arena_new(1u << 20);
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        const struct reading *want = &readings[i];
        struct tablename name;
        assert_true(tablename_parse(arena, want->text, &name));
        assert_string_equal(name.whole, want->text);
        assert_string_equal(or_none(name.quoted_schema), or_none(want->quoted_schema));
        assert_string_equal(or_none(name.quoted_name), or_none(want->quoted_name));
        assert_string_equal(or_none(name.split_schema), or_none(want->split_schema));
        assert_string_equal(or_none(name.split_name), or_none(want->split_name));
    }
    arena_free(arena);
}

static const char *hint_for(struct arena *arena, const char *text, char hint[256]) {
    static const char *const names[] = { "device_types", "devices", "alerts", "users", "设备" };
    struct tablename name;
    assert_true(tablename_parse(arena, text, &name));
    struct tablename_similar similar = { .name = &name };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        tablename_compare(&similar, "public", names[i]);
    hint[0] = '\0';
    tablename_hint(&similar, hint, 256);
    return hint;
}

static void suggests_what_looks_alike_nearest_first(void **state) {
    struct arena *arena = arena_new(1u << 20);
    char hint[256];
    (void)state;
    assert_string_equal(hint_for(arena, "device", hint),
                        "Did you mean public.devices or public.device_types?");
    assert_string_equal(hint_for(arena, "public.usres", hint), "Did you mean public.users?");
    assert_string_equal(hint_for(arena, "ALERTS", hint), "Did you mean public.alerts?");
    assert_string_equal(hint_for(arena, "\"alert\"", hint), "Did you mean public.alerts?");
    assert_string_equal(hint_for(arena, "nothing_like_it", hint), "");
    assert_string_equal(hint_for(arena, "", hint), "");
    arena_free(arena);
}

static void suggests_no_more_than_fits(void **state) {
    struct arena *arena = arena_new(1u << 20);
    struct tablename name;
    struct tablename_similar similar = { .name = &name };
    char hint[40] = "", names[3][65], schema[64];
    (void)state;
    assert_true(tablename_parse(arena, "table", &name));
    memset(schema, 's', 63);
    schema[63] = '\0';
    for (int i = 0; i < 3; i++) {
        memcpy(names[i], "tableX", 7);
        names[i][5] = (char)('1' + i);
        tablename_compare(&similar, i < 1 ? "a" : schema, names[i]);
    }
    tablename_hint(&similar, hint, sizeof hint);
    assert_string_equal(hint, "Did you mean a.table1?");
    arena_free(arena);
}

static void survives_identifiers_of_any_length(void **state) {
    struct arena *arena = arena_new(1u << 20);
    struct tablename name;
    struct tablename_similar similar = { .name = &name };
    char longest[400];
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_true(tablename_parse(arena, longest, &name));
    tablename_compare(&similar, "public", longest + sizeof longest - 64);
    tablename_compare(&similar, "public", "");
    assert_int_equal(similar.count, 0);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_in_every_way_they_can_be_meant),
        cmocka_unit_test(suggests_what_looks_alike_nearest_first),
        cmocka_unit_test(suggests_no_more_than_fits),
        cmocka_unit_test(survives_identifiers_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
