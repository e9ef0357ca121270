/* SPDX-License-Identifier: MIT */
#include "jsonpick.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 48
_Static_assert(JSONPICK_DEPTH_MAX < 64, "the kinds of open brackets fit one word");

struct scan {
    const char *at, *end;
    int depth;
    const char *why;
};

static bool read_value(struct scan *scan, const char *shape, json_t **ret_value);

static bool wrong(struct scan *scan, const char *why) {
    if (!scan->why) scan->why = why;
    return false;
}

static void skip_space(struct scan *scan) {
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r'))
        scan->at++;
}

static bool expect(struct scan *scan, char byte) {
    skip_space(scan);
    if (scan->at >= scan->end || *scan->at != byte) return wrong(scan, "it is not JSON");
    scan->at++;
    return true;
}

static bool is_next(struct scan *scan, char byte) {
    skip_space(scan);
    return scan->at < scan->end && *scan->at == byte;
}

/* Steps over a string whose first quote was taken; *ret_start is its content. */
static bool skip_string(struct scan *scan, const char **ret_start, size_t *ret_size) {
    const char *start = scan->at;
    for (const char *quote = start;; quote++) {
        quote = memchr(quote, '"', (size_t)(scan->end - quote));
        if (!quote) return wrong(scan, "a text has no end");
        const char *slash = quote;
        while (slash > start && slash[-1] == '\\') slash--;
        if ((quote - slash) % 2) continue;
        *ret_start = start;
        *ret_size = (size_t)(quote - start);
        scan->at = quote + 1;
        return true;
    }
}

/* Everything up to the end of the value, by its brackets. */
static bool skip_value(struct scan *scan) {
    uint64_t arrays = 0; /* one bit an open bracket: is it an array? */
    int depth = 0;
    const char *start;
    size_t size;
    do {
        skip_space(scan);
        if (scan->at >= scan->end) return wrong(scan, "it ends too early");
        char byte = *scan->at++;
        if (byte == '"') {
            if (!skip_string(scan, &start, &size)) return false;
        } else if (byte == '{' || byte == '[') {
            if (scan->depth + ++depth > JSONPICK_DEPTH_MAX) return wrong(scan, "too deep");
            arrays = arrays << 1 | (byte == '[');
        } else if (byte == '}' || byte == ']') {
            if (depth == 0 || (arrays & 1) != (byte == ']')) return wrong(scan, "it is not JSON");
            depth--;
            arrays >>= 1;
        } else if (byte == ',' || byte == ':') {
            if (depth == 0) return wrong(scan, "it is not JSON");
        } else {
            while (scan->at < scan->end && !strchr(",]} \n\r\t", *scan->at)) scan->at++;
        }
    } while (depth > 0);
    return true;
}

static int hex_digit(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool hex_unit(const char *at, const char *end, unsigned *ret_unit) {
    unsigned unit = 0;
    if (end - at < 4) return false;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) return false;
        unit = unit << 4 | (unsigned)digit;
    }
    *ret_unit = unit;
    return true;
}

static char *put_utf8(char *out, unsigned code) {
    if (code < 0x80) *out++ = (char)code;
    else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* "\uXXXX" at `at`, with its second half where it is one of a pair; NULL when it is none. */
static const char *unescape_unit(const char *at, const char *end, char **out) {
    unsigned code, low;
    if (!hex_unit(at, end, &code)) return NULL;
    at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        bool paired = end - at >= 6 && at[0] == '\\' && at[1] == 'u' && hex_unit(at + 2, end, &low);
        if (!paired || low < 0xdc00 || low > 0xdfff) return NULL;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    } else if (code >= 0xdc00 && code < 0xe000) return NULL;
    *out = put_utf8(*out, code);
    return at;
}

/* Into `out`, which holds at least `size` bytes: an escape is never shorter than what it stands
 * for. */
static bool unescape(const char *at, size_t size, char *out, size_t *ret_size) {
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *end = at + size;
    char *start = out;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        if (++at == end) return false;
        const char *letter = *at ? strchr(letters, *at) : NULL;
        if (*at == 'u') {
            if (!(at = unescape_unit(at + 1, end, &out))) return false;
        } else if (letter) {
            *out++ = means[letter - letters];
            at++;
        } else return false;
    }
    *ret_size = (size_t)(out - start);
    return true;
}

static bool make_text(struct scan *scan, const char *text, size_t size, json_t **ret_value) {
    char *plain = NULL;
    if (memchr(text, '\\', size)) {
        if (!(plain = malloc(size))) return wrong(scan, "no memory");
        if (!unescape(text, size, plain, &size)) {
            free(plain);
            return wrong(scan, "a text has a wrong escape");
        }
        text = plain;
    }
    json_t *value = json_stringn(text, size);
    free(plain);
    if (!value) return wrong(scan, "a text is not UTF-8");
    *ret_value = value;
    return true;
}

static bool read_number(struct scan *scan, json_t **ret_value) {
    char copy[NUMBER_MAX + 1], *end;
    size_t size = 0;
    bool whole = true;
    while (scan->at < scan->end && size < NUMBER_MAX && *scan->at &&
           strchr("+-.eE0123456789", *scan->at)) {
        whole = whole && !strchr(".eE", *scan->at);
        copy[size++] = *scan->at++;
    }
    copy[size] = '\0';
    errno = 0;
    long long number = whole ? strtoll(copy, &end, 10) : 0;
    if (whole && (errno || *end)) whole = false;
    errno = 0;
    double real = whole ? 0 : strtod(copy, &end);
    if (size == 0 || *end || (!whole && errno == ERANGE && real > 1))
        return wrong(scan, "a number is none");
    json_t *value = whole ? json_integer(number) : json_real(real);
    if (!value) return wrong(scan, "no memory");
    *ret_value = value;
    return true;
}

static bool read_word(struct scan *scan, const char *word, json_t *value, json_t **ret_value) {
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0)
        return wrong(scan, "it is not JSON");
    scan->at += size;
    *ret_value = value;
    return true;
}

/* The end of a shape that begins at `shape`, past its last parenthesis. */
static const char *shape_end(const char *shape) {
    int depth = 0;
    for (; *shape; shape++) {
        if (*shape == '(') depth++;
        else if (*shape == ')' && --depth == 0) return shape + 1;
    }
    return shape;
}

/* The shape of the member `name`: NULL when it is not asked for. */
static const char *shape_of(const char *shape, const char *name, size_t size) {
    if (*shape != '(') return "*";
    for (const char *at = shape + 1; *at && *at != ')';) {
        size_t length = strcspn(at, ",()");
        const char *rest = at + length;
        if (length == size && memcmp(at, name, size) == 0) return *rest == '(' ? rest : "*";
        if (*rest == '(') rest = shape_end(rest);
        at = *rest == ',' ? rest + 1 : rest;
    }
    return NULL;
}

static bool read_member(struct scan *scan, const char *shape, json_t *object) {
    const char *name;
    size_t size;
    json_t *key = NULL, *value = NULL;
    if (!expect(scan, '"') || !skip_string(scan, &name, &size) || !expect(scan, ':')) return false;
    const char *inner = shape_of(shape, name, size);
    if (!inner) return skip_value(scan);
    if (!make_text(scan, name, size, &key)) return false;
    bool ok = strlen(json_string_value(key)) == json_string_length(key) ||
              wrong(scan, "a name holds a NUL");
    ok = ok && read_value(scan, inner, &value);
    if (ok && json_object_set_new_nocheck(object, json_string_value(key), value) != 0)
        ok = wrong(scan, "no memory");
    json_decref(key);
    return ok;
}

static bool read_object(struct scan *scan, const char *shape, json_t *object) {
    scan->at++;
    if (is_next(scan, '}')) return expect(scan, '}');
    for (;;) {
        if (!read_member(scan, shape, object)) return false;
        if (!is_next(scan, ',')) return expect(scan, '}');
        scan->at++;
    }
}

static bool read_array(struct scan *scan, const char *shape, json_t *array) {
    scan->at++;
    if (is_next(scan, ']')) return expect(scan, ']');
    for (;;) {
        json_t *value;
        if (!read_value(scan, shape, &value)) return false;
        if (json_array_append_new(array, value) != 0) return wrong(scan, "no memory");
        if (!is_next(scan, ',')) return expect(scan, ']');
        scan->at++;
    }
}

static bool read_nested(struct scan *scan, const char *shape, json_t **ret_value) {
    bool is_object = *scan->at == '{';
    if (scan->depth == JSONPICK_DEPTH_MAX) return wrong(scan, "too deep");
    json_t *value = is_object ? json_object() : json_array();
    if (!value) return wrong(scan, "no memory");
    scan->depth++;
    bool ok = is_object ? read_object(scan, shape, value) : read_array(scan, shape, value);
    scan->depth--;
    if (ok) *ret_value = value;
    else json_decref(value);
    return ok;
}

static bool read_value(struct scan *scan, const char *shape, json_t **ret_value) {
    const char *text;
    size_t size;
    skip_space(scan);
    if (scan->at >= scan->end) return wrong(scan, "it ends too early");
    switch (*scan->at) {
    case '{':
    case '[': return read_nested(scan, shape, ret_value);
    case '"':
        scan->at++;
        return skip_string(scan, &text, &size) && make_text(scan, text, size, ret_value);
    case 't': return read_word(scan, "true", json_true(), ret_value);
    case 'f': return read_word(scan, "false", json_false(), ret_value);
    case 'n': return read_word(scan, "null", json_null(), ret_value);
    default: return read_number(scan, ret_value);
    }
}

bool jsonpick_load(const char *text, size_t size, const char *shape, json_t **ret_value,
                   const char **ret_why) {
    struct scan scan = { .at = text, .end = text + size };
    json_t *value = NULL;
    bool ok = read_value(&scan, shape ? shape : "*", &value);
    skip_space(&scan);
    if (ok && scan.at != scan.end) ok = wrong(&scan, "something follows its end");
    if (ok) *ret_value = value;
    else {
        json_decref(value);
        *ret_why = scan.why;
    }
    return ok;
}

json_t *jsonpick_at(const json_t *value, const char *path) {
    while (value && *path) {
        size_t size = strcspn(path, ".");
        value = json_object_getn(value, path, size);
        path += size + (path[size] == '.');
    }
    return (json_t *)(uintptr_t)value;
}

const char *jsonpick_text(const json_t *value, const char *path) {
    return json_string_value(jsonpick_at(value, path));
}

json_int_t jsonpick_integer(const json_t *value, const char *path, json_int_t otherwise) {
    const json_t *found = jsonpick_at(value, path);
    return json_is_integer(found) ? json_integer_value(found) : otherwise;
}
