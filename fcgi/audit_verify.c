/* SPDX-License-Identifier: MIT */
#include "audit_verify.h"

#include <stdlib.h>
#include <string.h>

bool audit_keys_add(struct audit_keys *keys, const char *hex, struct err *err) {
    unsigned char public_key[SEAL_PUBLIC_SIZE];
    if (keys->count == CONFIG_LIST_MAX + 1 ||
        !seal_unhex(hex, strlen(hex), public_key, sizeof public_key))
        return err_set(err, ERR_CONFIG, "%.80s is not a public key (64 hex digits)", hex);
    seal_hex(public_key, sizeof public_key, keys->hex[keys->count++]);
    return true;
}

bool audit_keys_of(const struct config *config, struct audit_keys *ret_keys, struct err *err) {
    struct audit_keys keys = { .count = 0 };
    const struct config_list *former = &config->audit.former_public_keys;
    if (config->audit.seal_key.text) {
        struct seal_key key;
        if (!seal_key_read(config->audit.seal_key.text, config->audit.seal_key.size, &key, err))
            return false;
        seal_hex(key.public, sizeof key.public, keys.hex[keys.count++]);
        seal_key_wipe(&key);
    }
    for (int i = 0; i < former->count; i++)
        if (!audit_keys_add(&keys, former->items[i], err)) return false;
    *ret_keys = keys;
    return true;
}

/* The heads are read first and wait, by event id, for their event to pass. */
struct pass {
    struct audit_verdict verdict;
    const struct audit_keys *keys;
    json_t *anchors;
};

static void found_bad(struct audit_chain *chain, int64_t id, const char *reason) {
    if (chain->bad_id) return;
    chain->bad_id = id;
    (void)snprintf(chain->reason, sizeof chain->reason, "%s", reason);
}

static bool pass_begin(struct pass *pass, const struct audit_keys *keys, struct err *err) {
    *pass = (struct pass){ .keys = keys, .anchors = json_object() };
    audit_chain_init(&pass->verdict.chain);
    return pass->anchors || err_set(err, ERR_LIMIT, "out of memory");
}

static bool add_anchor(struct pass *pass, json_t *anchor, struct err *err) {
    char key[24];
    (void)snprintf(key, sizeof key, "%lld",
                   (long long)json_integer_value(json_object_get(anchor, "event_id")));
    return json_object_set(pass->anchors, key, anchor) == 0 ||
           err_set(err, ERR_LIMIT, "out of memory for a head");
}

static bool signature_holds(int64_t id, const char *hash, const char *public_hex,
                            const char *signature_hex) {
    unsigned char public_key[SEAL_PUBLIC_SIZE], signature[SEAL_SIGNATURE_SIZE];
    char text[AUDIT_ANCHOR_TEXT_SIZE];
    if (!seal_unhex(public_hex, strlen(public_hex), public_key, sizeof public_key) ||
        !seal_unhex(signature_hex, strlen(signature_hex), signature, sizeof signature))
        return false;
    audit_anchor_text(id, hash, text);
    return seal_verify(public_key, text, strlen(text), signature);
}

static bool is_trusted(const struct audit_keys *keys, const char *public_key) {
    for (int i = 0; i < keys->count; i++)
        if (strcmp(keys->hex[i], public_key) == 0) return true;
    return keys->count == 0;
}

/* NULL when the head stands for this event. */
static const char *anchor_fault(const struct pass *pass, const json_t *anchor, int64_t id,
                                const char *event_hash) {
    const char *hash = json_string_value(json_object_get(anchor, "hash"));
    const char *public_key = json_string_value(json_object_get(anchor, "public_key"));
    const char *signature = json_string_value(json_object_get(anchor, "signature"));
    if (!hash || !public_key || !signature) return "the countersigned head is malformed";
    if (!is_trusted(pass->keys, public_key)) return "the head is countersigned with another key";
    if (!signature_holds(id, hash, public_key, signature))
        return "the countersignature does not hold";
    if (strcmp(hash, event_hash) != 0) return "the chain differs from its countersigned head";
    return NULL;
}

static void pass_event(struct pass *pass, const json_t *event) {
    struct audit_verdict *verdict = &pass->verdict;
    char key[24];
    if (!audit_chain_next(&verdict->chain, event))
        return; /* reads on to the end, says the first fault */
    (void)snprintf(key, sizeof key, "%lld", (long long)verdict->chain.last_id);
    const json_t *anchor = json_object_get(pass->anchors, key);
    if (!anchor) return;
    const char *fault =
        anchor_fault(pass, anchor, verdict->chain.last_id, verdict->chain.last_hash);
    const char *at = json_string_value(json_object_get(anchor, "at"));
    if (fault) found_bad(&verdict->chain, verdict->chain.last_id, fault);
    else {
        verdict->anchors++;
        verdict->last_anchor_id = verdict->chain.last_id;
        (void)snprintf(verdict->last_anchor_at, sizeof verdict->last_anchor_at, "%s", at ? at : "");
    }
    (void)json_object_del(pass->anchors, key);
}

static void pass_end(struct pass *pass) {
    const char *key;
    json_t *anchor;
    int64_t first = 0;
    json_object_foreach(pass->anchors, key, anchor) {
        int64_t id = strtoll(key, NULL, 10);
        if (id > pass->verdict.chain.last_id && (first == 0 || id < first)) first = id;
    }
    if (first)
        found_bad(&pass->verdict.chain, first,
                  "the countersigned event is missing: the log's tail was cut");
    json_decref(pass->anchors);
}

json_t *audit_anchor_of_row(const char *const *row) {
    return json_pack("{s:I s:s s:s s:s s:s}", "event_id", (json_int_t)strtoll(row[0], NULL, 10),
                     "hash", row[1], "public_key", row[2], "signature", row[3], "at", row[4]);
}

static bool each_event(void *context, const char *const *row, int columns, struct err *err) {
    json_t *event = columns == AUDIT_COLUMNS ? audit_event_of_row(row) : NULL;
    if (!event) return err_set(err, ERR_LIMIT, "an audit event cannot be read");
    pass_event(context, event);
    json_decref(event);
    return true;
}

static bool each_anchor(void *context, const char *const *row, int columns, struct err *err) {
    json_t *anchor = columns == AUDIT_ANCHOR_COLUMNS ? audit_anchor_of_row(row) : NULL;
    bool ok = anchor ? add_anchor(context, anchor, err)
                     : err_set(err, ERR_LIMIT, "a countersigned head cannot be read");
    json_decref(anchor);
    return ok;
}

bool audit_verify_database(struct db *db, const struct db_at *at, const struct audit_keys *keys,
                           struct audit_verdict *ret_verdict, struct err *err) {
    struct pass pass;
    const char *first[] = { "0" };
    bool ok = pass_begin(&pass, keys, err) &&
              db_each(db, at, DB_AUDIT_ANCHORS, NULL, 0, each_anchor, &pass, err) &&
              db_each(db, at, DB_AUDIT_ROWS, first, 1, each_event, &pass, err);
    pass_end(&pass);
    if (ok) *ret_verdict = pass.verdict;
    return ok;
}

static bool take_line(struct pass *pass, const char *line, size_t size, long number,
                      struct err *err) {
    json_t *object = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL);
    json_t *anchor = json_object_get(object, "anchor");
    bool ok = true;
    if (!json_is_object(object))
        ok = err_set(err, ERR_BAD_REQUEST, "line %ld is not a JSON object", number);
    else if (anchor) ok = add_anchor(pass, anchor, err);
    else pass_event(pass, object);
    json_decref(object);
    return ok;
}

bool audit_verify_export(FILE *file, const struct audit_keys *keys,
                         struct audit_verdict *ret_verdict, struct err *err) {
    struct pass pass;
    char *line = NULL;
    size_t room = 0;
    bool ok = pass_begin(&pass, keys, err);
    for (long number = 1; ok; number++) {
        ssize_t size = getline(&line, &room, file);
        if (size < 0) break;
        ok = take_line(&pass, line, (size_t)size, number, err);
    }
    if (ok && ferror(file)) ok = err_set(err, ERR_BAD_REQUEST, "the file cannot be read");
    free(line);
    pass_end(&pass);
    if (ok) *ret_verdict = pass.verdict;
    return ok;
}

json_t *audit_verdict_json(const struct audit_verdict *verdict, double duration_ms) {
    const struct audit_chain *chain = &verdict->chain;
    json_t *head = chain->last_id ? json_pack("{s:I s:s}", "id", (json_int_t)chain->last_id, "hash",
                                              chain->last_hash)
                                  : json_null();
    json_t *bad = chain->bad_id ? json_pack("{s:I s:s}", "id", (json_int_t)chain->bad_id, "reason",
                                            chain->reason)
                                : json_null();
    json_t *last_id = verdict->anchors ? json_integer(verdict->last_anchor_id) : json_null();
    return json_pack("{s:b s:I s:o s:o s:{s:I s:o s:s?} s:f}", "ok", chain->bad_id == 0, "checked",
                     (json_int_t)chain->checked, "head", head, "first_bad", bad, "anchors",
                     "checked", (json_int_t)verdict->anchors, "last_event_id", last_id, "last_at",
                     verdict->anchors ? verdict->last_anchor_at : NULL, "duration_ms", duration_ms);
}
