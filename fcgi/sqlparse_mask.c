/* SPDX-License-Identifier: MIT */
/* Statements as people may look at them: pg_stat_statements puts $1 for the constants of queries,
 * but keeps those of everything else, passwords too. */
#include <ctype.h>
#include <string.h>

#include "sqlparse.h"

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The length of "$tag$" at `text`, 0 when there is none. */
static size_t dollar_tag(const char *text) {
    size_t size = 1;
    if (isdigit((unsigned char)text[1])) return 0;
    while (is_word(text[size])) size++;
    return text[size] == '$' ? size + 1 : 0;
}

/* Behind the quoted text that begins at `text`; at the end of all where it is not closed. */
static const char *skip_quoted(const char *text, char quote, bool backslashes) {
    for (text++; *text; text++) {
        if (backslashes && *text == '\\' && text[1]) text++;
        else if (*text == quote && text[1] == quote) text++;
        else if (*text == quote) return text + 1;
    }
    return text;
}

static const char *skip_comment(const char *text) {
    int depth = 0;
    if (text[0] == '-') return text + strcspn(text, "\n");
    do {
        if (strncmp(text, "/*", 2) == 0) depth++, text += 2;
        else if (strncmp(text, "*/", 2) == 0) depth--, text += 2;
        else text++;
    } while (*text && depth > 0);
    return text;
}

static const char *skip_dollars(const char *text, size_t tag_size) {
    for (const char *end = text + tag_size; (end = strchr(end, '$')); end++)
        if (strncmp(end, text, tag_size) == 0) return end + tag_size;
    return text + strlen(text);
}

void sqlparse_mask(char *sql) {
    char *out = sql;
    size_t word =
        0; /* letters of the word that ends here: $ may be a part of it, E'' begins with it */
    for (const char *in = sql; *in;) {
        size_t tag_size = *in == '$' && word == 0 ? dollar_tag(in) : 0;
        const char *end = in + 1;
        bool hides = false;
        if (*in == '\'') {
            end = skip_quoted(in, '\'', word == 1 && (out[-1] | 0x20) == 'e');
            hides = end - in > 2;
        } else if (tag_size > 0) {
            end = skip_dollars(in, tag_size);
            hides = true;
        } else if (*in == '"') end = skip_quoted(in, '"', false);
        else if (strncmp(in, "--", 2) == 0 || strncmp(in, "/*", 2) == 0) end = skip_comment(in);
        word = end == in + 1 && (is_word(*in) || (word > 0 && *in == '$')) ? word + 1 : 0;
        if (hides) {
            memcpy(out, "'*'", 3); /* never longer than what it stands for */
            out += 3;
        } else {
            memmove(out, in, (size_t)(end - in));
            out += end - in;
        }
        in = end;
    }
    *out = '\0';
}
