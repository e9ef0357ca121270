/* SPDX-License-Identifier: MIT */
/* A backup as something to restore from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "backup_check.h"
#include "backup_manifest.h"
#include "backup_pack.h"
#include "backup_store.h"
#include "job_folder.h"

#define ROW_TIMEOUT_MS 30000

struct opening {
    struct job *job;
    const char *id;
    json_t *rows, *manifest;
    struct backup_seal seal;
};

static const char *row_text(const struct opening *opening, const char *name) {
    return json_string_value(json_object_get(json_array_get(opening->rows, 0), name));
}

static bool read_row(struct opening *opening, struct err *err) {
    struct job *job = opening->job;
    struct db_at at = job_at(job, DB_APP, NULL, ROW_TIMEOUT_MS);
    if (!db_rows(job->db, &at, DB_BACKUP_MANIFEST, &opening->id, 1, &opening->rows, err))
        return false;
    const char *text = row_text(opening, "manifest"), *signature = row_text(opening, "signature"),
               *public_key = row_text(opening, "public_key");
    if (!text || !signature || !public_key)
        return err_set(err, ERR_NOT_FOUND, "there is no backup %s", opening->id);
    if (!backup_manifest_check(job->config, text, signature, public_key, &opening->manifest, err))
        return false;
    if (strcmp(backup_manifest_text(opening->manifest, "backup_id"), opening->id) != 0)
        return err_set(err, ERR_CONFLICT, "the manifest is that of another backup");
    opening->seal.text = strdup(text);
    (void)snprintf(opening->seal.signature, sizeof opening->seal.signature, "%s", signature);
    (void)snprintf(opening->seal.public_key, sizeof opening->seal.public_key, "%s", public_key);
    return opening->seal.text || err_set(err, ERR_LIMIT, "out of memory");
}

static void show(void *context, int64_t done, int64_t total) {
    job_progress(context, "checking the backup", done, total, "bytes");
}

/* An encrypted backup is decrypted into a file without a name: it goes with its last user. */
static bool open_file(const struct backup_check *check, struct backup_archive *archive,
                      struct err *err) {
    const struct config *config = check->config;
    bool encrypted = json_is_true(json_object_get(check->manifest, "encrypted"));
    int plain =
        encrypted ? open(config->jobs.backup_dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600) : -1;
    if (encrypted && plain < 0)
        return err_set(err, ERR_INTERNAL, "jobs.backup_dir: %s", strerror(errno));
    if (!backup_check_bytes(check, plain, err)) {
        if (plain >= 0) close(plain);
        return false;
    }
    archive->fd = encrypted ? plain : open(check->path, O_RDONLY | O_CLOEXEC);
    if (archive->fd < 0) return err_set(err, ERR_INTERNAL, "%s: %s", check->path, strerror(errno));
    (void)lseek(archive->fd, 0, SEEK_SET);
    /* Its standard input: a file, which each of its processes opens anew. */
    (void)snprintf(archive->path, sizeof archive->path, "/proc/self/fd/0");
    return true;
}

static bool open_folder(const struct backup_check *check, struct backup_archive *archive,
                        struct err *err) {
    (void)snprintf(archive->path, sizeof archive->path, "%s", check->folder);
    if (backup_unpack(check, archive->path, err)) return true;
    job_folder_remove(archive->path);
    return false;
}

static bool open_local(struct opening *opening, struct backup_archive *archive, struct err *err) {
    const struct config *config = opening->job->config;
    bool directory = backup_is_directory(backup_manifest_text(opening->manifest, "format"));
    char path[PATH_MAX], folder[PATH_MAX];
    if (!backup_store_path(config, opening->manifest, path, err) ||
        !job_folder_path(config, opening->job->id, ".archive", folder, err))
        return false;
    struct backup_check check = { .config = config,
                                  .path = path,
                                  .folder = folder,
                                  .manifest = opening->manifest,
                                  .cancel_fd = opening->job->channel,
                                  .progress = show,
                                  .context = opening->job };
    return directory ? open_folder(&check, archive, err) : open_file(&check, archive, err);
}

/* This runner's copy is not what it was: nobody is to restore from it. */
static void drop_copy(struct opening *opening, const char *what) {
    struct job *job = opening->job;
    struct db_at at = job_at(job, DB_APP, NULL, ROW_TIMEOUT_MS);
    struct err problem = ERR_INIT;
    const char *values[] = { opening->id, job->config->jobs.runner, what };
    json_t *rows = NULL;
    if (strcmp(what, "damaged") == 0) backup_store_set_aside(job->config, opening->manifest);
    if (!db_rows(job->db, &at, DB_BACKUP_COPY_DROP, values, 3, &rows, &problem))
        job_log(job, "the copy's loss cannot be noted: %s", problem.detail);
    json_decref(rows);
}

static bool fetch(struct opening *opening, struct err *err) {
    struct job *job = opening->job;
    struct db_at at = job_at(job, DB_APP, NULL, ROW_TIMEOUT_MS);
    json_t *rows, *row;
    size_t i;
    bool ok = false;
    if (!db_rows(job->db, &at, DB_BACKUP_DOWNLOAD, &opening->id, 1, &rows, err)) return false;
    json_array_foreach(rows, i, row) {
        const char *runner = json_string_value(json_object_get(row, "runner"));
        struct err problem = ERR_INIT;
        if (ok || !runner || strcmp(runner, job->config->jobs.runner) == 0) continue;
        job_progress(job, "fetching the backup from another runner", -1, -1, NULL);
        ok = backup_store_fetch(job->config, job->id, runner, opening->manifest, &opening->seal,
                                job->channel, &problem);
        if (!ok) job_log(job, "runner %s: %s", runner, problem.detail);
    }
    json_decref(rows);
    return ok || (job_go_on(job, err) &&
                  err_set(err, ERR_NOT_FOUND, "no whole copy of the backup can be had"));
}

static bool open_any(struct opening *opening, struct backup_archive *archive, struct err *err) {
    if (open_local(opening, archive, err)) return true;
    if (err->code != ERR_NOT_FOUND && err->code != ERR_CONFLICT) return false;
    struct err first = *err, second = ERR_INIT;
    drop_copy(opening, err->code == ERR_CONFLICT ? "damaged" : "missing");
    job_log(opening->job, "the copy here: %s", first.detail);
    err_clear(err);
    if (fetch(opening, &second)) return open_local(opening, archive, err);
    *err = second.code == ERR_CANCELLED || first.code == ERR_NOT_FOUND ? second : first;
    return false;
}

bool backup_open(struct job *job, const char *backup_id, struct backup_archive *ret_archive,
                 struct err *err) {
    struct opening opening = { .job = job, .id = backup_id };
    struct backup_archive archive = { .fd = -1 };
    bool ok = (seal_is_uuid(backup_id) ||
               err_set(err, ERR_NOT_FOUND, "there is no backup %s", backup_id)) &&
              read_row(&opening, err) && open_any(&opening, &archive, err);
    if (ok) {
        archive.manifest = json_incref(opening.manifest);
        archive.database = backup_manifest_text(archive.manifest, "database");
        *ret_archive = archive;
    }
    json_decref(opening.manifest);
    json_decref(opening.rows);
    free(opening.seal.text);
    return ok;
}

void backup_close(struct backup_archive *archive) {
    if (archive->fd >= 0) close(archive->fd);
    else if (*archive->path) job_folder_remove(archive->path);
    json_decref(archive->manifest);
    *archive = (struct backup_archive){ .fd = -1 };
}
