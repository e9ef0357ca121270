/* SPDX-License-Identifier: MIT */
/* What stands behind "Bearer": first as it comes, then with its header and claims signed properly,
 * so that what lies behind the signature is reached too. Nothing but a token that says all the
 * right things may pass. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seal.h"
#include "token.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static struct keyring *keyring;
static char folder[] = "/tmp/guardian-fuzz-XXXXXX", keys[64], secret[64];

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) abort();
}

static void remove_files(void) {
    (void)unlink(keys);
    (void)unlink(secret);
    (void)rmdir(folder);
}

static void start(void) {
    static struct config config;
    struct err err = ERR_INIT;

    if (sodium_init() < 0 || !mkdtemp(folder) || atexit(remove_files) != 0) abort();
    snprintf(keys, sizeof keys, "%s/keys.yaml", folder);
    snprintf(secret, sizeof secret, "%s/hs", folder);
    write_file(secret, SECRET);
    write_file(keys,
               "keys:\n  - { kid: console-1, algorithm: HS256, secret_file: hs, sign: true }\n");
    config.auth.keys_file = keys;
    config.auth.issuer = "iot-guardian";
    config.auth.audience = "iot-guardian-console";
    if (!keyring_open(&config, &keyring, &err)) abort();
}

static void verify(const char *token) {
    struct token_claims claims;
    struct err err = ERR_INIT;
    if (keyring_verify(keyring, token, &claims, &err)) {
        if (err.code != ERR_NONE || !claims.subject || !claims.username || !claims.token_id ||
            strcmp(claims.issuer, "iot-guardian") != 0 || strcmp(claims.role, "superadmin") != 0)
            abort();
    } else if (err.code != ERR_TOKEN_INVALID && err.code != ERR_TOKEN_EXPIRED &&
               err.code != ERR_FORBIDDEN) {
        abort();
    }
}

/* Input: header, line feed, claims. */
static void verify_signed(const char *text) {
    char token[2 * TOKEN_MAX + 64];
    unsigned char mac[32];
    const char *claims = strchr(text, '\n');
    crypto_auth_hmacsha256_state hmac;

    if (!claims) return;
    seal_base64url(text, (size_t)(claims - text), token);
    strcat(token, ".");
    seal_base64url(claims + 1, strlen(claims + 1), token + strlen(token));
    crypto_auth_hmacsha256_init(&hmac, (const unsigned char *)SECRET, strlen(SECRET));
    crypto_auth_hmacsha256_update(&hmac, (const unsigned char *)token, strlen(token));
    crypto_auth_hmacsha256_final(&hmac, mac);
    strcat(token, ".");
    seal_base64url(mac, sizeof mac, token + strlen(token));
    verify(token);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    char text[TOKEN_MAX + 16];
    if (!keyring) start();
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    verify(text);
    verify_signed(text);
    return 0;
}
