/* SPDX-License-Identifier: MIT */
#include "restore_name.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The most bytes that start the text, are at most `size`, and end between two characters. */
static size_t whole_characters(const char *text, size_t size) {
    if (strlen(text) <= size) return strlen(text);
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80) size--;
    return size;
}

void restore_name(const char *database, const char *what, time_t at, int attempt,
                  char ret_name[RESTORE_NAME_SIZE]) {
    char stamp[32], suffix[RESTORE_NAME_SIZE], number[8] = "";
    struct tm utc;
    assert(attempt > 0 && attempt < 1000);
    if (attempt > 1) (void)snprintf(number, sizeof number, "_%d", attempt);
    (void)strftime(stamp, sizeof stamp, "%Y%m%d_%H%M", gmtime_r(&at, &utc));
    int made = snprintf(suffix, sizeof suffix, "_%.10s_%.14s%.4s", what, stamp, number);
    size_t size = (size_t)made, prefix = whole_characters(database, RESTORE_NAME_SIZE - 1 - size);
    memcpy(ret_name, database, prefix);
    memcpy(ret_name + prefix, suffix, size + 1);
}
