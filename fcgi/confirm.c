/* SPDX-License-Identifier: MIT */
#include "confirm.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "clock.h"
#include "seal.h"

#define PHRASE_MAX 1024

/* What a confirmation is bound to, as a JSON object of texts. The phrase and the state come with
 * the decision. */
static json_t *bound_to(const struct call *call) {
    const struct request *request = call->request;
    const struct identity *identity = &call->identity;
    const char *mark = request->query && *request->query ? "?" : "";

    return json_pack("{s:s, s:s, s:s, s:s, s:s++, s:s}", "issuer", identity->issuer, "subject",
                     identity->subject, "token_id", identity->token_id, "method",
                     request->method_name, "path", request->path, mark,
                     request->query ? request->query : "", "body_digest", request->body_digest);
}

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static void hash_text(const char *text, char ret_hex[SEAL_HEX_SIZE]) {
    seal_sha256_hex(text, strlen(text), ret_hex);
}

static bool store(struct call *call, const char *token, const struct impact *impact,
                  struct err *err) {
    char token_hash[SEAL_HEX_SIZE], state_digest[SEAL_HEX_SIZE];
    json_t *value = bound_to(call);
    char *text = NULL;

    hash_text(token, token_hash);
    hash_text(impact->state, state_digest);
    if (value && json_object_set_new(value, "phrase", json_string(impact->phrase)) == 0 &&
        json_object_set_new(value, "state_digest", json_string(state_digest)) == 0)
        text = json_dumps(value, JSON_COMPACT);
    json_decref(value);
    bool ok = text ? cache_confirm_put(call->services->cache, token_hash, text, CONFIRM_TTL_S,
                                       call->request->deadline_ms, err)
                   : no_memory(err);
    free(text);
    return ok;
}

static bool challenge(struct call *call, struct err *err) {
    struct impact impact = { 0 };
    char token[SEAL_SECRET_SIZE], expires_at[32];
    time_t end = (time_t)(clock_unix_s() + CONFIRM_TTL_S);
    struct tm utc;

    if (!call->route->confirm(call, &impact, err)) return false;
    if (impact.harmless) return true;
    seal_secret(token);
    if (!store(call, token, &impact, err)) return false;
    strftime(expires_at, sizeof expires_at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &utc));
    json_t *body = json_pack("{s:s, s:s, s:s, s:O, s:s, s:s}", "confirmation_token", token,
                             "phrase", impact.phrase, "summary", impact.summary, "impact",
                             impact.impact, "undo", impact.undo, "expires_at", expires_at);
    if (!call_reply(call, err_status(ERR_CONFIRMATION_REQUIRED), body, err)) return false;
    return err_set(err, ERR_CONFIRMATION_REQUIRED, "%s", impact.summary);
}

/* One message for every mismatch: it tells nobody which part of a stolen confirmation would have
 * fitted. */
static bool invalid(struct err *err) {
    return err_set(err, ERR_CONFIRMATION_INVALID,
                   "The confirmation is unknown, used, expired, of another call, or its phrase is "
                   "wrong. Ask for a new one.");
}

static bool is_token(const char *token) {
    unsigned char bytes[32];
    size_t size;
    return strnlen(token, SEAL_SECRET_SIZE) == SEAL_SECRET_SIZE - 1 &&
           seal_unbase64url(token, SEAL_SECRET_SIZE - 1, bytes, sizeof bytes, &size) &&
           size == sizeof bytes;
}

static const char *typed_phrase(const struct call *call) {
    const char *header = request_header(call->request, "X-Confirmation-Phrase");
    size_t size = header ? strnlen(header, PHRASE_MAX + 1) : 0;
    if (size == 0 || size > PHRASE_MAX) return NULL;
    return request_decode(call->request->arena, header, size, false);
}

/* Is the stored confirmation one for this very call, with this phrase? */
static bool is_bound(const struct call *call, const json_t *stored, const char *phrase) {
    json_t *expected = bound_to(call);
    const char *name;
    json_t *value;
    bool ok = expected && seal_equal(json_string_value(json_object_get(stored, "phrase")), phrase);

    json_object_foreach(expected, name, value) ok &=
        seal_equal(json_string_value(json_object_get(stored, name)), json_string_value(value));
    json_decref(expected);
    return ok;
}

static bool check_state(struct call *call, const json_t *stored, struct err *err) {
    struct impact impact = { 0 };
    struct err problem = ERR_INIT;
    char digest[SEAL_HEX_SIZE];

    if (!call->route->confirm(call, &impact, &problem) && problem.code != ERR_NOT_FOUND) {
        *err = problem;
        return false;
    }
    if (problem.code == ERR_NOT_FOUND)
        return err_set(
            err, ERR_CONFIRMATION_STALE,
            "What this confirmation was about is no longer there. Look again before you decide.");
    hash_text(impact.state, digest);
    return seal_equal(json_string_value(json_object_get(stored, "state_digest")), digest) ||
           err_set(
               err, ERR_CONFIRMATION_STALE,
               "What this confirmation was decided on has changed. Look again before you decide.");
}

bool confirm_check(struct call *call, struct err *err) {
    const char *token = request_header(call->request, "X-Confirmation-Token"), *phrase, *text;
    char token_hash[SEAL_HEX_SIZE];

    if (!token || !*token) return challenge(call, err);
    phrase = typed_phrase(call);
    if (!phrase || !is_token(token)) return invalid(err);
    hash_text(token, token_hash);
    if (!cache_confirm_take(call->services->cache, call->request->arena, token_hash,
                            call->request->deadline_ms, &text, err))
        return false;
    json_t *stored = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    bool ok =
        stored && is_bound(call, stored, phrase) ? check_state(call, stored, err) : invalid(err);
    json_decref(stored);
    return ok;
}
