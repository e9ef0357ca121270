/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_SQLPARSE_H
#define GUARDIAN_SQLPARSE_H
/*
 * Is a text one read-only SQL statement? Hides libpg_query, which is PostgreSQL's own parser.
 * This is the friendly half of the promise "read-only means read-only": it says early, clearly and
 * where. It cannot see what a function, operator, cast, view or policy of the user does inside; the
 * other half (runner.h) holds without it. Texts of more than SQLPARSE_INLINE_MAX bytes are parsed
 * in a child process of limited memory, stack and time, since the parser's stack use and, for
 * hostile comments and operators, its time grow faster than the text.
 */
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define SQLPARSE_TEXT_MAX   1000000u    /* bytes */
#define SQLPARSE_INLINE_MAX (16u << 10) /* bytes */
#define SQLPARSE_CHILD_MS   3000        /* how long the child may take */

enum sqlparse_kind {
    SQLPARSE_SELECT = 1, /* SELECT, VALUES, TABLE, WITH */
    SQLPARSE_EXPLAIN,
    SQLPARSE_SHOW,
};

struct sqlparse {
    enum sqlparse_kind kind;
    size_t size; /* bytes of the text up to the statement's end, without the semicolon */
};

/* `sql` has `size` bytes and ends with a NUL that is not counted. Errors, with err->position in
 * characters from 1 and err->parser_version: SQL_SYNTAX, SQL_READ_ONLY; without a position:
 * TOO_LARGE, BUSY (no child could be made). */
bool sqlparse_read_only(const char *sql, size_t size, struct sqlparse *ret_parse, struct err *err)
    __attribute__((warn_unused_result));

/* Judges a parse tree in libpg_query's JSON form; a text that is none is refused. For tests and
 * fuzzing. */
bool sqlparse_tree(const char *tree, const char *sql, struct sqlparse *ret_parse, struct err *err)
    __attribute__((warn_unused_result));

/* Why a function may not be called, as the end of a sentence that starts with its name; NULL: it
 * may. Exact names. */
const char *sqlparse_function_refusal(const char *name, size_t size);

/* Puts '*' for every string constant of a statement, in place: for texts of others that are going
 * to be shown. Knows the lexical rules alone, so that a cut statement or a newer server's is no
 * obstacle. */
void sqlparse_mask(char *sql);
#endif
