/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUDIT_CHAIN_H
#define GUARDIAN_AUDIT_CHAIN_H
/*
 * The chain recomputed, from a live database or from an export. Pure: sees rows one by one, keeps
 * only the head. Format: hash = SHA-256(prev_hash ‖ canonical JSON), the canonical JSON being the
 * event's members action, actor, at, duration_ms, outcome, parameters, request_id, source_ip,
 * status, target, token_id as RFC 8785 writes it: sorted
 * keys, no white space, UTF-8, control characters as \u001f (all numbers are integers).
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "seal.h"

#define AUDIT_COLUMNS 14

/* A countersigned head. */
#define AUDIT_ANCHOR_TEXT_SIZE 160

struct audit_chain {
    int64_t checked, last_id;
    char last_hash[SEAL_HEX_SIZE];
    int64_t bad_id; /* of the first bad row; 0: none */
    char reason[160];
};

void audit_chain_init(struct audit_chain *chain);
/* The canonical text of an event object (its id and hashes are left out). The caller frees it;
 * NULL: no memory. */
char *audit_canonical(const json_t *event);
/* An event object, with id and hashes, from a row of audit_rows.sql. NULL: no memory or not an
 * event. Owned by the caller. */
json_t *audit_event_of_row(const char *const *row);
/* Checks the next event, oldest first. False when the chain is broken here or was before; says
 * where and why once. */
bool audit_chain_next(struct audit_chain *chain, const json_t *event);
/* The text that a countersignature signs. */
void audit_anchor_text(int64_t event_id, const char *hash, char ret_text[AUDIT_ANCHOR_TEXT_SIZE]);
#endif
