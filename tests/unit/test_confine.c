/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"

#define PROGRAM "/usr/bin/true"

static char secret[] = "/tmp/test_confine.XXXXXX";
static char folder[] = "/tmp/test_confine.XXXXXX";
static char named[64];
static int listening, port;

/* What a child tries; 0: it could, else errno. Memory of the parent's is its own by now. */
typedef int attempt(void);

enum { ENTER_FAILED = 200 };

/* System calls by hand: the C library's own would do more than is meant. */
static int tried(long result) {
    return result < 0 ? errno : 0;
}

static int in_child(const struct confine *confine, attempt *try) {
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!confine_enter(confine)) _exit(ENTER_FAILED);
        _exit(try());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static const struct confine reader = { .program = PROGRAM, .read_fd = -1 };

static int open_for_writing(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, secret, O_WRONLY, 0));
}
static int cut_while_opening(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, secret, O_RDONLY | O_TRUNC, 0));
}
static int make_file(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, named, O_WRONLY | O_CREAT, 0600));
}
static int remove_file(void) {
    return tried(syscall(SYS_unlinkat, AT_FDCWD, secret, 0));
}
static int read_secret(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, secret, O_RDONLY, 0));
}
static int read_environment(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY, 0));
}
static int execute_other(void) {
    char *argv[] = { "sh", NULL };
    return tried(syscall(SYS_execve, "/bin/sh", argv, argv + 1));
}
static int make_socket(void) {
    return tried(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
}
static int make_raw_socket(void) {
    return tried(syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0));
}
static int make_process(void) {
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    return tried(pid);
}
static int signal_parent(void) {
    return tried(syscall(SYS_kill, getppid(), 0));
}
static int look_into_parent(void) {
    char byte;
    struct iovec own = { &byte, 1 }, other = { (void *)secret, 1 };
    return tried(syscall(SYS_process_vm_readv, getppid(), &own, 1, &other, 1, 0));
}
static int lift_limit(void) {
    struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
    return tried(syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, &none, NULL));
}
static int write_file_in_memory(void) {
    return tried(syscall(SYS_memfd_create, "x", 0));
}
static int read_library(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, "/usr/lib/os-release", O_RDONLY, 0));
}
static int take_memory(void) {
    void *got = mmap(NULL, (size_t)1 << 46, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return got == MAP_FAILED ? errno : 0;
}
static int reopen(void) {
    return tried(syscall(SYS_openat, AT_FDCWD, named, O_RDONLY, 0));
}
static int execute_program(void) {
    char *argv[] = { PROGRAM, NULL };
    return tried(syscall(SYS_execve, PROGRAM, argv, argv + 1));
}

static int connect_to(int number) {
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)number),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno
                  : tried(syscall(SYS_connect, fd, (void *)&address, (socklen_t)sizeof address));
}
static int connect_there(void) {
    return connect_to(port);
}

#define FORBIDDEN(name, attempt)                                                                   \
    static void name(void **state) {                                                               \
        (void)state;                                                                               \
        assert_int_equal(attempt(), 0); /* unconfined it can */                                    \
        int problem = in_child(&reader, attempt);                                                  \
        assert_true(problem == EPERM || problem == EACCES);                                        \
    }

/* A child of its own for what cannot be tried here. */
static void refused(attempt *try) {
    int problem = in_child(&reader, try);
    assert_true(problem == EPERM || problem == EACCES);
}

FORBIDDEN(no_file_is_opened_for_writing, open_for_writing)
FORBIDDEN(no_file_is_made, make_file)
FORBIDDEN(a_secret_file_is_not_read, read_secret)
FORBIDDEN(no_process_is_looked_at, read_environment)
FORBIDDEN(no_connection_is_begun, make_socket)
FORBIDDEN(a_parent_is_not_signalled, signal_parent)
FORBIDDEN(a_limit_is_not_lifted, lift_limit)
FORBIDDEN(no_file_is_made_in_memory, write_file_in_memory)

static void no_file_is_cut_by_opening_it(void **state) {
    (void)state;
    refused(cut_while_opening);
}

static void no_file_is_removed(void **state) {
    (void)state;
    refused(remove_file);
    assert_int_equal(access(secret, F_OK), 0);
}

static void no_other_program_is_executed(void **state) {
    (void)state;
    refused(execute_other);
}

static void no_process_is_made(void **state) {
    (void)state;
    refused(make_process);
}

static void memory_of_others_is_not_read(void **state) {
    (void)state;
    refused(look_into_parent);
}

static void its_own_program_and_libraries_can_be_used(void **state) {
    (void)state;
    assert_int_equal(in_child(&reader, read_library), 0);
    assert_int_equal(in_child(&reader, execute_program), 0);
}

static void memory_has_a_limit(void **state) {
    struct confine small = reader;
    (void)state;
    small.memory_bytes = (int64_t)1 << 40;
    assert_int_equal(in_child(&small, take_memory), ENOMEM);
}

static void the_file_that_it_was_given_can_be_opened_anew(void **state) {
    struct confine given = reader;
    (void)state;
    given.read_fd = open(secret, O_RDONLY | O_CLOEXEC);
    (void)snprintf(named, sizeof named, "/proc/self/fd/%d", given.read_fd);
    assert_int_equal(in_child(&given, reopen), 0);
    assert_int_not_equal(in_child(&reader, reopen), 0);
    close(given.read_fd);
    (void)snprintf(named, sizeof named, "%s/made", folder);
}

static void with_a_network_it_may_connect_to_its_port_alone(void **state) {
    struct confine networked = reader;
    (void)state;
    networked.network = true;
    networked.port = port;
    assert_int_equal(in_child(&networked, connect_there), 0);
    assert_int_equal(in_child(&networked, make_raw_socket), EPERM);
    long known = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    networked.port = port == 1 ? 2 : 1;
    assert_int_equal(in_child(&networked, connect_there), known >= 4 ? EACCES : 0);
}

static int set_up(void **state) {
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    (void)state;
    int fd = mkstemp(secret);
    bool ok = fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0 && mkdtemp(folder);
    (void)snprintf(named, sizeof named, "%s/made", folder);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ok = ok && bind(listening, (void *)&address, size) == 0 && listen(listening, 5) == 0 &&
         getsockname(listening, (void *)&address, &size) == 0;
    port = ntohs(address.sin_port);
    return ok ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    close(listening);
    (void)unlink(named);
    (void)unlink(secret);
    (void)rmdir(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_opened_for_writing),
        cmocka_unit_test(no_file_is_made),
        cmocka_unit_test(no_file_is_cut_by_opening_it),
        cmocka_unit_test(no_file_is_removed),
        cmocka_unit_test(no_file_is_made_in_memory),
        cmocka_unit_test(a_secret_file_is_not_read),
        cmocka_unit_test(no_process_is_looked_at),
        cmocka_unit_test(memory_of_others_is_not_read),
        cmocka_unit_test(no_connection_is_begun),
        cmocka_unit_test(no_other_program_is_executed),
        cmocka_unit_test(no_process_is_made),
        cmocka_unit_test(a_parent_is_not_signalled),
        cmocka_unit_test(a_limit_is_not_lifted),
        cmocka_unit_test(memory_has_a_limit),
        cmocka_unit_test(its_own_program_and_libraries_can_be_used),
        cmocka_unit_test(the_file_that_it_was_given_can_be_opened_anew),
        cmocka_unit_test(with_a_network_it_may_connect_to_its_port_alone),
    };
    struct err err = ERR_INIT;
    if (!confine_check(&err)) {
        (void)fprintf(stderr, "%s\n", err.detail);
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
