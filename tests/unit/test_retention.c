/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "retention.h"

#define DAY_S 86400
#define NOW   1795600000 /* 25 November 2026, a Wednesday */
#define MANY  400

static struct retention_item items[MANY];

/* One a day at this very time, newest first, all verified and of the first rule. */
static void one_a_day(size_t count) {
    for (size_t i = 0; i < count; i++)
        items[i] =
            (struct retention_item){ .created_s = NOW - 60 - (int64_t)i * DAY_S, .verified = true };
}

static size_t kept(size_t count) {
    size_t number = 0;
    for (size_t i = 0; i < count; i++) number += items[i].keep;
    return number;
}

static struct retention_rule none(void) {
    return (struct retention_rule){ -1, -1, -1, -1, -1, -1, "UTC" };
}

static void the_last_ones_are_kept_by_their_number(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.keep_last = 3;
    one_a_day(10);
    retention_decide(items, 10, &rule, NOW);
    assert_int_equal(kept(10), 3);
    assert_true(items[2].keep && !items[3].keep);
    assert_string_equal(items[2].why, "one of the last");
}

static void what_is_not_whole_does_not_count_and_is_left_to_a_person(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.keep_last = 2;
    one_a_day(5);
    items[0].verified = items[1].verified = false;
    retention_decide(items, 5, &rule, NOW);
    assert_true(items[0].keep && items[1].keep && items[2].keep && items[3].keep && !items[4].keep);
}

static void young_ones_are_kept_by_their_age(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.keep_days = 7;
    one_a_day(30);
    retention_decide(items, 30, &rule, NOW);
    assert_int_equal(kept(30), 7);
}

static void the_last_verified_one_is_kept_however_old(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.keep_days = 1;
    one_a_day(3);
    for (size_t i = 0; i < 3; i++) items[i].created_s -= 100 * DAY_S;
    retention_decide(items, 3, &rule, NOW);
    assert_int_equal(kept(3), 1);
    assert_true(items[0].keep);
    assert_string_equal(items[0].why, "the last verified backup");
    items[0].verified = false;
    retention_decide(items, 3, &rule, NOW);
    assert_true(items[1].keep && !items[2].keep);
}

static void pinned_ones_and_those_without_a_rule_are_kept(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.keep_last = 1;
    one_a_day(6);
    items[4].pinned = true;
    items[5].rule = -1;
    retention_decide(items, 6, &rule, NOW);
    assert_int_equal(kept(6), 3);
    assert_string_equal(items[4].why, "pinned");
    assert_true(items[5].keep);
}

static void sons_fathers_and_grandfathers_are_kept(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.daily = 7;
    rule.weekly = 4;
    rule.monthly = 6;
    one_a_day(MANY);
    retention_decide(items, MANY, &rule, NOW);
    for (size_t i = 0; i < 7; i++) assert_true(items[i].keep);
    /* Sundays 22, 15 and 8 November: 3, 10 and 17 days ago; this week's newest is today's. */
    assert_true(items[10].keep && items[17].keep && !items[11].keep && !items[16].keep);
    /* The ends of October, September, August, July and June. */
    assert_true(items[25].keep && items[56].keep && items[86].keep && items[117].keep &&
                items[148].keep && !items[178].keep);
    assert_int_equal(kept(MANY), 7 + 2 + 5);
}

static void the_newest_of_a_day_stands_for_it_in_the_zone_of_its_schedule(void **state) {
    struct retention_rule rule = none();
    (void)state;
    rule.daily = 2;
    rule.time_zone = "Asia/Shanghai";
    /* 24 November 15:00 and 17:00 UTC are the 24th at 23:00 and the 25th at 01:00 there. */
    const int64_t day = NOW / DAY_S * DAY_S - DAY_S;
    items[0] = (struct retention_item){ .created_s = day + 17 * 3600, .verified = true };
    items[1] = (struct retention_item){ .created_s = day + 15 * 3600, .verified = true };
    items[2] = (struct retention_item){ .created_s = day + 14 * 3600, .verified = true };
    retention_decide(items, 3, &rule, NOW);
    assert_true(items[0].keep && items[1].keep && !items[2].keep);
    rule.time_zone = "UTC";
    retention_decide(items, 3, &rule, NOW);
    assert_true(items[0].keep && !items[1].keep && !items[2].keep);
}

static void rules_of_two_schedules_do_not_mix(void **state) {
    struct retention_rule rules[2] = { none(), none() };
    (void)state;
    rules[0].keep_last = 1;
    rules[1].keep_last = 2;
    one_a_day(6);
    for (size_t i = 0; i < 6; i++) items[i].rule = (int)(i % 2);
    retention_decide(items, 6, rules, NOW);
    assert_true(items[0].keep && items[1].keep && !items[2].keep && items[3].keep &&
                !items[4].keep && !items[5].keep);
}

static bool accepts(const char *text) {
    struct err err = ERR_INIT;
    json_t *json = json_loads(text, 0, NULL);
    bool ok = retention_check(json, &err);
    if (!ok) assert_string_equal(err.field, "retention");
    json_decref(json);
    return ok;
}

static void a_rule_is_checked(void **state) {
    (void)state;
    assert_true(accepts("{\"keep_last\": 3}"));
    assert_true(accepts("{\"daily\": 7, \"weekly\": null, \"yearly\": 10000}"));
    assert_false(accepts("{}"));
    assert_false(accepts("{\"keep_last\": null}"));
    assert_false(accepts("{\"keep_last\": 0}"));
    assert_false(accepts("{\"keep_last\": -1}"));
    assert_false(accepts("{\"keep_last\": 10001}"));
    assert_false(accepts("{\"keep_last\": \"3\"}"));
    assert_false(accepts("{\"keep_last\": 3.5}"));
    assert_false(accepts("{\"hourly\": 3}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_ones_are_kept_by_their_number),
        cmocka_unit_test(what_is_not_whole_does_not_count_and_is_left_to_a_person),
        cmocka_unit_test(young_ones_are_kept_by_their_age),
        cmocka_unit_test(the_last_verified_one_is_kept_however_old),
        cmocka_unit_test(pinned_ones_and_those_without_a_rule_are_kept),
        cmocka_unit_test(sons_fathers_and_grandfathers_are_kept),
        cmocka_unit_test(the_newest_of_a_day_stands_for_it_in_the_zone_of_its_schedule),
        cmocka_unit_test(rules_of_two_schedules_do_not_mix),
        cmocka_unit_test(a_rule_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
