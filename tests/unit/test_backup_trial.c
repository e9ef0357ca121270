/* SPDX-License-Identifier: MIT */
/* A stand-in for pg_restore: what a real one says of whole and broken archives is asked over HTTP.
 */
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_file.h"
#include "backup_trial.h"

struct world {
    char folder[64], program[80];
    struct config config;
    struct backup_trial trial;
};

static int begin(void **state) {
    struct world *world = calloc(1, sizeof *world);
    if (!world) return -1;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)snprintf(world->folder, sizeof world->folder, "/tmp/guardian-trial-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->program, sizeof world->program, "%s/pg_restore", world->folder);
    world->config.jobs.pg_bindir = world->folder;
    *state = world;
    return 0;
}

static int end(void **state) {
    struct world *world = *state;
    backup_trial_drop(&world->trial);
    (void)unlink(world->program);
    (void)rmdir(world->folder);
    free(world);
    return 0;
}

/* pg_restore is this script from now on, and at work. */
static void try(struct world *world, const char *script, int cancel_fd) {
    struct err err = ERR_INIT;
    char text[200];
    int size = snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
    assert_in_range(size, 1, sizeof text - 1);
    assert_true(backup_write_small(world->program, text, (size_t)size, &err));
    assert_int_equal(chmod(world->program, 0700), 0);
    assert_true(backup_trial_begin(&world->trial, &world->config, NULL, cancel_fd, &err));
}

static bool add(struct world *world, size_t size, struct err *err) {
    static const char data[65536];
    bool ok = true;
    for (; ok && size > 0; size -= size < sizeof data ? size : sizeof data)
        ok = backup_trial_add(&world->trial, data, size < sizeof data ? size : sizeof data, err);
    return ok;
}

static void what_is_read_to_its_end_is_an_archive(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    try(world, "test $(wc -c) = 5000000", -1);
    assert_true(add(world, 5000000, &err));
    assert_true(backup_trial_end(&world->trial, &err));
}

static void what_is_refused_is_told_to_who_brings_it_and_why(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    try(world, "echo 'pg_restore: error: no archive' >&2; exit 1", -1);
    assert_false(add(world, 5000000, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
    assert_non_null(strstr(err.detail, "no archive"));
}

static void who_wants_no_more_and_is_content_is_right(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    try(world, "head -c 1000 > /dev/null", -1);
    assert_true(add(world, 5000000, &err));
    assert_true(backup_trial_end(&world->trial, &err));
}

static void a_cancelled_job_ends_it(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    int channel[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
    try(world, "exec tail -f /dev/null", channel[0]);
    close(channel[1]);
    assert_false(add(world, 5000000, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    close(channel[0]);
}

static void one_that_nobody_wants_any_more_ends(void **state) {
    struct world *world = *state;
    try(world, "exec tail -f /dev/null", -1);
    backup_trial_drop(&world->trial);
    assert_false(world->trial.runs);
}

static void a_program_that_is_not_there_is_named(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    assert_false(backup_trial_begin(&world->trial, &world->config, NULL, -1, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.detail, "pg_restore"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_read_to_its_end_is_an_archive, begin, end),
        cmocka_unit_test_setup_teardown(what_is_refused_is_told_to_who_brings_it_and_why, begin,
                                        end),
        cmocka_unit_test_setup_teardown(who_wants_no_more_and_is_content_is_right, begin, end),
        cmocka_unit_test_setup_teardown(a_cancelled_job_ends_it, begin, end),
        cmocka_unit_test_setup_teardown(one_that_nobody_wants_any_more_ends, begin, end),
        cmocka_unit_test_setup_teardown(a_program_that_is_not_there_is_named, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
