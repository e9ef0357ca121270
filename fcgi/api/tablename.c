/* SPDX-License-Identifier: MIT */
#include "tablename.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define IDENTIFIER_MAX 63

/* Reads one part and moves *text behind it. NULL when it is no part, or there is no memory. */
static const char *read_part(struct arena *arena, const char **text, bool *quoted) {
    char *part = arena_alloc(arena, strlen(*text) + 1);
    size_t size = 0;
    const char *in = *text;
    if (!part) return NULL;
    if (*in != '"') {
        size = strcspn(in, ".\"");
        memcpy(part, in, size);
        in += size;
        if (*in == '"') return NULL;
    } else {
        *quoted = true;
        for (in++; *in && (*in != '"' || in[1] == '"'); in++) {
            if (*in == '"') in++;
            part[size++] = *in;
        }
        if (*in++ != '"') return NULL;
    }
    *text = in;
    return size > 0 ? part : NULL;
}

static void parse_quoted(struct arena *arena, const char *text, struct tablename *name) {
    bool quoted = false;
    const char *first = read_part(arena, &text, &quoted), *second = NULL;
    if (!first || (*text && *text != '.')) return;
    if (*text == '.') {
        text++;
        second = read_part(arena, &text, &quoted);
        if (!second || *text) return;
    }
    if (!quoted) return;
    name->quoted_schema = second ? first : NULL;
    name->quoted_name = second ? second : first;
}

bool tablename_parse(struct arena *arena, const char *text, struct tablename *ret_name) {
    struct tablename name = { .whole = text };
    const char *dot = strchr(text, '.');
    parse_quoted(arena, text, &name);
    if (dot && dot > text && dot[1]) {
        name.split_schema = arena_strndup(arena, text, (size_t)(dot - text));
        name.split_name = dot + 1;
        if (!name.split_schema) return false;
    }
    *ret_name = name;
    return true;
}

static int least(int a, int b) {
    return a < b ? a : b;
}

/* Insertions, deletions and replacements that make one identifier the other, letter case aside. */
static int distance(const char *a, const char *b) {
    size_t a_size = strlen(a), b_size = strlen(b);
    int row[IDENTIFIER_MAX + 1];
    if (a_size > IDENTIFIER_MAX || b_size > IDENTIFIER_MAX) return IDENTIFIER_MAX;
    for (size_t j = 0; j <= b_size; j++) row[j] = (int)j;
    for (size_t i = 1; i <= a_size; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_size; j++) {
            int above = row[j];
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            row[j] = least(least(above, row[j - 1]) + 1, corner + !same);
            corner = above;
        }
    }
    return row[b_size];
}

/* A name that holds the other is two steps away, however much longer it is. */
static int unlikeness(const char *wanted, const char *name) {
    if (!wanted || !*wanted) return IDENTIFIER_MAX;
    size_t size = strlen(wanted);
    int steps = distance(wanted, name);
    if (size >= 3 && steps > 2 && strcasestr(name, wanted)) return 2;
    return steps <= 1 + (int)size / 4 ? steps : IDENTIFIER_MAX;
}

void tablename_compare(struct tablename_similar *similar, const char *schema, const char *name) {
    const struct tablename *wanted = similar->name;
    int steps = unlikeness(wanted->quoted_name ? wanted->quoted_name : wanted->whole, name);
    steps = least(steps, unlikeness(wanted->split_name, name));
    if (steps >= IDENTIFIER_MAX) return;
    int place = 0;
    while (place < similar->count && similar->items[place].distance <= steps) place++;
    if (place == TABLENAME_SIMILAR_MAX) return;
    if (similar->count < TABLENAME_SIMILAR_MAX) similar->count++;
    for (int i = similar->count - 1; i > place; i--) similar->items[i] = similar->items[i - 1];
    similar->items[place].distance = steps;
    (void)snprintf(similar->items[place].text, sizeof similar->items[place].text, "%s.%s", schema,
                   name);
}

void tablename_hint(const struct tablename_similar *similar, char *ret_hint, size_t size) {
    size_t used = 0;
    for (int i = 0; i < similar->count; i++) {
        const char *lead = i == 0 ? "Did you mean " : i + 1 < similar->count ? ", " : " or ";
        int more = snprintf(ret_hint + used, size - used, "%s%s", lead, similar->items[i].text);
        if (more < 0 || (size_t)more + 2 > size - used) {
            ret_hint[used] = '\0';
            break;
        }
        used += (size_t)more;
    }
    if (used > 0) (void)snprintf(ret_hint + used, size - used, "?");
}
