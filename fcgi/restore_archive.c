/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"
#include "clock.h"
#include "job_folder.h"
#include "maintainer.h"
#include "program.h"
#include "restore_list.h"
#include "restore_steps.h"

#define SNAPSHOT_MS (6 * 3600 * 1000LL)
#define DATABASE_MS (3600 * 1000LL)
#define PATHS_MAX   300
#define PROCESSES   8

/* What the runs of pg_restore have in common. */
struct runs {
    struct job *job;
    const struct backup_archive *archive;
    char program[PATHS_MAX];
    char *conninfo;
    int passfile;
    char passfile_entry[48];
    int done, total;  /* of the entries of the run with progress */
    bool full;        /* the server has no room left */
    const char *word; /* that lets this runner, and not the archive's own code, give owners */
};

static void drop_json(void *json) {
    json_decref(json);
}

static bool keep_json(struct job *job, json_t *json, struct err *err) {
    return (json && arena_defer(job->arena, drop_json, json)) ||
           err_set(err, ERR_LIMIT, "out of memory");
}

/* -- pg_restore ----------------------------------------------------------------------------------
 */

/* Its own talk: what it has finished counts, what it complains about is told. */
static void take_line(void *context, const char *text) {
    struct runs *runs = context;
    if (strstr(text, "pg_restore: finished item ")) {
        if (runs->total > 0)
            job_progress(runs->job, "restoring", ++runs->done, runs->total, "objects");
        return;
    }
    if (strstr(text, strerror(ENOSPC)) || strstr(text, "Check free disk space")) runs->full = true;
    if (strstr(text, "pg_restore: error:") || strstr(text, "pg_restore: warning:") ||
        strstr(text, "pg_restore: from TOC entry"))
        job_log(runs->job, "%s", text);
}

static bool take_list(void *context, const char *data, size_t size, struct err *err) {
    return restore_list_take(context, data, size, err);
}

static bool read_list(struct runs *runs, struct restore_list *list, struct err *err) {
    const char *argv[] = { runs->program, "--list", "--verbose", runs->archive->path, NULL };
    struct program program = { .argv = argv,
                               .input_fd = runs->archive->fd,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = runs->job->channel,
                               .context = list,
                               .output = take_list };
    return program_run(&program, err);
}

static bool write_list(const struct runs *runs, const struct restore_pass *pass,
                       char ret_path[PATH_MAX], struct err *err) {
    if (!job_folder_path(runs->job->config, runs->job->id, ".list", ret_path, err)) return false;
    int fd = open(ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, pass->list, pass->size) == (ssize_t)pass->size;
    if (fd >= 0 && close(fd) != 0) ok = false;
    return ok || err_set(err, ERR_INTERNAL, "the list of what to restore cannot be written");
}

static const char *jobs_argument(const struct runs *runs) {
    int64_t processes = runs->job->config->restore.processes;
    if (processes == 0) {
        long here = sysconf(_SC_NPROCESSORS_ONLN);
        processes = here < 1 ? 1 : here > PROCESSES ? PROCESSES : here;
    }
    return arena_printf(runs->job->arena, "--jobs=%lld", (long long)processes);
}

static bool run_pass(struct runs *runs, const struct restore_pass *pass, struct err *err) {
    char path[PATH_MAX];
    if (pass->entries == 0) return true;
    if (!write_list(runs, pass, path, err)) return false;
    const char *use = arena_printf(runs->job->arena, "--use-list=%s", path);
    const char *jobs = pass->parallel ? jobs_argument(runs) : "--verbose";
    const char *owner = pass->owner ? "--no-owner" : "--verbose";
    if (!use || !jobs) return err_set(err, ERR_LIMIT, "out of memory");
    const char *argv[] = {
        runs->program, "--exit-on-error", "--no-password",     "--verbose", use, jobs,
        owner,         runs->conninfo,    runs->archive->path, NULL
    };
    /* What is lost with a crash of the server before the swap is made again. */
    const char *environment[] = { runs->passfile_entry,
                                  "PGOPTIONS=-c synchronous_commit=off -c jit=off", NULL };
    struct program program = { .argv = argv,
                               .environment = environment,
                               .input_fd = runs->archive->fd,
                               .output_fd = -1,
                               .passed_fd = runs->passfile,
                               .cancel_fd = runs->job->channel,
                               .context = runs,
                               .line = take_line };
    runs->total = pass->parallel ? pass->entries : 0;
    runs->done = 0;
    if (program_run(&program, err)) return true;
    if (!runs->full || err->code != ERR_INTERNAL) return false;
    err_clear(err);
    return err_set(err, ERR_BUSY,
                   "The server's disk is full. Make room, or discard what earlier restores keep; "
                   "then restore again.");
}

bool restore_facts(struct job *job, const char *name, const json_t **ret_facts, struct err *err) {
    const char *text;
    if (!restore_ask(job, name, DB_RESTORE_FACTS, NULL, 0, &text, err)) return false;
    json_t *facts = json_loads(text, 0, NULL);
    *ret_facts = facts;
    return keep_json(job, facts, err);
}

/* The template has the extensions of the managed database as it was when it was prepared; the
 * backup may be older or newer. */
bool restore_word(struct job *job, const char *name, const char *word,
                  const struct restore_list *list, struct err *err) {
    json_t *names = restore_list_extensions(list);
    char *text = names ? json_dumps(names, JSON_COMPACT) : NULL;
    const char *values[] = { word, text }, *dropped;
    json_decref(names);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory");
    bool ok = restore_ask(job, name, DB_RESTORE_START, values, 2, &dropped, err);
    free(text);
    return ok;
}

static bool note(struct runs *runs, const char *name, const char *owner, struct err *err) {
    const char *values[] = { runs->word, owner }, *count;
    return restore_ask(runs->job, name, DB_RESTORE_NOTE, values, 2, &count, err);
}

static bool run_passes(struct runs *runs, const char *name, struct err *err) {
    struct job *job = runs->job;
    struct restore_list *list = restore_list_new(job->arena);
    const struct restore_pass *passes;
    const json_t *facts;
    const char *left_out;
    if (!list) return err_set(err, ERR_LIMIT, "out of memory");
    if (!read_list(runs, list, err) || !restore_word(job, name, runs->word, list, err) ||
        !restore_facts(job, name, &facts, err) ||
        !restore_list_plan(list, facts, &passes, &left_out, err))
        return false;
    job_log(job, "The archive has %d entries.", restore_list_count(list));
    if (*left_out) job_log(job, "Left out, so that nothing is subscribed twice: %s", left_out);
    for (const struct restore_pass *pass = passes; pass; pass = pass->next) {
        if (!job_go_on(job, err) || (pass->owner && !note(runs, name, NULL, err)) ||
            !run_pass(runs, pass, err) || (pass->owner && !note(runs, name, pass->owner, err)))
            return false;
    }
    return true;
}

static bool restore_into(struct job *job, const struct backup_archive *archive, const char *name,
                         const char *word, struct err *err) {
    struct runs runs = { .job = job, .archive = archive, .passfile = -1, .word = word };
    job_progress(job, "restoring", 0, -1, NULL);
    bool ok = program_find(job->config, "pg_restore", runs.program, sizeof runs.program, err) &&
              program_conninfo(job->config, name, job->application, &runs.conninfo, err) &&
              program_passfile(job->config, &runs.passfile, runs.passfile_entry,
                               sizeof runs.passfile_entry, err) &&
              run_passes(&runs, name, err);
    if (runs.passfile >= 0) close(runs.passfile);
    free(runs.conninfo);
    return ok;
}

/* -- the database --------------------------------------------------------------------------------
 */

static bool run_in(struct job *job, const char *database, const char *template,
                   const char *const *values, int count, struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, database, DATABASE_MS);
    struct maintainer *maintainer;
    if (!maintainer_open(job->config, &at, &maintainer, err)) return false;
    bool ok = maintainer_run(maintainer, &at, template, values, count, NULL, err);
    maintainer_close(maintainer);
    return ok;
}

static bool ask_ground(struct job *job, const json_t **ret_ground, struct err *err) {
    const char *text;
    if (!restore_ask(job, job->config->postgres.console_database, DB_RESTORE_GROUND, &job->database,
                     1, &text, err)) {
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
        return err_set(err, ERR_NOT_FOUND, "there is no database \"%s\"", job->database);
    }
    json_t *ground = json_loads(text, 0, NULL);
    if (!keep_json(job, ground, err)) return false;
    *ret_ground = ground;
    return restore_text(ground, "template") ||
           err_set(err, ERR_CONFLICT,
                   "database \"%s\" is not prepared for restores; run guardianctl migrate",
                   job->database);
}

/* The name is in the row before there is such a database, and its oid right after. */
static bool create(struct job *job, const char *id, const char *what,
                   char ret_name[RESTORE_NAME_SIZE], struct err *err) {
    const char *console = job->config->postgres.console_database, *oid;
    const json_t *ground = NULL;
    if (!ask_ground(job, &ground, err) ||
        !restore_free_name(job, job->database, what, ret_name, err))
        return false;
    const char *begin[] = { id, restore_text(ground, "oid"), ret_name };
    const char *made[] = { ret_name, restore_text(ground, "template"),
                           restore_text(ground, "owner") };
    const char *closed[] = { ret_name };
    if (!restore_note(job, DB_RESTORE_BEGIN, begin, 3, err) ||
        !run_in(job, console, "CREATE DATABASE %I TEMPLATE %I OWNER %I", made, 3, err) ||
        !restore_ask(job, console, DB_RESTORE_OID, closed, 1, &oid, err))
        return false;
    const char *note[] = { id, oid };
    return restore_note(job, DB_RESTORE_MADE, note, 2, err) &&
           run_in(job, console, "REVOKE ALL ON DATABASE %I FROM PUBLIC", closed, 1, err);
}

/* Statistics first: they need an owner, and superusers' objects are given away at the end. */
static bool finish(struct job *job, const char *name, const char *word, struct err *err) {
    const char *kept;
    job_progress(job, "analyzing", -1, -1, NULL);
    if (!run_in(job, name, "ANALYZE", NULL, 0, err) ||
        !restore_ask(job, name, DB_RESTORE_FINISH, &word, 1, &kept, err))
        return false;
    if (strcmp(kept, "[]") != 0)
        job_log(job,
                "Not given back to a superuser, since that would lend its power to whoever wrote a "
                "function; guardian_maintainer has: %s",
                kept);
    return true;
}

bool restore_make(struct job *job, const char *id, const char *backup_id, const char *what,
                  const json_t **ret_manifest, struct err *err) {
    struct backup_archive archive = { .fd = -1 };
    char name[RESTORE_NAME_SIZE], word[SEAL_SECRET_SIZE];
    int64_t begin_ms = clock_ms();
    job_progress(job, "fetching the backup", -1, -1, NULL);
    if (!backup_open(job, backup_id, &archive, err)) return false;
    job_progress(job, "creating the database", -1, -1, NULL);
    seal_secret(word);
    json_t *manifest = json_incref(archive.manifest);
    bool ok = strcmp(archive.database, job->database) == 0 ||
              err_set(err, ERR_CONFLICT, "the backup is of database \"%.63s\"", archive.database);
    const char *origin = restore_text(archive.manifest, "origin");
    bool foreign = origin && strcmp(origin, "upload") == 0;
    ok = ok && create(job, id, what, name, err) &&
         (foreign ? restore_foreign(job, id, &archive, name, word, err)
                  : restore_into(job, &archive, name, word, err));
    backup_close(&archive);
    if (ok) job_log(job, "Restored in %lld ms.", (long long)(clock_ms() - begin_ms));
    ok = ok && finish(job, name, word, err);
    if (!keep_json(job, manifest, err) || !ok) return false;
    *ret_manifest = manifest;
    return true;
}

bool restore_snapshot(struct job *job, const char *database, const json_t **ret_snapshot,
                      struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, database, SNAPSHOT_MS);
    const char *text,
        *bytes = arena_printf(job->arena, "%lld", (long long)job->config->restore.count_bytes);
    if (!bytes) return err_set(err, ERR_LIMIT, "out of memory");
    if (!db_text(job->db, &at, DB_RESTORE_SNAPSHOT, job->arena, &bytes, 1, &text, NULL, err))
        return false;
    json_t *snapshot = json_loads(text, 0, NULL);
    if (!keep_json(job, snapshot, err)) return false;
    *ret_snapshot = snapshot;
    return true;
}
