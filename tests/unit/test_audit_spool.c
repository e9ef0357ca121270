/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit_spool.h"

static char folder[] = "/tmp/guardian-spool-XXXXXX";
static char path[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    (void)snprintf(path, sizeof path, "%s/audit.spool", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

static int remove_spool(void **state) {
    (void)state;
    (void)unlink(path);
    return 0;
}

static void write_spool(const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void assert_spool(const char *expected) {
    char text[256];
    int fd = open(path, O_RDONLY);
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    assert_true(size >= 0);
    text[size] = '\0';
    close(fd);
    assert_string_equal(text, expected);
}

static void events_stand_one_a_line(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    assert_true(audit_spool_append(folder, "{\"a\":1}", &err));
    assert_true(audit_spool_append(folder, "{\"a\":2}", &err));
    assert_spool("{\"a\":1}\n{\"a\":2}\n");
}

static void a_line_that_was_cut_off_does_not_spoil_the_next(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    write_spool("{\"a\":1}\n{\"a\":");
    assert_true(audit_spool_append(folder, "{\"a\":2}", &err));
    assert_spool("{\"a\":1}\n{\"a\":\n{\"a\":2}\n");
}

static void a_merge_that_hangs_keeps_nobody_from_appending(void **state) {
    struct err err = ERR_INIT;
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int status;
    (void)state;
    write_spool("");
    int fd = open(path, O_RDWR);
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &whole), 0); /* as the one that merges does */
    pid_t pid = fork();
    if (pid == 0) {
        (void)alarm(5);
        _exit(audit_spool_append(folder, "{}", &err) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(fd);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_full_spool_refuses(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    write_spool("");
    assert_int_equal(truncate(path, 16 << 20), 0);
    assert_false(audit_spool_append(folder, "{}", &err));
    assert_int_equal(err.code, ERR_AUDIT_UNAVAILABLE);
    struct stat stat_now;
    assert_int_equal(stat(path, &stat_now), 0);
    assert_int_equal(stat_now.st_size, 16 << 20);
}

static void without_a_folder_nothing_is_kept(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    assert_false(audit_spool_append("/tmp/guardian-no-such-folder", "{}", &err));
    assert_int_equal(err.code, ERR_AUDIT_UNAVAILABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(events_stand_one_a_line, remove_spool),
        cmocka_unit_test_teardown(a_line_that_was_cut_off_does_not_spoil_the_next, remove_spool),
        cmocka_unit_test_teardown(a_merge_that_hangs_keeps_nobody_from_appending, remove_spool),
        cmocka_unit_test_teardown(a_full_spool_refuses, remove_spool),
        cmocka_unit_test(without_a_folder_nothing_is_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
