/* SPDX-License-Identifier: MIT */
#include "migrate_template.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migrate.h"
#include "seal.h"

static bool fail(PGconn *connection, const char *what, struct err *err) {
    const char *message = PQerrorMessage(connection);
    return err_set(err, ERR_DB_UNAVAILABLE, "%s: %.*s", what, (int)strcspn(message, "\n"), message);
}

static bool run(PGconn *connection, const char *sql, const char *what, struct err *err) {
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || fail(connection, what, err);
}

static const char *text_named(const char *name) {
    const struct migration_text *text = migration_texts;
    while (text->name && strcmp(text->name, name) != 0) text++;
    assert(text->name); /* embedded at build */
    return text->sql;
}

static bool add_managed(PGconn *console, const char *database, struct err *err) {
    const char *values[] = { database };
    PGresult *result =
        PQexecParams(console, "INSERT INTO guardian_admin.managed_database VALUES ($1)", 1, NULL,
                     values, NULL, NULL, 0);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return ok || fail(console, database, err);
}

bool migrate_admin(PGconn *console, const struct config *config, struct err *err) {
    bool ok = run(console, "RESET ROLE; BEGIN", "admin", err) &&
              run(console, text_named("admin/restore"), "admin/restore", err) &&
              run(console, text_named("admin/import"), "admin/import", err) &&
              run(console, "DELETE FROM guardian_admin.managed_database", "admin", err);
    for (int i = 0; ok && i < config->postgres.managed_databases.count; i++)
        ok = add_managed(console, config->postgres.managed_databases.items[i], err);
    return ok && run(console, "COMMIT", "admin", err);
}

/* How the template is to be made, and a mark that tells whether it was made so. */
struct wanted {
    PGresult *result;
    const char *name, *options, *fill;
    char mark[SEAL_HEX_SIZE];
};

static bool ask_wanted(PGconn *managed, struct wanted *wanted, struct err *err) {
    const char *helpers = text_named("template/restore");
    unsigned char hash[SEAL_HASH_SIZE];
    wanted->result = PQexec(managed, text_named("survey/template"));
    if (PQresultStatus(wanted->result) != PGRES_TUPLES_OK || PQntuples(wanted->result) != 1)
        return fail(managed, "survey/template", err);
    wanted->name = PQgetvalue(wanted->result, 0, 0);
    wanted->options = PQgetvalue(wanted->result, 0, 1);
    wanted->fill = PQgetvalue(wanted->result, 0, 2);
    seal_sha256_pair(helpers, strlen(helpers), wanted->fill, strlen(wanted->fill), hash);
    char both[SEAL_HEX_SIZE + 1024];
    seal_hex(hash, sizeof hash, both);
    (void)snprintf(both + SEAL_HEX_SIZE - 1, sizeof both - SEAL_HEX_SIZE, "%s", wanted->options);
    return seal_sha256_hex(both, strlen(both), wanted->mark);
}

static bool is_made(PGconn *managed, const struct wanted *wanted, bool *ret_made, bool *ret_exists,
                    struct err *err) {
    const char *values[] = { wanted->name, wanted->mark };
    PGresult *result = PQexecParams(managed,
                                    "SELECT shobj_description(oid, 'pg_database') IS NOT DISTINCT "
                                    "FROM $2 FROM pg_database WHERE datname = $1",
                                    2, NULL, values, NULL, NULL, 0);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (ok) {
        *ret_exists = PQntuples(result) == 1;
        *ret_made = *ret_exists && PQgetvalue(result, 0, 0)[0] == 't';
    }
    PQclear(result);
    return ok || fail(managed, wanted->name, err);
}

/* The name is hexadecimal digits and letters of ours: it needs no quoting. */
static bool command(PGconn *managed, const char *format, const struct wanted *wanted,
                    const char *more, struct err *err) {
    size_t size = strlen(format) + strlen(wanted->name) + strlen(more) + 1;
    char *sql = malloc(size);
    if (!sql) return err_set(err, ERR_LIMIT, "out of memory");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(sql, size, format, wanted->name, more);
#pragma GCC diagnostic pop
    bool ok = run(managed, sql, wanted->name, err);
    free(sql);
    return ok;
}

static bool fill(PGconn *template, const struct wanted *wanted, struct err *err) {
    return run(template, "BEGIN", wanted->name, err) &&
           run(template, text_named("template/restore"), "template/restore", err) &&
           (!*wanted->fill || run(template, wanted->fill, wanted->name, err)) &&
           run(template, "COMMIT", wanted->name, err);
}

bool migrate_template(PGconn *managed,
                      bool (*connect)(const void *context, const char *database, PGconn **ret,
                                      struct err *err),
                      const void *context, struct err *err) {
    struct wanted wanted = { .result = NULL };
    bool made = false, exists = false;
    PGconn *template = NULL;
    bool ok = ask_wanted(managed, &wanted, err) && is_made(managed, &wanted, &made, &exists, err);
    if (ok && !made) {
        ok = (!exists ||
              (command(managed, "ALTER DATABASE %s IS_TEMPLATE false%s", &wanted, "", err) &&
               command(managed, "DROP DATABASE %s%s", &wanted, " WITH (FORCE)", err))) &&
             command(managed, "CREATE DATABASE %s %s", &wanted, wanted.options, err) &&
             command(managed, "REVOKE ALL ON DATABASE %s FROM %s", &wanted, "PUBLIC", err) &&
             connect(context, wanted.name, &template, err);
        ok = ok && fill(template, &wanted, err);
        PQfinish(template);
        /* Last: a template without its mark is made anew. */
        ok = ok && command(managed, "COMMENT ON DATABASE %s IS '%s'", &wanted, wanted.mark, err);
        if (ok) printf("template %s made\n", wanted.name);
    }
    PQclear(wanted.result);
    return ok;
}
