/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "cron.h"

static int64_t unix_of(const char *text) {
    struct tm utc = { .tm_sec = 0 };
    assert_int_equal(sscanf(text, "%d-%d-%dT%d:%d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                            &utc.tm_hour, &utc.tm_min),
                     5);
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    return timegm(&utc);
}

struct step {
    const char *cron, *zone, *after, *next; /* UTC; NULL: never */
};

static void check_steps(const struct step *steps, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct cron cron;
        struct err err = ERR_INIT;
        int64_t next;
        char text[32];
        struct tm utc;
        assert_true(cron_parse(steps[i].cron, &cron, &err));
        bool found = cron_next(&cron, steps[i].zone, unix_of(steps[i].after), &next);
        assert_int_equal(found, steps[i].next != NULL);
        if (!found) continue;
        time_t at = (time_t)next;
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M", gmtime_r(&at, &utc));
        if (strcmp(text, steps[i].next) != 0)
            print_message("%s in %s after %s\n", steps[i].cron, steps[i].zone, steps[i].after);
        assert_string_equal(text, steps[i].next);
    }
}

#define CHECK(steps) check_steps(steps, sizeof(steps) / sizeof(steps)[0])

static void the_next_time_is_the_first_that_fits_all_fields(void **state) {
    static const struct step steps[] = {
        { "* * * * *", "UTC", "2026-11-25T22:05", "2026-11-25T22:06" },
        { "0 3 * * *", "UTC", "2026-11-25T02:59", "2026-11-25T03:00" },
        { "0 3 * * *", "UTC", "2026-11-25T03:00", "2026-11-26T03:00" },
        { "*/15 * * * *", "UTC", "2026-11-25T22:50", "2026-11-25T23:00" },
        { "5/20 1 * * *", "UTC", "2026-11-25T01:05", "2026-11-25T01:25" },
        { "0 0 1 1 *", "UTC", "2026-11-25T00:00", "2027-01-01T00:00" },
        { "30 4 1,15 * *", "UTC", "2026-11-02T00:00", "2026-11-15T04:30" },
        { "0 12 * jan-mar mon", "UTC", "2026-11-25T00:00", "2027-01-04T12:00" },
        { "0 12 * * 7", "UTC", "2026-11-25T00:00", "2026-11-29T12:00" },
        { "0 12 * * SUN", "UTC", "2026-11-25T00:00", "2026-11-29T12:00" },
        { "0 9-17/4 * * 1-5", "UTC", "2026-11-27T17:00", "2026-11-30T09:00" },
        { "0 0 29 2 *", "UTC", "2026-11-25T00:00", "2028-02-29T00:00" },
        { "0 0 31 2 *", "UTC", "2026-11-25T00:00", NULL },
        { "\t0  0\t1 * *  ", "UTC", "2026-11-25T00:00", "2026-12-01T00:00" },
    };
    (void)state;
    CHECK(steps);
}

static void either_day_will_do_when_both_are_restricted(void **state) {
    static const struct step steps[] = {
        { "0 0 13 * fri", "UTC", "2026-11-25T00:00", "2026-11-27T00:00" },
        { "0 0 26 * fri", "UTC", "2026-11-25T00:00", "2026-11-26T00:00" },
        { "0 0 */2 * fri", "UTC", "2026-11-25T00:00", "2026-11-27T00:00" },
    };
    (void)state;
    CHECK(steps);
}

static void certain_hours_mean_the_wall_clock(void **state) {
    static const struct step steps[] = {
        { "0 3 * * *", "Europe/Berlin", "2026-07-01T00:00", "2026-07-01T01:00" },
        { "0 3 * * *", "Europe/Berlin", "2026-12-01T00:00", "2026-12-01T02:00" },
        { "0 3 * * *", "Asia/Shanghai", "2026-12-01T00:00", "2026-12-01T19:00" },
        { "0 0 1 * *", "Asia/Kolkata", "2026-12-15T00:00", "2026-12-31T18:30" },
        { "0 0 * * mon", "Pacific/Auckland", "2026-11-25T00:00", "2026-11-29T11:00" },
    };
    (void)state;
    CHECK(steps);
}

/* Berlin, 29 March 2026: 02:00 becomes 03:00, which is 01:00 UTC. */
static void a_time_that_does_not_exist_runs_at_the_end_of_the_gap_and_once(void **state) {
    static const struct step steps[] = {
        { "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00" },
        { "30 2 * * *", "Europe/Berlin", "2026-03-29T01:00", "2026-03-30T00:30" },
        { "0,30 2 * * *", "Europe/Berlin", "2026-03-29T01:00", "2026-03-30T00:00" },
        { "0 3 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00" },
        { "30 2 29 3 *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:00" },
        /* Half an hour only, at two in the morning. */
        { "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:30" },
        /* Samoa had no 30 December 2011. */
        { "0 12 30 12 *", "Pacific/Apia", "2011-12-29T12:00", "2011-12-30T10:00" },
    };
    (void)state;
    CHECK(steps);
}

/* Berlin, 25 October 2026: 03:00 becomes 02:00, which is 01:00 UTC. */
static void a_time_that_comes_twice_runs_the_first_time(void **state) {
    static const struct step steps[] = {
        { "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30" },
        { "30 2 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30" },
        { "0 3 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T02:00" },
        { "30 1 * * *", "America/New_York", "2026-11-01T00:00", "2026-11-01T05:30" },
        { "30 1 * * *", "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30" },
    };
    (void)state;
    CHECK(steps);
}

static void every_hour_means_real_time_whatever_the_clocks_do(void **state) {
    static const struct step steps[] = {
        { "30 * * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:30" },
        { "*/20 * * * *", "Europe/Berlin", "2026-10-25T00:50", "2026-10-25T01:00" },
        { "30 * * * *", "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T01:30" },
        { "30 */1 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:30" },
        { "0 * 29 2 *", "UTC", "2026-10-25T00:30", "2028-02-29T00:00" },
    };
    (void)state;
    CHECK(steps);
}

static void what_is_no_schedule_is_refused(void **state) {
    static const char *const texts[] = { "",
                                         "* * * *",
                                         "* * * * * *",
                                         "60 * * * *",
                                         "* 24 * * *",
                                         "* * 0 * *",
                                         "* * 32 * *",
                                         "* * * 13 *",
                                         "* * * * 8",
                                         "5-1 * * * *",
                                         "*/0 * * * *",
                                         "*/x * * * *",
                                         "1, * * * *",
                                         ",1 * * * *",
                                         "1-- * * * *",
                                         "-1 * * * *",
                                         "1.5 * * * *",
                                         "* * * foo *",
                                         "* * * january *",
                                         "@daily",
                                         "9999999999999999999999 * * * *",
                                         "*/99999999999999999999 * * * *",
                                         "* * * * *; rm",
                                         "* * * * mon-" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cron cron;
        struct err err = ERR_INIT;
        if (cron_parse(texts[i], &cron, &err)) print_message("accepted: %s\n", texts[i]);
        assert_int_equal(err.code, ERR_BAD_FIELD);
        assert_string_equal(err.field, "cron");
    }
}

static void what_is_no_time_zone_is_refused(void **state) {
    static const char *const zones[] = { "",       "Nowhere/Else",    "../../etc/passwd",
                                         "Europe", "/etc/localtime",  "Europe/../UTC",
                                         "UTC ",   "Europe/Berlin\n", "<+03>-3" };
    struct err good = ERR_INIT;
    (void)state;
    assert_true(cron_zone_check("Europe/Berlin", &good));
    assert_true(cron_zone_check("UTC", &good));
    assert_true(cron_zone_check("Etc/GMT+5", &good));
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct err err = ERR_INIT;
        assert_false(cron_zone_check(zones[i], &err));
        assert_string_equal(err.field, "time_zone");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_time_is_the_first_that_fits_all_fields),
        cmocka_unit_test(either_day_will_do_when_both_are_restricted),
        cmocka_unit_test(certain_hours_mean_the_wall_clock),
        cmocka_unit_test(a_time_that_does_not_exist_runs_at_the_end_of_the_gap_and_once),
        cmocka_unit_test(a_time_that_comes_twice_runs_the_first_time),
        cmocka_unit_test(every_hour_means_real_time_whatever_the_clocks_do),
        cmocka_unit_test(what_is_no_schedule_is_refused),
        cmocka_unit_test(what_is_no_time_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
