/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "seal.h"
#include "yamltext.h"

#define DOUBT_S                                                                                    \
    2 /* file times are coarse: what was written this recently may have been written to again */

struct watched {
    char *path;
    struct stat stat;
};

/* What one loading has at hand. */
struct loading {
    const char *path, *issuer, *audience;
    struct keys *keys;
    json_t *root, *lines;
    struct err *err;
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for the keys.");
}

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The state is taken before the reading: a write in between shows at the next look. */
static bool watch(struct keys *keys, const char *path, const struct stat *now) {
    struct watched *more =
        reallocarray(keys->watched, (size_t)keys->watched_count + 1, sizeof *more);
    if (!more) return false;
    keys->watched = more;
    char *copy = strdup(path);
    if (!copy) return false;
    more[keys->watched_count++] = (struct watched){ copy, *now };
    if (llabs((long long)(now->st_mtim.tv_sec - clock_unix_s())) <= DOUBT_S)
        keys->doubt_until_s = clock_unix_s() + DOUBT_S;
    return true;
}

/* The whole file with a NUL after it. */
static bool read_file(struct loading *loading, const char *path, char **ret_text,
                      size_t *ret_size) {
    struct stat now;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0 || fstat(file, &now) != 0 || !S_ISREG(now.st_mode)) {
        err_set(loading->err, ERR_CONFIG, "%s: %s.", path,
                file < 0 ? strerror(errno) : "not a file");
        if (file >= 0) close(file);
        return false;
    }
    char *text = calloc(1, KEYS_FILE_MAX + 1);
    ssize_t got = 0, size = 0;
    while (text && size < KEYS_FILE_MAX &&
           (got = read(file, text + size, (size_t)(KEYS_FILE_MAX - size))) > 0)
        size += got;
    close(file);
    if (!text || !watch(loading->keys, path, &now)) {
        free(text);
        return no_memory(loading->err);
    }
    if (got < 0 || size == KEYS_FILE_MAX) {
        explicit_bzero(text, (size_t)size);
        free(text);
        return err_set(loading->err, ERR_CONFIG, "%s: cannot be read, or is longer than a key.",
                       path);
    }
    *ret_text = text;
    *ret_size = (size_t)size;
    return true;
}

/* Refuses with the line of a member of the i-th key. */
static bool refuse(struct loading *loading, int i, const char *member, const char *why) {
    char path[96];
    snprintf(path, sizeof path, member ? "keys.%d.%s" : "keys.%d", i, member);
    int line = yamltext_line(loading->lines, path);
    if (line == 0) {
        snprintf(path, sizeof path, "keys.%d", i);
        line = yamltext_line(loading->lines, path);
    }
    return err_set(loading->err, ERR_CONFIG, "%s:%d: %s%s%s.", loading->path, line,
                   member ? member : "", member ? ": " : "", why);
}

static bool read_text(struct loading *loading, int i, const char *member, const char *preset,
                      char **ret_text) {
    const json_t *value =
        json_object_get(json_array_get(json_object_get(loading->root, "keys"), (size_t)i), member);
    const char *text = value ? json_string_value(value) : preset;

    if (!text || !*text) return refuse(loading, i, member, "a text is expected");
    if (strlen(text) > KEYS_TEXT_MAX) return refuse(loading, i, member, "the text is too long");
    if (!(*ret_text = strdup(text))) return no_memory(loading->err);
    return true;
}

static bool read_named_file(struct loading *loading, int i, const char *member, char **ret_text,
                            size_t *ret_size) {
    const json_t *item = json_array_get(json_object_get(loading->root, "keys"), (size_t)i);
    const char *name = json_string_value(json_object_get(item, member));
    const char *slash = strrchr(loading->path, '/');
    char path[4096];

    if (!name || !*name) return refuse(loading, i, member, "the path of a file is expected");
    int size = name[0] == '/' || !slash
                   ? snprintf(path, sizeof path, "%s", name)
                   : snprintf(path, sizeof path, "%.*s/%s", (int)(slash - loading->path),
                              loading->path, name);
    if (size < 0 || (size_t)size >= sizeof path)
        return refuse(loading, i, member, "the path is too long");
    return read_file(loading, path, ret_text, ret_size);
}

/* libjwt takes any PEM and says no more than "invalid" much later, so the kind of a public key is
 * checked here: by the object identifiers of its SubjectPublicKeyInfo (RFC 3279, RFC 5480), and an
 * RSA modulus of 2048 bits by the size. */
static const char *public_key_problem(const char *pem, const char *algorithm) {
    static const unsigned char rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
    static const unsigned char p256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
    unsigned char der[KEYS_FILE_MAX];
    size_t size;

    if (strstr(pem, "PRIVATE KEY"))
        return "this is a private key; only the public one belongs here";
    if (!seal_unpem(pem, "PUBLIC KEY", der, sizeof der, &size))
        return "no PEM \"PUBLIC KEY\" in this file";
    if (strcmp(algorithm, "ES256") == 0)
        return memmem(der, size, p256, sizeof p256) ? NULL : "not a key on the curve P-256";
    if (!memmem(der, size, rsa, sizeof rsa)) return "not an RSA key";
    return size < 290 ? "an RSA key must have at least 2048 bits" : NULL;
}

static bool read_hmac(struct loading *loading, int i, struct key *key) {
    if (!read_named_file(loading, i, "secret_file", &key->verify, &key->verify_size)) return false;
    if (key->verify_size && key->verify[key->verify_size - 1] == '\n')
        key->verify[--key->verify_size] = '\0';
    if (key->verify_size && key->verify[key->verify_size - 1] == '\r')
        key->verify[--key->verify_size] = '\0';
    if (key->verify_size < KEYS_HMAC_MIN)
        return refuse(loading, i, "secret_file", "an HS256 secret must have at least 32 bytes");
    if (!key->signs) return true;
    if (!(key->sign = calloc(1, key->verify_size + 1))) return no_memory(loading->err);
    memcpy(key->sign, key->verify, key->verify_size);
    key->sign_size = key->verify_size;
    return true;
}

static bool read_pair(struct loading *loading, int i, struct key *key) {
    if (!read_named_file(loading, i, "public_key_file", &key->verify, &key->verify_size))
        return false;
    const char *problem = public_key_problem(key->verify, key->algorithm);
    if (problem) return refuse(loading, i, "public_key_file", problem);
    if (!key->signs) return true;
    if (!read_named_file(loading, i, "private_key_file", &key->sign, &key->sign_size)) return false;
    if (strstr(key->sign, "ENCRYPTED")) /* OpenSSL would ask for the passphrase on the terminal */
        return refuse(loading, i, "private_key_file", "the key is encrypted");
    return true;
}

static bool check_members(struct loading *loading, int i, const json_t *item) {
    static const char *const known[] = {
        "kid",      "algorithm", "secret_file", "private_key_file", "public_key_file", "issuer",
        "audience", "sign",      NULL
    };
    const char *name;
    json_t *value;

    if (!json_is_object(item))
        return refuse(loading, i, NULL, "a key with kid, algorithm and so on is expected");
    json_object_foreach((json_t *)item, name, value) {
        int k = 0;
        while (known[k] && strcmp(known[k], name) != 0) k++;
        if (!known[k]) return refuse(loading, i, name, "not known here");
    }
    return true;
}

static bool read_key(struct loading *loading, int i, struct key *key) {
    static const char *const algorithms[] = { "HS256", "RS256", "ES256", NULL };
    const json_t *item = json_array_get(json_object_get(loading->root, "keys"), (size_t)i);

    if (!check_members(loading, i, item) || !read_text(loading, i, "kid", NULL, &key->kid) ||
        !read_text(loading, i, "issuer", loading->issuer, &key->issuer) ||
        !read_text(loading, i, "audience", loading->audience, &key->audience))
        return false;
    for (int k = 0; k < i; k++)
        if (strcmp(loading->keys->items[k].kid, key->kid) == 0)
            return refuse(loading, i, "kid", "another key has it");
    const char *algorithm = json_string_value(json_object_get(item, "algorithm"));
    for (int a = 0; algorithms[a] && algorithm; a++)
        if (strcmp(algorithms[a], algorithm) == 0) key->algorithm = algorithms[a];
    if (!key->algorithm)
        return refuse(loading, i, "algorithm", "HS256, RS256 or ES256 is expected");
    const char *sign = json_string_value(json_object_get(item, "sign"));
    if (json_object_get(item, "sign") &&
        (!sign || (strcmp(sign, "true") != 0 && strcmp(sign, "false") != 0)))
        return refuse(loading, i, "sign", "true or false is expected");
    key->signs = sign && strcmp(sign, "true") == 0;
    if (key->signs && (strcmp(key->issuer, loading->issuer) != 0 ||
                       strcmp(key->audience, loading->audience) != 0))
        return refuse(loading, i, "sign",
                      "the key that signs must have the console's own issuer and audience");
    return strcmp(key->algorithm, "HS256") == 0 ? read_hmac(loading, i, key)
                                                : read_pair(loading, i, key);
}

static bool read_keys(struct loading *loading) {
    char *text;
    const char *name;
    json_t *value, *list;
    size_t size;
    int signers = 0;

    if (!read_file(loading, loading->path, &text, &size)) return false;
    bool ok =
        yamltext_load(text, size, loading->path, &loading->root, &loading->lines, loading->err);
    free(text);
    if (!ok) return false;
    json_object_foreach(loading->root, name, value) if (strcmp(name, "keys") != 0) return err_set(
        loading->err, ERR_CONFIG, "%s:%d: %.64s: not known here.", loading->path,
        yamltext_line(loading->lines, name), name);
    list = json_object_get(loading->root, "keys");
    if (json_array_size(list) == 0 || json_array_size(list) > KEYS_MAX)
        return err_set(loading->err, ERR_CONFIG, "%s: 1 to %d keys are expected.", loading->path,
                       KEYS_MAX);
    for (int i = 0; i < (int)json_array_size(list); i++) {
        struct key *key = &loading->keys->items[i];
        loading->keys->count = i + 1; /* so that a half-read key is freed too */
        if (!read_key(loading, i, key)) return false;
        signers += key->signs;
    }
    if (signers != 1)
        return err_set(loading->err, ERR_CONFIG, "%s: exactly one key must have sign: true.",
                       loading->path);
    return true;
}

bool keys_load(const char *path, const char *issuer, const char *audience, struct keys **ret_keys,
               struct err *err) {
    struct loading loading = { .path = path, .issuer = issuer, .audience = audience, .err = err };

    if (!(loading.keys = calloc(1, sizeof *loading.keys))) return no_memory(err);
    bool ok = read_keys(&loading);
    json_decref(loading.root);
    json_decref(loading.lines);
    if (ok) *ret_keys = loading.keys;
    else keys_free(loading.keys);
    return ok;
}

static void wipe(char *text, size_t size) {
    if (text) explicit_bzero(text, size);
    free(text);
}

void keys_free(struct keys *keys) {
    if (!keys) return;
    for (int i = 0; i < keys->count; i++) {
        struct key *key = &keys->items[i];
        free(key->kid);
        free(key->issuer);
        free(key->audience);
        wipe(key->verify, key->verify_size);
        wipe(key->sign, key->sign_size);
    }
    for (int i = 0; i < keys->watched_count; i++) free(keys->watched[i].path);
    free(keys->watched);
    free(keys);
}

bool keys_changed(const struct keys *keys) {
    struct stat now;
    if (keys->doubt_until_s && clock_unix_s() > keys->doubt_until_s) return true;
    for (int i = 0; i < keys->watched_count; i++)
        if (stat(keys->watched[i].path, &now) != 0 || !is_same(&now, &keys->watched[i].stat))
            return true;
    return false;
}

const struct key *keys_find(const struct keys *keys, const char *kid) {
    for (int i = 0; i < keys->count; i++)
        if (strcmp(keys->items[i].kid, kid) == 0) return &keys->items[i];
    return NULL;
}

const struct key *keys_signer(const struct keys *keys) {
    for (int i = 0; i < keys->count; i++)
        if (keys->items[i].signs) return &keys->items[i];
    return NULL;
}
