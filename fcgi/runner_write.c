/* SPDX-License-Identifier: MIT */
#include "runner_write.h"

#include <string.h>

/* How JSON writes a byte: 0 as it is, 'u' as \u00XX, 'm' begins a character of several bytes, else
 * the letter behind \. */
static const char escapes[256] = {
    [0x00] = 'u', 'u',           'u',          'u',          'u', 'u', 'u', 'u',
    'b',          't',           'n',          'u',          'f', 'r', 'u', 'u',
    [0x10] = 'u', 'u',           'u',          'u',          'u', 'u', 'u', 'u',
    'u',          'u',           'u',          'u',          'u', 'u', 'u', 'u',
    ['"'] = '"',  ['\\'] = '\\', [0x7f] = 'u', [0x80] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0x90] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xa0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xb0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xc0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xd0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xe0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',          [0xf0] = 'm', 'm', 'm', 'm', 'm',
    'm',          'm',           'm',          'm',          'm', 'm', 'm', 'm',
    'm',          'm',           'm',
};

bool runner_write_flush(struct runner_write *write) {
    if (write->used > 0 && !write->broken &&
        !write->send(write->context, write->buffer, write->used))
        write->broken = true;
    write->used = 0;
    return !write->broken;
}

void runner_write_raw(struct runner_write *write, const char *text, size_t size) {
    while (size > RUNNER_BUFFER_SIZE - write->used) {
        size_t room = RUNNER_BUFFER_SIZE - write->used;
        memcpy(write->buffer + write->used, text, room);
        write->used += room;
        text += room;
        size -= room;
        if (!runner_write_flush(write)) return;
    }
    memcpy(write->buffer + write->used, text, size);
    write->used += size;
}

void runner_write_text(struct runner_write *write, const char *text) {
    runner_write_raw(write, text, strlen(text));
}

/* One byte; there is nearly always room. */
static inline void put(struct runner_write *write, char c) {
    if (write->used == RUNNER_BUFFER_SIZE) (void)runner_write_flush(write);
    write->buffer[write->used++] = c;
}

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* Eight bytes at once. Not 0: one of them is 0. */
static inline uint64_t has_zero(uint64_t word) {
    return (word - ONES) & ~word & HIGHS;
}

static inline uint64_t word_at(const void *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* None of eight bytes needs an escape in JSON. */
static inline bool is_plain_json(uint64_t word) {
    uint64_t control = (word - ONES * 0x20) & ~word & HIGHS;
    return ((word & HIGHS) | control | has_zero(word ^ ONES * '"') | has_zero(word ^ ONES * '\\') |
            has_zero(word ^ ONES * 0x7f)) == 0;
}

/* None of eight bytes wants quotes in CSV. */
static inline bool is_plain_csv(uint64_t word) {
    return (has_zero(word ^ ONES * ',') | has_zero(word ^ ONES * '"') |
            has_zero(word ^ ONES * '\n') | has_zero(word ^ ONES * '\r')) == 0;
}

/* The bytes of the character that begins here, 0 when they are no UTF-8 (overlong, surrogate, cut
 * off). */
static size_t utf8_size(const unsigned char *text, size_t left) {
    size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || size > left) return 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    bool overlong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xf0 && text[1] < 0x90);
    bool beyond = (text[0] == 0xed && text[1] > 0x9f) || (text[0] == 0xf4 && text[1] > 0x8f);
    return overlong || beyond ? 0 : size;
}

static void put_escape(struct runner_write *write, unsigned char c) {
    static const char digits[] = "0123456789abcdef";
    char escape = escapes[c];
    if (escape == 'u') {
        char text[] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
        runner_write_raw(write, text, sizeof text);
    } else {
        char text[] = { '\\', escape };
        runner_write_raw(write, text, sizeof text);
    }
}

void runner_write_string(struct runner_write *write, const char *text, size_t size) {
    const unsigned char *at = (const unsigned char *)text, *end = at + size, *run = at;
    put(write, '"');
    while (at < end) {
        if (end - at >= 8 && is_plain_json(word_at(at))) {
            at += 8;
            continue;
        }
        char escape = escapes[*at];
        if (!escape) {
            at++;
            continue;
        }
        if (escape == 'm') {
            size_t width = utf8_size(at, (size_t)(end - at));
            if (width > 0) {
                at += width;
                continue;
            }
        }
        runner_write_raw(write, (const char *)run, (size_t)(at - run));
        if (escape == 'm') runner_write_raw(write, "\xef\xbf\xbd", 3);
        else put_escape(write, *at);
        run = ++at;
    }
    runner_write_raw(write, (const char *)run, (size_t)(at - run));
    put(write, '"');
}

/* Up to 2^53 a double, and so JSON, holds every integer. */
static bool is_exact(const char *text, size_t size) {
    static const char limit[] = "9007199254740992";
    if (*text == '-') text++, size--;
    return size < sizeof limit - 1 || (size == sizeof limit - 1 && memcmp(text, limit, size) <= 0);
}

static void put_json(struct runner_write *write, enum runner_value value, const char *text,
                     size_t size) {
    bool bare = false;
    if (!text) {
        runner_write_raw(write, "null", 4);
        return;
    }
    if (value == RUNNER_BOOLEAN) {
        runner_write_text(write, *text == 't' ? "true" : "false");
        return;
    }
    if (value == RUNNER_INTEGER) bare = size > 0 && is_exact(text, size);
    else if (value == RUNNER_FLOAT)
        bare = size > 0 && text[size - 1] >= '0' && text[size - 1] <= '9'; /* not NaN, Infinity */
    if (bare) runner_write_raw(write, text, size);
    else runner_write_string(write, text, size);
}

static bool wants_quotes(const char *text, size_t size) {
    for (; size >= 8; text += 8, size -= 8)
        if (!is_plain_csv(word_at(text))) return true;
    for (; size > 0; text++, size--)
        if (*text == ',' || *text == '"' || *text == '\n' || *text == '\r') return true;
    return false;
}

static void put_csv(struct runner_write *write, const char *text, size_t size) {
    if (!text) return;
    bool quoted = size == 0 || wants_quotes(text, size) ||
                  (write->columns == 1 && size == 2 && memcmp(text, "\\.", 2) == 0);
    if (!quoted) {
        runner_write_raw(write, text, size);
        return;
    }
    put(write, '"');
    for (const char *quote; (quote = memchr(text, '"', size));) {
        size_t before = (size_t)(quote - text) + 1;
        runner_write_raw(write, text, before);
        put(write, '"');
        text += before;
        size -= before;
    }
    runner_write_raw(write, text, size);
    put(write, '"');
}

void runner_write_header(struct runner_write *write, const struct runner_column *columns) {
    if (write->format != RUNNER_CSV) return;
    for (int i = 0; i < write->columns; i++) {
        if (i > 0) put(write, ',');
        put_csv(write, columns[i].name, strlen(columns[i].name));
    }
    put(write, '\n');
}

void runner_write_row_begin(struct runner_write *write) {
    if (write->format == RUNNER_JSON) {
        if (!write->first) put(write, ',');
        put(write, '[');
    } else if (write->format == RUNNER_NDJSON) {
        put(write, '{');
    }
    write->first = false;
}

void runner_write_value(struct runner_write *write, int column, const char *text, size_t size) {
    if (column > 0) put(write, ',');
    if (write->format == RUNNER_CSV) {
        put_csv(write, text, size);
        return;
    }
    if (write->format == RUNNER_NDJSON)
        runner_write_raw(write, write->keys[column], write->key_sizes[column]);
    put_json(write, write->values[column], text, size);
}

void runner_write_row_end(struct runner_write *write) {
    if (write->format == RUNNER_JSON) put(write, ']');
    else if (write->format == RUNNER_NDJSON) runner_write_raw(write, "}\n", 2);
    else put(write, '\n');
}

/* A name that no column before has: a, a_2, a_3 … */
static const char *distinct_name(struct arena *arena, const char *const *names, int count,
                                 const char *name) {
    const char *candidate = name;
    for (int suffix = 2;; suffix++) {
        int same = 0;
        while (same < count && strcmp(names[same], candidate) != 0) same++;
        if (same == count) return candidate;
        candidate = arena_printf(arena, "%s_%d", name, suffix);
        if (!candidate) return NULL;
    }
}

struct piece {
    char *at;
};

static bool keep(void *context, const char *data, size_t size) {
    struct piece *piece = context;
    memcpy(piece->at, data, size);
    piece->at += size;
    return true;
}

/* "name": as it stands before each value; written by the writer itself, so that there is one way to
 * escape. */
static const char *key_make(struct runner_write *write, struct arena *arena, const char *name,
                            size_t *ret_size) {
    size_t size = strlen(name);
    char *key = arena_alloc(arena, size * 6 + 4);
    if (!key) return NULL;
    struct piece piece = { key };
    struct runner_write own = { .send = keep, .context = &piece, .buffer = write->buffer };
    runner_write_string(&own, name, size);
    put(&own, ':');
    (void)runner_write_flush(&own);
    *ret_size = (size_t)(piece.at - key);
    return key;
}

static bool keys_make(struct runner_write *write, struct arena *arena,
                      const struct runner_column *columns) {
    size_t count = (size_t)write->columns;
    const char **names = arena_alloc(arena, (count + 1) * sizeof *names),
               **keys = arena_alloc(arena, (count + 1) * sizeof *keys);
    size_t *sizes = arena_alloc(arena, (count + 1) * sizeof *sizes);
    if (!names || !keys || !sizes) return false;
    for (int i = 0; i < write->columns; i++) {
        names[i] = distinct_name(arena, names, i, columns[i].name);
        keys[i] = names[i] ? key_make(write, arena, names[i], &sizes[i]) : NULL;
        if (!keys[i]) return false;
    }
    write->keys = keys;
    write->key_sizes = sizes;
    return true;
}

bool runner_write_init(struct runner_write *write, enum runner_format format, char *buffer,
                       struct arena *arena, const struct runner_column *columns, int count,
                       struct err *err) {
    enum runner_value *values = arena_alloc(arena, ((size_t)count + 1) * sizeof *values);
    struct runner_write made = { .format = format,
                                 .columns = count,
                                 .values = values,
                                 .first = true,
                                 .buffer = buffer,
                                 .send = write->send,
                                 .context = write->context };
    for (int i = 0; values && i < count; i++) values[i] = columns[i].value;
    if (!values || (format == RUNNER_NDJSON && !keys_make(&made, arena, columns)))
        return err_set(err, ERR_LIMIT, "the result has more columns than a request may hold");
    *write = made;
    return true;
}
