/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_MANIFEST_H
#define GUARDIAN_BACKUP_MANIFEST_H
/*
 * What is said of a backup, signed: its canonical JSON (sorted keys, no white space) with Ed25519
 * by jobs.sign_key_file, or else audit.seal_key_file. The text is kept to the byte.
 */
#include <jansson.h>

#include "config.h"
#include "seal.h"

#define BACKUP_SIGNATURE_SIZE (2 * SEAL_SIGNATURE_SIZE + 1)
#define BACKUP_PUBLIC_SIZE    (2 * SEAL_PUBLIC_SIZE + 1)

struct backup_seal {
    char *text; /* the manifest; the caller frees it */
    char signature[BACKUP_SIGNATURE_SIZE], public_key[BACKUP_PUBLIC_SIZE];
};

/* Errors: CONFIG (no key), LIMIT. */
bool backup_manifest_sign(const struct config *config, const json_t *manifest,
                          struct backup_seal *ret_seal, struct err *err)
    __attribute__((warn_unused_result));
/* The manifest, when one of our keys signed this text and it has what a manifest must have; owned
 * by the caller. Errors: CONFLICT. */
bool backup_manifest_check(const struct config *config, const char *text, const char *signature,
                           const char *public_key, json_t **ret_manifest, struct err *err)
    __attribute__((warn_unused_result));
/* The same from a backup's file beside the archive, with its id and text. */
bool backup_manifest_read(const struct config *config, const char *path,
                          struct backup_seal *ret_seal, json_t **ret_manifest, struct err *err)
    __attribute__((warn_unused_result));
/* The content of that file; the caller frees it, NULL: no memory. */
char *backup_manifest_file(const struct backup_seal *seal);

const char *backup_manifest_text(const json_t *manifest, const char *name); /* NULL: none */
int64_t backup_manifest_number(const json_t *manifest, const char *name);
#endif
