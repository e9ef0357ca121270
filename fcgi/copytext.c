/* SPDX-License-Identifier: MIT */
#include "copytext.h"

#include <string.h>

struct copytext copytext_begin(char *row, size_t size) {
    if (size > 0 && row[size - 1] == '\n') size--;
    return (struct copytext){ .at = row, .end = row + size, .plain = !memchr(row, '\\', size) };
}

/* The letter behind a backslash; any other stands for itself. */
static char unescaped(char letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return letter;
    }
}

static size_t unescape(char *text, size_t size) {
    char *out = text;
    for (size_t i = 0; i < size; i++) {
        bool escape = text[i] == '\\' && i + 1 < size;
        *out++ = escape ? unescaped(text[++i]) : text[i];
    }
    return (size_t)(out - text);
}

bool copytext_next(struct copytext *copy, const char **ret_value, size_t *ret_size) {
    if (copy->ended) return false;
    char *value = copy->at, *tab = memchr(value, '\t', (size_t)(copy->end - value));
    size_t size = (size_t)((tab ? tab : copy->end) - value);
    copy->ended = !tab;
    copy->at = tab ? tab + 1 : copy->end;
    bool null = size == 2 && value[0] == '\\' && value[1] == 'N';
    *ret_size = null || copy->plain ? size : unescape(value, size);
    *ret_value = null ? NULL : value;
    return true;
}
