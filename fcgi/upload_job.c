/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive_look.h"
#include "backup.h"
#include "backup_file.h"
#include "backup_manifest.h"
#include "backup_store.h"
#include "clock.h"
#include "job_folder.h"
#include "upload.h"

#define ROW_TIMEOUT_MS 30000
#define BUFFER_SIZE    65536u

struct taking {
    struct job *job;
    const char *runner, *file, *sha256, *note;
    int64_t size, got; /* bytes, as they were sent */
    struct seal_sha256_stream hash;
    struct backup_writer writer;
    char head[ARCHIVE_HEAD_SIZE];
    char path[PATH_MAX], id[SEAL_UUID_SIZE], created_at[32];
    json_t *contents, *manifest;
    struct backup_seal seal;
    int64_t started_ms;
};

static bool read_parameters(struct taking *taking, struct err *err) {
    const json_t *parameters = taking->job->parameters;
    taking->runner = backup_manifest_text(parameters, "runner");
    taking->file = backup_manifest_text(parameters, "file");
    taking->sha256 = backup_manifest_text(parameters, "sha256");
    taking->note = backup_manifest_text(parameters, "note");
    taking->size = backup_manifest_number(parameters, "size_bytes");
    return (taking->runner && taking->file && taking->sha256 && taking->size > 0 &&
            seal_is_uuid(taking->file) && taking->job->database) ||
           err_set(err, ERR_INTERNAL, "the job names no upload");
}

/* -- bringing it here -------------------------------------------------------------------------- */

static bool take(void *context, const char *data, size_t size, struct err *err) {
    struct taking *taking = context;
    size_t at = (size_t)taking->got;
    if (at < sizeof taking->head)
        memcpy(taking->head + at, data,
               size < sizeof taking->head - at ? size : sizeof taking->head - at);
    taking->got += (int64_t)size;
    if (taking->got > taking->size)
        return err_set(err, ERR_CONFLICT, "more has come than was sent");
    seal_sha256_add(&taking->hash, data, size);
    job_progress(taking->job, "taking it in", taking->got, taking->size, "bytes");
    return backup_writer_add(&taking->writer, data, size, err);
}

/* From this runner's own folder. */
static bool read_here(struct taking *taking, struct err *err) {
    struct job *job = taking->job;
    struct backup_reader reader;
    char path[PATH_MAX];
    ptrdiff_t got = 0;
    if (snprintf(path, sizeof path, "%s/" UPLOAD_FOLDER "/%s", job->config->jobs.backup_dir,
                 taking->file) >= (int)sizeof path)
        return err_set(err, ERR_LIMIT, "jobs.backup_dir is too long");
    if (!backup_reader_open(&reader, path, NULL, err)) return false;
    char *buffer = malloc(BUFFER_SIZE);
    bool ok = buffer || err_set(err, ERR_LIMIT, "out of memory");
    while (ok && (got = backup_reader_next(&reader, buffer, BUFFER_SIZE, err)) > 0)
        ok = take(taking, buffer, (size_t)got, err) && job_go_on(job, err);
    free(buffer);
    backup_reader_close(&reader);
    return ok && got == 0;
}

static bool read_there(struct taking *taking, struct err *err) {
    char file[sizeof UPLOAD_FOLDER + SEAL_UUID_SIZE];
    (void)snprintf(file, sizeof file, UPLOAD_FOLDER "/%s", taking->file);
    return backup_store_stream(taking->job->config, taking->runner, file, taking->job->channel,
                               take, taking, err);
}

static bool check_sent(struct taking *taking, struct err *err) {
    unsigned char hash[SEAL_HASH_SIZE];
    char sha256[SEAL_HEX_SIZE];
    seal_sha256_end(&taking->hash, hash);
    seal_hex(hash, sizeof hash, sha256);
    if (taking->got != taking->size || strcmp(sha256, taking->sha256) != 0)
        return err_set(err, ERR_CONFLICT, "what has come is not what was sent");
    size_t head = taking->got < ARCHIVE_HEAD_SIZE ? (size_t)taking->got : ARCHIVE_HEAD_SIZE;
    return archive_head_check(taking->head, head, err);
}

static bool bring(struct taking *taking, char ret_sha256[SEAL_HEX_SIZE], int64_t *ret_size,
                  struct err *err) {
    const struct config *config = taking->job->config;
    const struct config_secret *key = &config->jobs.encryption_key;
    bool here = strcmp(taking->runner, config->jobs.runner) == 0;
    if (!job_folder_path(config, taking->job->id, ".dump", taking->path, err)) return false;
    (void)unlink(taking->path); /* of an earlier attempt */
    if (!backup_writer_open(&taking->writer, taking->path, key->text ? key : NULL, err))
        return false;
    seal_sha256_begin(&taking->hash);
    bool ok = (here ? read_here(taking, err) : read_there(taking, err)) &&
              check_sent(taking, err) && backup_writer_end(&taking->writer, ret_sha256, err);
    *ret_size = taking->writer.size;
    backup_writer_drop(&taking->writer);
    return ok;
}

/* -- storing it -------------------------------------------------------------------------------- */

static void show(void *context, int64_t done, int64_t total) {
    job_progress(context, "looking into it", done, total, "bytes");
}

/* As long as it is not in the manifest, `manifest` says of the file what there is to check. */
static bool look(struct taking *taking, const char *sha256, int64_t size, struct err *err) {
    const struct config *config = taking->job->config;
    struct backup_check check = { .config = config,
                                  .path = taking->path,
                                  .cancel_fd = taking->job->channel,
                                  .progress = show,
                                  .context = taking->job };
    json_t *brief =
        json_pack("{s:b s:I s:s}", "encrypted", config->jobs.encryption_key.text != NULL,
                  "size_bytes", (json_int_t)size, "sha256", sha256);
    check.manifest = brief;
    job_part(taking->job, 40, 90);
    bool ok = brief || err_set(err, ERR_LIMIT, "out of memory");
    ok = ok && archive_look(&check, &taking->contents, err);
    if (ok) job_part(taking->job, 90, 100);
    ok = ok && backup_check_bytes(&check, -1, err);
    json_decref(brief);
    return ok;
}

static bool describe(struct taking *taking, const char *sha256, int64_t size, struct err *err) {
    const struct job *job = taking->job;
    const json_t *contents = taking->contents,
                 *version = json_object_get(contents, "server_version");
    char finished_at[32];
    backup_time_text(finished_at);
    taking->manifest = json_pack(
        "{s:i s:s s:s s:s s:b s:I s:s s:s s:n s:n s:n s:O s:O s:O s:O s:O s:O s:I s:s s:s s:s s:I "
        "s:s s:s s:s s:s s:s}",
        "version", 1, "backup_id", taking->id, "database", job->database, "format", BACKUP_CUSTOM,
        "encrypted", job->config->jobs.encryption_key.text != NULL, "size_bytes", (json_int_t)size,
        "sha256", sha256, "server_version",
        json_is_string(version) ? json_string_value(version) : "unknown", "database_bytes",
        "row_estimate", "wal_lsn", "tables", json_object_get(contents, "tables"), "counts",
        json_object_get(contents, "counts"), "extensions", json_object_get(contents, "extensions"),
        "languages", json_object_get(contents, "languages"), "entries",
        json_object_get(contents, "entries"), "unpacked_bytes",
        json_object_get(contents, "unpacked_bytes"), "sent_bytes", (json_int_t)taking->size,
        "sent_sha256", taking->sha256, "created_at", taking->created_at, "finished_at", finished_at,
        "duration_ms", (json_int_t)(clock_ms() - taking->started_ms), "origin", "upload",
        "created_by", job->created_by, "runner", job->config->jobs.runner, "job_id", job->id,
        "request_id", job->request_id);
    return taking->manifest || err_set(err, ERR_LIMIT, "out of memory for the manifest");
}

static bool add_row(struct taking *taking, struct err *err) {
    const struct job *job = taking->job;
    struct db_at at = job_at(job, DB_APP, NULL, ROW_TIMEOUT_MS);
    struct backup_row row = {
        .manifest = taking->manifest, .seal = &taking->seal, .note = taking->note, .job_id = job->id
    };
    at.client_socket = -1; /* it has its name */
    return backup_store_add(job->config, job->db, &at, &row, err);
}

static bool store(struct taking *taking, struct err *err) {
    struct job *job = taking->job;
    char sha256[SEAL_HEX_SIZE];
    int64_t size;
    job_part(job, 0, 40);
    return bring(taking, sha256, &size, err) && look(taking, sha256, size, err) &&
           describe(taking, sha256, size, err) &&
           backup_manifest_sign(job->config, taking->manifest, &taking->seal, err) &&
           job_go_on(job, err) &&
           backup_store_name(job->config, job->id, taking->path, taking->manifest, &taking->seal,
                             err) &&
           add_row(taking, err);
}

bool upload_run(struct job *job, struct err *err) {
    struct taking taking = { .job = job, .writer.fd = -1, .started_ms = clock_ms() };
    if (!read_parameters(&taking, err)) return false;
    seal_uuid(taking.id);
    backup_time_text(taking.created_at);
    bool ok = store(&taking, err);
    if (!ok) job_folder_sweep(job->config, job->id);
    if (ok)
        job_log(job, "archive %s: %lld bytes, %lld when unpacked", taking.id,
                (long long)taking.size,
                (long long)backup_manifest_number(taking.manifest, "unpacked_bytes"));
    json_decref(taking.contents);
    json_decref(taking.manifest);
    free(taking.seal.text);
    return ok && job_result(job, json_pack("{s:s}", "backup_id", taking.id), err);
}
