/* SPDX-License-Identifier: MIT */
/* An archive from elsewhere into a new database. Its bytes are read by a confined pg_restore, its
 * code runs as guardian_importer, and neither can reach anything but that database. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "job_folder.h"
#include "maintainer.h"
#include "program.h"
#include "restore_list.h"
#include "restore_steps.h"

#define IMPORTER       "guardian_importer"
#define LIST_MEMORY    (1LL << 30)
#define RESTORE_MEMORY (2LL << 30)
#define LOOK_MS        2000
#define OPEN_MS        10000
#define CLOSE_MS       3000
#define CUT_MS         2000
/* Tables, indexes and what a server needs beside: so much more than the archive's text may the
 * database become. */
#define GROWTH       4
#define GROWTH_BYTES (1LL << 30)

struct import {
    struct job *job;
    const struct backup_archive *archive;
    const char *id, *name, *word; /* of the restore, of the new database, of the runner */
    struct maintainer *maintainer;
    char program[300], password[SEAL_SECRET_SIZE], entry[48];
    char *conninfo;
    int passfile;
    int done, total;
    bool full; /* the server has no room left */
    int64_t look_ms, bytes, bytes_max;
};

/* -- the confined pg_restore ------------------------------------------------------------------- */

static bool take_list(void *context, const char *data, size_t size, struct err *err) {
    return restore_list_take(context, data, size, err);
}

static bool read_list(struct import *import, struct restore_list *list, struct err *err) {
    const char *argv[] = { import->program, "--list", "--verbose", import->archive->path, NULL };
    struct confine confine = { .program = import->program,
                               .read_fd = import->archive->fd,
                               .memory_bytes = LIST_MEMORY };
    struct program program = { .argv = argv,
                               .input_fd = import->archive->fd,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = import->job->channel,
                               .confine = &confine,
                               .context = list,
                               .output = take_list };
    return program_run(&program, err);
}

static void take_line(void *context, const char *text) {
    struct import *import = context;
    static const char *const counted[] = { "pg_restore: creating ", "pg_restore: processing data ",
                                           "pg_restore: executing " };
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (strncmp(text, counted[i], strlen(counted[i])) == 0 && import->done < import->total)
            import->done++;
    if (strstr(text, strerror(ENOSPC)) || strstr(text, "Check free disk space"))
        import->full = true;
    if (strstr(text, "pg_restore: error:") || strstr(text, "pg_restore: from TOC entry"))
        job_log(import->job, "%s", text);
}

static int64_t size_of(struct import *import) {
    json_t *names = json_pack("[s]", import->name);
    char *list = names ? json_dumps(names, JSON_COMPACT) : NULL;
    const char *values[] = { list }, *text = NULL;
    struct err ignored = ERR_INIT; /* it is asked again */
    int64_t bytes = 0;
    if (list && restore_ask(import->job, import->job->config->postgres.console_database,
                            DB_RESTORE_SIZES, values, 1, &text, &ignored)) {
        json_t *sizes = json_loads(text, 0, NULL);
        bytes = json_integer_value(json_object_get(sizes, import->name));
        json_decref(sizes);
    }
    free(list);
    json_decref(names);
    return bytes;
}

/* What is small in the archive may become large in a database: code in it can make rows. */
static bool tick(void *context, struct err *err) {
    struct import *import = context;
    job_progress(import->job, "restoring", import->done, import->total, "objects");
    if (clock_ms() < import->look_ms) return true;
    import->bytes = size_of(import);
    import->look_ms = clock_ms() + LOOK_MS;
    return import->bytes <= import->bytes_max ||
           err_set(err, ERR_ARCHIVE,
                   "The database has grown to %lld bytes, which is more than what is in the "
                   "archive can need; it was stopped.",
                   (long long)import->bytes);
}

static bool write_list(const struct import *import, const struct restore_pass *pass,
                       char ret_path[PATH_MAX], struct err *err) {
    if (!job_folder_path(import->job->config, import->job->id, ".list", ret_path, err))
        return false;
    int fd = open(ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, pass->list, pass->size) == (ssize_t)pass->size;
    if (fd >= 0 && close(fd) != 0) ok = false;
    return ok || err_set(err, ERR_INTERNAL, "the list of what to restore cannot be written");
}

/* Whatever it says is about the archive, but for a disk that is full. */
static bool blame(const struct import *import, struct err *err) {
    if (err->code != ERR_INTERNAL) return false;
    struct err said = *err;
    err_clear(err);
    if (import->full)
        return err_set(err, ERR_BUSY, "The server's disk is full. Make room, then restore again.");
    return err_set(err, ERR_ARCHIVE, "The archive was not restored: %.400s", said.detail);
}

/* One process: another one would be a thing to confine more. --exit-on-error: what is refused to
 * the importer is not skipped. */
static bool run(struct import *import, const struct restore_pass *pass, struct err *err) {
    const struct config *config = import->job->config;
    char path[PATH_MAX];
    if (!write_list(import, pass, path, err)) return false;
    const char *use = arena_printf(import->job->arena, "--use-list=%s", path);
    const char *argv[] = { import->program,
                           "--exit-on-error",
                           "--no-password",
                           "--verbose",
                           "--no-owner",
                           "--no-privileges",
                           "--no-security-labels",
                           "--no-tablespaces",
                           use,
                           import->conninfo,
                           import->archive->path,
                           NULL };
    const char *environment[] = { import->entry, "PGOPTIONS=-c synchronous_commit=off -c jit=off",
                                  NULL };
    struct maintainer_place place = maintainer_place(import->maintainer);
    struct confine confine = { .program = import->program,
                               .read_fd = import->archive->fd,
                               .read_file = config->postgres.sslrootcert,
                               .read_file_too = path,
                               .network = true,
                               .port = *place.host == '/' ? 0 : (int)strtol(place.port, NULL, 10),
                               .memory_bytes = RESTORE_MEMORY };
    struct program program = { .argv = argv,
                               .environment = environment,
                               .input_fd = import->archive->fd,
                               .output_fd = -1,
                               .passed_fd = import->passfile,
                               .cancel_fd = import->job->channel,
                               .confine = &confine,
                               .context = import,
                               .line = take_line,
                               .tick = tick };
    if (!use) return err_set(err, ERR_LIMIT, "out of memory");
    import->total = pass->entries;
    return program_run(&program, err) || blame(import, err);
}

/* -- the importer ------------------------------------------------------------------------------ */

static bool open_importer(struct import *import, struct err *err) {
    struct job *job = import->job;
    const char *console = job->config->postgres.console_database, *text;
    char *verifier = NULL;
    seal_secret(import->password);
    if (!maintainer_verifier(import->maintainer, IMPORTER, import->password, &verifier, err))
        return false;
    const char *values[] = { import->id, verifier };
    bool ok = restore_ask(job, console, DB_IMPORT_OPEN, values, 2, &text, err);
    free(verifier);
    struct maintainer_place place = maintainer_place(import->maintainer);
    struct program_login login = { .user = IMPORTER,
                                   .database = import->name,
                                   .application = job->application,
                                   .host = place.host,
                                   .hostaddr = place.address,
                                   .port = place.port };
    return ok && restore_ask(job, import->name, DB_RESTORE_LET_IN, &import->word, 1, &text, err) &&
           program_passfile_of(IMPORTER, import->password, &import->passfile, import->entry,
                               sizeof import->entry, err) &&
           program_conninfo_at(job->config, &login, &import->conninfo, err);
}

/* Also for a job that is cancelled: nobody of it stays inside. Where even that cannot be done, the
 * keeper does it. */
static bool close_importer(struct import *import, struct err *err) {
    struct job *job = import->job;
    struct db_at at = job_at(job, DB_MAINTAINER, job->config->postgres.console_database, CLOSE_MS);
    const char *values[] = { import->id }, *text = NULL;
    int64_t end_ms = clock_ms() + CUT_MS;
    at.client_socket = -1;
    explicit_bzero(import->password, sizeof import->password);
    bool ok = db_text(job->db, &at, DB_IMPORT_CLOSE, job->arena, values, 1, &text, NULL, err);
    while (ok && clock_ms() < end_ms) {
        ok = db_text(job->db, &at, DB_IMPORT_CUT, job->arena, NULL, 0, &text, NULL, err);
        if (ok && strcmp(text, "0") == 0) return true;
    }
    return ok && err_set(err, ERR_BUSY, "a session of " IMPORTER " does not end");
}

static bool take_over(struct import *import, struct err *err) {
    struct job *job = import->job;
    const char *values[] = { import->word, job->database }, *heir;
    if (!restore_ask(job, import->name, DB_RESTORE_TAKE_OVER, values, 2, &heir, err)) return false;
    job_log(job, "What was restored belongs to %s; no rights were taken over.", heir);
    return true;
}

/* -- the order of things ----------------------------------------------------------------------- */

static bool plan(struct import *import, const struct restore_pass **ret_pass, struct err *err) {
    struct job *job = import->job;
    struct restore_list *list = restore_list_new(job->arena);
    const json_t *facts;
    const char *left_out;
    if (!list) return err_set(err, ERR_LIMIT, "out of memory");
    if (!read_list(import, list, err) ||
        !restore_word(job, import->name, import->word, list, err) ||
        !restore_facts(job, import->name, &facts, err) ||
        !restore_list_foreign(list, facts, ret_pass, &left_out, err))
        return false;
    job_log(job, "The archive has %d entries, %d are restored.", restore_list_count(list),
            (*ret_pass)->entries);
    if (*left_out) job_log(job, "Left out, since it takes a superuser: %s", left_out);
    return true;
}

static bool fill(struct import *import, struct err *err) {
    struct job *job = import->job;
    const struct restore_pass *pass = NULL;
    struct err closing = ERR_INIT;
    struct db_at at = job_at(job, DB_MAINTAINER, import->name, OPEN_MS);
    if (!program_find(job->config, "pg_restore", import->program, sizeof import->program, err) ||
        !plan(import, &pass, err) || !maintainer_open(job->config, &at, &import->maintainer, err))
        return false;
    bool ok = open_importer(import, err) && (pass->entries == 0 || run(import, pass, err));
    bool closed = close_importer(import, &closing);
    if (!closed) job_log(job, IMPORTER " could not be closed: %s", closing.detail);
    if (ok && !closed) *err = closing;
    return ok && closed && take_over(import, err);
}

bool restore_foreign(struct job *job, const char *id, const struct backup_archive *archive,
                     const char *name, const char *word, struct err *err) {
    int64_t unpacked = json_integer_value(json_object_get(archive->manifest, "unpacked_bytes"));
    struct import import = { .job = job,
                             .archive = archive,
                             .id = id,
                             .name = name,
                             .word = word,
                             .passfile = -1,
                             .bytes_max = unpacked * GROWTH + GROWTH_BYTES };
    job_progress(job, "restoring", 0, -1, NULL);
    bool ok = fill(&import, err);
    if (import.passfile >= 0) close(import.passfile);
    maintainer_close(import.maintainer);
    free(import.conninfo);
    return ok;
}
