/* SPDX-License-Identifier: MIT */
#include "password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_SIZE, "room for a hash");

bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE], struct err *err) {
    size_t size = strlen(password);

    if (size < PASSWORD_MIN || size > PASSWORD_MAX)
        return err_field(err, "password", "A password has %d to %d bytes.", PASSWORD_MIN,
                         PASSWORD_MAX);
    if (sodium_init() < 0 ||
        crypto_pwhash_str_alg(ret_hash, password, size, PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_set(err, ERR_LIMIT, "No memory to hash a password.");
    return true;
}

bool password_verify(const char *hash, const char *password) {
    static char nobody[crypto_pwhash_STRBYTES];
    size_t size = strlen(password);

    if (sodium_init() < 0) return false;
    /* The hash of nobody's password, so that an unknown name takes as long as a known one. It costs
     * twice as long the first time, once in a worker's life. */
    if (!hash && !nobody[0] &&
        crypto_pwhash_str_alg(nobody, "", 0, PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return false;
    bool ok = crypto_pwhash_str_verify(hash ? hash : nobody, password, size) == 0;
    return ok && hash;
}

bool password_needs_rehash(const char *hash) {
    return crypto_pwhash_str_needs_rehash(hash, PASSWORD_PASSES, PASSWORD_MEMORY) != 0;
}

void password_wipe(char *password) {
    sodium_memzero(password, strlen(password));
}
