/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CONFIRM_H
#define GUARDIAN_CONFIRM_H
/*
 * The second step before a dangerous call. A confirmation works once, for 120 s, for the same
 * caller, token, method, path, query string and body, and only while what it was decided on is
 * still so. Redis keeps it under the hash of its token.
 */
#include "call.h"

#define CONFIRM_TTL_S 120

/* For rows with `confirm`. True at once for a call that the row finds harmless. Without
 * X-Confirmation-Token: fills call->reply with the challenge and fails with CONFIRMATION_REQUIRED.
 * With it: true, or CONFIRMATION_INVALID (also when the phrase is wrong), CONFIRMATION_STALE,
 * CACHE_UNAVAILABLE, or what the row's confirm function fails with. A token that was looked at is
 * used up, whatever the verdict. */
bool confirm_check(struct call *call, struct err *err) __attribute__((warn_unused_result));
#endif
