/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_H
#define GUARDIAN_BACKUP_H
/*
 * Logical backups: pg_dump's custom format, or its directory format packed into one file, hashed
 * (and encrypted, where there is a key) while it is written under a job's temporary name; read
 * back, checked against the list of tables, signed, and only then given its name: <id>.dump
 * (custom) or <id>.tar (directory), with .enc when encrypted, beside <id>.json (manifest,
 * signature, public key). What has that name is whole.
 */
#include <limits.h>

#include "jobs.h"
#include "seal.h"

#define BACKUP_NAME_SIZE 48
#define BACKUP_TIME_SIZE 32

#define BACKUP_CUSTOM    "custom"
#define BACKUP_DIRECTORY "directory"

/* The kind "backup": parameters {"note"?, "origin"?, "format"?}. */
bool backup_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
/* Makes a backup as a part of another job; `origin` is manual, schedule or before_restore. */
struct backup_wish {
    const char *database, *origin;
    const char *note; /* NULL: none */
    bool directory;   /* pg_dump's directory format, by several sessions; or else its custom one */
};
bool backup_make(struct job *job, const struct backup_wish *wish, char ret_id[SEAL_UUID_SIZE],
                 struct err *err) __attribute__((warn_unused_result));

/* A verified archive, decrypted, that pg_restore can read and seek in. */
struct backup_archive {
    char path[PATH_MAX]; /* for pg_restore: a folder, or the file that is its standard input */
    int fd;              /* that file; -1: it is a folder */
    json_t *manifest;    /* as it was signed */
    const char *database;
};
/* Checks the signature, size and SHA-256 of a backup, fetches it from another runner when this one
 * has no good copy, and opens it. A copy that is not what was written is marked damaged. Errors:
 * NOT_FOUND (no such backup, or no copy can be had), CONFLICT (damaged), CONFIG (no key, another
 * key), CANCELLED. */
bool backup_open(struct job *job, const char *backup_id, struct backup_archive *ret_archive,
                 struct err *err) __attribute__((warn_unused_result));
void backup_close(struct backup_archive *archive);

/* This moment, as manifests have it: "2026-11-26T07:00:00.123Z". */
void backup_time_text(char ret_text[BACKUP_TIME_SIZE]);
/* Of a manifest, a row or a job; NULL, as older ones have it, is the custom one. */
bool backup_is_directory(const char *format);
/* What a backup's file is called after its id: ".dump", ".tar.enc" and so on; a literal. */
const char *backup_suffix(const char *format, bool encrypted);
void backup_file_name(const char *id, const char *suffix, char ret_name[BACKUP_NAME_SIZE]);
#endif
