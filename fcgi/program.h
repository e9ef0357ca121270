/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PROGRAM_H
#define GUARDIAN_PROGRAM_H
/*
 * A client program (pg_dump, pg_restore, psql, curl) as a child: execve with an argument vector,
 * never a shell. It has a process group of its own, which dies with us (PR_SET_PDEATHSIG), gets
 * nothing of our descriptors but what it is given, and ends at the latest when its caller is
 * cancelled or the deadline passes: SIGTERM, then SIGKILL. Hides processes and pipes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "confine.h"
#include "err.h"

#define PROGRAM_GRACE_MS 5000

struct program {
    const char *const *argv;        /* argv[0] is the path; ends with NULL */
    const char *const *environment; /* NAME=value beside PATH, LC_ALL and TZ; NULL: none */
    int input_fd;                   /* its standard input; -1: from input(), or /dev/null */
    int output_fd;                  /* its standard output; -1: to output() */
    int passed_fd;                  /* one descriptor that it keeps under its number; -1: none */
    int cancel_fd;                  /* hangs up when the work is cancelled; -1: none */
    int64_t deadline_ms;            /* clock_ms(); 0: none */
    const struct confine *confine;  /* what it may do at most; NULL: what we may */
    void *context;
    /* What it reads: up to `size` bytes; 0 is the end, -1 stops it. NULL: it reads nothing. */
    ptrdiff_t (*input)(void *context, char *buffer, size_t size, struct err *err);
    /* What it writes; false stops it. NULL: dropped. */
    bool (*output)(void *context, const char *data, size_t size, struct err *err);
    /* One line of its standard error, without the newline, at most 1000 bytes. NULL: dropped. */
    void (*line)(void *context, const char *text);
    /* Called at least twice a second; false stops it. NULL: not called. */
    bool (*tick)(void *context, struct err *err);
};

/* Runs it to its end. True when it ended with status 0 and all output was taken. Errors: CANCELLED,
 * DEADLINE, INTERNAL (it cannot be started; another status, with its last line of standard error),
 * what input(), output() and tick() set. */
bool program_run(const struct program *program, struct err *err)
    __attribute__((warn_unused_result));

/* The path of one of PostgreSQL's client programs, by the configuration; ret_path holds `size`
 * bytes. Errors: CONFIG. */
bool program_find(const struct config *config, const char *name, char *ret_path, size_t size,
                  struct err *err) __attribute__((warn_unused_result));

/* --dbname= for a client program: a connection string as guardian_maintainer to the primary,
 * quoted so that no name in it is taken for anything else. The caller frees it. Errors: LIMIT. */
bool program_conninfo(const struct config *config, const char *database, const char *application,
                      char **ret_argument, struct err *err) __attribute__((warn_unused_result));
/* The same for one user at one server, the very one that a session reached: nothing is looked up.
 * `hostaddr` is "" for a socket. */
struct program_login {
    const char *user, *database, *application, *host, *hostaddr, *port;
};
bool program_conninfo_at(const struct config *config, const struct program_login *login,
                         char **ret_argument, struct err *err) __attribute__((warn_unused_result));
/* A password file that lives in memory alone, to be given as passed_fd with the environment entry
 * that is written to ret_entry ("PGPASSFILE=…", 48 bytes hold it). The caller closes it. Errors:
 * CONFIG, LIMIT. */
bool program_passfile(const struct config *config, int *ret_fd, char *ret_entry, size_t size,
                      struct err *err) __attribute__((warn_unused_result));
/* The same for another user; the name is one of ours. */
bool program_passfile_of(const char *user, const char *password, int *ret_fd, char *ret_entry,
                         size_t size, struct err *err) __attribute__((warn_unused_result));
#endif
