/* SPDX-License-Identifier: MIT */
/* Who may look for a server of PostgreSQL. */
#include "unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "db_gate.h"

#define LONG_MS 3000

static int share(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    return db_gate_share(&err) ? 0 : -1; /* a new one */
}

static struct db_at for_ms(enum db_target target, int64_t wait_ms) {
    return (
        struct db_at){ .target = target, .client_socket = -1, .deadline_ms = clock_ms() + wait_ms };
}

static bool enters(enum db_target target, int64_t wait_ms) {
    struct db_at at = for_ms(target, wait_ms);
    struct err err = ERR_INIT;
    bool ok = db_gate_enter(&at, &err);
    if (!ok) assert_int_equal(err.code, ERR_DB_UNAVAILABLE);
    return ok;
}

/* What another process of the service gets. */
enum { REFUSED, LET_IN, REFUSED_BEFORE_ITS_TIME };

static pid_t begin(enum db_target target, int64_t wait_ms) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0) return pid;
    int64_t since_ms = clock_ms();
    if (enters(target, wait_ms)) _exit(LET_IN);
    _exit(clock_ms() - since_ms < wait_ms ? REFUSED_BEFORE_ITS_TIME : REFUSED);
}

static int end(pid_t pid) {
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static int other(enum db_target target, int64_t wait_ms) {
    return end(begin(target, wait_ms));
}

static void one_searches_and_the_others_wait(void **state) {
    (void)state;
    assert_true(enters(DB_PRIMARY, 0));
    assert_int_equal(other(DB_PRIMARY, 50), REFUSED);
    assert_int_equal(other(DB_STANDBY, 0), LET_IN); /* which is another search */
}

static void who_waits_is_let_in_when_a_server_is_found(void **state) {
    (void)state;
    assert_true(enters(DB_PRIMARY, 0));
    pid_t pid = begin(DB_PRIMARY, LONG_MS);
    db_gate_leave(DB_PRIMARY, false);
    assert_int_equal(end(pid), LET_IN);
}

static void who_comes_later_begins_where_another_found_a_server(void **state) {
    int status;
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        db_gate_set_host(DB_PRIMARY, 2);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(db_gate_host(DB_PRIMARY), 2);
    assert_int_equal(db_gate_host(DB_STANDBY), 0);
}

static void only_a_search_that_ends_elsewhere_is_a_move(void **state) {
    (void)state;
    db_gate_set_host(DB_PRIMARY, 0);
    assert_int_equal(db_gate_moves(DB_PRIMARY), 0);
    db_gate_set_host(DB_PRIMARY, 1);
    db_gate_set_host(DB_PRIMARY, 1);
    assert_int_equal(db_gate_moves(DB_PRIMARY), 1);
    assert_int_equal(db_gate_moves(DB_STANDBY), 0);
}

static void after_a_search_in_vain_the_next_one_pauses(void **state) {
    (void)state;
    assert_true(enters(DB_PRIMARY, 0));
    db_gate_leave(DB_PRIMARY, false);
    assert_int_equal(other(DB_PRIMARY, 0), LET_IN);
    db_gate_leave(DB_PRIMARY, true);
    assert_int_equal(other(DB_PRIMARY, 0), REFUSED);
    assert_true(enters(DB_PRIMARY, LONG_MS));
}

static void client_that_goes_ends_the_wait(void **state) {
    struct db_at at = for_ms(DB_PRIMARY, 60 * 1000);
    struct err err = ERR_INIT;
    int sockets[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    at.client_socket = sockets[0];
    assert_true(enters(DB_PRIMARY, 0));
    assert_int_equal(close(sockets[1]), 0);
    assert_false(db_gate_enter(&at, &err));
    assert_int_equal(err.code, ERR_CLIENT_GONE);
    assert_int_equal(close(sockets[0]), 0);
}

/* There is nothing else that the child sleeps in. */
static void wait_until_it_waits(pid_t pid) {
    char path[64], state = 'R';
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    while (state != 'S') {
        FILE *stat = fopen(path, "re");
        assert_non_null(stat);
        assert_int_equal(fscanf(stat, "%*d (%*[^)]) %c", &state), 1);
        assert_int_equal(fclose(stat), 0);
        assert_int_not_equal(state, 'Z');
    }
}

/* One that ends first may have begun before. */
static void who_waits_outlasts_the_end_of_one_search_in_vain(void **state) {
    (void)state;
    assert_true(enters(DB_PRIMARY, 0));
    pid_t pid = begin(DB_PRIMARY, LONG_MS);
    wait_until_it_waits(pid);
    db_gate_leave(DB_PRIMARY, true);
    assert_int_equal(end(pid), LET_IN);
}

/* Again and again: which of them comes after it began to wait is not known. */
static void who_waits_hears_of_a_search_that_ended_in_vain(void **state) {
    siginfo_t ended = { 0 };
    (void)state;
    assert_true(enters(DB_PRIMARY, 0));
    pid_t pid = begin(DB_PRIMARY, LONG_MS);
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && !ended.si_pid) {
        db_gate_leave(DB_PRIMARY, true);
        (void)usleep(1000);
    }
    assert_int_equal(end(pid), REFUSED_BEFORE_ITS_TIME);
}

static void who_died_searching_is_succeeded(void **state) {
    (void)state;
    assert_int_equal(other(DB_PRIMARY, LONG_MS), LET_IN);
    assert_true(enters(DB_PRIMARY, 60 * 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_searches_and_the_others_wait, share),
        cmocka_unit_test_setup(who_waits_is_let_in_when_a_server_is_found, share),
        cmocka_unit_test_setup(who_comes_later_begins_where_another_found_a_server, share),
        cmocka_unit_test_setup(only_a_search_that_ends_elsewhere_is_a_move, share),
        cmocka_unit_test_setup(after_a_search_in_vain_the_next_one_pauses, share),
        cmocka_unit_test_setup(client_that_goes_ends_the_wait, share),
        cmocka_unit_test_setup(who_waits_outlasts_the_end_of_one_search_in_vain, share),
        cmocka_unit_test_setup(who_waits_hears_of_a_search_that_ended_in_vain, share),
        cmocka_unit_test_setup(who_died_searching_is_succeeded, share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
