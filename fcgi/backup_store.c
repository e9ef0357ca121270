/* SPDX-License-Identifier: MIT */
#include "backup_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backup.h"
#include "backup_check.h"
#include "backup_file.h"
#include "job_folder.h"
#include "program.h"

#define DAMAGED ".damaged" /* what a copy is called that is not what was written */

static const char *const formats[] = { BACKUP_CUSTOM, BACKUP_DIRECTORY };

static bool path_of(const struct config *config, const char *id, const char *suffix,
                    char ret_path[PATH_MAX], struct err *err) {
    return snprintf(ret_path, PATH_MAX, "%s/%s%s", config->jobs.backup_dir, id, suffix) <
               PATH_MAX ||
           err_set(err, ERR_LIMIT, "jobs.backup_dir is too long");
}

static const char *suffix_of(const json_t *manifest) {
    return backup_suffix(backup_manifest_text(manifest, "format"),
                         json_is_true(json_object_get(manifest, "encrypted")));
}

bool backup_store_path(const struct config *config, const json_t *manifest, char ret_path[PATH_MAX],
                       struct err *err) {
    return path_of(config, backup_manifest_text(manifest, "backup_id"), suffix_of(manifest),
                   ret_path, err);
}

static bool move(const char *from, const char *to, struct err *err) {
    return rename(from, to) == 0 ||
           err_set(err, ERR_INTERNAL, "naming %s: %s", to, strerror(errno));
}

bool backup_store_name(const struct config *config, const char *owner, const char *path,
                       const json_t *manifest, const struct backup_seal *seal, struct err *err) {
    char archive[PATH_MAX], beside[PATH_MAX], made[PATH_MAX];
    char *text = backup_manifest_file(seal);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory for the manifest");
    bool ok = backup_store_path(config, manifest, archive, err) &&
              path_of(config, backup_manifest_text(manifest, "backup_id"), ".json", beside, err) &&
              job_folder_path(config, owner, ".json", made, err) &&
              backup_write_small(made, text, strlen(text), err) && move(made, beside, err);
    free(text);
    /* The archive comes last: what has an archive's name is whole, and has its manifest. */
    if (ok && !move(path, archive, err)) {
        (void)unlink(beside);
        ok = false;
    }
    return ok && backup_sync_folder(config->jobs.backup_dir, err);
}

bool backup_store_add(const struct config *config, struct db *db, const struct db_at *at,
                      const struct backup_row *row, struct err *err) {
    const json_t *manifest = row->manifest;
    char size[24];
    json_t *rows = NULL;
    (void)snprintf(size, sizeof size, "%lld",
                   (long long)backup_manifest_number(manifest, "size_bytes"));
    const char *values[] = { backup_manifest_text(manifest, "backup_id"),
                             backup_manifest_text(manifest, "database"),
                             backup_manifest_text(manifest, "format"),
                             backup_manifest_text(manifest, "created_at"),
                             backup_manifest_text(manifest, "finished_at"),
                             size,
                             backup_manifest_text(manifest, "sha256"),
                             json_is_true(json_object_get(manifest, "encrypted")) ? "true"
                                                                                  : "false",
                             backup_manifest_text(manifest, "origin"),
                             row->seal->text,
                             row->seal->signature,
                             row->seal->public_key,
                             row->note,
                             backup_manifest_text(manifest, "created_by"),
                             row->job_id,
                             config->jobs.runner };
    if (!db_rows(db, at, DB_BACKUP_ADD, values, 16, &rows, err)) return false;
    bool added = json_array_size(rows) > 0;
    json_decref(rows);
    if (added) return true;
    const char *copy[] = { values[0], config->jobs.runner };
    if (!db_rows(db, at, DB_BACKUP_COPY_ADD, copy, 2, &rows, err)) return false;
    json_decref(rows);
    return true;
}

/* -- copies --------------------------------------------------------------------------------------
 */

/* Fills in {runner} and {file}: both are made of a few harmless characters. */
static bool make_url(const char *form, const char *runner, const char *file,
                     char url[BACKUP_URL_SIZE]) {
    size_t size = 0;
    while (*form) {
        const char *piece = form;
        size_t count = 1;
        if (strncmp(form, "{runner}", 8) == 0) piece = runner, count = strlen(runner), form += 8;
        else if (strncmp(form, "{file}", 6) == 0) piece = file, count = strlen(file), form += 6;
        else form++;
        if (size + count >= BACKUP_URL_SIZE) return false;
        memcpy(url + size, piece, count);
        size += count;
    }
    url[size] = '\0';
    return true;
}

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    return backup_writer_add(context, data, size, err);
}

/* The token is nobody's to see in a list of processes. */
static int token_file(const struct config *config) {
    int fd = memfd_create("curl", MFD_CLOEXEC);
    if (fd < 0) return -1;
    if (config->jobs.copy_token.text)
        (void)dprintf(fd, "header = \"Authorization: Bearer %s\"\n", config->jobs.copy_token.text);
    return fd;
}

bool backup_store_url(const struct config *config, const char *runner, const char *file,
                      char ret_url[BACKUP_URL_SIZE], struct err *err) {
    if (!config->jobs.copy_url)
        return err_set(err, ERR_CONFIG,
                       "jobs.copy_url is missing: there is no way to the copy of runner %s",
                       runner);
    return make_url(config->jobs.copy_url, runner, file, ret_url) ||
           err_set(err, ERR_CONFIG, "jobs.copy_url is too long");
}

bool backup_store_stream(const struct config *config, const char *runner, const char *file,
                         int cancel_fd,
                         bool (*take)(void *context, const char *data, size_t size,
                                      struct err *err),
                         void *context, struct err *err) {
    char options[48], url[BACKUP_URL_SIZE];
    const char *socket = config->jobs.copy_socket;
    if (!backup_store_url(config, runner, file, url, err)) return false;
    int token = token_file(config);
    if (token < 0) return err_set(err, ERR_LIMIT, "the token cannot be passed on");
    (void)snprintf(options, sizeof options, "/proc/self/fd/%d", token);
    /* The last two are left out where there is no socket. */
    const char *argv[] = { "/usr/bin/curl",
                           "--fail",
                           "--silent",
                           "--show-error",
                           "--globoff",
                           "--noproxy",
                           "*",
                           "--proto",
                           "=http,https",
                           "--connect-timeout",
                           "5",
                           "--speed-limit",
                           "1000",
                           "--speed-time",
                           "30",
                           "--config",
                           options,
                           "--url",
                           url,
                           socket ? "--unix-socket" : NULL,
                           socket,
                           NULL };
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = token,
                               .cancel_fd = cancel_fd,
                               .context = context,
                               .output = take };
    bool ok = program_run(&program, err);
    close(token);
    return ok;
}

static bool fetch(const struct config *config, const char *path, const char *runner,
                  const json_t *manifest, int cancel_fd, struct err *err) {
    struct backup_writer writer;
    char sha256[SEAL_HEX_SIZE], file[BACKUP_NAME_SIZE];
    backup_file_name(backup_manifest_text(manifest, "backup_id"), suffix_of(manifest), file);
    (void)unlink(path);
    if (!backup_writer_open(&writer, path, NULL, err)) return false;
    bool ok = backup_store_stream(config, runner, file, cancel_fd, take_output, &writer, err) &&
              backup_writer_end(&writer, sha256, err);
    backup_writer_drop(&writer);
    struct backup_check check = {
        .config = config, .path = path, .manifest = manifest, .cancel_fd = cancel_fd
    };
    return ok && backup_check_bytes(&check, -1, err);
}

bool backup_store_fetch(const struct config *config, const char *owner, const char *runner,
                        const json_t *manifest, const struct backup_seal *seal, int cancel_fd,
                        struct err *err) {
    char path[PATH_MAX];
    if (!job_folder_path(config, owner, ".copy", path, err)) return false;
    bool ok = fetch(config, path, runner, manifest, cancel_fd, err) &&
              backup_store_name(config, owner, path, manifest, seal, err);
    if (!ok) (void)unlink(path);
    return ok;
}

void backup_store_set_aside(const struct config *config, const json_t *manifest) {
    char path[PATH_MAX], aside[PATH_MAX];
    struct err err = ERR_INIT;
    const char *id = backup_manifest_text(manifest, "backup_id");
    if (!backup_store_path(config, manifest, path, &err) ||
        snprintf(aside, sizeof aside, "%s" DAMAGED, path) >= (int)sizeof aside)
        return;
    (void)rename(path, aside);
    if (path_of(config, id, ".json", path, &err)) (void)unlink(path);
}

static bool remove_one(const struct config *config, const char *id, const char *suffix,
                       struct err *err) {
    char path[PATH_MAX];
    return path_of(config, id, suffix, path, err) &&
           (unlink(path) == 0 || errno == ENOENT ||
            err_set(err, ERR_INTERNAL, "removing %s: %s", path, strerror(errno)));
}

bool backup_store_remove(const struct config *config, const char *id, struct err *err) {
    for (unsigned i = 0; i < 4; i++) {
        const char *suffix = backup_suffix(formats[i / 2], i % 2);
        char damaged[BACKUP_NAME_SIZE];
        (void)snprintf(damaged, sizeof damaged, "%s" DAMAGED, suffix);
        if (!remove_one(config, id, suffix, err) || !remove_one(config, id, damaged, err))
            return false;
    }
    return remove_one(config, id, ".json", err) && backup_sync_folder(config->jobs.backup_dir, err);
}
