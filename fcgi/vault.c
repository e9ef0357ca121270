/* SPDX-License-Identifier: MIT */
#include "vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC  "IOTGBK1\n"
#define KEY_ID 8
#define STREAM crypto_secretstream_xchacha20poly1305_HEADERBYTES

_Static_assert(sizeof MAGIC - 1 + KEY_ID + STREAM == VAULT_HEADER_SIZE, "header");
_Static_assert(VAULT_CHUNK_OUT == VAULT_CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES,
               "chunk");

struct vault {
    crypto_secretstream_xchacha20poly1305_state state;
};

struct key {
    unsigned char bytes[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    unsigned char id[KEY_ID];
};

static bool key_read(const struct config_secret *secret, struct key *ret_key, struct err *err) {
    static const char context[] = "iot-guardian backup key";
    unsigned char hash[crypto_generichash_BYTES];
    size_t size = 0;
    if (sodium_init() < 0) abort();
    if (!secret->text)
        return err_set(err, ERR_CONFIG,
                       "the backup is encrypted and jobs.encryption_key_file is not set");
    if (secret->size != 2 * sizeof ret_key->bytes ||
        sodium_hex2bin(ret_key->bytes, sizeof ret_key->bytes, secret->text, secret->size, NULL,
                       &size, NULL) != 0 ||
        size != sizeof ret_key->bytes)
        return err_set(err, ERR_CONFIG, "jobs.encryption_key_file must hold 64 hex digits");
    crypto_generichash(hash, sizeof hash, (const unsigned char *)context, sizeof context - 1,
                       ret_key->bytes, sizeof ret_key->bytes);
    memcpy(ret_key->id, hash, KEY_ID);
    return true;
}

bool vault_lock(const struct config_secret *secret, unsigned char ret_header[VAULT_HEADER_SIZE],
                struct vault **ret_vault, struct err *err) {
    struct key key;
    struct vault *vault = malloc(sizeof *vault);
    if (!vault) return err_set(err, ERR_LIMIT, "out of memory");
    if (!key_read(secret, &key, err)) {
        free(vault);
        return false;
    }
    memcpy(ret_header, MAGIC, sizeof MAGIC - 1);
    memcpy(ret_header + sizeof MAGIC - 1, key.id, KEY_ID);
    (void)crypto_secretstream_xchacha20poly1305_init_push(
        &vault->state, ret_header + sizeof MAGIC - 1 + KEY_ID, key.bytes);
    sodium_memzero(&key, sizeof key);
    *ret_vault = vault;
    return true;
}

bool vault_unlock(const struct config_secret *secret, const unsigned char header[VAULT_HEADER_SIZE],
                  struct vault **ret_vault, struct err *err) {
    struct key key;
    if (memcmp(header, MAGIC, sizeof MAGIC - 1) != 0)
        return err_set(err, ERR_CONFLICT, "this is not an encrypted backup");
    if (!key_read(secret, &key, err)) return false;
    struct vault *vault = malloc(sizeof *vault);
    bool ok = vault || err_set(err, ERR_LIMIT, "out of memory");
    if (ok && sodium_memcmp(header + sizeof MAGIC - 1, key.id, KEY_ID) != 0)
        ok = err_set(err, ERR_CONFIG,
                     "the backup was encrypted with another key than jobs.encryption_key_file");
    if (ok && crypto_secretstream_xchacha20poly1305_init_pull(
                  &vault->state, header + sizeof MAGIC - 1 + KEY_ID, key.bytes) != 0)
        ok = err_set(err, ERR_CONFLICT, "the encrypted backup's header is not what was written");
    sodium_memzero(&key, sizeof key);
    if (ok) *ret_vault = vault;
    else vault_free(vault);
    return ok;
}

void vault_free(struct vault *vault) {
    if (vault) sodium_memzero(vault, sizeof *vault);
    free(vault);
}

size_t vault_close(struct vault *vault, const void *data, size_t size, bool last,
                   unsigned char ret_chunk[VAULT_CHUNK_OUT]) {
    unsigned long long out = 0;
    unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    (void)crypto_secretstream_xchacha20poly1305_push(&vault->state, ret_chunk, &out, data, size,
                                                     NULL, 0, tag);
    return (size_t)out;
}

bool vault_open(struct vault *vault, const void *chunk, size_t size,
                unsigned char ret_data[VAULT_CHUNK], size_t *ret_size, bool *ret_last,
                struct err *err) {
    unsigned long long out = 0;
    unsigned char tag = 0;
    if (size < crypto_secretstream_xchacha20poly1305_ABYTES || size > VAULT_CHUNK_OUT ||
        crypto_secretstream_xchacha20poly1305_pull(&vault->state, ret_data, &out, &tag, chunk, size,
                                                   NULL, 0) != 0)
        return err_set(err, ERR_CONFLICT, "the encrypted backup is not what was written");
    *ret_size = (size_t)out;
    *ret_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return true;
}
