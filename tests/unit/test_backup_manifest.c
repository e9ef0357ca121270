/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "backup_manifest.h"

static char seed[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static char other[] = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static struct config with_key(char *key) {
    return (struct config){ .jobs.sign_key = { .text = key, .size = key ? strlen(key) : 0 } };
}

static json_t *whole(void) {
    char sha256[SEAL_HEX_SIZE];
    (void)seal_sha256_hex("x", 1, sha256);
    return json_pack("{s:s s:s s:s s:I s:b s:[]}", "backup_id",
                     "11111111-2222-4333-8444-555555555555", "database", "设备", "sha256", sha256,
                     "size_bytes", (json_int_t)1, "encrypted", 0, "tables");
}

static void what_was_signed_is_read_back(void **state) {
    struct config config = with_key(seed);
    struct backup_seal seal;
    struct err err = ERR_INIT;
    json_t *manifest = whole(), *read = NULL;
    (void)state;
    assert_true(backup_manifest_sign(&config, manifest, &seal, &err));
    assert_true(
        backup_manifest_check(&config, seal.text, seal.signature, seal.public_key, &read, &err));
    assert_true(json_equal(manifest, read));
    json_decref(read);
    json_decref(manifest);
    free(seal.text);
}

static void every_altered_byte_is_seen(void **state) {
    struct config config = with_key(seed);
    struct backup_seal seal;
    struct err err = ERR_INIT;
    json_t *manifest = whole(), *read = NULL;
    (void)state;
    assert_true(backup_manifest_sign(&config, manifest, &seal, &err));
    for (size_t i = 0; i < strlen(seal.text); i++) {
        struct err problem = ERR_INIT;
        seal.text[i] ^= 1;
        assert_false(backup_manifest_check(&config, seal.text, seal.signature, seal.public_key,
                                           &read, &problem));
        assert_int_equal(problem.code, ERR_CONFLICT);
        seal.text[i] ^= 1;
    }
    for (size_t i = 0; i < strlen(seal.signature); i++) {
        struct err problem = ERR_INIT;
        char was = seal.signature[i];
        seal.signature[i] = was == '0' ? '1' : '0';
        assert_false(backup_manifest_check(&config, seal.text, seal.signature, seal.public_key,
                                           &read, &problem));
        seal.signature[i] = was;
    }
    json_decref(manifest);
    free(seal.text);
}

static void another_key_is_taken_only_when_it_is_a_former_one(void **state) {
    struct config before = with_key(other), now = with_key(seed);
    struct backup_seal seal;
    struct err err = ERR_INIT, problem = ERR_INIT;
    json_t *manifest = whole(), *read = NULL;
    (void)state;
    assert_true(backup_manifest_sign(&before, manifest, &seal, &err));
    assert_false(
        backup_manifest_check(&now, seal.text, seal.signature, seal.public_key, &read, &problem));
    now.jobs.former_public_keys.items[now.jobs.former_public_keys.count++] = seal.public_key;
    assert_true(
        backup_manifest_check(&now, seal.text, seal.signature, seal.public_key, &read, &err));
    json_decref(read);
    json_decref(manifest);
    free(seal.text);
}

static void a_signed_text_that_is_no_manifest_is_refused(void **state) {
    static const char *const gone[] = { "backup_id",  "database",  "sha256",
                                        "size_bytes", "encrypted", "tables" };
    struct config config = with_key(seed);
    (void)state;
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        struct backup_seal seal;
        struct err err = ERR_INIT;
        json_t *manifest = whole(), *read = NULL;
        (void)json_object_del(manifest, gone[i]);
        assert_true(backup_manifest_sign(&config, manifest, &seal, &err));
        assert_false(backup_manifest_check(&config, seal.text, seal.signature, seal.public_key,
                                           &read, &err));
        json_decref(manifest);
        free(seal.text);
    }
}

static void nothing_is_signed_without_a_key(void **state) {
    struct config config = with_key(NULL), audit = { .audit.seal_key = { seed, sizeof seed - 1 } };
    struct backup_seal seal;
    struct err err = ERR_INIT, good = ERR_INIT;
    json_t *manifest = whole();
    (void)state;
    assert_false(backup_manifest_sign(&config, manifest, &seal, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    /* The key of the audit log will do. */
    assert_true(backup_manifest_sign(&audit, manifest, &seal, &good));
    json_decref(manifest);
    free(seal.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_is_read_back),
        cmocka_unit_test(every_altered_byte_is_seen),
        cmocka_unit_test(another_key_is_taken_only_when_it_is_a_former_one),
        cmocka_unit_test(a_signed_text_that_is_no_manifest_is_refused),
        cmocka_unit_test(nothing_is_signed_without_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
