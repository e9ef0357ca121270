/* SPDX-License-Identifier: MIT */
#include "job_keeper.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_check.h"
#include "backup_store.h"
#include "clock.h"
#include "db.h"
#include "db_listen.h"
#include "job_clock.h"
#include "job_folder.h"
#include "log.h"
#include "upload.h"

#define STEP_MS   10000
#define PERIOD_MS 1000
#define FILES_MS  3000  /* how often the files are looked at, beside notices */
#define SCAN_MS   60000 /* how often the folder is searched for what no row knows */
#define RETRY_MS  15000 /* after a copy that failed */
#define RETAIN_MS 10000
#define PRUNE_MS  60000 /* how often jobs are forgotten, while there are few to forget */
#define PRUNE_MAX "500" /* at once: nobody waits for a lock on them for long */
#define OWNER     "keeper"

struct keeper {
    const struct config *config;
    struct db *db;
    struct db_listener *listener;
    int64_t files_ms, scan_ms, copies_ms, retain_ms, prune_ms; /* when each is due */
    bool trouble;
};

static struct db_at at_of(const char *database, enum db_role role) {
    return (struct db_at){ .role = role,
                           .database = database,
                           .target = DB_PRIMARY,
                           .deadline_ms = clock_ms() + STEP_MS,
                           .client_socket = -1,
                           .request_id = "guardian-jobs" };
}

static bool ask(struct keeper *keeper, enum db_statement statement, const char *const *values,
                int count, json_t **ret_rows) {
    struct db_at at = at_of(NULL, DB_APP);
    struct err err = ERR_INIT;
    bool ok = db_rows(keeper->db, &at, statement, values, count, ret_rows, &err);
    if (!ok && !keeper->trouble)
        log_event(LOG_ERROR, "keeper", "code", 's', err_name(err.code), "detail", 's', err.detail,
                  NULL);
    keeper->trouble = !ok;
    return ok;
}

static void tell(struct keeper *keeper, enum db_statement statement, const char *const *values,
                 int count) {
    json_t *rows = NULL;
    if (ask(keeper, statement, values, count, &rows)) json_decref(rows);
}

static const char *text_of(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static void complain(const char *event, const char *backup, const struct err *err) {
    log_event(LOG_ERROR, event, "backup", 's', backup, "code", 's', err_name(err->code), "detail",
              's', err->detail, NULL);
}

/* The manifest and seal of a row; false when they are not ours. */
static bool read_seal(struct keeper *keeper, const json_t *row, struct backup_seal *ret_seal,
                      json_t **ret_manifest, struct err *err) {
    const char *text = text_of(row, "manifest");
    if (!backup_manifest_check(keeper->config, text, text_of(row, "signature"),
                               text_of(row, "public_key"), ret_manifest, err))
        return false;
    *ret_seal = (struct backup_seal){ .text = (char *)text };
    (void)snprintf(ret_seal->signature, sizeof ret_seal->signature, "%s",
                   text_of(row, "signature"));
    (void)snprintf(ret_seal->public_key, sizeof ret_seal->public_key, "%s",
                   text_of(row, "public_key"));
    return true;
}

/* -- deleted -------------------------------------------------------------------------------------
 */

static void remove_gone(struct keeper *keeper) {
    const char *runner[] = { keeper->config->jobs.runner };
    json_t *rows, *row;
    size_t i;
    if (!ask(keeper, DB_BACKUP_GONE, runner, 1, &rows)) return;
    json_array_foreach(rows, i, row) {
        struct err err = ERR_INIT;
        const char *values[] = { text_of(row, "id"), keeper->config->jobs.runner };
        if (!backup_store_remove(keeper->config, values[0], &err)) {
            complain("backup_remove", values[0], &err);
            continue;
        }
        log_event(LOG_INFO, "backup_removed", "backup", 's', values[0], NULL);
        tell(keeper, DB_BACKUP_REMOVED, values, 2);
    }
    json_decref(rows);
}

/* -- copies --------------------------------------------------------------------------------------
 */

static bool copy_one(struct keeper *keeper, const json_t *row) {
    const char *id = text_of(row, "id"), *from = text_of(row, "runner");
    const char *values[] = { id, keeper->config->jobs.runner };
    struct err err = ERR_INIT;
    struct backup_seal seal;
    json_t *manifest;
    int64_t started_ms = clock_ms();
    if (!read_seal(keeper, row, &seal, &manifest, &err)) {
        complain("backup_copy", id, &err);
        return false;
    }
    bool ok = backup_store_fetch(keeper->config, OWNER, from, manifest, &seal, -1, &err);
    json_decref(manifest);
    if (!ok) {
        complain("backup_copy", id, &err);
        return false;
    }
    log_event(LOG_INFO, "backup_copied", "backup", 's', id, "from", 's', from, "ms", 'i',
              (long long)(clock_ms() - started_ms), NULL);
    tell(keeper, DB_BACKUP_COPY_ADD, values, 2);
    return true;
}

static void copy_wanted(struct keeper *keeper) {
    const char *runner[] = { keeper->config->jobs.runner };
    json_t *rows, *row;
    size_t i;
    bool failed = false;
    if (!keeper->config->jobs.copy_url || clock_ms() < keeper->copies_ms ||
        !ask(keeper, DB_BACKUP_WANTED, runner, 1, &rows))
        return;
    json_array_foreach(rows, i, row) failed |= !copy_one(keeper, row);
    if (failed) keeper->copies_ms = clock_ms() + RETRY_MS;
    json_decref(rows);
}

/* -- checks --------------------------------------------------------------------------------------
 */

static void drop_copy(struct keeper *keeper, const json_t *manifest, const char *what,
                      const char *why) {
    const char *values[] = { backup_manifest_text(manifest, "backup_id"),
                             keeper->config->jobs.runner, what };
    log_event(LOG_ERROR, "backup_copy_lost", "backup", 's', values[0], "state", 's', what, "detail",
              's', why, NULL);
    if (strcmp(what, "damaged") == 0) backup_store_set_aside(keeper->config, manifest);
    tell(keeper, DB_BACKUP_COPY_DROP, values, 3);
}

/* Only a file that is seen not to be there, in a folder that is, is missing. */
static bool is_missing(const struct config *config, const char *path, int64_t size, bool *ret_cut) {
    struct stat file, folder;
    if (stat(path, &file) == 0) {
        *ret_cut = file.st_size != size;
        return false;
    }
    *ret_cut = false;
    return errno == ENOENT && stat(config->jobs.backup_dir, &folder) == 0;
}

static void check_bytes(struct keeper *keeper, const json_t *row, const char *path) {
    struct backup_seal seal;
    struct err err = ERR_INIT;
    json_t *manifest;
    const char *values[] = { text_of(row, "id"), keeper->config->jobs.runner };
    if (!read_seal(keeper, row, &seal, &manifest, &err)) {
        complain("backup_check", values[0], &err);
        return;
    }
    struct backup_check check = {
        .config = keeper->config, .path = path, .manifest = manifest, .cancel_fd = -1
    };
    if (backup_check_bytes(&check, -1, &err)) tell(keeper, DB_BACKUP_COPY_ADD, values, 2);
    else if (err.code == ERR_CONFLICT) drop_copy(keeper, manifest, "damaged", err.detail);
    else complain("backup_check", values[0], &err);
    json_decref(manifest);
}

/* Whether it is there is seen at every look; what is in it, when that is due. */
static void check_one(struct keeper *keeper, const json_t *row) {
    struct err err = ERR_INIT;
    char path[PATH_MAX];
    bool cut;
    json_t *brief =
        json_pack("{s:s s:s s:b}", "backup_id", text_of(row, "id"), "format",
                  text_of(row, "format"), "encrypted", *text_of(row, "encrypted") == 't');
    if (brief && backup_store_path(keeper->config, brief, path, &err)) {
        if (is_missing(keeper->config, path, strtoll(text_of(row, "size_bytes"), NULL, 10), &cut))
            drop_copy(keeper, brief, "missing", "the file is not there");
        else if (cut) drop_copy(keeper, brief, "damaged", "the file has another size");
        else if (*text_of(row, "due") == 't') check_bytes(keeper, row, path);
    }
    json_decref(brief);
}

static void check_mine(struct keeper *keeper) {
    char seconds[24];
    json_t *rows, *row;
    size_t i;
    (void)snprintf(seconds, sizeof seconds, "%lld",
                   (long long)keeper->config->jobs.verify_interval_s);
    const char *values[] = { keeper->config->jobs.runner, seconds };
    if (!ask(keeper, DB_BACKUP_MINE, values, 2, &rows)) return;
    json_array_foreach(rows, i, row) check_one(keeper, row);
    json_decref(rows);
}

/* -- what no row knows ---------------------------------------------------------------------------
 */

/* A whole backup that was named before its row was written, or whose row the console's database has
 * lost, is a backup. */
static void adopt(struct keeper *keeper, const char *id) {
    char path[PATH_MAX];
    struct backup_seal seal;
    struct err err = ERR_INIT;
    json_t *manifest;
    struct db_at at = at_of(NULL, DB_APP);
    (void)snprintf(path, sizeof path, "%s/%s.json", keeper->config->jobs.backup_dir, id);
    if (!backup_manifest_read(keeper->config, path, &seal, &manifest, &err)) {
        complain("backup_adopt", id, &err);
        return;
    }
    struct backup_row row = { .manifest = manifest, .seal = &seal };
    struct backup_check check = {
        .config = keeper->config, .path = path, .manifest = manifest, .cancel_fd = -1
    };
    bool ok = strcmp(backup_manifest_text(manifest, "backup_id"), id) == 0 &&
              backup_store_path(keeper->config, manifest, path, &err) &&
              backup_check_bytes(&check, -1, &err) &&
              backup_store_add(keeper->config, keeper->db, &at, &row, &err);
    if (ok) log_event(LOG_INFO, "backup_adopted", "backup", 's', id, NULL);
    else if (err.code !=
             ERR_NOT_FOUND) /* a manifest whose archive never got its name, or is away */
        complain("backup_adopt", id, &err);
    json_decref(manifest);
    free(seal.text);
}

/* Ids of the manifests in the folder, but for those that are being named right now. */
static json_t *ids_of(struct keeper *keeper) {
    DIR *folder = opendir(keeper->config->jobs.backup_dir);
    json_t *ids = json_array();
    for (struct dirent *entry; folder && ids && (entry = readdir(folder));) {
        char id[SEAL_UUID_SIZE];
        struct stat file;
        if (strlen(entry->d_name) != SEAL_UUID_SIZE - 1 + 5 ||
            strcmp(entry->d_name + SEAL_UUID_SIZE - 1, ".json") != 0)
            continue;
        (void)snprintf(id, sizeof id, "%.36s", entry->d_name);
        if (seal_is_uuid(id) && fstatat(dirfd(folder), entry->d_name, &file, 0) == 0 &&
            file.st_mtime + 10 < (time_t)clock_unix_s() &&
            json_array_append_new(ids, json_string(id)) != 0)
            break;
    }
    if (folder) closedir(folder);
    return ids;
}

static void adopt_unknown(struct keeper *keeper) {
    json_t *ids = ids_of(keeper), *rows, *row;
    char *text = ids ? json_dumps(ids, JSON_COMPACT) : NULL;
    const char *values[] = { text, keeper->config->jobs.runner };
    size_t i;
    json_decref(ids);
    if (text && ask(keeper, DB_BACKUP_UNKNOWN, values, 2, &rows)) {
        json_array_foreach(rows, i, row) adopt(keeper, text_of(row, "id"));
        json_decref(rows);
    }
    free(text);
}

/* -- uploads -------------------------------------------------------------------------------------
 */

static bool is_in(const json_t *rows, const char *file) {
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) if (strcmp(text_of(row, "file"), file) == 0) return true;
    return false;
}

/* What came is removed when its job is over, or when none has come for it. */
static void sweep_uploads(struct keeper *keeper) {
    json_t *files = upload_folder_list(keeper->config), *rows = NULL, *item;
    char *text = json_array_size(files) > 0 ? json_dumps(files, JSON_COMPACT) : NULL;
    const char *values[] = { text };
    size_t i;
    if (text && ask(keeper, DB_UPLOAD_WAITING, values, 1, &rows)) {
        json_array_foreach(files, i, item) {
            const char *file = text_of(item, "file");
            if (is_in(rows, file)) continue;
            upload_folder_remove(keeper->config, file);
            log_event(LOG_INFO, "upload_removed", "file", 's', file, NULL);
        }
        json_decref(rows);
    }
    free(text);
    json_decref(files);
}

/* Code of strangers is not to have a login for longer than the restore that it came with. */
static void close_importer(struct keeper *keeper) {
    json_t *rows;
    const char *none[] = { NULL };
    struct db_at at = at_of(keeper->config->postgres.console_database, DB_MAINTAINER);
    struct err err = ERR_INIT;
    if (!ask(keeper, DB_IMPORT_LEFT, NULL, 0, &rows)) return;
    bool left = json_array_size(rows) > 0;
    json_decref(rows);
    if (!left) return;
    if (db_rows(keeper->db, &at, DB_IMPORT_CLOSE, none, 1, &rows, &err)) {
        json_decref(rows);
        log_event(LOG_INFO, "importer_closed", NULL);
    } else complain("importer_closed", "", &err);
}

/* -- restores ------------------------------------------------------------------------------------
 */

/* What a restore left beside or kept is dropped when its time has come, by a job that anybody can
 * see. */
static void expire_restores(struct keeper *keeper) {
    json_t *rows, *row;
    size_t i;
    if (!ask(keeper, DB_RESTORE_EXPIRE, NULL, 0, &rows)) return;
    json_array_foreach(rows, i, row)
        log_event(LOG_INFO, "restore_expired", "restore", 's', text_of(row, "restore"), "job", 's',
                  text_of(row, "id"), "reason", 's', text_of(row, "reason"), NULL);
    json_decref(rows);
}

/* ------------------------------------------------------------------------------------------------
 */

static void listen_again(struct keeper *keeper, bool *ret_notified) {
    struct db_at at = at_of(NULL, DB_APP);
    struct err err = ERR_INIT;
    if (keeper->listener && db_listen_drain(keeper->listener, ret_notified)) return;
    db_listen_close(keeper->listener);
    keeper->listener = NULL;
    if (!keeper->trouble &&
        !db_listen(keeper->config, &at, "guardian_backup", &keeper->listener, &err))
        keeper->listener = NULL;
}

static void keep_time(struct keeper *keeper) {
    struct err err = ERR_INIT;
    bool ok = job_clock_start(keeper->db, &err);
    if (ok && clock_ms() >= keeper->retain_ms) {
        keeper->retain_ms = clock_ms() + RETAIN_MS;
        ok = job_clock_retain(keeper->db, &err);
    }
    if (!ok && !keeper->trouble)
        log_event(LOG_ERROR, "keeper", "code", 's', err_name(err.code), "detail", 's', err.detail,
                  NULL);
    keeper->trouble = !ok;
}

/* Jobs that have been over for long. A whole batch means that there are more. */
static void prune_jobs(struct keeper *keeper) {
    char days[24];
    json_t *rows;
    (void)snprintf(days, sizeof days, "%lld", (long long)keeper->config->jobs.keep_days);
    const char *values[] = { days, PRUNE_MAX };
    if (clock_ms() < keeper->prune_ms || !ask(keeper, DB_JOB_PRUNE, values, 2, &rows)) return;
    size_t count = json_array_size(rows);
    if (count > 0) log_event(LOG_INFO, "jobs_forgotten", "count", 'i', (long long)count, NULL);
    if (count < strtoull(PRUNE_MAX, NULL, 10)) keeper->prune_ms = clock_ms() + PRUNE_MS;
    json_decref(rows);
}

static void round_of(struct keeper *keeper) {
    bool notified = false;
    listen_again(keeper, &notified);
    keep_time(keeper);
    prune_jobs(keeper);
    if (notified || clock_ms() >= keeper->files_ms) {
        keeper->files_ms = clock_ms() + FILES_MS;
        remove_gone(keeper);
        check_mine(keeper);
        if (clock_ms() >= keeper->scan_ms) {
            keeper->scan_ms = clock_ms() + SCAN_MS;
            adopt_unknown(keeper);
        }
        sweep_uploads(keeper);
        close_importer(keeper);
        expire_restores(keeper);
        copy_wanted(keeper);
    }
    db_reset(keeper->db);
}

void job_keeper_main(const struct config *config) {
    struct keeper keeper = { .config = config };
    struct err err = ERR_INIT;
    if (!db_open(config, &keeper.db, &err)) _exit(EXIT_FAILURE);
    job_folder_sweep(config, OWNER);
    for (;;) {
        round_of(&keeper);
        struct pollfd poll_fd = { .fd = keeper.listener ? db_listen_socket(keeper.listener) : -1,
                                  .events = POLLIN };
        (void)poll(&poll_fd, 1, PERIOD_MS);
    }
}
