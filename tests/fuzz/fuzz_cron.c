/* SPDX-License-Identifier: MIT */
/* A schedule's five fields, and the time that they mean. */
#include <stdlib.h>
#include <string.h>

#include "cron.h"

#define AFTER 1795600000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[256];
    struct cron cron;
    struct err err = ERR_INIT;
    int64_t next_s;
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (!cron_parse(text, &cron, &err)) return 0;
    if (cron_next(&cron, "Europe/Berlin", AFTER, &next_s) && (next_s <= AFTER || next_s % 60 != 0))
        abort();
    return 0;
}
