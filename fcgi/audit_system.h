/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUDIT_SYSTEM_H
#define GUARDIAN_AUDIT_SYSTEM_H
/* What the console does by itself, in the same audit log: schedules and retention. */
#include <jansson.h>

#include "db.h"

struct audit_deed {
    const char *actor;  /* "schedule", "retention" */
    const char *action; /* "database.backup" */
    const char *target, *request_id;
};

/* Commits the intent; *ret_id is its event. Steals parameters. No audit, no operation. Errors:
 * AUDIT_UNAVAILABLE. */
bool audit_system_intent(struct db *db, const struct db_at *at, const struct audit_deed *deed,
                         json_t *parameters, int64_t *ret_id, struct err *err)
    __attribute__((warn_unused_result));
/* How it ended: "succeeded" or "failed". Steals result (NULL: nothing to add). */
bool audit_system_outcome(struct db *db, const struct db_at *at, const struct audit_deed *deed,
                          int64_t intent_id, const char *outcome, json_t *result, struct err *err)
    __attribute__((warn_unused_result));
#endif
