/* SPDX-License-Identifier: MIT */
#include "sqlparse.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pg_query.h>

#include "clock.h"

#define MESSAGE_MAX      300 /* bytes of the parser's message: it may quote the whole text */
#define CHILD_MEMORY_MAX (768ull << 20)
#define CHILD_STACK_MAX  (112ull << 20)

#define TOO_COMPLEX                                                                                \
    "The statement is too deeply nested or too complicated to be checked. Simplify it."

/* The message without a cut through a character. */
static bool syntax_error(const char *message, int position, struct err *err) {
    size_t size = strlen(message);
    bool cut = size > MESSAGE_MAX;
    if (cut) size = MESSAGE_MAX;
    while (cut && size > 0 && ((unsigned char)message[size] & 0xc0) == 0x80) size--;
    if (strncmp(message, "memory exhausted", 16) == 0)
        (void)err_set(err, ERR_SQL_SYNTAX, TOO_COMPLEX);
    else (void)err_set(err, ERR_SQL_SYNTAX, "%.*s%s", (int)size, message, cut ? "…" : "");
    err->position = position > 0 ? position : 0;
    return false;
}

static bool judge(const char *sql, struct sqlparse *ret_parse, struct err *err) {
    PgQueryParseResult result = pg_query_parse(sql);
    bool ok = false;
    if (result.error)
        ok = syntax_error(result.error->message ? result.error->message : "",
                          result.error->cursorpos, err);
    else if (!result.parse_tree) (void)err_set(err, ERR_LIMIT, "out of memory for a parse tree");
    else ok = sqlparse_tree(result.parse_tree, sql, ret_parse, err);
    pg_query_free_parse_result(result);
    return ok;
}

/* What the child says, in one write: smaller than PIPE_BUF, so it comes whole or not at all. */
struct verdict {
    bool ok;
    struct sqlparse parse;
    struct err err;
};

static void limit(__rlimit_resource_t resource, rlim_t value) {
    struct rlimit rlimit;
    if (getrlimit(resource, &rlimit) != 0) return;
    if (rlimit.rlim_max != RLIM_INFINITY && rlimit.rlim_max < value) value = rlimit.rlim_max;
    rlimit.rlim_cur = value;
    (void)setrlimit(resource, &rlimit);
}

__attribute__((noreturn)) static void child_run(int out, const char *sql) {
    struct verdict verdict = { .ok = false };
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_STACK, CHILD_STACK_MAX);
    limit(RLIMIT_CPU, (SQLPARSE_CHILD_MS + 999) / 1000);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow memory is larger than any limit */
    limit(RLIMIT_AS, CHILD_MEMORY_MAX);
#endif
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGSEGV, SIG_DFL);
    verdict.ok = judge(sql, &verdict.parse, &verdict.err);
    ssize_t written = write(out, &verdict, sizeof verdict);
    _exit(written == (ssize_t)sizeof verdict ? 0 : 1);
}

static bool verdict_read(int in, struct verdict *ret_verdict) {
    int64_t deadline_ms = clock_ms() + SQLPARSE_CHILD_MS;
    struct pollfd poll_fd = { .fd = in, .events = POLLIN };
    for (;;) {
        int left_ms = clock_left_ms(deadline_ms);
        int ready = poll(&poll_fd, 1, left_ms);
        if (ready > 0) break;
        if (left_ms == 0 || (ready < 0 && errno != EINTR)) return false;
    }
    ssize_t size;
    do size = read(in, ret_verdict, sizeof *ret_verdict);
    while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof *ret_verdict;
}

static bool judge_in_child(const char *sql, struct sqlparse *ret_parse, struct err *err) {
    int ends[2];
    if (pipe(ends) != 0)
        return err_set(err, ERR_BUSY, "no pipe for the SQL parser: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) child_run(ends[1], sql);
    (void)close(ends[1]);
    struct verdict verdict;
    bool heard = pid > 0 && verdict_read(ends[0], &verdict);
    (void)close(ends[0]);
    if (pid < 0)
        return err_set(err, ERR_BUSY, "no process for the SQL parser: %s", strerror(errno));
    (void)kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    if (!heard) return err_set(err, ERR_SQL_SYNTAX, TOO_COMPLEX);
    *err = verdict.err;
    if (verdict.ok) *ret_parse = verdict.parse;
    return verdict.ok;
}

/* The parser counts every byte of what is no UTF-8: its position must not lie behind the text. */
static void clamp_position(const char *sql, struct err *err) {
    int end = 1;
    for (; *sql; sql++) end += ((unsigned char)*sql & 0xc0) != 0x80;
    if (err->position > end) err->position = end;
}

bool sqlparse_read_only(const char *sql, size_t size, struct sqlparse *ret_parse, struct err *err) {
    if (size > SQLPARSE_TEXT_MAX)
        return err_set(err, ERR_TOO_LARGE, "The statement has %zu bytes; at most %u are allowed.",
                       size, SQLPARSE_TEXT_MAX);
    bool ok = false;
    struct sqlparse parse = { 0 };
    if (strlen(sql) != size)
        (void)err_set(err, ERR_SQL_SYNTAX, "The statement holds a NUL character.");
    else if (size <= SQLPARSE_INLINE_MAX) ok = judge(sql, &parse, err);
    else ok = judge_in_child(sql, &parse, err);
    if (ok) *ret_parse = parse;
    else if (err->code == ERR_SQL_SYNTAX || err->code == ERR_SQL_READ_ONLY) {
        clamp_position(sql, err);
        (void)snprintf(err->parser_version, sizeof err->parser_version, "%s", PG_MAJORVERSION);
    }
    return ok;
}
