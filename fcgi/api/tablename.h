/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_TABLENAME_H
#define GUARDIAN_API_TABLENAME_H
/* Names of tables as people write them: their possible readings, and names that look alike. No I/O.
 */
#include <stdbool.h>
#include <stddef.h>

#include "../arena.h"

#define TABLENAME_SIMILAR_MAX 3

/* Every reading of one text; all texts live in the arena. NULL where there is no such reading. */
struct tablename {
    const char *quoted_schema, *quoted_name; /* its parts, when at least one is in double quotes */
    const char *whole;                       /* the text itself, dots and all */
    const char *split_schema, *split_name;   /* before and behind its first dot */
};

/* False when there is no memory. */
bool tablename_parse(struct arena *arena, const char *text, struct tablename *ret_name)
    __attribute__((warn_unused_result));

/* The most similar names so far, nearest first. */
struct tablename_similar {
    const struct tablename *name;
    struct {
        char text[160];
        int distance;
    } items[TABLENAME_SIMILAR_MAX];
    int count;
};

void tablename_compare(struct tablename_similar *similar, const char *schema, const char *name);
/* "Did you mean …?", or nothing when no name is near. */
void tablename_hint(const struct tablename_similar *similar, char *ret_hint, size_t size);
#endif
