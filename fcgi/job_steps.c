/* SPDX-License-Identifier: MIT */
#include "job_steps.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "clock.h"
#include "job_folder.h"
#include "log.h"

/* How long the sessions of a dead job may take to end before somebody else tries. */
#define BACKENDS_MS 4000
/* How often a runner says that it is there; runner_alive.sql believes it for 15 s. */
#define HERE_MS 3000

static struct db_at step_at(enum db_role role, const struct config *config) {
    return (struct db_at){ .role = role,
                           .database = config->postgres.console_database,
                           .target = DB_PRIMARY,
                           .deadline_ms = clock_ms() + JOB_STEP_MS,
                           .client_socket = -1,
                           .request_id = "guardian-jobs" };
}

/* Says what went wrong once, not at every look. */
static bool note(struct job_service *service, bool ok, const struct err *err) {
    if (!ok && !service->trouble)
        log_event(LOG_ERROR, "jobs_table", "code", 's', err_name(err->code), "detail", 's',
                  err->detail, NULL);
    service->trouble = !ok;
    return ok;
}

static bool ask(struct job_service *service, enum db_statement statement, const char *const *values,
                int count, json_t **ret_rows) {
    struct db_at at = step_at(DB_APP, service->config);
    struct err err = ERR_INIT;
    return note(service, db_rows(service->db, &at, statement, values, count, ret_rows, &err), &err);
}

static const char *text_of(const json_t *row, const char *name) {
    return json_string_value(json_object_get(row, name));
}

/* Tells the sessions of a job to end; true when there are none. */
static bool backends_gone(struct job_service *service, const char *application) {
    struct db_at at = step_at(DB_MONITOR, service->config);
    struct err err = ERR_INIT;
    const char *values[] = { application };
    json_t *rows;
    if (!note(service, db_rows(service->db, &at, DB_JOB_BACKENDS_END, values, 1, &rows, &err),
              &err))
        return false;
    const char *count = text_of(json_array_get(rows, 0), "count");
    bool gone = count && strcmp(count, "0") == 0;
    json_decref(rows);
    return gone;
}

static void attempt_text(int attempt, char text[16]) {
    (void)snprintf(text, 16, "%d", attempt);
}

/* -- leases ------------------------------------------------------------------------------------ */

static void lost(struct job_slot *slot, const char *why) {
    log_event(LOG_WARN, "job_lost", "job", 's', slot->id, "why", 's', why, NULL);
    slot->lost = true;
    if (slot->pid) (void)kill(slot->pid, SIGKILL);
}

static int lease_of(const struct job_slot *slot) {
    return slot->kind && slot->kind->lease_ms ? slot->kind->lease_ms : JOB_LEASE_MS;
}

static bool renew(struct job_service *service, struct job_slot *slot) {
    char lease[16], attempt[16];
    attempt_text(slot->attempt, attempt);
    (void)snprintf(lease, sizeof lease, "%d", lease_of(slot));
    const char *values[] = { slot->id,       service->config->jobs.runner,   attempt, lease,
                             slot->progress, slot->log_size ? slot->log : "" };
    json_t *rows;
    int64_t asked_ms = clock_ms();
    if (!ask(service, DB_JOB_HEARTBEAT, values, 6, &rows)) return false;
    slot->renewed_ms = asked_ms;
    slot->log_size = 0;
    free(slot->progress);
    slot->progress = NULL;
    const char *cancel = text_of(json_array_get(rows, 0), "cancel_requested");
    if (!cancel) lost(slot, "another runner has it");
    else if (*cancel == 't') {
        slot->cancelled = true;
        job_child_cancel(slot);
    }
    json_decref(rows);
    return true;
}

static void renew_all(struct job_service *service) {
    bool reachable = true;
    for (int i = 0; i < JOB_RUNNING_MAX; i++) {
        struct job_slot *slot = &service->slots[i];
        if (!slot->used || slot->lost) continue;
        if (reachable) reachable = renew(service, slot);
        if (!slot->lost && slot->pid &&
            clock_ms() - slot->renewed_ms > lease_of(slot) - JOB_FENCE_MS) {
            log_event(LOG_WARN, "job_fenced", "job", 's', slot->id, NULL);
            (void)kill(slot->pid, SIGKILL); /* before anybody takes it over */
        }
    }
}

/* -- ends -------------------------------------------------------------------------------------- */

static char *error_text(const char *code, const char *detail) {
    json_t *error = json_pack("{s:s s:s}", "code", code, "detail", detail);
    char *text = error ? json_dumps(error, JSON_COMPACT) : NULL;
    json_decref(error);
    return text;
}

static bool finish(struct job_service *service, const struct job_slot *slot, const char *state,
                   const char *result, const char *error) {
    char attempt[16];
    json_t *rows;
    attempt_text(slot->attempt, attempt);
    const char *values[] = { slot->id, service->config->jobs.runner,   attempt, state, result,
                             error,    slot->log_size ? slot->log : "" };
    if (!ask(service, DB_JOB_FINISH, values, 7, &rows)) return false;
    json_decref(rows);
    log_event(strcmp(state, "failed") == 0 ? LOG_ERROR : LOG_INFO, "job_end", "job", 's', slot->id,
              "kind", 's', slot->kind ? slot->kind->name : NULL, "state", 's', state, NULL);
    return true;
}

static bool requeue(struct job_service *service, const struct job_slot *slot, const char *why,
                    bool uncounted) {
    char attempt[16];
    json_t *rows;
    attempt_text(slot->attempt, attempt);
    const char *values[] = { slot->id, service->config->jobs.runner, attempt, why,
                             uncounted ? "true" : "false" };
    if (!ask(service, DB_JOB_REQUEUE, values, 5, &rows)) return false;
    json_decref(rows);
    log_event(LOG_WARN, "job_requeued", "job", 's', slot->id, "why", 's', why, NULL);
    return true;
}

/* A job whose child or runner died, or was told to hand it back. */
static bool end_broken(struct job_service *service, const struct job_slot *slot, const char *why) {
    char line[240];
    bool again = slot->kind && slot->kind->takeover == JOB_RETRY &&
                 (slot->handed_back || slot->attempt < JOB_ATTEMPTS);
    (void)snprintf(line, sizeof line, "%s (attempt %d)\n", why, slot->attempt);
    if (slot->cancelled) return finish(service, slot, "cancelled", NULL, NULL);
    if (again) return requeue(service, slot, line, slot->handed_back);
    char *error = error_text("runner_lost", why);
    bool ok = finish(service, slot, "failed", slot->result, error);
    free(error);
    return ok;
}

static bool end_slot(struct job_service *service, const struct job_slot *slot) {
    if (slot->done) return finish(service, slot, "succeeded", slot->result, NULL);
    if (slot->cancelled) return finish(service, slot, "cancelled", slot->result, NULL);
    if (slot->handed_back)
        return end_broken(service, slot, "The runner was stopped before the job was done.");
    if (slot->error) return finish(service, slot, "failed", slot->result, slot->error);
    return end_broken(service, slot, "The process that did the job was killed.");
}

/* Ends what has ended: first its sessions on the server, then its row. True: a slot is free. */
static bool settle(struct job_service *service) {
    bool freed = false;
    for (int i = 0; i < JOB_RUNNING_MAX; i++) {
        struct job_slot *slot = &service->slots[i];
        if (!slot->used || slot->pid) continue;
        job_folder_sweep(service->config, slot->id);
        if (slot->lost || (backends_gone(service, slot->application) && end_slot(service, slot))) {
            job_slot_clear(slot);
            freed = true;
        } else if (service->trouble) break;
    }
    return freed;
}

/* -- take-overs ----------------------------------------------------------------------------------
 */

/* Waits: a dead runner's session is not to outlive it for long. */
static bool end_backends(struct job_service *service, const char *application) {
    int64_t end_ms = clock_ms() + BACKENDS_MS;
    while (!backends_gone(service, application)) {
        if (service->trouble || clock_ms() >= end_ms) return false;
        (void)poll(NULL, 0, 50);
    }
    return true;
}

static void application_of(const char *id, char *ret_application, size_t size) {
    (void)snprintf(ret_application, size, "guardian-job-%s", id);
}

/* Takes over one job of a silent runner; false when there is none. */
static bool take_over(struct job_service *service) {
    char lease[16], why[160];
    json_t *rows;
    (void)snprintf(lease, sizeof lease, "%d", JOB_LEASE_MS);
    const char *values[] = { service->config->jobs.runner, lease };
    if (!ask(service, DB_JOB_EXPIRED, values, 2, &rows)) return false;
    const json_t *row = json_array_get(rows, 0);
    const char *id = text_of(row, "id"), *attempt = text_of(row, "attempt"),
               *runner = text_of(row, "lost_runner"), *cancel = text_of(row, "cancel_requested");
    bool found = id && attempt && runner && cancel;
    if (found) {
        struct job_slot slot = { .kind = job_kind_find(text_of(row, "kind")),
                                 .attempt = (int)strtol(attempt, NULL, 10),
                                 .cancelled = *cancel == 't' };
        (void)snprintf(slot.id, sizeof slot.id, "%s", id);
        application_of(id, slot.application, sizeof slot.application);
        (void)snprintf(why, sizeof why, "The runner %.40s died in the middle of the job.", runner);
        found = end_backends(service, slot.application) && end_broken(service, &slot, why);
    }
    json_decref(rows);
    return found;
}

/* -- claims --------------------------------------------------------------------------------------
 */

static char *kinds_json(const struct config *config) {
    json_t *names = json_array();
    for (const struct job_kind *kind = job_kinds; names && kind->name; kind++)
        if ((!kind->can || kind->can(config)) &&
            json_array_append_new(names, json_string(kind->name)) != 0)
            break;
    char *text = names ? json_dumps(names, JSON_COMPACT) : NULL;
    json_decref(names);
    return text;
}

static bool fill_slot(struct job_slot *slot, const json_t *row) {
    const char *database = text_of(row, "database"), *parameters = text_of(row, "parameters");
    const char *id = text_of(row, "id"), *attempt = text_of(row, "attempt");
    if (!id || !attempt || !parameters) return false;
    *slot = (struct job_slot){ .used = true,
                               .kind = job_kind_find(text_of(row, "kind")),
                               .attempt = (int)strtol(attempt, NULL, 10),
                               .channel = -1,
                               .renewed_ms = clock_ms(),
                               .parameters = json_loads(parameters, 0, NULL) };
    (void)snprintf(slot->id, sizeof slot->id, "%s", id);
    (void)snprintf(slot->database, sizeof slot->database, "%s", database ? database : "");
    (void)snprintf(slot->created_by, sizeof slot->created_by, "%.190s",
                   text_of(row, "created_by") ? text_of(row, "created_by") : "");
    (void)snprintf(slot->request_id, sizeof slot->request_id, "%.63s",
                   text_of(row, "request_id") ? text_of(row, "request_id") : "");
    application_of(id, slot->application, sizeof slot->application);
    return slot->kind && slot->parameters;
}

static bool claim(struct job_service *service, struct job_slot *slot) {
    char lease[16], *kinds = kinds_json(service->config);
    json_t *rows;
    struct err err = ERR_INIT;
    (void)snprintf(lease, sizeof lease, "%d", JOB_LEASE_MS);
    const char *values[] = { service->config->jobs.runner, lease, kinds ? kinds : "[]" };
    bool ok = ask(service, DB_JOB_CLAIM, values, 3, &rows);
    free(kinds);
    if (!ok) return false;
    bool found = json_array_size(rows) > 0;
    if (found && fill_slot(slot, json_array_get(rows, 0))) {
        log_event(LOG_INFO, "job_start", "job", 's', slot->id, "kind", 's', slot->kind->name,
                  "database", 's', slot->database, "attempt", 'i', (long long)slot->attempt,
                  "request_id", 's', slot->request_id, NULL);
        /* Without a child the slot ends as one whose child died. */
        if (!job_child_start(service, slot, &err))
            log_event(LOG_ERROR, "job_child", "detail", 's', err.detail, NULL);
    }
    json_decref(rows);
    return found;
}

static void claim_all(struct job_service *service) {
    int running = 0;
    for (int i = 0; i < JOB_RUNNING_MAX; i++) running += service->slots[i].used;
    for (int i = 0; i < JOB_RUNNING_MAX && running < (int)service->config->jobs.concurrency; i++) {
        if (service->slots[i].used) continue;
        if (!claim(service, &service->slots[i])) return;
        running++;
    }
}

/* A runner has its name alone (its folder is locked): what bears it was another life's. */
static void forsake(struct job_service *service) {
    const char *values[] = { service->config->jobs.runner };
    json_t *rows;
    if (service->forsaken || !ask(service, DB_JOB_FORSAKE, values, 1, &rows)) return;
    service->forsaken = true;
    json_decref(rows);
}

/* Workers bring uploads to who was there a moment ago, and has room. */
static void say_here(struct job_service *service) {
    struct statvfs room;
    char bytes[24];
    json_t *rows;
    if (clock_ms() < service->here_ms || statvfs(service->config->jobs.backup_dir, &room) != 0)
        return;
    (void)snprintf(bytes, sizeof bytes, "%llu",
                   (unsigned long long)room.f_bavail * (unsigned long long)room.f_frsize);
    const char *values[] = { service->config->jobs.runner, bytes };
    service->here_ms = clock_ms() + HERE_MS;
    if (ask(service, DB_RUNNER_SEEN, values, 2, &rows)) json_decref(rows);
}

void job_step_run(struct job_service *service, bool beat, bool claims) {
    bool look = beat || service->notified;
    if (beat) service->trouble = false;
    service->notified = false;
    if (look) forsake(service);
    /* A notice may be a wish to cancel: it renews too, and learns of it. */
    if (look) renew_all(service);
    look |= settle(service);
    if (!look || !service->forsaken || service->trouble) return;
    if (claims) say_here(service);
    if (beat)
        for (int i = 0; i < JOB_RUNNING_MAX && take_over(service); i++) continue;
    if (claims && !service->trouble) claim_all(service);
}
