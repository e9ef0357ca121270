/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUDIT_H
#define GUARDIAN_AUDIT_H
/*
 * The append-only, hash-chained audit log. An intent row is committed before an operation, an
 * outcome row after it. hash = SHA-256(prev_hash ‖ canonical JSON of the event), where the
 * canonical JSON is the event's members (all but id, prev_hash, hash) with sorted keys and no white
 * space. The first prev_hash is 32 zero bytes. The server's trigger chains; the verifier
 * (audit_chain) recomputes. When PostgreSQL is down, events go to a local fsynced spool and are
 * merged later.
 */
#include "call.h"

/* The actor that the log names for this call; in the request's arena. */
const char *audit_actor(const struct call *call);

/* Commits the intent row and sets call->audit_id. When PostgreSQL is down the event is spooled;
 * when that fails too: ERR_AUDIT_UNAVAILABLE. No audit, no operation. */
bool audit_intent(struct call *call, struct err *err) __attribute__((warn_unused_result));
/* `outcome` is "succeeded", "failed", "refused", "challenged" or "cancelled". Also used alone, for
 * attempts that were refused before they had an intent. `cause` may be NULL. */
bool audit_outcome(struct call *call, const char *outcome, int status, const struct err *cause,
                   struct err *err) __attribute__((warn_unused_result));
#endif
