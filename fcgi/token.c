/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <errno.h>
#include <jansson.h>
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "keys.h"
#include "seal.h"

#define LOOK_EVERY_MS 1000
#define SETS          64
#define WAYS          4
#define CLAIM_MAX     255  /* bytes of sub, jti */
#define HEADER_MAX    1024 /* bytes of the decoded header */
#define TEXTS_SIZE    (5 * (CLAIM_MAX + 1))

/* A verified token. The claims point into texts. */
struct slot {
    unsigned char hash[SEAL_HASH_SIZE];
    struct token_claims claims;
    char texts[TEXTS_SIZE];
    bool used;
};

struct keyring {
    const struct config *config;
    struct keys *keys;
    int64_t looked_ms;
    char problem[512], told[512];
    unsigned char hash_key[32]; /* of this process: nobody outside can aim at a slot */
    unsigned turn;
    struct slot slots[SETS][WAYS];
    struct slot scratch; /* the last one verified */
};

static bool invalid(struct err *err, const char *why) {
    return err_set(err, ERR_TOKEN_INVALID, "The access token is not valid: %s.", why);
}

/* Signs an empty token and verifies it again: shows that the private key can be used and belongs to
 * the public one. */
static bool try_signer(const struct keys *keys, struct err *err) {
    const struct key *key = keys_signer(keys);
    jwt_t *made = NULL, *read = NULL;
    char *text = NULL;

    bool ok =
        jwt_new(&made) == 0 &&
        jwt_set_alg(made, jwt_str_alg(key->algorithm), (const unsigned char *)key->sign,
                    (int)key->sign_size) == 0 &&
        (text = jwt_encode_str(made)) != NULL &&
        jwt_decode(&read, text, (const unsigned char *)key->verify, (int)key->verify_size) == 0;
    free(text);
    if (made) jwt_free(made);
    if (read) jwt_free(read);
    return ok || err_set(err, ERR_CONFIG,
                         "The key \"%s\" cannot sign: its private key is damaged, of another kind, "
                         "or does not belong to "
                         "its public key.",
                         key->kid);
}

static bool load(const struct config *config, struct keys **ret_keys, struct err *err) {
    struct keys *keys;
    if (!keys_load(config->auth.keys_file, config->auth.issuer, config->auth.audience, &keys, err))
        return false;
    if (!try_signer(keys, err)) {
        keys_free(keys);
        return false;
    }
    *ret_keys = keys;
    return true;
}

/* A newer set of keys replaces the old one whole, or not at all. While the files are bad this tries
 * again at every look. */
static void refresh(struct keyring *keyring, bool at_once) {
    struct err err = ERR_INIT;
    struct keys *keys;
    int64_t now_ms = clock_ms();

    if (!at_once && now_ms - keyring->looked_ms < LOOK_EVERY_MS) return;
    keyring->looked_ms = now_ms;
    if (!keys_changed(keyring->keys)) return;
    if (!load(keyring->config, &keys, &err)) {
        if (strcmp(err.detail, keyring->told) != 0)
            snprintf(keyring->problem, sizeof keyring->problem, "%s", err.detail);
        return;
    }
    keys_free(keyring->keys);
    keyring->keys = keys;
    keyring->problem[0] = keyring->told[0] = '\0';
    memset(keyring->slots, 0, sizeof keyring->slots);
}

bool keyring_open(const struct config *config, struct keyring **ret_keyring, struct err *err) {
    struct keys *keys;
    if (!load(config, &keys, err)) return false;
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (!keyring) {
        keys_free(keys);
        return err_set(err, ERR_LIMIT, "No memory for the keyring.");
    }
    keyring->config = config;
    keyring->keys = keys;
    keyring->looked_ms = clock_ms();
    seal_random(keyring->hash_key, sizeof keyring->hash_key);
    *ret_keyring = keyring;
    return true;
}

void keyring_close(struct keyring *keyring) {
    if (!keyring) return;
    keys_free(keyring->keys);
    free(keyring);
}

const char *keyring_problem(struct keyring *keyring) {
    if (!keyring->problem[0]) return NULL;
    memcpy(keyring->told, keyring->problem, sizeof keyring->told);
    keyring->problem[0] = '\0';
    return keyring->told;
}

/* A base64url segment of JSON. NULL: it is none, or has a member twice, or is longer than
 * `size_max`. */
static json_t *decode_part(const char *text, size_t size, size_t size_max) {
    char *bytes;
    size_t got;
    json_t *value = NULL;

    if (size > size_max * 4 / 3 + 3 || !(bytes = malloc(size_max))) return NULL;
    if (seal_unbase64url(text, size, (unsigned char *)bytes, size_max, &got))
        value = json_loadb(bytes, got, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (!json_is_object(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

/* The key that the header names, if the header says of itself what the key says. The token never
 * chooses its algorithm. */
static const struct key *choose_key(struct keyring *keyring, const json_t *header,
                                    struct err *err) {
    const char *kid = json_string_value(json_object_get(header, "kid"));
    const char *algorithm = json_string_value(json_object_get(header, "alg"));
    const json_t *type = json_object_get(header, "typ");
    const struct key *key = kid ? keys_find(keyring->keys, kid) : NULL;

    if (kid && !key) { /* a key that was added this very second */
        refresh(keyring, true);
        key = keys_find(keyring->keys, kid);
    }
    if (!key) invalid(err, kid ? "no key has its kid" : "its header names no kid");
    else if (!algorithm || strcmp(algorithm, key->algorithm) != 0)
        invalid(err, "its alg is not the one of the key");
    else if (type && (!json_is_string(type) || strcasecmp(json_string_value(type), "JWT") != 0))
        invalid(err, "its typ is not JWT");
    else if (json_object_get(header, "crit"))
        invalid(err, "its header has critical extensions, of which none is known");
    else return key;
    return NULL;
}

/* libjwt reads the header again by its own rules, so its verdict counts only when it used the key's
 * algorithm. */
static bool check_signature(const struct key *key, const char *token, struct err *err) {
    jwt_t *jwt = NULL;
    int error = jwt_decode(&jwt, token, (const unsigned char *)key->verify, (int)key->verify_size);
    bool ok = error == 0 && jwt_get_alg(jwt) == jwt_str_alg(key->algorithm);
    if (jwt) jwt_free(jwt);
    if (error == ENOMEM) return err_set(err, ERR_LIMIT, "No memory to verify a token.");
    return ok || invalid(err, "its signature does not match");
}

static bool has_audience(const json_t *audience, const char *expected) {
    const json_t *item;
    size_t i;
    if (json_is_string(audience)) return strcmp(json_string_value(audience), expected) == 0;
    json_array_foreach((json_t *)audience, i,
                       item) if (json_is_string(item) &&
                                 strcmp(json_string_value(item), expected) == 0) return true;
    return false;
}

static bool check_times(const json_t *claims, int64_t *ret_expires_s, struct err *err) {
    const json_t *expires = json_object_get(claims, "exp"),
                 *not_before = json_object_get(claims, "nbf");
    int64_t now_s = clock_unix_s();

    if (!json_is_number(expires)) return invalid(err, "it has no exp");
    if (not_before && !json_is_number(not_before)) return invalid(err, "its nbf is not a time");
    /* As doubles: a time that no int64_t holds must not overflow into another. */
    double end = json_number_value(expires);
    if (!(end > (double)now_s))
        return err_set(err, ERR_TOKEN_EXPIRED,
                       "The access token has expired. Refresh it or sign in again.");
    if (not_before && json_number_value(not_before) > (double)(now_s + TOKEN_NBF_LEEWAY_S))
        return invalid(err, "its nbf lies in the future");
    *ret_expires_s =
        end < 253402300800.0 ? (int64_t)end : INT64_C(253402300799); /* the year 9999 */
    return true;
}

/* Copies a text of 1 to CLAIM_MAX bytes behind the others. */
static const char *keep(struct slot *slot, size_t *used, const char *text) {
    size_t size = text ? strlen(text) : 0;
    if (size == 0 || size > CLAIM_MAX || *used + size + 1 > sizeof slot->texts) return NULL;
    char *copy = memcpy(slot->texts + *used, text, size + 1);
    *used += size + 1;
    return copy;
}

/* jti, or for outside issuers that give none the hash of what was signed (not of the signature:
 * ECDSA has two for each). */
static const char *keep_token_id(struct slot *slot, size_t *used, const json_t *claims,
                                 const char *token, bool is_console) {
    const json_t *id = json_object_get(claims, "jti");
    char hash[SEAL_HEX_SIZE];

    if (id || is_console) return keep(slot, used, json_string_value(id));
    seal_sha256_hex(token, (size_t)(strrchr(token, '.') - token), hash);
    return keep(slot, used, hash);
}

static bool read_claims(struct keyring *keyring, const struct key *key, const char *token,
                        const json_t *claims, struct slot *slot, struct err *err) {
    const char *issuer = json_string_value(json_object_get(claims, "iss"));
    const char *role = json_string_value(json_object_get(claims, "role"));
    const json_t *subject = json_object_get(claims, "sub"),
                 *username = json_object_get(claims, "preferred_username");
    const json_t *session = json_object_get(claims, "sid");
    bool is_console = strcmp(key->issuer, keyring->config->auth.issuer) == 0;
    struct token_claims *out = &slot->claims;
    size_t used = 0;

    if (!issuer || strcmp(issuer, key->issuer) != 0)
        return invalid(err, "its iss is not the one of the key");
    if (!has_audience(json_object_get(claims, "aud"), key->audience))
        return invalid(err, "it was made for another audience");
    if (!check_times(claims, &out->expires_s, err)) return false;
    out->issuer = keep(slot, &used, issuer);
    if (!(out->subject = keep(slot, &used, json_string_value(subject))))
        return invalid(err, "its sub is missing, empty or too long");
    if (username && !(out->username = keep(slot, &used, json_string_value(username))))
        return invalid(err, "its preferred_username is empty or too long");
    if (!username) out->username = out->subject;
    if (!(out->token_id = keep_token_id(slot, &used, claims, token, is_console)))
        return invalid(err, "its jti is missing, empty or too long");
    if (is_console && session) {
        if (!json_is_string(session) || !seal_is_uuid(json_string_value(session)))
            return invalid(err, "its sid is not a session");
        out->session_id = keep(slot, &used, json_string_value(session));
    }
    if (!role || strcmp(role, "superadmin") != 0)
        return err_set(err, ERR_FORBIDDEN, "The role superadmin is needed here.");
    out->role = "superadmin";
    return true;
}

static bool verify(struct keyring *keyring, const char *token, struct slot *slot, struct err *err) {
    const char *dot = strchr(token, '.'), *second = dot ? strchr(dot + 1, '.') : NULL;
    const struct key *key;
    json_t *part;

    if (!second || strchr(second + 1, '.')) return invalid(err, "it is not three parts");
    if (!(part = decode_part(token, (size_t)(dot - token), HEADER_MAX)))
        return invalid(err, "its header is not JSON in base64url");
    key = choose_key(keyring, part, err);
    json_decref(part);
    if (!key || !check_signature(key, token, err)) return false;
    if (!(part = decode_part(dot + 1, (size_t)(second - dot - 1), TOKEN_MAX)))
        return invalid(err, "its claims are not JSON in base64url");
    bool ok = read_claims(keyring, key, token, part, slot, err);
    json_decref(part);
    return ok;
}

static void rebase(const char **text, const char *from, char *to) {
    if (*text && *text >= from && *text < from + TEXTS_SIZE) *text = to + (*text - from);
}

/* Puts the scratch slot into its set, over an unused or else the next one in turn. */
static void remember(struct keyring *keyring, struct slot *set) {
    struct slot *to = &set[keyring->turn++ % WAYS];
    const char *from = keyring->scratch.texts;
    for (int i = 0; i < WAYS; i++)
        if (!set[i].used) to = &set[i];
    *to = keyring->scratch;
    to->used = true;
    const char **texts[] = { &to->claims.subject, &to->claims.username, &to->claims.issuer,
                             &to->claims.token_id, &to->claims.session_id };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) rebase(texts[i], from, to->texts);
}

bool keyring_verify(struct keyring *keyring, const char *token, struct token_claims *ret_claims,
                    struct err *err) {
    size_t size = strnlen(token, TOKEN_MAX + 1);
    struct slot *scratch = &keyring->scratch;

    if (size > TOKEN_MAX) return invalid(err, "it is too long");
    refresh(keyring, false);
    memset(&scratch->claims, 0, sizeof scratch->claims);
    seal_keyed_hash(keyring->hash_key, token, size, scratch->hash);
    struct slot *set = keyring->slots[scratch->hash[0] % SETS];
    for (int i = 0; i < WAYS; i++)
        if (set[i].used && memcmp(set[i].hash, scratch->hash, sizeof scratch->hash) == 0) {
            if (set[i].claims.expires_s <= clock_unix_s())
                return err_set(err, ERR_TOKEN_EXPIRED,
                               "The access token has expired. Refresh it or sign in again.");
            *ret_claims = set[i].claims;
            return true;
        }
    if (!verify(keyring, token, scratch, err)) return false;
    set = keyring->slots[scratch->hash[0] % SETS];
    remember(keyring, set);
    *ret_claims = scratch->claims;
    return true;
}

static char *make_claims(const struct key *key, const struct token_claims *claims) {
    json_int_t now_s = (json_int_t)clock_unix_s();
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "iss", key->issuer, "aud",
                  key->audience, "sub", claims->subject, "jti", claims->token_id, "sid",
                  claims->session_id, "role", claims->role, "preferred_username", claims->username,
                  "iat", now_s, "nbf", now_s, "exp", (json_int_t)claims->expires_s);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

bool keyring_sign(struct keyring *keyring, struct arena *arena, const struct token_claims *claims,
                  const char **ret_token, struct err *err) {
    refresh(keyring, false);
    const struct key *key = keys_signer(keyring->keys);
    char *payload = make_claims(key, claims), *text = NULL;
    jwt_t *jwt = NULL;

    if (payload && jwt_new(&jwt) == 0 && jwt_add_header(jwt, "kid", key->kid) == 0 &&
        jwt_add_grants_json(jwt, payload) == 0 &&
        jwt_set_alg(jwt, jwt_str_alg(key->algorithm), (const unsigned char *)key->sign,
                    (int)key->sign_size) == 0)
        text = jwt_encode_str(jwt);
    if (jwt) jwt_free(jwt);
    free(payload);
    const char *copy = text ? arena_strdup(arena, text) : NULL;
    bool signed_ = text != NULL;
    free(text);
    if (!copy)
        return err_set(err, signed_ ? ERR_LIMIT : ERR_INTERNAL,
                       "The access token could not be signed.");
    *ret_token = copy;
    return true;
}
