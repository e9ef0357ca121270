/* SPDX-License-Identifier: MIT */
#include "backup_manifest.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20)

static bool sign_key(const struct config *config, struct seal_key *ret_key, struct err *err) {
    const struct config_secret *secret =
        config->jobs.sign_key.text ? &config->jobs.sign_key : &config->audit.seal_key;
    if (!secret->text)
        return err_set(err, ERR_CONFIG,
                       "a backup must be signed: set jobs.sign_key_file or audit.seal_key_file");
    return seal_key_read(secret->text, secret->size, ret_key, err);
}

bool backup_manifest_sign(const struct config *config, const json_t *manifest,
                          struct backup_seal *ret_seal, struct err *err) {
    unsigned char signature[SEAL_SIGNATURE_SIZE];
    struct seal_key key;
    if (!sign_key(config, &key, err)) return false;
    char *text = json_dumps(manifest, JSON_COMPACT | JSON_SORT_KEYS);
    if (text) {
        seal_sign(&key, text, strlen(text), signature);
        seal_hex(signature, sizeof signature, ret_seal->signature);
        seal_hex(key.public, sizeof key.public, ret_seal->public_key);
        ret_seal->text = text;
    }
    seal_key_wipe(&key);
    return text || err_set(err, ERR_LIMIT, "out of memory for the manifest");
}

static bool is_ours(const struct config *config, const char *public_key) {
    struct seal_key key;
    struct err err = ERR_INIT;
    char own[BACKUP_PUBLIC_SIZE] = "";
    if (sign_key(config, &key, &err)) {
        seal_hex(key.public, sizeof key.public, own);
        seal_key_wipe(&key);
    }
    if (strcmp(own, public_key) == 0) return true;
    for (int i = 0; i < config->jobs.former_public_keys.count; i++)
        if (strcmp(config->jobs.former_public_keys.items[i], public_key) == 0) return true;
    return false;
}

static bool is_whole(const json_t *manifest) {
    const char *sha256 = backup_manifest_text(manifest, "sha256");
    const char *id = backup_manifest_text(manifest, "backup_id");
    return id && seal_is_uuid(id) && sha256 && strlen(sha256) == SEAL_HEX_SIZE - 1 &&
           backup_manifest_text(manifest, "database") &&
           json_is_integer(json_object_get(manifest, "size_bytes")) &&
           json_is_boolean(json_object_get(manifest, "encrypted")) &&
           json_is_array(json_object_get(manifest, "tables"));
}

bool backup_manifest_check(const struct config *config, const char *text, const char *signature,
                           const char *public_key, json_t **ret_manifest, struct err *err) {
    unsigned char public[SEAL_PUBLIC_SIZE], signed_with[SEAL_SIGNATURE_SIZE];
    if (!is_ours(config, public_key))
        return err_set(err, ERR_CONFLICT,
                       "the backup was signed with a key that is not ours; is one missing in "
                       "jobs.former_public_keys?");
    if (!seal_unhex(public_key, strlen(public_key), public, sizeof public) ||
        !seal_unhex(signature, strlen(signature), signed_with, sizeof signed_with) ||
        !seal_verify(public, text, strlen(text), signed_with))
        return err_set(err, ERR_CONFLICT, "the backup's manifest is not what was signed");
    json_t *manifest = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!manifest || !is_whole(manifest)) {
        json_decref(manifest);
        return err_set(err, ERR_CONFLICT, "the backup's manifest is not one");
    }
    *ret_manifest = manifest;
    return true;
}

bool backup_manifest_read(const struct config *config, const char *path,
                          struct backup_seal *ret_seal, json_t **ret_manifest, struct err *err) {
    json_error_t problem;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
    const char *text = backup_manifest_text(file, "manifest"),
               *signature = backup_manifest_text(file, "signature"),
               *public_key = backup_manifest_text(file, "public_key");
    bool ok = (text && signature && public_key && strlen(signature) < BACKUP_SIGNATURE_SIZE &&
               strlen(public_key) < BACKUP_PUBLIC_SIZE && strlen(text) < FILE_MAX) ||
              err_set(err, ERR_CONFLICT, "%s is not a backup's manifest", path);
    json_t *manifest = NULL;
    ok = ok && backup_manifest_check(config, text, signature, public_key, &manifest, err);
    if (ok) {
        *ret_seal = (struct backup_seal){ .text = strdup(text) };
        strcpy(ret_seal->signature, signature);
        strcpy(ret_seal->public_key, public_key);
        ok = ret_seal->text || err_set(err, ERR_LIMIT, "out of memory");
    }
    json_decref(file);
    if (ok) *ret_manifest = manifest;
    else json_decref(manifest);
    return ok;
}

char *backup_manifest_file(const struct backup_seal *seal) {
    json_t *file = json_pack("{s:s s:s s:s}", "manifest", seal->text, "signature", seal->signature,
                             "public_key", seal->public_key);
    char *text = file ? json_dumps(file, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
    json_decref(file);
    return text;
}

const char *backup_manifest_text(const json_t *manifest, const char *name) {
    return json_string_value(json_object_get(manifest, name));
}

int64_t backup_manifest_number(const json_t *manifest, const char *name) {
    return json_integer_value(json_object_get(manifest, name));
}
