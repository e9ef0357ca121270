/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUDIT_VERIFY_H
#define GUARDIAN_AUDIT_VERIFY_H
/* The whole chain and its countersigned heads, checked in a live database or in an export. */
#include <jansson.h>
#include <stdio.h>

#include "audit_chain.h"
#include "db.h"

struct audit_verdict {
    struct audit_chain chain;
    int64_t anchors, last_anchor_id; /* countersigned heads that hold; 0: none */
    char last_anchor_at[40];
};

/* The public keys (64 hex digits) whose countersignatures count. None: whichever a head names,
 * which finds accidents but not a forger who signs with a key of his own. */
struct audit_keys {
    int count;
    char hex[CONFIG_LIST_MAX + 1][2 * SEAL_PUBLIC_SIZE + 1];
};
/* The configured key's public half and the former ones. Errors: CONFIG. */
bool audit_keys_of(const struct config *config, struct audit_keys *ret_keys, struct err *err)
    __attribute__((warn_unused_result));
/* Adds one. Errors: CONFIG (not a public key, or too many). */
bool audit_keys_add(struct audit_keys *keys, const char *hex, struct err *err)
    __attribute__((warn_unused_result));

/* Recomputes all; *ret_verdict is filled whenever the log could be read, broken or not. Errors: the
 * database's. */
bool audit_verify_database(struct db *db, const struct db_at *at, const struct audit_keys *keys,
                           struct audit_verdict *ret_verdict, struct err *err)
    __attribute__((warn_unused_result));
/* The same for an export: one countersigned head a line ({"anchor":{…}}), then one event a line.
 * Errors: BAD_REQUEST. */
bool audit_verify_export(FILE *file, const struct audit_keys *keys,
                         struct audit_verdict *ret_verdict, struct err *err)
    __attribute__((warn_unused_result));
#define AUDIT_ANCHOR_COLUMNS 5
/* A countersigned head as an object, from a row of audit_anchors.sql. Owned by the caller; NULL: no
 * memory. */
json_t *audit_anchor_of_row(const char *const *row);
/* The verdict as the API and the command show it. Owned by the caller; NULL: no memory. */
json_t *audit_verdict_json(const struct audit_verdict *verdict, double duration_ms);
#endif
