/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_verify.h"

#define EVENTS 5

/* A chain of EVENTS events, each a JSON object with id and hashes. */
static json_t *make_chain(void) {
    json_t *events = json_array();
    char last[SEAL_HEX_SIZE];
    memset(last, '0', sizeof last - 1);
    last[sizeof last - 1] = '\0';
    for (int id = 1; id <= EVENTS; id++) {
        json_t *event = json_pack(
            "{s:i s:s s:s s:n s:s s:s s:s s:s s:{s:s s:i} s:s s:n s:n}", "id", id, "at",
            "2026-11-23T08:00:00.000001Z", "actor", "管理员", "token_id", "source_ip", "::1",
            "request_id", "12345678", "action", "a.b", "target", "t", "parameters", "z",
            "\"Order\"\n\x1f", "a", id, "outcome", "intent", "status", "duration_ms");
        unsigned char prev[SEAL_HASH_SIZE], hash[SEAL_HASH_SIZE];
        char hex[SEAL_HEX_SIZE];
        char *canonical = audit_canonical(event);
        assert_true(seal_unhex(last, 64, prev, sizeof prev));
        seal_sha256_pair(prev, sizeof prev, canonical, strlen(canonical), hash);
        free(canonical);
        seal_hex(hash, sizeof hash, hex);
        json_object_set_new(event, "prev_hash", json_string(last));
        json_object_set_new(event, "hash", json_string(hex));
        memcpy(last, hex, sizeof last);
        json_array_append_new(events, event);
    }
    return events;
}

static const struct audit_keys any_key = { .count = 0 };
static const struct audit_keys *keys = &any_key;

static struct audit_verdict verify(const json_t *events, const json_t *anchor) {
    FILE *file = tmpfile();
    size_t i;
    json_t *event;
    struct audit_verdict verdict;
    struct err err = ERR_INIT;
    if (anchor) {
        json_dumpf(anchor, file, JSON_COMPACT);
        fputc('\n', file);
    }
    json_array_foreach(events, i, event) {
        json_dumpf(event, file, JSON_COMPACT);
        fputc('\n', file);
    }
    rewind(file);
    assert_true(audit_verify_export(file, keys, &verdict, &err));
    fclose(file);
    return verdict;
}

static void the_canonical_text_has_sorted_keys_and_no_white_space(void **state) {
    (void)state;
    json_t *events = make_chain();
    char *canonical = audit_canonical(json_array_get(events, 0));
    assert_string_equal(
        canonical,
        "{\"action\":\"a.b\",\"actor\":\"管理员\",\"at\":\"2026-11-23T08:00:00."
        "000001Z\",\"duration_ms\":null,"
        "\"outcome\":\"intent\",\"parameters\":{\"a\":1,\"z\":\"\\\"Order\\\"\\n\\u001f\"},"
        "\"request_id\":\"12345678\","
        "\"source_ip\":\"::1\",\"status\":null,\"target\":\"t\",\"token_id\":null}");
    free(canonical);
    json_decref(events);
}

static void an_untouched_chain_verifies(void **state) {
    (void)state;
    json_t *events = make_chain();
    struct audit_verdict verdict = verify(events, NULL);
    assert_int_equal(verdict.chain.bad_id, 0);
    assert_int_equal(verdict.chain.checked, EVENTS);
    json_decref(events);
}

static void a_changed_member_is_found_at_its_event(void **state) {
    static const char *const members[] = { "at",      "actor",      "action",   "target",
                                           "outcome", "request_id", "source_ip" };
    (void)state;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *events = make_chain();
        json_object_set_new(json_array_get(events, 2), members[i], json_string("changed"));
        assert_int_equal(verify(events, NULL).chain.bad_id, 3);
        json_decref(events);
    }
}

static void a_removed_event_is_found(void **state) {
    (void)state;
    json_t *events = make_chain();
    json_array_remove(events, 1);
    assert_int_equal(verify(events, NULL).chain.bad_id, 2);
    json_decref(events);
}

static void swapped_events_are_found(void **state) {
    (void)state;
    json_t *events = make_chain(), *second = json_incref(json_array_get(events, 1));
    json_array_remove(events, 1);
    json_array_insert_new(events, 2, second);
    assert_int_equal(verify(events, NULL).chain.bad_id, 2);
    json_decref(events);
}

static void a_cut_tail_is_found_by_its_countersigned_head(void **state) {
    (void)state;
    json_t *events = make_chain();
    struct seal_key key;
    struct err err = ERR_INIT;
    char text[AUDIT_ANCHOR_TEXT_SIZE], signature_hex[129], public_hex[65];
    unsigned char signature[SEAL_SIGNATURE_SIZE];
    const char *hash =
        json_string_value(json_object_get(json_array_get(events, EVENTS - 1), "hash"));
    assert_true(seal_key_read("0102030405060708091011121314151617181920212223242526272829303132",
                              64, &key, &err));
    audit_anchor_text(EVENTS, hash, text);
    seal_sign(&key, text, strlen(text), signature);
    seal_hex(signature, sizeof signature, signature_hex);
    seal_hex(key.public, sizeof key.public, public_hex);
    json_t *anchor = json_pack("{s:{s:i s:s s:s s:s s:s}}", "anchor", "event_id", EVENTS, "hash",
                               hash, "public_key", public_hex, "signature", signature_hex, "at",
                               "2026-11-23T08:00:00.000001Z");
    struct audit_verdict whole = verify(events, anchor);
    assert_int_equal(whole.chain.bad_id, 0);
    assert_int_equal(whole.anchors, 1);
    struct audit_keys others = { .count = 0 };
    assert_true(audit_keys_add(&others, hash, &err)); /* some other key */
    keys = &others;
    assert_int_equal(verify(events, anchor).chain.bad_id, EVENTS);
    keys = &any_key;
    json_array_remove(events, EVENTS - 1);
    assert_int_equal(verify(events, anchor).chain.bad_id, EVENTS);
    json_decref(anchor);
    json_decref(events);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_text_has_sorted_keys_and_no_white_space),
        cmocka_unit_test(an_untouched_chain_verifies),
        cmocka_unit_test(a_changed_member_is_found_at_its_event),
        cmocka_unit_test(a_removed_event_is_found),
        cmocka_unit_test(swapped_events_are_found),
        cmocka_unit_test(a_cut_tail_is_found_by_its_countersigned_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
