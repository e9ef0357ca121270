/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "seal.h"

static void hashes_as_published(void **state) {
    (void)state;
    char hex[SEAL_HEX_SIZE], pair_hex[SEAL_HEX_SIZE];
    unsigned char pair[SEAL_HASH_SIZE];
    assert_true(seal_sha256_hex("abc", 3, hex)); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    seal_sha256_pair("a", 1, "bc", 2, pair);
    seal_hex(pair, sizeof pair, pair_hex);
    assert_string_equal(pair_hex, hex);
}

static void signs_as_published_and_refuses_the_altered(void **state) {
    (void)state;
    /* RFC 8032, section 7.1, test 2 */
    static const char seed[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    struct err err = ERR_INIT;
    struct seal_key key;
    unsigned char signature[SEAL_SIGNATURE_SIZE];
    char hex[2 * SEAL_SIGNATURE_SIZE + 1];

    assert_true(seal_key_read(seed, strlen(seed), &key, &err));
    seal_sign(&key, "\x72", 1, signature);
    seal_hex(signature, sizeof signature, hex);
    assert_string_equal(hex, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(seal_verify(key.public, "\x72", 1, signature));
    assert_false(seal_verify(key.public, "\x73", 1, signature));
    signature[5] ^= 1;
    assert_false(seal_verify(key.public, "\x72", 1, signature));
}

static void reads_seeds_in_hex_and_base64_alone(void **state) {
    (void)state;
    static const char *const good[] = {
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=",
        "TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs"
    };
    static const char *const bad[] = { "", "4ccd", "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=\n",
                                       "TM0Imyj/" };
    struct seal_key first, key;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err err = ERR_INIT;
        assert_true(seal_key_read(good[i], strlen(good[i]), &key, &err));
        if (i == 0) first = key;
        assert_memory_equal(&first, &key, sizeof key);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = ERR_INIT;
        assert_false(seal_key_read(bad[i], strlen(bad[i]), &key, &err));
        assert_int_equal(err.code, ERR_CONFIG);
    }
}

static void base64url_is_strict(void **state) {
    (void)state;
    static const char *const bad[] = { "A", "AA==", "AB", "A A", "+/8", "AAA\n", "\xc3\xa4" };
    unsigned char bytes[8];
    char text[SEAL_BASE64_SIZE(5)];
    size_t size;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(seal_unbase64url(bad[i], strlen(bad[i]), bytes, sizeof bytes, &size));
    for (size_t n = 0; n <= 5; n++) {
        seal_base64url("\xff\xfe\xfd\x01\x02", n, text);
        assert_int_equal(strlen(text) + 1, SEAL_BASE64_SIZE(n));
        assert_true(seal_unbase64url(text, strlen(text), bytes, sizeof bytes, &size));
        assert_int_equal(size, n);
        assert_memory_equal(bytes, "\xff\xfe\xfd\x01\x02", n);
    }
    assert_false(
        seal_unbase64url("AAAAAAAAAAAA", 12, bytes, sizeof bytes, &size)); /* 9 bytes into 8 */
}

static void uuids_and_secrets_have_their_form(void **state) {
    (void)state;
    static const char *const bad[] = { "",
                                       "af60740e-45c5-4eff-b596-087364ae695",
                                       "af60740e-45c5-4eff-b596-087364ae69522",
                                       "AF60740e-45c5-4eff-b596-087364ae6952",
                                       "af60740e045c5-4eff-b596-087364ae6952",
                                       "af60740e-45c5-4eff-b596-087364ae695g" };
    char uuid[SEAL_UUID_SIZE], other[SEAL_UUID_SIZE], secret[SEAL_SECRET_SIZE];
    seal_uuid(uuid);
    seal_uuid(other);
    assert_true(seal_is_uuid(uuid));
    assert_int_equal(uuid[14], '4');
    assert_non_null(strchr("89ab", uuid[19]));
    assert_string_not_equal(uuid, other);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(seal_is_uuid(bad[i]));
    seal_secret(secret);
    assert_int_equal(strlen(secret), 43);
    assert_true(seal_equal("abc", "abc"));
    assert_false(seal_equal("abc", "abd") || seal_equal("abc", "abcd") || seal_equal(NULL, "") ||
                 seal_equal("", NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_as_published),
        cmocka_unit_test(signs_as_published_and_refuses_the_altered),
        cmocka_unit_test(reads_seeds_in_hex_and_base64_alone),
        cmocka_unit_test(base64url_is_strict),
        cmocka_unit_test(uuids_and_secrets_have_their_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
