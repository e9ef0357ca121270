/* SPDX-License-Identifier: MIT */
#include "audit_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void audit_chain_init(struct audit_chain *chain) {
    *chain = (struct audit_chain){ .checked = 0 };
    memset(chain->last_hash, '0', SEAL_HEX_SIZE - 1);
}

/* jansson writes control characters as \u001F; RFC 8785, and nearly everybody, as \u001f. */
static void lower_escapes(char *text) {
    for (char *c = text; c && (c = strchr(c, '\\')); c += 2)
        if (c[1] == 'u')
            for (int i = 2; i < 6; i++)
                if (c[i] >= 'A' && c[i] <= 'F') c[i] = (char)(c[i] | 0x20);
}

char *audit_canonical(const json_t *event) {
    static const char *const members[] = { "action",  "actor",      "at",         "duration_ms",
                                           "outcome", "parameters", "request_id", "source_ip",
                                           "status",  "target",     "token_id" };
    json_t *canonical = json_object();
    for (size_t i = 0; canonical && i < sizeof members / sizeof members[0]; i++) {
        json_t *value = json_object_get(event, members[i]);
        if (json_object_set_new(canonical, members[i], value ? json_incref(value) : json_null()) !=
            0) {
            json_decref(canonical);
            canonical = NULL;
        }
    }
    char *text = canonical ? json_dumps(canonical, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(canonical);
    lower_escapes(text);
    return text;
}

static json_t *integer_or_null(const char *text) {
    return text ? json_integer(strtoll(text, NULL, 10)) : json_null();
}

json_t *audit_event_of_row(const char *const *row) {
    if (!row[0] || !row[8]) return NULL;
    json_t *parameters = json_loads(row[8], 0, NULL);
    if (!parameters) return NULL;
    return json_pack("{s:o s:s s:s s:s? s:s? s:s s:s s:s? s:o s:s s:o s:o s:s s:s}", "id",
                     integer_or_null(row[0]), "at", row[1], "actor", row[2], "token_id", row[3],
                     "source_ip", row[4], "request_id", row[5], "action", row[6], "target", row[7],
                     "parameters", parameters, "outcome", row[9], "status",
                     integer_or_null(row[10]), "duration_ms", integer_or_null(row[11]), "prev_hash",
                     row[12], "hash", row[13]);
}

static bool bad(struct audit_chain *chain, int64_t id, const char *reason) {
    chain->bad_id = id > 0 ? id : chain->last_id + 1;
    (void)snprintf(chain->reason, sizeof chain->reason, "%s", reason);
    return false;
}

static bool hash_is_right(const struct audit_chain *chain, const json_t *event, const char *hash) {
    unsigned char prev[SEAL_HASH_SIZE], digest[SEAL_HASH_SIZE];
    char hex[SEAL_HEX_SIZE];
    char *canonical = audit_canonical(event);
    if (!canonical || !seal_unhex(chain->last_hash, SEAL_HEX_SIZE - 1, prev, sizeof prev)) {
        free(canonical);
        return false;
    }
    seal_sha256_pair(prev, sizeof prev, canonical, strlen(canonical), digest);
    free(canonical);
    seal_hex(digest, sizeof digest, hex);
    return strcmp(hex, hash) == 0;
}

bool audit_chain_next(struct audit_chain *chain, const json_t *event) {
    if (chain->bad_id) return false;
    int64_t id = json_integer_value(json_object_get(event, "id"));
    const char *prev = json_string_value(json_object_get(event, "prev_hash"));
    const char *hash = json_string_value(json_object_get(event, "hash"));
    if (id <= 0 || !prev || !hash) return bad(chain, id, "the row is not an audit event");
    if (id != chain->last_id + 1) return bad(chain, chain->last_id + 1, "the event is missing");
    if (strcmp(prev, chain->last_hash) != 0)
        return bad(chain, id,
                   "the event does not follow the one before it: one of the two was changed");
    if (strlen(hash) != SEAL_HEX_SIZE - 1 || !hash_is_right(chain, event, hash))
        return bad(chain, id, "the event was changed: its hash does not match");
    chain->checked++;
    chain->last_id = id;
    memcpy(chain->last_hash, hash, SEAL_HEX_SIZE);
    return true;
}

void audit_anchor_text(int64_t event_id, const char *hash, char ret_text[AUDIT_ANCHOR_TEXT_SIZE]) {
    (void)snprintf(ret_text, AUDIT_ANCHOR_TEXT_SIZE, "iot-guardian audit head\n%lld\n%.64s\n",
                   (long long)event_id, hash);
}
