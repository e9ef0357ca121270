/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "seal.h"
#include "token.h"

#define SESSION "af60740e-45c5-4eff-b596-087364ae6952"
#define SECRET  "0123456789abcdef0123456789abcdef"
#define HEAD    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"console-1\"}"

static char folder[] = "/tmp/guardian-token-XXXXXX";
static char keys_path[64];
static struct config config;
static struct keyring *keyring;
static struct arena *arena;

static void write_file(const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static char *read_data(const char *name) {
    static char text[8192];
    char path[512];
    const char *data = getenv("GUARDIAN_TEST_DATA");
    snprintf(path, sizeof path, "%s/token/%s", data ? data : "tests/data", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static const char console_key[] =
    "keys:\n"
    "  - { kid: console-1, algorithm: HS256, secret_file: hs, sign: true }\n";
static const char platform_keys[] =
    "  - { kid: rs, algorithm: RS256, public_key_file: rsa-public.pem, issuer: platform, audience: "
    "console }\n"
    "  - { kid: es, algorithm: ES256, public_key_file: ec-public.pem, issuer: platform, audience: "
    "console }\n"
    "  - { kid: hs, algorithm: HS256, secret_file: hs, issuer: platform, audience: console }\n";

static int set_up(void **state) {
    (void)state;
    char keys[1024];
    struct err err = ERR_INIT;

    assert_non_null(mkdtemp(folder));
    write_file("hs", SECRET "\n");
    static const char *const files[] = { "rsa-public.pem", "rsa-private.pem", "ec-public.pem",
                                         "ec-private.pem", "p384-public.pem" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(files[i], read_data(files[i]));
    snprintf(keys, sizeof keys, "%s%s", console_key, platform_keys);
    write_file("keys.yaml", keys);
    snprintf(keys_path, sizeof keys_path, "%s/keys.yaml", folder);
    config.auth.keys_file = keys_path;
    config.auth.issuer = "iot-guardian";
    config.auth.audience = "iot-guardian-console";
    assert_non_null(arena = arena_new(1 << 20));
    assert_true(keyring_open(&config, &keyring, &err));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    keyring_close(keyring);
    arena_free(arena);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* A token signed with HMAC-SHA-256 and any key, with any header. */
static const char *forge(const char *header, const char *claims, const char *key) {
    static char token[3 * TOKEN_MAX];
    unsigned char mac[32];
    char text[SEAL_BASE64_SIZE(2 * TOKEN_MAX)];
    crypto_auth_hmacsha256_state hmac;

    seal_base64url(header, strlen(header), text);
    strcpy(token, text);
    seal_base64url(claims, strlen(claims), text);
    strcat(strcat(token, "."), text);
    crypto_auth_hmacsha256_init(&hmac, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&hmac, (const unsigned char *)token, strlen(token));
    crypto_auth_hmacsha256_final(&hmac, mac);
    seal_base64url(mac, sizeof mac, text);
    return strcat(strcat(token, "."), text);
}

/* The claims of a good token, with one replaced ("\"exp\":1") or left out ("\"exp\""). `more` NULL:
 * none. */
static const char *claims_with(const char *more) {
    static char text[2048];
    char exp[64];
    snprintf(exp, sizeof exp, "\"exp\":%lld", (long long)clock_unix_s() + 600);
    const char *const usual[] = { "\"iss\":\"iot-guardian\"",
                                  "\"aud\":\"iot-guardian-console\"",
                                  "\"sub\":\"u1\"",
                                  "\"jti\":\"j1\"",
                                  "\"role\":\"superadmin\"",
                                  "\"sid\":\"" SESSION "\"",
                                  exp };
    size_t name = more ? (size_t)(strchr(more + 1, '"') - more) + 1 : 0;
    strcpy(text, "{");
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!more || strncmp(usual[i], more, name) != 0)
            strcat(strcat(text, text[1] ? "," : ""), usual[i]);
    if (more && more[name]) strcat(strcat(text, ","), more);
    return strcat(text, "}");
}

static enum err_code verdict(const char *token) {
    struct token_claims claims;
    struct err err = ERR_INIT;
    bool ok = keyring_verify(keyring, token, &claims, &err);
    assert_int_equal(ok, err.code == ERR_NONE);
    return err.code;
}

static void what_the_console_signs_it_accepts(void **state) {
    (void)state;
    struct token_claims made = { .subject = "u1",
                                 .username = "管理员",
                                 .token_id = "j1",
                                 .session_id = SESSION,
                                 .role = "superadmin",
                                 .expires_s = clock_unix_s() + 60 };
    struct token_claims read;
    struct err err = ERR_INIT;
    const char *token;
    assert_true(keyring_sign(keyring, arena, &made, &token, &err));
    for (int i = 0; i < 2; i++) { /* verified, then remembered */
        assert_true(keyring_verify(keyring, token, &read, &err));
        assert_string_equal(read.subject, "u1");
        assert_string_equal(read.username, "管理员");
        assert_string_equal(read.issuer, "iot-guardian");
        assert_string_equal(read.token_id, "j1");
        assert_string_equal(read.session_id, SESSION);
        assert_int_equal(read.expires_s, made.expires_s);
    }
}

static void headers_that_are_refused(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{\"alg\":\"none\",\"kid\":\"console-1\"}",
        "{\"alg\":\"HS384\",\"kid\":\"console-1\"}",
        "{\"alg\":\"RS256\",\"kid\":\"console-1\"}",
        "{\"alg\":\"hs256\",\"kid\":\"console-1\"}",
        "{\"alg\":[\"HS256\"],\"kid\":\"console-1\"}",
        "{\"alg\":\"HS256\",\"alg\":\"none\",\"kid\":\"console-1\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":1}",
        "{\"alg\":\"HS256\",\"kid\":\"other\"}",
        "{\"alg\":\"HS256\",\"kid\":\"../../../etc/passwd\"}",
        "{\"kid\":\"console-1\"}",
        "{\"alg\":\"HS256\",\"kid\":\"console-1\",\"typ\":\"JWE\"}",
        "{\"alg\":\"HS256\",\"kid\":\"console-1\",\"crit\":[\"x\"],\"x\":1}",
        "{\"alg\":\"HS256\",\"kid\":\"console-1\"} {}",
        "[]",
        "",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (verdict(forge(headers[i], claims_with(NULL), SECRET)) != ERR_TOKEN_INVALID)
            fail_msg("accepted %s", headers[i]);
}

static void claims_and_their_verdicts(void **state) {
    (void)state;
    char soon[64], late[64], leeway[64], future[64], huge[400] = "\"sub\":\"";
    snprintf(soon, sizeof soon, "\"exp\":%lld", (long long)clock_unix_s());
    snprintf(late, sizeof late, "\"exp\":%lld.5", (long long)clock_unix_s() + 9);
    snprintf(leeway, sizeof leeway, "\"nbf\":%lld",
             (long long)clock_unix_s() + TOKEN_NBF_LEEWAY_S - 2);
    snprintf(future, sizeof future, "\"nbf\":%lld",
             (long long)clock_unix_s() + TOKEN_NBF_LEEWAY_S + 9);
    memset(huge + 7, 'a', 256);
    strcat(huge, "\"");
    const struct {
        const char *more;
        enum err_code code;
    } cases[] = {
        { NULL, ERR_NONE },
        { late, ERR_NONE },
        { leeway, ERR_NONE },
        { "\"aud\":[\"x\",\"iot-guardian-console\"]", ERR_NONE },
        { "\"exp\":1e300", ERR_NONE },
        { soon, ERR_TOKEN_EXPIRED },
        { "\"exp\":-1", ERR_TOKEN_EXPIRED },
        { "\"exp\":0", ERR_TOKEN_EXPIRED },
        { "\"exp\":-1e300", ERR_TOKEN_EXPIRED },
        { "\"exp\"", ERR_TOKEN_INVALID },
        { "\"exp\":\"9999999999\"", ERR_TOKEN_INVALID },
        { "\"exp\":99999999999999999999999", ERR_TOKEN_INVALID },
        { future, ERR_TOKEN_INVALID },
        { "\"nbf\":\"0\"", ERR_TOKEN_INVALID },
        { "\"iss\":\"platform\"", ERR_TOKEN_INVALID },
        { "\"iss\"", ERR_TOKEN_INVALID },
        { "\"aud\":\"other\"", ERR_TOKEN_INVALID },
        { "\"aud\":[\"iot-guardian\"]", ERR_TOKEN_INVALID },
        { "\"aud\":{\"iot-guardian-console\":1}", ERR_TOKEN_INVALID },
        { "\"aud\"", ERR_TOKEN_INVALID },
        { "\"sub\":\"\"", ERR_TOKEN_INVALID },
        { "\"sub\":7", ERR_TOKEN_INVALID },
        { "\"sub\":\"a\\u0000b\"", ERR_TOKEN_INVALID },
        { huge, ERR_TOKEN_INVALID },
        { "\"jti\"", ERR_TOKEN_INVALID },
        { "\"jti\":null", ERR_TOKEN_INVALID },
        { "\"sid\":\"x\"", ERR_TOKEN_INVALID },
        { "\"role\":\"admin\"", ERR_FORBIDDEN },
        { "\"role\":[\"superadmin\"]", ERR_FORBIDDEN },
        { "\"role\"", ERR_FORBIDDEN },
        { "\"preferred_username\":{}", ERR_TOKEN_INVALID },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum err_code code = verdict(forge(HEAD, claims_with(cases[i].more), SECRET));
        if (code != cases[i].code) fail_msg("%s: %s", cases[i].more, err_name(code));
    }
}

static void texts_that_are_no_tokens(void **state) {
    (void)state;
    static char text[TOKEN_MAX + 2];
    static const char *const texts[] = {
        "", ".", "..", "...", "a.b.c", "a.b", "e30.e30.", "e30.e30.e30", " ", "\xff.\xff.\xff"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(verdict(texts[i]), ERR_TOKEN_INVALID);
    memset(text, 'a', TOKEN_MAX + 1);
    assert_int_equal(verdict(text), ERR_TOKEN_INVALID);
    memset(text, '.', TOKEN_MAX);
    assert_int_equal(verdict(text), ERR_TOKEN_INVALID);
}

static void a_good_token_altered_anywhere_is_refused(void **state) {
    (void)state;
    char good[4096], bad[4096];
    strcpy(good, forge(HEAD, claims_with(NULL), SECRET));
    assert_int_equal(verdict(good), ERR_NONE);
    for (size_t i = 0; i < strlen(good); i++) {
        strcpy(bad, good);
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        if (verdict(bad) == ERR_NONE && i != strlen(good) - 1)
            fail_msg("accepted with character %zu altered", i);
    }
    strcat(strcpy(bad, good), "=");
    assert_int_equal(verdict(bad), ERR_TOKEN_INVALID);
    strcat(strcpy(bad, good), ".e30");
    assert_int_equal(verdict(bad), ERR_TOKEN_INVALID);
    assert_int_equal(verdict(forge(HEAD, claims_with(NULL), "0123456789abcdef0123456789abcdeg")),
                     ERR_TOKEN_INVALID);
}

static void a_public_key_is_not_an_hmac_secret(void **state) {
    (void)state;
    char claims[2048];
    static const char *const kids[] = { "rs", "es" }, *const files[] = { "rsa-public.pem",
                                                                         "ec-public.pem" };
    strcpy(claims, "{\"iss\":\"platform\",\"aud\":\"console\",\"sub\":\"u\",\"role\":"
                   "\"superadmin\",\"exp\":9999999999}");
    for (int i = 0; i < 2; i++) {
        char header[128], pem[8192];
        strcpy(pem, read_data(files[i]));
        snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                 kids[i]);
        assert_int_equal(verdict(forge(header, claims, pem)), ERR_TOKEN_INVALID);
        snprintf(header, sizeof header, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                 i ? "ES256" : "RS256", kids[i]);
        assert_int_equal(verdict(forge(header, claims, pem)), ERR_TOKEN_INVALID);
    }
}

static void an_outside_issuer_speaks_for_itself_alone(void **state) {
    (void)state;
    static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"hs\"}";
    static const char good[] = "{\"iss\":\"platform\",\"aud\":\"console\",\"sub\":\"u\",\"sid\":"
                               "\"s\",\"role\":\"superadmin\",\"exp\":9999999999}";
    struct token_claims claims;
    struct err err = ERR_INIT;
    char first[128];
    assert_true(keyring_verify(keyring, forge(head, good, SECRET), &claims, &err));
    assert_string_equal(claims.username, "u");
    assert_null(claims.session_id);
    assert_int_equal(strlen(claims.token_id), 64); /* it has no jti: the hash of what was signed */
    strcpy(first, claims.token_id);
    assert_true(keyring_verify(keyring, forge(head, good, SECRET), &claims, &err));
    assert_string_equal(claims.token_id, first);
    assert_int_equal(verdict(forge(head, claims_with(NULL), SECRET)), ERR_TOKEN_INVALID);
}

static void every_algorithm_signs_and_verifies(void **state) {
    (void)state;
    static const char *const keys[] = {
        "keys:\n  - { kid: rs, algorithm: RS256, public_key_file: rsa-public.pem, "
        "private_key_file: rsa-private.pem, sign: true }\n",
        "keys:\n  - { kid: es, algorithm: ES256, public_key_file: ec-public.pem, private_key_file: "
        "ec-private.pem, sign: true }\n",
    };
    for (int i = 0; i < 2; i++) {
        char path[64], token[4096];
        struct config platform = config;
        struct keyring *signer;
        struct err err = ERR_INIT;
        const char *text;
        struct token_claims made = { .subject = "p",
                                     .username = "p",
                                     .token_id = "j",
                                     .session_id = SESSION,
                                     .role = "superadmin",
                                     .expires_s = clock_unix_s() + 60 };
        write_file("platform.yaml", keys[i]);
        snprintf(path, sizeof path, "%s/platform.yaml", folder);
        platform.auth.keys_file = path;
        platform.auth.issuer = "platform";
        platform.auth.audience = "console";
        assert_true(keyring_open(&platform, &signer, &err));
        assert_true(keyring_sign(signer, arena, &made, &text, &err));
        keyring_close(signer);
        assert_int_equal(verdict(text), ERR_NONE);
        strcpy(token, text);
        char *middle = strchr(token, '.') + 5;
        *middle = *middle == 'A' ? 'B' : 'A';
        assert_int_equal(verdict(token), ERR_TOKEN_INVALID);
    }
}

static void a_remembered_token_expires_all_the_same(void **state) {
    (void)state;
    char exp[64], token[4096];
    snprintf(exp, sizeof exp, "\"exp\":%lld", (long long)clock_unix_s() + 2);
    strcpy(token, forge(HEAD, claims_with(exp), SECRET));
    assert_int_equal(verdict(token), ERR_NONE);
    sleep(2);
    assert_int_equal(verdict(token), ERR_TOKEN_EXPIRED);
}

static void remembering_is_quick(void **state) {
    (void)state;
    char token[4096];
    strcpy(token, forge(HEAD, claims_with(NULL), SECRET));
    int64_t best_ms = INT64_MAX;
    for (int round = 0; round < 5; round++) {
        int64_t start_ms = clock_ms();
        for (int i = 0; i < 10000; i++) assert_true(verdict(token) == ERR_NONE);
        int64_t took_ms = clock_ms() - start_ms;
        best_ms = took_ms < best_ms ? took_ms : best_ms;
    }
    print_message("remembered token: %.2f us\n", (double)best_ms / 10);
}

static void keys_that_are_refused(void **state) {
    (void)state;
    static const char *const files[] = {
        "",
        "keys: []",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: missing, sign: true }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: short, sign: true }",
        "keys:\n  - { kid: a, algorithm: none, secret_file: hs, sign: true }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs, sign: true, issuer: other }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs, sign: yes }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs, sign: true, colour: red }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs, sign: true }\n  - { kid: a, "
        "algorithm: HS256, secret_file: hs }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: hs, sign: true }\n  - { kid: b, "
        "algorithm: HS256, secret_file: hs, sign: true }",
        "keys:\n  - { kid: a, algorithm: RS256, public_key_file: ec-public.pem, private_key_file: "
        "ec-private.pem, sign: true }",
        "keys:\n  - { kid: a, algorithm: ES256, public_key_file: p384-public.pem, "
        "private_key_file: ec-private.pem, sign: true }",
        "keys:\n  - { kid: a, algorithm: RS256, public_key_file: rsa-private.pem, "
        "private_key_file: rsa-private.pem, sign: true }",
        "keys:\n  - { kid: a, algorithm: ES256, public_key_file: ec-public.pem, private_key_file: "
        "rsa-private.pem, sign: true }",
        "keys:\n  - { kid: a, algorithm: HS256, secret_file: /tmp, sign: true }",
        "other: 1",
    };
    char path[64];
    struct config other = config;
    write_file("short", "0123456789abcdef0123456789abcde\n");
    snprintf(path, sizeof path, "%s/bad.yaml", folder);
    other.auth.keys_file = path;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct err err = ERR_INIT;
        struct keyring *none = NULL;
        write_file("bad.yaml", files[i]);
        if (keyring_open(&other, &none, &err)) fail_msg("accepted %s", files[i]);
        assert_null(none);
        assert_int_equal(err.code, ERR_CONFIG);
    }
}

static void keys_rotate_without_a_restart(void **state) {
    (void)state;
    char old[4096], text[1024];
    static const char new_head[] = "{\"alg\":\"HS256\",\"kid\":\"console-2\"}";
    strcpy(old, forge(HEAD, claims_with(NULL), SECRET));
    assert_int_equal(verdict(old), ERR_NONE);
    /* A second key is known at once: a token with an unknown kid makes the keyring look. */
    snprintf(text, sizeof text, "%s  - { kid: console-2, algorithm: HS256, secret_file: hs }\n",
             console_key);
    write_file("keys.yaml", text);
    assert_int_equal(verdict(forge(new_head, claims_with(NULL), SECRET)), ERR_NONE);
    assert_int_equal(verdict(old), ERR_NONE);
    /* A broken file changes nothing and is told about once. */
    write_file("keys.yaml", "keys: [");
    usleep(1100 * 1000);
    assert_int_equal(verdict(old), ERR_NONE);
    assert_non_null(keyring_problem(keyring));
    assert_null(keyring_problem(keyring));
    usleep(1100 * 1000);
    assert_int_equal(verdict(old), ERR_NONE);
    assert_null(keyring_problem(keyring));
    /* A key that is gone takes the remembered tokens with it. */
    write_file("keys.yaml",
               "keys:\n  - { kid: console-2, algorithm: HS256, secret_file: hs, sign: true }\n");
    usleep(1100 * 1000);
    assert_int_equal(verdict(old), ERR_TOKEN_INVALID);
    /* So does a secret that changed under the same name. */
    strcpy(old, forge(new_head, claims_with(NULL), SECRET));
    assert_int_equal(verdict(old), ERR_NONE);
    write_file("hs", "another secret of 32 bytes or more\n");
    usleep(1100 * 1000);
    assert_int_equal(verdict(old), ERR_TOKEN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_console_signs_it_accepts),
        cmocka_unit_test(headers_that_are_refused),
        cmocka_unit_test(claims_and_their_verdicts),
        cmocka_unit_test(texts_that_are_no_tokens),
        cmocka_unit_test(a_good_token_altered_anywhere_is_refused),
        cmocka_unit_test(a_public_key_is_not_an_hmac_secret),
        cmocka_unit_test(an_outside_issuer_speaks_for_itself_alone),
        cmocka_unit_test(every_algorithm_signs_and_verifies),
        cmocka_unit_test(a_remembered_token_expires_all_the_same),
        cmocka_unit_test(remembering_is_quick),
        cmocka_unit_test(keys_that_are_refused),
        cmocka_unit_test(keys_rotate_without_a_restart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
