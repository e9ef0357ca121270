/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_COPYTEXT_H
#define GUARDIAN_COPYTEXT_H
/*
 * A row as COPY … TO STDOUT writes it in its text format (PostgreSQL, "COPY", File Formats): values
 * with tabs between them, a newline behind the last, \N for NULL, and a backslash before what would
 * be mistaken for one of these.
 */
#include <stdbool.h>
#include <stddef.h>

struct copytext {
    char *at;   /* the next value */
    char *end;  /* of the row: its newline, or where it was cut off */
    bool plain; /* no backslash in the whole row */
    bool ended; /* the last value was taken */
};

/* `row` has `size` bytes; values are unescaped in it, in place. */
struct copytext copytext_begin(char *row, size_t size);
/* The next value, of *ret_size bytes, in the row's own memory, with no NUL behind it; NULL: SQL
 * null. False: there is none left. */
bool copytext_next(struct copytext *copy, const char **ret_value, size_t *ret_size)
    __attribute__((warn_unused_result));
#endif
