/* SPDX-License-Identifier: MIT */
/* The jobs around point-in-time recovery. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "pitr.h"

#define ASK_MS     10000
#define LONG_MS    (24 * 3600 * 1000)
#define SWITCH_MS  180000
#define REMOVE_MS  120000
#define NEW_WAL_US 2000000 /* WAL this close to the wanted moment may lack its commits */

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static bool change(struct job *job, enum db_statement statement, const char *const *values,
                   int count, struct err *err) {
    struct db_at at = job_at(job, DB_APP, NULL, ASK_MS);
    json_t *rows;
    at.client_socket = -1; /* a cancelled job writes down how it ended, too */
    if (!db_rows(job->db, &at, statement, values, count, &rows, err)) return false;
    json_decref(rows);
    return true;
}

/* Gets all WAL up to now into the archive, with a commit at its end. */
static bool switch_wal(struct job *job, struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, NULL, ASK_MS);
    const char *id;
    const char *arguments[] = {
        "switch-wal", "--archive", "--archive-timeout", "120", job->config->pitr.server, NULL
    };
    job_progress(job, "archiving the newest WAL", -1, -1, NULL);
    if (!db_text(job->db, &at, DB_PITR_MARK, job->arena, NULL, 0, &id, NULL, err)) return false;
    return pitr_barman(job->config, job->channel, SWITCH_MS, NULL, NULL, arguments, NULL, err);
}

/* -- a base backup ----------------------------------------------------------------------------- */

static bool backup_tick(void *context, struct err *err) {
    struct job *job = context;
    struct db_at at = job_at(job, DB_MONITOR, NULL, ASK_MS);
    struct err ignored = ERR_INIT;
    json_t *rows;
    if (!job_go_on(job, err)) return false;
    if (!db_rows(job->db, &at, DB_PITR_BACKUP_PROGRESS, NULL, 0, &rows, &ignored)) return true;
    const json_t *row = json_array_get(rows, 0);
    const char *total = json_string_value(json_object_get(row, "total"));
    if (row)
        job_progress(job, text_of(row, "phase"), strtoll(text_of(row, "done"), NULL, 10),
                     total ? strtoll(total, NULL, 10) : -1, "bytes");
    json_decref(rows);
    return true;
}

static const json_t *newest(const json_t *status) {
    const json_t *backup, *found = NULL;
    size_t i;
    json_array_foreach(json_object_get(status, "backups"), i,
                       backup) if (!found || strcmp(text_of(backup, "id"), text_of(found, "id")) >
                                                 0) found = backup;
    return found;
}

bool pitr_run_backup(struct job *job, struct err *err) {
    const char *arguments[] = {
        "backup", "--wait", "--wait-timeout", "600", job->config->pitr.server, NULL
    };
    json_t *before = pitr_look(job->config, job->channel);
    bool is_first = before && !json_is_string(json_object_get(before, "last_wal"));
    json_decref(before);
    /* Barman begins only when WAL is known to arrive. */
    if (is_first && !switch_wal(job, err)) return false;
    job_progress(job, "starting the base backup", -1, -1, NULL);
    bool ok =
        pitr_barman(job->config, job->channel, LONG_MS, backup_tick, job, arguments, NULL, err);
    struct err problem = ERR_INIT;
    if (!pitr_refresh(job->config, job->db, -1, &problem) && ok)
        job_log(job, "The list of base backups is not up to date: %s", problem.detail);
    if (!ok) return false;
    json_t *status = pitr_look(job->config, job->channel);
    const json_t *backup = newest(status);
    ok = backup ? job_result(job,
                             json_pack("{s:s s:O}", "backup_id", text_of(backup, "id"),
                                       "size_bytes", json_object_get(backup, "size_bytes")),
                             err)
                : err_set(err, ERR_INTERNAL, "Barman does not list the base backup that it took");
    json_decref(status);
    return ok;
}

/* -- a recovery -------------------------------------------------------------------------------- */

struct recovery {
    struct job *job;
    int64_t target_us;
    char target[PITR_TIME_SIZE];
    const char *backup; /* id, in the arena */
    int port;
};

/* A loopback port that nobody listens on. */
static bool find_port(int *ret_port, struct err *err) {
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
              getsockname(fd, (struct sockaddr *)&address, &size) == 0;
    if (ok) *ret_port = ntohs(address.sin_port);
    else (void)err_set(err, ERR_BUSY, "no free port: %s", strerror(errno));
    if (fd >= 0) (void)close(fd);
    return ok;
}

/* The newest base backup that was whole before the moment, and WAL that reaches beyond it. */
static bool choose(struct recovery *recovery, struct err *err) {
    struct job *job = recovery->job;
    json_t *status = pitr_look(job->config, job->channel);
    const char *backup = NULL;
    int64_t from_us, wal_us;
    bool there = status && pitr_window(status, &from_us, recovery->target_us, &backup) && backup;
    bool is_archived = pitr_time_parse(text_of(status, "last_wal_at"), &wal_us) &&
                       wal_us > recovery->target_us + NEW_WAL_US;
    if (there) recovery->backup = arena_strdup(job->arena, backup);
    const char *problem = text_of(json_array_get(json_object_get(status, "problems"), 0), "hint");
    if (!there)
        (void)err_set(err, ERR_CONFLICT, "No base backup was whole before %s. %.200s",
                      recovery->target, problem);
    else if (!recovery->backup) (void)err_set(err, ERR_LIMIT, "out of memory for the job");
    json_decref(status);
    if (err->code != ERR_NONE) return false;
    job_log(job, "The base backup %s is the one to begin with.", recovery->backup);
    return is_archived || switch_wal(job, err);
}

static bool copy(struct recovery *recovery, struct err *err) {
    struct job *job = recovery->job;
    char path[1024], moment[PITR_TIME_SIZE + 4];
    /* PostgreSQL takes this for a setting, but not RFC 3339. */
    (void)snprintf(moment, sizeof moment, "%.10s %.15s+00", recovery->target,
                   recovery->target + 11);
    const char *arguments[] = { "recover",
                                "--target-time",
                                moment,
                                "--target-action",
                                "pause",
                                "--no-get-wal",
                                job->config->pitr.server,
                                recovery->backup,
                                path,
                                NULL };
    job_progress(job, "copying the base backup and its WAL", -1, -1, NULL);
    return pitr_instance_make(job->config, job->id, err) &&
           pitr_instance_path(job->config, job->id, "data", path, sizeof path, err) &&
           pitr_barman(job->config, job->channel, LONG_MS, NULL, NULL, arguments, NULL, err);
}

/* Until the server stands still at the moment; `ret_last` is its last commit, in the arena. */
static bool await_target(struct recovery *recovery, const char **ret_last, struct err *err) {
    struct job *job = recovery->job;
    char host[32], said[sizeof(((struct err *)NULL)->detail)] = "";
    (void)snprintf(host, sizeof host, "127.0.0.1:%d", recovery->port);
    job_progress(job, "replaying WAL", -1, -1, NULL);
    for (;;) {
        struct db_at at = job_at(job, DB_MONITOR, NULL, ASK_MS);
        struct err problem = ERR_INIT;
        json_t *rows = NULL;
        at.host = host;
        at.plain = true;
        if (!job_go_on(job, err)) return false;
        bool ok = db_rows(job->db, &at, DB_PITR_REACHED, NULL, 0, &rows, &problem);
        const json_t *row = json_array_get(rows, 0);
        bool is_there = ok && strcmp(text_of(row, "reached"), "true") == 0;
        if (is_there) *ret_last = arena_strdup(job->arena, text_of(row, "last_commit"));
        json_decref(rows);
        if (!ok && strcmp(said, problem.detail) != 0) { /* it may take its time, not hide why */
            job_log(job, "The restored server does not answer yet: %.200s", problem.detail);
            (void)snprintf(said, sizeof said, "%s", problem.detail);
        }
        if (is_there) return *ret_last || err_set(err, ERR_LIMIT, "out of memory for the job");
        if (!pitr_instance_runs(job->config, job->id))
            return err_set(err, ERR_INTERNAL,
                           "The restored server ended before it reached the moment: is there WAL "
                           "up to then? %.200s",
                           problem.detail);
        (void)poll(NULL, 0, 300);
    }
}

static bool bring_up(struct recovery *recovery, struct err *err) {
    struct job *job = recovery->job;
    const char *last = NULL, *values[] = { job->id, "ready" };
    if (!copy(recovery, err)) return false;
    job_progress(job, "starting the restored server", -1, -1, NULL);
    if (!pitr_instance_start(job->config, job->id, recovery->port, job->channel, LONG_MS, err) ||
        !await_target(recovery, &last, err) || !change(job, DB_PITR_INSTANCE_STATE, values, 2, err))
        return false;
    return job_result(job,
                      json_pack("{s:s s:s s:s s:s s:i s:s}", "instance_id", job->id, "target_time",
                                recovery->target, "last_commit", last, "host", "127.0.0.1", "port",
                                recovery->port, "backup_id", recovery->backup),
                      err);
}

static void give_up(struct job *job) {
    const char *values[] = { job->id };
    struct err problem = ERR_INIT;
    if (pitr_instance_remove(job->config, job->id, &problem) &&
        change(job, DB_PITR_INSTANCE_GONE, values, 1, &problem))
        return;
    job_log(job, "What was restored so far is still there, and will be removed later: %s",
            problem.detail); /* by the keeper */
}

bool pitr_run_restore(struct job *job, struct err *err) {
    struct recovery recovery = { .job = job };
    char port[16], hours[16];
    if (!pitr_time_parse(text_of(job->parameters, "time"), &recovery.target_us))
        return err_set(err, ERR_INTERNAL, "a recovery to no moment");
    pitr_time_text(recovery.target_us, recovery.target);
    if (!choose(&recovery, err) || !find_port(&recovery.port, err)) return false;
    (void)snprintf(port, sizeof port, "%d", recovery.port);
    (void)snprintf(hours, sizeof hours, "%lld", (long long)job->config->pitr.instance_hours);
    const char *values[] = {
        job->id, job->config->jobs.runner, recovery.backup, recovery.target, port, job->created_by,
        hours
    };
    if (!change(job, DB_PITR_INSTANCE_ADD, values, 7, err)) return false;
    if (bring_up(&recovery, err)) return true;
    give_up(job);
    return false;
}

/* -- its end ----------------------------------------------------------------------------------- */

/* Whoever has the cluster's folder removes it (pitr_keeper.c); here we wait for that. */
bool pitr_run_remove(struct job *job, struct err *err) {
    const char *id = text_of(job->parameters, "instance_id");
    const char *values[] = { id, "removing" };
    int64_t end_ms = clock_ms() + REMOVE_MS;
    job_progress(job, "stopping the restored server", -1, -1, NULL);
    if (!change(job, DB_PITR_INSTANCE_STATE, values, 2, err)) return false;
    while (job_go_on(job, err)) {
        struct db_at at = job_at(job, DB_APP, NULL, ASK_MS);
        json_t *rows;
        if (!db_rows(job->db, &at, DB_PITR_INSTANCE_GET, values, 1, &rows, err)) return false;
        size_t count = json_array_size(rows);
        json_decref(rows);
        if (count == 0) return job_result(job, json_pack("{s:s}", "instance_id", id), err);
        if (clock_ms() > end_ms)
            return err_set(err, ERR_DEADLINE,
                           "The runner that has the restored cluster does not answer; it will be "
                           "removed when that is back.");
        (void)poll(NULL, 0, 200);
    }
    return false;
}
