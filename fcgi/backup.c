/* SPDX-License-Identifier: MIT */
#include "backup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backup_check.h"
#include "backup_dump.h"
#include "backup_manifest.h"
#include "backup_pack.h"
#include "backup_store.h"
#include "clock.h"
#include "job_folder.h"

#define FACTS_TIMEOUT_MS 600000
#define ROW_TIMEOUT_MS   30000
/* How far a backup is when pg_dump has made its folder, when all has been written, and when that
 * has been compared: pg_restore may still be at it. */
#define DIRECTORY_PERCENT 70
#define DUMPED_PERCENT    90
#define VERIFIED_PERCENT  97

struct making {
    struct job *job;
    const struct backup_wish *wish;
    char *id;
    json_t *facts, *manifest;
    int64_t started_ms;
    char started_at[32];
    char path[PATH_MAX], folder[PATH_MAX]; /* the file; pg_dump's directory, where it makes one */
    struct backup_trial trial;
    struct backup_seal seal;
};

bool backup_is_directory(const char *format) {
    return format && strcmp(format, BACKUP_DIRECTORY) == 0;
}

const char *backup_suffix(const char *format, bool encrypted) {
    if (backup_is_directory(format)) return encrypted ? ".tar.enc" : ".tar";
    return encrypted ? ".dump.enc" : ".dump";
}

void backup_file_name(const char *id, const char *suffix, char ret_name[BACKUP_NAME_SIZE]) {
    (void)snprintf(ret_name, BACKUP_NAME_SIZE, "%s%s", id, suffix);
}

void backup_time_text(char text[BACKUP_TIME_SIZE]) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t size = strftime(text, 24, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + size, BACKUP_TIME_SIZE - size, ".%03ldZ", now.tv_nsec / 1000000);
}

static bool read_facts(struct job *job, const char *database, json_t **ret_facts, struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, database, FACTS_TIMEOUT_MS);
    const char *text;
    if (!db_text(job->db, &at, DB_BACKUP_FACTS, job->arena, NULL, 0, &text, NULL, err))
        return false;
    *ret_facts = json_loads(text, 0, NULL);
    return *ret_facts || err_set(err, ERR_LIMIT, "out of memory for the list of tables");
}

/* pg_dump would find it out in the middle. */
static bool check_readable(const json_t *facts, struct err *err) {
    const json_t *unreadable = json_object_get(facts, "unreadable");
    long long count = json_integer_value(json_object_get(unreadable, "count")),
              first = json_integer_value(json_object_get(unreadable, "first"));
    return count == 0 ||
           err_set(
               err, ERR_SQL_PERMISSION,
               "%lld large object%s, the first of them %lld, may not be read by "
               "guardian_maintainer, so a backup would not be whole. Run `guardianctl migrate`, "
               "or GRANT SELECT ON LARGE OBJECT %lld TO guardian_maintainer.",
               count, count == 1 ? "" : "s", first, first);
}

static bool dump_custom(struct making *making, struct backup_dump *dump, struct err *err) {
    struct job *job = making->job;
    dump->trial = &making->trial;
    return backup_trial_begin(&making->trial, job->config, NULL, job->channel, err) &&
           backup_dump(job, dump, err);
}

/* The folder stays until the file has been compared with it. */
static bool dump_directory(struct making *making, const struct backup_dump *dump, struct err *err) {
    struct job *job = making->job;
    job_part(job, 0, DIRECTORY_PERCENT);
    if (!backup_dump(job, dump, err) ||
        !backup_trial_begin(&making->trial, job->config, dump->folder, job->channel, err))
        return false;
    job_part(job, DIRECTORY_PERCENT, DUMPED_PERCENT);
    return backup_pack(job, making->id, dump->folder, dump->writer, err);
}

static bool dump(struct making *making, char ret_sha256[SEAL_HEX_SIZE], int64_t *ret_size,
                 struct err *err) {
    struct job *job = making->job;
    const struct config_secret *key = &job->config->jobs.encryption_key;
    bool directory = making->wish->directory;
    struct backup_writer writer;
    struct backup_dump dump = { .database = making->wish->database,
                                .tables = json_object_get(making->facts, "tables"),
                                .folder = directory ? making->folder : NULL,
                                .writer = &writer };
    if (!backup_writer_open(&writer, making->path, key->text ? key : NULL, err)) return false;
    bool ok = directory ? dump_directory(making, &dump, err) : dump_custom(making, &dump, err);
    if (ok) {
        job_part(job, DUMPED_PERCENT, VERIFIED_PERCENT);
        job_progress(job, "syncing", -1, -1, NULL);
    }
    ok = ok && backup_writer_end(&writer, ret_sha256, err);
    *ret_size = writer.size;
    backup_writer_drop(&writer);
    return ok;
}

/* The tables as they are after the dump: what was made or dropped meanwhile may be in it or not. */
static bool describe(struct making *making, const char *sha256, int64_t size, struct err *err) {
    const struct job *job = making->job;
    char finished_at[32];
    json_t *after;
    if (!read_facts(making->job, making->wish->database, &after, err)) return false;
    backup_time_text(finished_at);
    making->manifest = json_pack(
        "{s:i s:s s:s s:s s:b s:I s:s s:O s:O s:O s:O s:O s:s s:s s:I s:s s:s s:s s:s s:s}",
        "version", 1, "backup_id", making->id, "database", making->wish->database, "format",
        making->wish->directory ? BACKUP_DIRECTORY : BACKUP_CUSTOM, "encrypted",
        job->config->jobs.encryption_key.text != NULL, "size_bytes", (json_int_t)size, "sha256",
        sha256, "server_version", json_object_get(making->facts, "server_version"),
        "database_bytes", json_object_get(making->facts, "database_bytes"), "row_estimate",
        json_object_get(making->facts, "row_estimate"), "wal_lsn",
        json_object_get(making->facts, "wal_lsn"), "tables", json_object_get(after, "tables"),
        "created_at", making->started_at, "finished_at", finished_at, "duration_ms",
        (json_int_t)(clock_ms() - making->started_ms), "origin", making->wish->origin, "created_by",
        job->created_by, "runner", job->config->jobs.runner, "job_id", job->id, "request_id",
        job->request_id);
    json_decref(after);
    return making->manifest || err_set(err, ERR_LIMIT, "out of memory for the manifest");
}

static void show_check(void *context, int64_t done, int64_t total) {
    job_progress(context, "verifying", done, total, "bytes");
}

static bool verify(struct making *making, struct err *err) {
    struct backup_check check = { .config = making->job->config,
                                  .path = making->path,
                                  .folder = making->folder,
                                  .manifest = making->manifest,
                                  .cancel_fd = making->job->channel,
                                  .progress = show_check,
                                  .context = making->job };
    json_t *tables;
    if (!backup_check_archive(&check, json_object_get(making->facts, "tables"),
                              json_object_get(making->manifest, "tables"), &tables, err))
        return false;
    job_part(making->job, VERIFIED_PERCENT, 100);
    job_progress(making->job, "reading it back", -1, -1, NULL);
    if (!backup_trial_end(&making->trial, err)) {
        json_decref(tables);
        return false;
    }
    return json_object_set_new(making->manifest, "tables", tables) == 0 ||
           err_set(err, ERR_LIMIT, "out of memory for the manifest");
}

static bool add_row(struct making *making, struct err *err) {
    const struct job *job = making->job;
    struct db_at at = job_at(job, DB_APP, NULL, ROW_TIMEOUT_MS);
    struct backup_row row = { .manifest = making->manifest,
                              .seal = &making->seal,
                              .note = making->wish->note,
                              .job_id = job->id };
    at.client_socket = -1; /* it has its name: it is a backup, whatever was wished meanwhile */
    return backup_store_add(job->config, job->db, &at, &row, err);
}

static bool make(struct making *making, struct err *err) {
    struct job *job = making->job;
    char sha256[SEAL_HEX_SIZE];
    int64_t size;
    job_part(job, 0, DUMPED_PERCENT);
    job_progress(job, "looking at the tables", -1, -1, NULL);
    if (!job_folder_path(job->config, job->id, ".dump", making->path, err) ||
        !job_folder_path(job->config, job->id, ".directory", making->folder, err) ||
        !read_facts(job, making->wish->database, &making->facts, err) ||
        !check_readable(making->facts, err))
        return false;
    /* Of a backup that an earlier part of this job left. */
    job_folder_remove(making->folder);
    if (unlink(making->path) != 0 && errno != ENOENT)
        return err_set(err, ERR_INTERNAL, "%s: %s", making->path, strerror(errno));
    if (!dump(making, sha256, &size, err) || !describe(making, sha256, size, err) ||
        !verify(making, err))
        return false;
    job_folder_remove(making->folder);
    if (!backup_manifest_sign(job->config, making->manifest, &making->seal, err) ||
        !job_go_on(job, err))
        return false;
    job_progress(job, "naming", -1, -1, NULL);
    return backup_store_name(job->config, job->id, making->path, making->manifest, &making->seal,
                             err) &&
           add_row(making, err);
}

bool backup_make(struct job *job, const struct backup_wish *wish, char ret_id[SEAL_UUID_SIZE],
                 struct err *err) {
    struct making making = { .job = job, .wish = wish, .id = ret_id, .started_ms = clock_ms() };
    seal_uuid(ret_id);
    backup_time_text(making.started_at);
    bool ok = make(&making, err);
    backup_trial_drop(&making.trial);
    if (!ok) job_folder_sweep(job->config, job->id);
    if (ok)
        job_log(job, "backup %s: %lld bytes, %zu tables, in %lld ms", ret_id,
                (long long)backup_manifest_number(making.manifest, "size_bytes"),
                json_array_size(json_object_get(making.manifest, "tables")),
                (long long)backup_manifest_number(making.manifest, "duration_ms"));
    json_decref(making.facts);
    json_decref(making.manifest);
    free(making.seal.text);
    return ok;
}

bool backup_run(struct job *job, struct err *err) {
    const char *origin = json_string_value(json_object_get(job->parameters, "origin"));
    const char *format = json_string_value(json_object_get(job->parameters, "format"));
    struct backup_wish wish = { .database = job->database,
                                .origin = origin ? origin : "manual",
                                .note = json_string_value(json_object_get(job->parameters, "note")),
                                .directory = backup_is_directory(format) };
    char id[SEAL_UUID_SIZE];
    return backup_make(job, &wish, id, err) &&
           job_result(job, json_pack("{s:s}", "backup_id", id), err);
}
