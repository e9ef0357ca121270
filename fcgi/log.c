/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static const char *const level_names[] = { "error", "warn", "info", "debug" };
static enum log_level threshold = LOG_INFO;
static const char *program_name = "guardian";

bool log_start(const char *program, const char *level_name, struct err *err) {
    for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        if (strcmp(level_name, level_names[level]) != 0) continue;
        threshold = (enum log_level)level;
        program_name = program;
        return true;
    }
    return err_set(err, ERR_CONFIG, "log_level must be error, warn, info or debug");
}

struct line {
    char text[LINE_MAX_BYTES];
    size_t size;
};

/* Leaves room for the closing brace and the newline whatever happens. */
static void append(struct line *line, const char *bytes, size_t size) {
    size_t room = sizeof line->text - 4 - line->size;
    if (size > room) size = room;
    memcpy(line->text + line->size, bytes, size);
    line->size += size;
}

static void append_string(struct line *line, const char *text) {
    append(line, "\"", 1);
    for (const unsigned char *c = (const unsigned char *)text;
         *c && line->size + 16 < sizeof line->text; c++) {
        char escaped[8];
        if (*c == '"' || *c == '\\') append(line, (char[]){ '\\', (char)*c }, 2);
        else if (*c < 0x20 || *c == 0x7f)
            append(line, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", *c));
        else append(line, (const char *)c, 1);
    }
    append(line, "\"", 1);
}

static void append_pair(struct line *line, const char *key, const char *text) {
    append(line, ",", 1);
    append_string(line, key);
    append(line, ":", 1);
    append_string(line, text);
}

static void append_time(struct line *line) {
    struct timespec now;
    struct tm utc;
    char text[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t size = strftime(text, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
    size += (size_t)snprintf(text + size, sizeof text - size, ".%03ldZ\"", now.tv_nsec / 1000000);
    append(line, text, size);
}

void log_event(enum log_level level, const char *event, ...) {
    if (level > threshold) return;
    struct line line = { .size = 0 };
    append_time(&line);
    append_pair(&line, "level", level_names[level]);
    append_pair(&line, "program", program_name);
    append_pair(&line, "event", event);
    va_list fields;
    va_start(fields, event);
    for (const char *key; (key = va_arg(fields, const char *));) {
        if (va_arg(fields, int) == 's') {
            const char *text = va_arg(fields, const char *);
            if (text) append_pair(&line, key, text);
        } else {
            char number[32];
            int size = snprintf(number, sizeof number, "%lld", va_arg(fields, long long));
            append(&line, ",", 1);
            append_string(&line, key);
            append(&line, ":", 1);
            append(&line, number, (size_t)size);
        }
    }
    va_end(fields);
    line.text[line.size++] = '}';
    line.text[line.size++] = '\n';
    /* Nothing can be done about a log that cannot be written. */
    ssize_t written = write(STDERR_FILENO, line.text, line.size);
    (void)written;
}
