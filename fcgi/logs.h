/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_LOGS_H
#define GUARDIAN_LOGS_H
/* The platform's log lines: from Docker's service logs through the proxy, or from Loki where it is
 * configured. */
#include "call.h"
#include "logstream.h"
#include "swarm.h"

#define LOGS_SERVICES_MAX 32
#define LOGS_LINES_MAX    1000

/* What is looked for; NULL, LEVEL_NONE and 0 stand for anything. */
struct logs_filter {
    const char *service, *node, *request_id, *text;
    bool errors_only;     /* of the stream of errors alone */
    enum log_level level; /* this one and above */
    int64_t since_s, until_s;
    int limit; /* the latest so many */
    /* Of who needs an answer soon: the swarm's nodes and services, read already, and how long
     * Docker may take; what has come by then is given, and what is missing named. NULL, 0: neither.
     */
    const struct swarm *swarm;
    int timeout_ms;
};

/* Lines as the contract's LogLine, the latest first; new. *ret_missing: of services that could not
 * be asked; new, or NULL. Errors: NOT_CONFIGURED, BAD_FIELD, UPSTREAM_… */
bool logs_read(struct call *call, const struct logs_filter *filter, json_t **ret_lines,
               json_t **ret_missing, struct err *err) __attribute__((warn_unused_result));
/* Follows one service until `write` is false, the service drains or ten minutes have passed. */
bool logs_follow(struct call *call, const struct logs_filter *filter,
                 bool (*write)(struct call *call, json_t *line), struct err *err)
    __attribute__((warn_unused_result));
#endif
