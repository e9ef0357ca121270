/* SPDX-License-Identifier: MIT */
#include "db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db_connection.h"
#include "db_gate.h"

#define SLOTS          8
#define PARAMETERS_MAX 24
/* A connection that had to take the primary for want of a standby looks again after this time. */
#define FALLBACK_AGE_MS 10000
#define DRAIN_MS        200
/* The longest text that db_text gives. */
#define TEXT_MAX (64u << 20)

struct slot {
    PGconn *connection;
    enum db_role role;
    enum db_target target;
    char database[64];
    char host[264];
    char application[64]; /* application_name as it was last set */
    int64_t made_ms, used_ms;
    unsigned moves; /* db_gate_moves when it was made */
    bool in_use, suspect, row_by_row;
    bool stopped; /* the server was told to cancel the statement */
    int names;    /* results of SET application_name that are still to come */
    unsigned char prepared[DB_STATEMENTS];
};

struct db {
    const struct config *config;
    struct slot slots[SLOTS];
};

bool db_open(const struct config *config, struct db **ret_db, struct err *err) {
    struct db *db = calloc(1, sizeof *db);
    if (!db) return err_set(err, ERR_LIMIT, "out of memory");
    db->config = config;
    *ret_db = db;
    return true;
}

static void slot_close(struct slot *slot) {
    PQfinish(slot->connection);
    memset(slot, 0, sizeof *slot);
}

void db_close(struct db *db) {
    if (!db) return;
    for (int i = 0; i < SLOTS; i++) slot_close(&db->slots[i]);
    free(db);
}

void db_abandon(struct db *db) {
    for (int i = 0; db && i < SLOTS; i++)
        if (db->slots[i].connection) db_connection_abandon(db->slots[i].connection);
    free(db);
}

void db_reset(struct db *db) {
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &db->slots[i];
        if (slot->connection &&
            (slot->suspect || PQtransactionStatus(slot->connection) != PQTRANS_IDLE))
            slot_close(slot);
        slot->in_use = false;
    }
}

static bool is_right(const struct db *db, const struct slot *slot, const struct db_at *at) {
    bool standby = db_is_standby(slot->connection);
    if (slot->host[0]) return true;
    if (slot->moves != db_gate_moves(at->target)) return false;
    if (at->target == DB_PRIMARY) return !standby;
    return standby || db->config->postgres.hosts.count == 1 ||
           clock_ms() - slot->made_ms < FALLBACK_AGE_MS;
}

static struct slot *slot_find(struct db *db, const struct db_at *at, const char *database) {
    struct slot *oldest = NULL;
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &db->slots[i];
        if (slot->in_use) continue;
        if (slot->connection && slot->role == at->role && slot->target == at->target &&
            strcmp(slot->database, database) == 0 &&
            strcmp(slot->host, at->host ? at->host : "") == 0)
            return slot;
        if (!oldest || !slot->connection || (oldest->connection && slot->used_ms < oldest->used_ms))
            oldest = slot;
    }
    if (oldest) slot_close(oldest);
    return oldest;
}

static bool slot_take(struct db *db, const struct db_at *at, struct slot **ret_slot,
                      struct err *err) {
    const char *database = db_database(db->config, at);
    if (strlen(database) >= sizeof db->slots[0].database ||
        (at->host && strlen(at->host) >= sizeof db->slots[0].host))
        return err_set(err, ERR_NOT_FOUND, "there is no such database");
    struct slot *slot = slot_find(db, at, database);
    if (!slot) return err_set(err, ERR_INTERNAL, "too many database connections in one request");
    if (slot->connection && !(db_is_alive(slot->connection) && is_right(db, slot, at)))
        slot_close(slot);
    if (!slot->connection) {
        if (!db_connect(db->config, at, &slot->connection, err)) return false;
        slot->role = at->role;
        slot->target = at->target;
        strcpy(slot->database, database);
        strcpy(slot->host, at->host ? at->host : "");
        slot->made_ms = clock_ms();
        slot->moves = db_gate_moves(at->target);
    }
    slot->used_ms = clock_ms();
    slot->in_use = true;
    slot->suspect = true; /* until the statement has ended well */
    *ret_slot = slot;
    return true;
}

/* Gives the connection back; a failed statement is drained, and what cannot be drained is closed.
 * So is one whose statement was cancelled: a cancellation that comes late would hit the next. */
static void slot_give(struct slot *slot, const struct err *err) {
    slot->in_use = false;
    if (slot->stopped || err->code == ERR_DEADLINE || err->code == ERR_CLIENT_GONE) {
        slot_close(slot);
        return;
    }
    if (err->code != ERR_NONE) slot->application[0] = '\0'; /* rolled back with the statement */
    bool idle = err->code == ERR_NONE || db_drain(slot->connection, DRAIN_MS);
    if (idle && PQtransactionStatus(slot->connection) == PQTRANS_IDLE) slot->suspect = false;
    else slot_close(slot);
}

/* On the console's own tables an SQL error is a fault of the installation, never of the caller. */
static bool failed_on(const struct db_at *at, struct err *err) {
    if (at->role != DB_APP) return false;
    if (err->code == ERR_SQL || err->code == ERR_SQL_SYNTAX || err->code == ERR_SQL_PERMISSION ||
        err->code == ERR_SQL_READ_ONLY) {
        err->code = ERR_INTERNAL;
        err->sqlstate[0] = '\0';
    }
    return false;
}

static bool prepare(struct slot *slot, const struct db_at *at, enum db_statement statement,
                    struct err *err) {
    const struct db_statement_text *text = &db_statement_texts[statement];
    if (slot->prepared[statement]) return true;
    if (!PQsendPrepare(slot->connection, text->name, text->sql, 0, NULL))
        return db_error(slot->connection, NULL, err);
    bool ok = true;
    for (;;) {
        if (!db_wait(slot->connection, at, err)) return false;
        PGresult *result = PQgetResult(slot->connection);
        if (!result) break;
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            ok = db_error(slot->connection, result, err);
        PQclear(result);
    }
    if (ok) slot->prepared[statement] = 1;
    return ok;
}

/* So that pg_stat_activity and the server's log say whose request it is. Ids hold no quotes. It
 * travels with the statement; should that fail, the server takes it back. */
static bool send_application(struct slot *slot, const struct db_at *at, struct err *err) {
    char sql[128];
    if (!at->request_id || strcmp(slot->application, at->request_id) == 0) return true;
    if (strlen(at->request_id) >= sizeof slot->application || strpbrk(at->request_id, "'\\"))
        return err_set(err, ERR_INTERNAL, "the request id cannot be an application name");
    (void)snprintf(sql, sizeof sql, "SET application_name = '%s'", at->request_id);
    if (!PQsendQueryParams(slot->connection, sql, 0, NULL, NULL, NULL, NULL, 0))
        return db_error(slot->connection, NULL, err);
    slot->names++;
    strcpy(slot->application, at->request_id);
    return true;
}

static bool send(struct slot *slot, const struct db_at *at, enum db_statement statement,
                 const char *const *values, int count, struct err *err) {
    if (count > PARAMETERS_MAX)
        return err_set(err, ERR_INTERNAL, "too many parameters for a statement");
    if (!prepare(slot, at, statement, err)) return false;
    slot->names = 0;
    if (!PQenterPipelineMode(slot->connection))
        return err_set(err, ERR_INTERNAL, "the connection to PostgreSQL is not idle");
    if (!send_application(slot, at, err)) return false;
    if (!PQsendQueryPrepared(slot->connection, db_statement_texts[statement].name, count, values,
                             NULL, NULL, 0) ||
        !PQpipelineSync(slot->connection))
        return db_error(slot->connection, NULL, err);
    return true;
}

/* The next result, NULL behind the last of a statement. */
static bool next(struct slot *slot, const struct db_at *at, PGresult **ret_result,
                 struct err *err) {
    if (!db_wait(slot->connection, at, err)) return false;
    *ret_result = PQgetResult(slot->connection);
    return true;
}

/* What comes before the statement's own results. */
static bool receive_application(struct slot *slot, const struct db_at *at, struct err *err) {
    bool ok = true;
    PGresult *result;
    for (; slot->names > 0; slot->names -= !result) {
        if (!next(slot, at, &result, err)) return false;
        if (result && PQresultStatus(result) != PGRES_COMMAND_OK)
            ok = db_error(slot->connection, result, err);
        PQclear(result);
    }
    return ok;
}

static bool receive_end(struct slot *slot, const struct db_at *at, struct err *err) {
    PGresult *result;
    if (!next(slot, at, &result, err)) return false;
    bool ok = PQresultStatus(result) == PGRES_PIPELINE_SYNC && PQexitPipelineMode(slot->connection);
    PQclear(result);
    return ok || err_set(err, ERR_DB_UNAVAILABLE, "the end of the answer is missing");
}

/* Calls `each` for every result of the statement that was sent; who keeps one sets it NULL. */
static bool receive(struct slot *slot, const struct db_at *at,
                    bool (*each)(void *, PGresult **, struct err *), void *context,
                    struct err *err) {
    bool ok = receive_application(slot, at, err);
    PGresult *result;
    if (ok && slot->row_by_row && !PQsetSingleRowMode(slot->connection))
        return err_set(err, ERR_INTERNAL, "no single-row mode");
    while (next(slot, at, &result, err)) {
        if (!result) return receive_end(slot, at, err) && ok;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE ||
            status == PGRES_COMMAND_OK) {
            if (ok && !each(context, &result, err)) {
                db_cancel(slot->connection);
                slot->stopped = true;
                PQclear(result);
                return false;
            }
        } else ok = db_error(slot->connection, result, err);
        PQclear(result);
    }
    return false;
}

struct text_context {
    struct arena *arena;
    const char *text;
    size_t size;
};

static void clear(void *result) {
    PQclear(result);
}

/* The text stays where libpq put it: the result lives as long as the arena's pieces. */
static bool take_text(void *context, PGresult **result, struct err *err) {
    struct text_context *text = context;
    if (PQntuples(*result) == 0 || PQgetisnull(*result, 0, 0)) return true;
    text->size = (size_t)PQgetlength(*result, 0, 0);
    text->text = PQgetvalue(*result, 0, 0);
    bool kept = text->size <= TEXT_MAX && arena_defer(text->arena, clear, *result);
    if (text->size <= TEXT_MAX) *result = NULL; /* kept, or cleared by the arena */
    return kept || err_set(err, ERR_LIMIT, "the answer is larger than a request may hold");
}

bool db_text(struct db *db, const struct db_at *at, enum db_statement statement,
             struct arena *arena, const char *const *values, int count, const char **ret_text,
             size_t *ret_size, struct err *err) {
    struct slot *slot;
    struct text_context context = { .arena = arena };
    if (!slot_take(db, at, &slot, err)) return false;
    bool ok = send(slot, at, statement, values, count, err) &&
              receive(slot, at, take_text, &context, err);
    slot_give(slot, err);
    if (!ok) return failed_on(at, err);
    if (!context.text) return err_set(err, ERR_NOT_FOUND, "there is no such thing");
    *ret_text = context.text;
    if (ret_size) *ret_size = context.size;
    return true;
}

static bool take_rows(void *context, PGresult **taken, struct err *err) {
    json_t *rows = context;
    const PGresult *result = *taken;
    for (int row = 0; row < PQntuples(result); row++) {
        json_t *object = json_object();
        for (int column = 0; object && column < PQnfields(result); column++) {
            json_t *value = PQgetisnull(result, row, column)
                                ? json_null()
                                : json_stringn(PQgetvalue(result, row, column),
                                               (size_t)PQgetlength(result, row, column));
            if (json_object_set_new(object, PQfname(result, column), value) != 0) {
                json_decref(object);
                object = NULL;
            }
        }
        if (json_array_append_new(rows, object) != 0)
            return err_set(err, ERR_LIMIT, "out of memory for rows");
    }
    return true;
}

bool db_rows(struct db *db, const struct db_at *at, enum db_statement statement,
             const char *const *values, int count, json_t **ret_rows, struct err *err) {
    struct slot *slot;
    json_t *rows = json_array();
    if (!rows) return err_set(err, ERR_LIMIT, "out of memory for rows");
    bool ok = slot_take(db, at, &slot, err);
    if (ok) {
        ok = send(slot, at, statement, values, count, err) &&
             receive(slot, at, take_rows, rows, err);
        slot_give(slot, err);
    }
    if (ok) *ret_rows = rows;
    else json_decref(rows);
    return ok || failed_on(at, err);
}

struct each_context {
    bool (*each)(void *context, const char *const *row, int columns, struct err *err);
    void *context;
};

static bool take_each(void *context, PGresult **taken, struct err *err) {
    const struct each_context *each = context;
    const PGresult *result = *taken;
    const char *row[PARAMETERS_MAX];
    int columns = PQnfields(result);
    if (PQntuples(result) > 0 && columns > PARAMETERS_MAX)
        return err_set(err, ERR_INTERNAL, "too many columns");
    for (int i = 0; i < PQntuples(result); i++) {
        for (int column = 0; column < columns; column++)
            row[column] = PQgetisnull(result, i, column) ? NULL : PQgetvalue(result, i, column);
        if (!each->each(each->context, row, columns, err)) return false;
    }
    return true;
}

bool db_each(struct db *db, const struct db_at *at, enum db_statement statement,
             const char *const *values, int count,
             bool (*each)(void *context, const char *const *row, int columns, struct err *err),
             void *context, struct err *err) {
    struct slot *slot;
    struct each_context each_context = { .each = each, .context = context };
    if (!slot_take(db, at, &slot, err)) return false;
    slot->row_by_row = true;
    bool ok = send(slot, at, statement, values, count, err) &&
              receive(slot, at, take_each, &each_context, err);
    slot->row_by_row = false;
    slot_give(slot, err);
    return ok || failed_on(at, err);
}
