/* SPDX-License-Identifier: MIT */
/* Who is connected to the managed server, who blocks whom, and the two ways to interfere. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "api.h"
#include "managed.h"

/* How long to watch for the end of what was signalled, and what to leave of the deadline for the
 * reply. */
#define WATCH_MS 5000
#define REPLY_MS 1000

/* clang-format off */
const struct field sessions_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "all_databases", FIELD_QUERY, FIELD_BOOLEAN, .preset = "true" },
    { "background", FIELD_QUERY, FIELD_BOOLEAN, .preset = "false" },
    { .name = NULL },
};

const struct field session_fields[] = {
    { "pid", FIELD_PATH, FIELD_INTEGER, .min = 1, .max = 2147483647 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

bool api_sessions(struct call *call, struct err *err) {
    const struct request *request = call->request;
    struct db_at at;
    if (!managed_at(call, request_string(request, "database"), &at, err)) return false;
    const char *values[] = { request_boolean(request, "all_databases") ? NULL : at.database,
                             request_boolean(request, "background") ? "true" : "false" };
    return db_text(call->services->db, &at, DB_SESSIONS, request->arena, values, 2,
                   &call->reply.text, &call->reply.text_size, err);
}

/* -- what it would do -------------------------------------------------------------------------- */

enum signal { SIGNAL_CANCEL, SIGNAL_TERMINATE };

static const char *const signal_names[] = { "cancel", "terminate" };

static const char *fact(const json_t *session, const char *name) {
    return json_string_value(json_object_get(session, name));
}

static const char *fact_or(const json_t *session, const char *name, const char *otherwise) {
    const char *value = fact(session, name);
    return value ? value : otherwise;
}

static long long number(const json_t *session, const char *name) {
    const char *value = fact(session, name);
    return value ? strtoll(value, NULL, 10) : 0;
}

static bool is_true(const json_t *session, const char *name) {
    return strcmp(fact_or(session, name, "false"), "true") == 0;
}

static bool is_active(const json_t *session) {
    return strcmp(fact_or(session, "state", ""), "active") == 0;
}

static const char *pid_text(const struct call *call) {
    return arena_printf(call->request->arena, "%lld",
                        (long long)request_integer(call->request, "pid"));
}

static bool read_session(struct call *call, const json_t **ret_session, struct err *err) {
    const char *pid = pid_text(call);
    struct db_at at;
    json_t *rows;
    if (!pid) return no_memory(err);
    if (!managed_at(call, NULL, &at, err) ||
        !db_rows(call->services->db, &at, DB_SESSION, &pid, 1, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    if (json_array_size(rows) == 0)
        return err_set(err, ERR_NOT_FOUND, "There is no session %s; it may have ended.", pid);
    *ret_session = json_array_get(rows, 0);
    return true;
}

/* What the server would not let us do, or what would do nothing, is said before anybody confirms
 * it. */
static bool check_allowed(const json_t *session, const char *pid, struct err *err) {
    const char *type = fact_or(session, "backend_type", "unknown process");
    if (strcmp(type, "client backend") != 0)
        return err_set(err, ERR_FORBIDDEN,
                       "%s is a process of the server itself (%.60s), not a client's session. The "
                       "console leaves those alone.",
                       pid, type);
    if (is_true(session, "superuser"))
        return err_set(err, ERR_FORBIDDEN,
                       "Session %s belongs to the superuser \"%.63s\". The console's login may not "
                       "signal superusers; connect as one.",
                       pid, fact_or(session, "user", ""));
    if (is_true(session, "self"))
        return err_set(err, ERR_FORBIDDEN,
                       "Session %s is the connection that this very request uses.", pid);
    return true;
}

/* At the second step a statement that is over makes the confirmation stale; the state says so. */
static bool check_active(const struct call *call, const json_t *session, const char *pid,
                         struct err *err) {
    const char *token = request_header(call->request, "X-Confirmation-Token");
    if (!is_active(session) && !(token && *token))
        return err_set(err, ERR_CONFLICT,
                       "Session %s runs no statement at the moment (it is %.40s): there is nothing "
                       "to cancel.",
                       pid, fact_or(session, "state", "starting"));
    return true;
}

/* What the session does, in a sentence. */
static const char *describe_work(struct arena *arena, const json_t *session) {
    const char *query = fact_or(session, "query", "");
    if (is_active(session))
        return arena_printf(arena, "It has been running this for %lld s: %s",
                            number(session, "query_seconds"), query);
    if (fact(session, "transaction_start"))
        return arena_printf(arena, "It is %s; its last statement was: %s",
                            fact_or(session, "state", "in a transaction"), query);
    return arena_printf(arena, "It is %s.", fact_or(session, "state", "starting"));
}

/* What is lost, in a sentence. How many rows it wrote the server does not say. */
static const char *describe_loss(struct arena *arena, const json_t *session, enum signal signal) {
    long long open_s = number(session, "transaction_seconds");
    if (signal == SIGNAL_CANCEL)
        return arena_printf(arena,
                            "The statement fails; what its transaction, open for %lld s, has done "
                            "and not committed is lost unless the client had set a savepoint.",
                            open_s);
    if (fact(session, "transaction_start"))
        return arena_printf(
            arena, "The uncommitted work of its transaction, open for %lld s, is lost.", open_s);
    return "It has no open transaction, so no work is lost; the client loses its connection.";
}

static const char *describe_locks(struct arena *arena, const json_t *session) {
    long long locks = number(session, "locks"), relations = number(session, "relations");
    long long blocks = number(session, "blocks"), behind = number(session, "behind");
    return arena_printf(
        arena, "It holds %lld lock%s on %lld relation%s and blocks %lld session%s%s.", locks,
        locks == 1 ? "" : "s", relations, relations == 1 ? "" : "s", blocks, blocks == 1 ? "" : "s",
        behind > blocks ? arena_printf(arena, " (%lld with those behind them)", behind) : "");
}

static const char *summarize(struct arena *arena, const json_t *session, enum signal signal,
                             const char *pid) {
    const char *work = describe_work(arena, session), *locks = describe_locks(arena, session);
    const char *loss = describe_loss(arena, session, signal);
    if (!work || !locks || !loss) return NULL;
    return arena_printf(
        arena,
        "%s session %s of user \"%s\" in database \"%s\", connected from %s%s%s%s for "
        "%lld s.%s %s %s %s",
        signal == SIGNAL_CANCEL ? "Cancel the statement of" : "End", pid,
        fact_or(session, "user", "?"), fact_or(session, "database", "?"),
        fact_or(session, "client", "?"), *fact_or(session, "application", "") ? " by \"" : "",
        fact_or(session, "application", ""), *fact_or(session, "application", "") ? "\"" : "",
        number(session, "session_seconds"),
        is_true(session, "console") ? " It is one of this console's own sessions." : "", loss,
        locks, work);
}

static json_t *numbers(const json_t *session, const char *pid) {
    return json_pack(
        "{s:I, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "pid",
        (json_int_t)strtoll(pid, NULL, 10), "user", fact(session, "user"), "database",
        fact(session, "database"), "application", fact(session, "application"), "client",
        fact(session, "client"), "state", fact(session, "state"), "query", fact(session, "query"),
        "session_seconds", (json_int_t)number(session, "session_seconds"), "transaction_seconds",
        (json_int_t)number(session, "transaction_seconds"), "query_seconds",
        (json_int_t)(is_active(session) ? number(session, "query_seconds") : 0), "locks_held",
        (json_int_t)number(session, "locks"), "relations_locked",
        (json_int_t)number(session, "relations"), "sessions_blocked",
        (json_int_t)number(session, "blocks"), "sessions_behind",
        (json_int_t)number(session, "behind"), "console", is_true(session, "console"));
}

/* What identifies the session goes into the audit log, and from there to the handler: it acts on
 * what was confirmed, not on what has the same pid a moment later. */
static bool keep_facts(struct call *call, const json_t *session, struct err *err) {
    json_t *facts =
        json_pack("{s:s?, s:s?, s:s?, s:s?}", "user", fact(session, "user"), "session_database",
                  fact(session, "database"), "backend_start", fact(session, "backend_start"),
                  "query_start", fact(session, "query_start"));
    if (!facts) return no_memory(err);
    json_decref(call->audit_result);
    call->audit_result = facts;
    return true;
}

static bool impact_of(struct call *call, enum signal signal, struct impact *ret_impact,
                      struct err *err) {
    struct arena *arena = call->request->arena;
    const char *pid = pid_text(call);
    const json_t *session = NULL;
    if (!pid) return no_memory(err);
    if (!read_session(call, &session, err) || !check_allowed(session, pid, err)) return false;
    bool cancels = signal == SIGNAL_CANCEL;
    if (cancels && !check_active(call, session, pid, err)) return false;
    struct impact impact = {
        .summary = summarize(arena, session, signal, pid),
        .impact = numbers(session, pid),
        .undo = cancels ? "It cannot be undone. The client may run the statement again."
                        : "It cannot be undone. The client may connect again and repeat its work.",
        .phrase = arena_printf(arena, "%s %s", signal_names[signal], pid),
        .state = arena_printf(
            arena, "%s|%s|%s|%d|%s|%s", pid, fact_or(session, "backend_start", ""),
            fact_or(session, cancels ? "query_start" : "begun", ""), cancels && is_active(session),
            fact_or(session, "user", ""), fact_or(session, "database", "")),
    };
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !impact.phrase || !impact.state) return no_memory(err);
    if (!keep_facts(call, session, err)) return false;
    *ret_impact = impact;
    return true;
}

bool session_cancel_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    return impact_of(call, SIGNAL_CANCEL, ret_impact, err);
}

bool session_terminate_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    return impact_of(call, SIGNAL_TERMINATE, ret_impact, err);
}

/* -- doing it ---------------------------------------------------------------------------------- */

/* Waits until what was signalled is over; false when it is not seen to end in time. */
static bool watch_end(struct call *call, struct db_at at, const char *const values[3]) {
    int64_t end_ms = clock_ms() + WATCH_MS;
    if (end_ms > at.deadline_ms - REPLY_MS) end_ms = at.deadline_ms - REPLY_MS;
    at.deadline_ms = end_ms;
    for (int pause_ms = 2;; pause_ms = pause_ms < 100 ? pause_ms * 2 : 100) {
        struct err problem = ERR_INIT;
        const char *answer;
        if (!db_text(call->services->db, &at, DB_SESSION_ENDED, call->request->arena, values, 3,
                     &answer, NULL, &problem))
            return false;
        if (strcmp(answer, "ended") == 0) return true;
        if (clock_ms() + pause_ms >= end_ms) return false;
        (void)poll(NULL, 0, pause_ms);
    }
}

static bool is_over(enum signal signal, const char *pid, struct err *err) {
    err_clear(err);
    if (signal == SIGNAL_CANCEL)
        return err_set(err, ERR_CONFLICT,
                       "Session %s has ended that statement by itself; nothing was cancelled.",
                       pid);
    return err_set(err, ERR_NOT_FOUND, "Session %s has ended by itself.", pid);
}

static bool send_signal(struct call *call, enum signal signal, struct err *err) {
    const char *pid = pid_text(call), *answer;
    const char *backend_start = fact(call->audit_result, "backend_start");
    const char *query_start = fact(call->audit_result, "query_start");
    struct db_at at;
    bool cancels = signal == SIGNAL_CANCEL;
    if (!pid) return no_memory(err);
    if (!backend_start || (cancels && !query_start))
        return err_set(err, ERR_INTERNAL, "a signal that nobody has confirmed");
    if (!managed_at(call, NULL, &at, err)) return false;
    at.client_socket =
        -1; /* once confirmed it is done and written down, whether or not the client waits */
    const char *values[] = { pid, backend_start, cancels ? query_start : NULL };
    if (!db_text(call->services->db, &at, cancels ? DB_SESSION_CANCEL : DB_SESSION_TERMINATE,
                 call->request->arena, values, cancels ? 3 : 2, &answer, NULL, err))
        return err->code == ERR_NOT_FOUND ? is_over(signal, pid, err) : false;
    bool done = watch_end(call, at, values);
    if (json_object_set_new(call->audit_result, "done", json_boolean(done)) != 0)
        return no_memory(err);
    return call_reply(call, 200,
                      json_pack("{s:I, s:s, s:b}", "pid",
                                (json_int_t)request_integer(call->request, "pid"), "signal",
                                signal_names[signal], "done", done),
                      err);
}

bool api_session_cancel(struct call *call, struct err *err) {
    return send_signal(call, SIGNAL_CANCEL, err);
}

bool api_session_terminate(struct call *call, struct err *err) {
    return send_signal(call, SIGNAL_TERMINATE, err);
}
