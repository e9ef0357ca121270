/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_LOG_H
#define GUARDIAN_LOG_H
/*
 * One JSON line to standard error per event: {"time","level","event",…fields}. Programs and the
 * worker log; libraries (gateways, domain) return errors instead. Never a secret or an SQL literal.
 * A line is one write(2) of at most 4 KiB.
 */
#include <stdbool.h>

#include "err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* `program` is kept. Errors: CONFIG: no such level. */
bool log_start(const char *program, const char *level_name, struct err *err)
    __attribute__((warn_unused_result));

/* Fields are triples of (key, 's', const char *) or (key, 'i', long long), ended by NULL:
 * log_event(LOG_INFO, "start", "workers", 'i', 4LL, "pool", 's', "short", NULL). A NULL string is
 * left out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
#endif
