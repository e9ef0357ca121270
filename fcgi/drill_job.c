/* SPDX-License-Identifier: MIT */
/*
 * A drill as a job. Before anything is broken the row says so (broke_at), committed: whoever takes
 * the job over only mends and reports. What is known is written down about once a second, as far as
 * there is a database to write it to.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "clock.h"
#include "db.h"
#include "drill.h"
#include "drill_canary.h"
#include "jsonpick.h"
#include "upstream.h"

#define LOOK_MS     6000
#define ACT_MS      60000
#define BASELINE_MS 3000 /* of writes before it breaks, and after service is back */
#define SERVICE_MS  120000
#define WHOLE_MS    180000
#define STEP_MS     200
#define SAVE_MS     1000
#define END_MS      60000 /* how long to try to write the report down */
#define ARENA_MAX   (16u << 20)
#define TIME_SIZE   32
#define LOST_NAMED  20

struct run {
    struct job *job;
    const struct drill *drill;
    const json_t *plan; /* the job's */
    struct upstream *upstream;
    struct arena *arena; /* of one look */
    struct drill_canary *canary;
    json_t *timeline, *before, *after;
    json_t *former; /* the report of whoever had to stop; or NULL */
    int64_t origin_ms, broke_ms, saved_ms;
    bool served, whole; /* again */
};

/* -- what is written down ---------------------------------------------------------------------- */

static void time_text(int64_t at_ms, char ret_text[TIME_SIZE]) {
    int64_t unix_ms = clock_unix_ms() - clock_ms() + at_ms;
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc;
    char text[24] = "";
    if (gmtime_r(&seconds, &utc)) (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(ret_text, TIME_SIZE, "%s.%03dZ", text, (int)(unix_ms % 1000));
}

static void note(struct run *run, const char *what) {
    char at[TIME_SIZE];
    time_text(clock_ms(), at);
    (void)json_array_append_new(run->timeline, json_pack("{s:s, s:s}", "at", at, "what", what));
    job_log(run->job, "%s", what);
}

static json_t *strip_json(const struct run *run) {
    char from[TIME_SIZE];
    if (!run->canary) return NULL;
    time_text(run->origin_ms, from);
    return json_pack("{s:s, s:i, s:o}", "from", from, "bin_ms", DRILL_BIN_MS, "bins",
                     drill_canary_bins(run->canary, run->origin_ms));
}

static bool save(struct run *run, const json_t *report, int64_t timeout_ms, struct err *err) {
    struct db_at at = job_at(run->job, DB_APP, NULL, timeout_ms);
    json_t *strip = strip_json(run), *rows = NULL;
    char *texts[] = { json_dumps(run->timeline, JSON_COMPACT),
                      strip ? json_dumps(strip, JSON_COMPACT) : NULL,
                      report ? json_dumps(report, JSON_COMPACT) : NULL };
    const char *values[] = { run->job->id, texts[0], texts[1], texts[2] };
    at.client_socket = -1; /* a cancelled drill is written down, too */
    bool ok = texts[0] ? db_rows(run->job->db, &at, DB_DRILL_SAVE, values, 4, &rows, err)
                       : err_set(err, ERR_LIMIT, "no memory for the report");
    json_decref(rows);
    json_decref(strip);
    for (int i = 0; i < 3; i++) free(texts[i]);
    db_reset(run->job->db);
    run->saved_ms = clock_ms();
    return ok;
}

/* For those who look on; while nobody takes writes it is lost, and comes with the next. */
static void save_some(struct run *run) {
    struct err ignored = ERR_INIT;
    if (clock_ms() - run->saved_ms >= SAVE_MS) (void)save(run, NULL, SAVE_MS, &ignored);
}

/* One step of a wait. False when the job is cancelled. */
static bool wait_step(struct run *run, struct err *err) {
    if (!job_go_on(run->job, err)) return false;
    (void)poll(NULL, 0, STEP_MS);
    if (run->canary) (void)drill_canary_look(run->canary, INT64_MAX, false);
    save_some(run);
    return true;
}

/* -- looking ----------------------------------------------------------------------------------- */

static struct replication_at look_at(const struct run *run, int64_t timeout_ms) {
    return (struct replication_at){ .config = run->job->config,
                                    .db = run->job->db,
                                    .upstream = run->upstream,
                                    .arena = run->arena,
                                    .deadline_ms = clock_ms() + timeout_ms,
                                    .client_socket = -1,
                                    .request_id = run->job->application };
}

/* The members alone; nothing of it outlives the next look. */
static bool look_members(struct run *run, struct drill_look *look) {
    struct replication_at at;
    struct err ignored = ERR_INIT;
    arena_reset(run->arena);
    at = look_at(run, LOOK_MS);
    *look = (struct drill_look){ .checks = drill_keep(&at, json_array()) };
    bool ok = look->checks && run->drill->look(&at, look, &ignored);
    db_reset(run->job->db);
    return ok;
}

/* Does the one serve who should, and is everybody there who was there? */
static bool has_moved(const struct run *run, const struct drill_look *look) {
    const char *from = jsonpick_text(run->plan, "from");
    return look->serves && from && (strcmp(look->serves, from) != 0) == run->drill->moves;
}

static bool is_whole(const struct run *run, const struct drill_look *look) {
    return look->whole &&
           (json_int_t)json_object_size(look->members) >= jsonpick_integer(run->plan, "members", 0);
}

static bool see_whole(struct run *run) {
    struct drill_look look;
    if (!look_members(run, &look) || !is_whole(run, &look)) return false;
    json_decref(run->after);
    run->after = json_deep_copy(look.members);
    run->whole = true;
    note(run, "Everything is at full strength.");
    return true;
}

static bool await_whole(struct run *run, struct err *err) {
    int64_t end_ms = clock_ms() + WHOLE_MS;
    job_progress(run->job, "waiting until everybody is well again", -1, -1, NULL);
    while (!see_whole(run)) {
        if (clock_ms() > end_ms)
            return err_set(err, ERR_DEADLINE,
                           "Not everything was at full strength %d s after service was back.",
                           WHOLE_MS / 1000);
        if (!wait_step(run, err)) return false;
    }
    return true;
}

/* -- breaking it ------------------------------------------------------------------------------- */

/* As it was confirmed, and still allowed? */
static bool decide(struct run *run, struct drill_look *ret_look, struct err *err) {
    struct replication_at at;
    const char *state = jsonpick_text(run->job->parameters, "state");
    job_progress(run->job, "looking whether it may begin", -1, -1, NULL);
    arena_reset(run->arena);
    at = look_at(run, LOOK_MS);
    if (!drill_look(&at, run->drill, run->job->id, ret_look, err)) return false;
    if (!state || !ret_look->state || strcmp(state, ret_look->state) != 0)
        return err_set(err, ERR_CONFIRMATION_STALE,
                       "What was decided on has changed since: nothing was broken.");
    json_decref(run->before);
    run->before = json_deep_copy(ret_look->members);
    return drill_allows(ret_look, err);
}

/* The canary's rows are not needed any more. */
static void sweep(struct run *run) {
    struct db_at at = job_at(run->job, DB_APP, NULL, LOOK_MS);
    struct err ignored = ERR_INIT;
    json_t *rows = NULL;
    at.client_socket = -1;
    if (db_rows(run->job->db, &at, DB_DRILL_SWEEP, &run->job->id, 1, &rows, &ignored))
        json_decref(rows);
    db_reset(run->job->db);
}

static bool baseline(struct run *run, struct err *err) {
    sweep(run); /* of one that had to stop before it broke anything */
    run->origin_ms = clock_ms();
    if (!drill_canary_start(run->job, run->drill->target, &run->canary, err)) return false;
    note(run, "A canary has begun to write.");
    job_progress(run->job, "writing before anything is broken", -1, -1, NULL);
    while (clock_ms() < run->origin_ms + BASELINE_MS)
        if (!wait_step(run, err)) return false;
    return drill_canary_look(run->canary, run->origin_ms, false) ||
           err_set(err, ERR_CONFLICT,
                   "No write of the canary was acknowledged: nothing was broken.");
}

static bool mark(struct run *run, const struct drill_look *look, struct err *err) {
    struct db_at at = job_at(run->job, DB_APP, NULL, LOOK_MS);
    char now[TIME_SIZE], attempt[16];
    json_t *rows = NULL;
    run->broke_ms = clock_ms();
    time_text(run->broke_ms, now);
    (void)snprintf(attempt, sizeof attempt, "%d", run->job->attempt);
    char *timeline = json_dumps(run->timeline, JSON_COMPACT);
    char *checks = json_dumps(look->checks, JSON_COMPACT);
    const char *values[] = { run->job->id, attempt, now, timeline, checks };
    bool ok = timeline && checks ? db_rows(run->job->db, &at, DB_DRILL_BREAK, values, 5, &rows, err)
                                 : err_set(err, ERR_LIMIT, "no memory for the timeline");
    if (ok && json_array_size(rows) == 0)
        ok = err_set(err, ERR_CANCELLED, "the job was cancelled before anything was broken");
    json_decref(rows);
    free(timeline);
    free(checks);
    if (!ok) run->broke_ms = 0;
    return ok;
}

static bool break_it(struct run *run, const struct drill_look *look, struct err *err) {
    struct replication_at at = look_at(run, ACT_MS);
    const char *said = NULL;
    char text[300];
    job_progress(run->job, "breaking it", -1, -1, NULL);
    (void)snprintf(text, sizeof text, "It is broken: %.60s is taken away.", look->serves);
    note(run, text);
    if (!mark(run, look, err)) return false;
    if (!run->drill->act(&at, look, &said, err)) return false;
    note(run, said && *said ? said : "It is done.");
    return true;
}

/* Until the right one serves and has acknowledged a write that began afterwards; then a while more.
 * The former one may go on acknowledging for a time what will be lost. */
static bool await_service(struct run *run, struct err *err) {
    int64_t end_ms = clock_ms() + SERVICE_MS, moved_ms = 0, served_ms = 0;
    char text[200];
    job_progress(run->job, "waiting for writes to be acknowledged", -1, -1, NULL);
    while (!served_ms || clock_ms() < served_ms + BASELINE_MS) {
        struct drill_look look;
        if (!moved_ms && look_members(run, &look) && has_moved(run, &look)) {
            moved_ms = clock_ms();
            (void)snprintf(text, sizeof text, "%.100s serves.", look.serves);
            note(run, text);
        }
        if (moved_ms && !served_ms && drill_canary_look(run->canary, moved_ms, run->drill->moves)) {
            served_ms = clock_ms();
            run->served = true;
            note(run, "Writes are acknowledged.");
        }
        if (!served_ms && clock_ms() > end_ms)
            return err_set(err, ERR_DEADLINE, "No write was acknowledged within %d s.",
                           SERVICE_MS / 1000);
        if (!wait_step(run, err)) return false;
    }
    return true;
}

/* -- the report -------------------------------------------------------------------------------- */

static json_t *seconds(int64_t ms) {
    return ms < 0 ? json_null() : json_real((double)ms / 1000);
}

static const char *left_to_do(const struct run *run) {
    if (run->whole || !run->broke_ms) return NULL;
    return run->drill->target == DRILL_POSTGRES
               ? "Look at Replication: a member is missing, behind, or nobody leads. Patroni goes "
                 "on "
                 "by itself; reinitialize a member that does not come back."
               : "Look at Redis: a replica is missing or the Sentinels disagree. Sentinel goes on "
                 "by "
                 "itself; start the server that does not come back.";
}

/* Of the canary's acknowledged writes, those that are gone; NULL: that could not be asked. */
static json_t *lost_json(struct run *run) {
    struct err problem = ERR_INIT;
    json_t *lost = NULL;
    if (!run->canary || job_cancelled(run->job)) return NULL;
    if (drill_canary_lost(run->canary, &lost, &problem)) return lost;
    note(run, "It could not be asked which of the acknowledged writes are there.");
    job_log(run->job, "%s", problem.detail);
    return NULL;
}

/* Kept: back in time, at full strength, and nothing that is durable lost. Null: it was not measured
 * to the end. Nothing in Redis must outlive it. */
static json_t *kept_json(const struct run *run, const struct drill_figures *figures,
                         const json_t *lost) {
    bool durable = run->drill->target == DRILL_POSTGRES;
    if (!run->canary || job_cancelled(run->job) || (run->served && !lost)) return json_null();
    return json_boolean(run->served && run->whole && figures->recovery_ms >= 0 &&
                        figures->recovery_ms <= (int64_t)run->drill->promise_s * 1000 &&
                        (!durable || json_array_size(lost) == 0));
}

static json_t *writes_json(const struct drill_figures *figures, json_t *lost) {
    json_t *count = lost ? json_integer((json_int_t)json_array_size(lost)) : json_null();
    while (json_array_size(lost) > LOST_NAMED) (void)json_array_remove(lost, LOST_NAMED);
    return json_pack("{s:I, s:I, s:o, s:o}", "acknowledged", (json_int_t)figures->acknowledged,
                     "failed", (json_int_t)figures->failed, "lost", count, "lost_sequences",
                     lost ? lost : json_array());
}

/* What another measured before it had to stop. */
static void add_former(const struct run *run, json_t *report) {
    static const char *const names[] = { "recovery_seconds", "takeover_seconds", "writes",
                                         "before" };
    for (size_t i = 0; report && i < sizeof names / sizeof names[0]; i++) {
        json_t *value = json_object_get(run->former, names[i]);
        if (value) (void)json_object_set(report, names[i], value);
    }
}

static json_t *report_json(struct run *run) {
    struct drill_figures figures = { .recovery_ms = -1, .takeover_ms = -1 };
    if (run->canary) drill_canary_stop(run->canary);
    json_t *lost = lost_json(run);
    if (run->canary) figures = drill_canary_figures(run->canary, run->broke_ms);
    json_t *kept = kept_json(run, &figures, lost);
    bool measured = run->served && lost;
    json_t *report = json_pack(
        "{s:i, s:o, s:o, s:o, s:O?, s:O?, s:b, s:o, s:s?}", "promise_seconds",
        run->drill->promise_s, "recovery_seconds", seconds(measured ? figures.recovery_ms : -1),
        "takeover_seconds", seconds(figures.takeover_ms), "writes",
        run->canary ? writes_json(&figures, lost) : json_null(), "before", run->before, "after",
        run->after, "healed", run->whole, "kept", kept, "left_to_do", left_to_do(run));
    if (report) add_former(run, report);
    return report;
}

/* However it ended: the report, in the table and as the job's result. */
static bool finish(struct run *run, struct err *err) {
    int64_t end_ms = clock_ms() + END_MS;
    job_progress(run->job, "writing the report", -1, -1, NULL);
    if (!run->whole) (void)see_whole(run);
    json_t *report = report_json(run);
    if (!report) return err_set(err, ERR_LIMIT, "no memory for the report");
    for (;;) {
        struct err problem = ERR_INIT;
        if (save(run, report, LOOK_MS, &problem)) break;
        if (clock_ms() > end_ms || job_cancelled(run->job)) {
            json_decref(report);
            *err = problem;
            return false;
        }
        (void)poll(NULL, 0, STEP_MS);
    }
    sweep(run);
    return job_result(run->job, report, err);
}

/* -- the job ----------------------------------------------------------------------------------- */

static bool perform(struct run *run, struct err *err) {
    struct drill_look look;
    return decide(run, &look, err) && baseline(run, err) && decide(run, &look, err) &&
           break_it(run, &look, err) && await_service(run, err);
}

/* Somebody else broke it and died: what was measured died with it. */
static bool take_over(struct run *run, const json_t *row, struct err *err) {
    json_t *kept = json_object_get(row, "timeline");
    if (!json_is_string(json_object_get(row, "broke_at")))
        return err_set(err, ERR_CONFLICT,
                       "The process that carried it out was ended before anything was broken; it "
                       "is not begun again.");
    if (json_is_array(kept)) (void)json_array_extend(run->timeline, kept);
    run->broke_ms = 1;
    note(run, "The process that measured was killed; another has taken over, and breaks nothing.");
    return true;
}

static bool read_row(struct run *run, json_t **ret_row, struct err *err) {
    struct db_at at = job_at(run->job, DB_APP, NULL, LOOK_MS);
    const char *text;
    if (!db_text(run->job->db, &at, DB_DRILL_GET, run->job->arena, &run->job->id, 1, &text, NULL,
                 err))
        return false;
    *ret_row = json_loads(text, 0, NULL);
    return *ret_row || err_set(err, ERR_LIMIT, "no memory for the row");
}

static bool carry_out(struct run *run, struct err *err) {
    json_t *row = NULL;
    struct err later = ERR_INIT;
    if (!read_row(run, &row, err)) return false;
    bool again = run->job->attempt > 1 || json_is_string(json_object_get(row, "broke_at"));
    bool ok = again ? take_over(run, row, err) : perform(run, err);
    run->former = json_incref(json_object_get(row, "report"));
    json_decref(row);
    if (!run->broke_ms) {
        if (run->canary) drill_canary_stop(run->canary);
        sweep(run);
        (void)save(run, NULL, LOOK_MS, &later);
        return false;
    }
    /* Whatever went wrong after the break: it is watched until it is well. */
    if (!job_cancelled(run->job)) {
        if (run->canary) drill_canary_stop(run->canary);
        bool whole = await_whole(run, ok ? err : &later);
        ok = ok && whole;
    }
    err_clear(&later);
    bool written = finish(run, ok ? err : &later);
    return ok && written;
}

bool drill_run(struct job *job, struct err *err) {
    struct run run = { .job = job,
                       .drill = drill_find(jsonpick_text(job->parameters, "drill")),
                       .plan = json_object_get(job->parameters, "plan"),
                       .timeline = json_array(),
                       .arena = arena_new(ARENA_MAX) };
    bool ok = run.timeline && run.arena && upstream_open(&run.upstream, err);
    if (!run.drill) ok = err_set(err, ERR_CONFIG, "this version knows no such drill");
    ok = ok && carry_out(&run, err);
    drill_canary_free(run.canary);
    upstream_close(run.upstream);
    arena_free(run.arena);
    json_decref(run.timeline);
    json_decref(run.before);
    json_decref(run.after);
    json_decref(run.former);
    return ok || err_set(err, ERR_LIMIT, "out of memory for the drill");
}
