/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RUNNER_WRITE_H
#define GUARDIAN_RUNNER_WRITE_H
/*
 * Rows of PostgreSQL's text values into JSON, CSV or NDJSON, through one fixed buffer: memory does
 * not grow with the result. Hides the formats. Knows nothing of libpq or HTTP: values come one by
 * one, bytes go to a function. JSON and NDJSON: booleans and null are themselves; integers and
 * floats that JSON holds exactly are numbers; all else is PostgreSQL's text as a string, bytes that
 * are no UTF-8 replaced by U+FFFD. CSV is what COPY … CSV HEADER writes: NULL is empty, an empty
 * text is "".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"

#define RUNNER_BUFFER_SIZE 65536u

enum runner_format { RUNNER_JSON, RUNNER_CSV, RUNNER_NDJSON };
enum runner_value { RUNNER_TEXT, RUNNER_BOOLEAN, RUNNER_INTEGER, RUNNER_FLOAT };

struct runner_column {
    const char *name;
    enum runner_value value;
};

struct runner_write {
    enum runner_format format;
    int columns;
    const enum runner_value *values;
    const char *const *keys; /* NDJSON: "name": with its quotes and colon, made distinct */
    const size_t *key_sizes;
    bool (*send)(void *context, const char *data, size_t size); /* false: nobody reads any more */
    void *context;
    bool broken;
    bool first; /* no row yet */
    size_t used;
    char *buffer; /* RUNNER_BUFFER_SIZE bytes, the caller's */
};

/* Fills a writer; the columns' copies live in the arena. Errors: LIMIT. */
bool runner_write_init(struct runner_write *write, enum runner_format format, char *buffer,
                       struct arena *arena, const struct runner_column *columns, int count,
                       struct err *err) __attribute__((warn_unused_result));
/* The header line of CSV; nothing in the other formats. */
void runner_write_header(struct runner_write *write, const struct runner_column *columns);
void runner_write_row_begin(struct runner_write *write);
/* NULL: SQL null. */
void runner_write_value(struct runner_write *write, int column, const char *text, size_t size);
void runner_write_row_end(struct runner_write *write);

/* The pieces, for what stands around the rows. */
void runner_write_raw(struct runner_write *write, const char *text, size_t size);
void runner_write_text(struct runner_write *write, const char *text); /* as it is */
void runner_write_string(struct runner_write *write, const char *text,
                         size_t size); /* a JSON string with its quotes */
/* Sends what is in the buffer; false when nobody reads any more. */
bool runner_write_flush(struct runner_write *write);
#endif
