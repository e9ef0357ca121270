/* SPDX-License-Identifier: MIT */
#include "migrate.h"

#include <libpq-fe.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migrate_template.h"

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

/* Connects like `conninfo` but to `database` (NULL: as it says). In a database of others nothing of
 * theirs is to be found by an unqualified name: we are the superuser. */
static bool open_admin(const char *conninfo, const char *database, bool is_ours,
                       PGconn **ret_connection, struct err *err) {
    const char *keys[] = { "dbname",  "dbname",          "application_name",
                           "options", "connect_timeout", NULL };
    const char *values[] = { conninfo,
                             database,
                             "guardianctl migrate",
                             is_ours ? "-c search_path=public -c client_min_messages=warning"
                                     : "-c search_path= -c client_min_messages=warning",
                             "10",
                             NULL };
    /* The first dbname is expanded as a connection string; a later one overrides only its database.
     */
    if (!database) keys[1] = "fallback_application_name", values[1] = "guardianctl";
    PGconn *connection = PQconnectdbParams(keys, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        (void)fail(connection, "cannot connect as the administrator", err);
        PQfinish(connection);
        return false;
    }
    *ret_connection = connection;
    return true;
}

static bool exists(PGconn *connection, const char *sql, const char *name, bool *ret_exists,
                   struct err *err) {
    const char *values[] = { name };
    PGresult *result = PQexecParams(connection, sql, 1, NULL, values, NULL, NULL, 0);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK;
    if (ok) *ret_exists = PQntuples(result) > 0;
    PQclear(result);
    return ok || fail(connection, name, err);
}

struct role {
    const char *name, *attributes, *connection_limit; /* beside those of every role */
    size_t password_offset;                           /* in struct config; 0: may not log in */
};

#define PLAIN             "NOCREATEDB NOBYPASSRLS"
#define SECRET_OF(member) offsetof(struct config, postgres.member)

static const struct role roles[] = {
    { "guardian_owner", "NOLOGIN " PLAIN, "-1", 0 },
    { "guardian_app", "LOGIN " PLAIN, "-1", SECRET_OF(app_password) },
    { "guardian_monitor", "LOGIN " PLAIN, "-1", SECRET_OF(monitor_password) },
    { "guardian_reader", "LOGIN " PLAIN, "64", SECRET_OF(reader_password) },
    /* Code of archives from elsewhere runs as the first, which may log in while one is restored
     * (fcgi/admin/import.sql) and in one session; the second has what nobody else is to have. */
    { "guardian_importer", "NOINHERIT " PLAIN, "1", 0 },
    { "guardian_foreign", "NOLOGIN " PLAIN, "0", 0 },
    /* It makes the databases that backups are restored into, and dumps what row security hides. */
    { "guardian_maintainer", "LOGIN CREATEDB BYPASSRLS", "-1", SECRET_OF(maintainer_password) },
};

/* The server gets a verifier, never the password: it stays out of its log and of
 * pg_stat_statements. */
static bool set_password(PGconn *connection, const char *role, const struct config_secret *password,
                         struct err *err) {
    if (!password->text) return true;
    char *verifier = PQencryptPasswordConn(connection, password->text, role, "scram-sha-256");
    char *literal = verifier ? PQescapeLiteral(connection, verifier, strlen(verifier)) : NULL;
    PQfreemem(verifier);
    char sql[1024];
    bool ok = literal && snprintf(sql, sizeof sql, "ALTER ROLE %s PASSWORD %s", role, literal) <
                             (int)sizeof sql;
    PQfreemem(literal);
    return ok ? run(connection, sql, role, err)
              : err_set(err, ERR_LIMIT, "cannot make a password verifier for %s", role);
}

static bool make_roles(PGconn *connection, const struct config *config, struct err *err) {
    char sql[512];
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        const struct role *role = &roles[i];
        bool there;
        if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", role->name, &there,
                    err))
            return false;
        (void)snprintf(sql, sizeof sql,
                       "%s ROLE %s NOSUPERUSER NOCREATEROLE NOREPLICATION %s CONNECTION LIMIT %s",
                       there ? "ALTER" : "CREATE", role->name, role->attributes,
                       role->connection_limit);
        if (!run(connection, sql, role->name, err)) return false;
        const struct config_secret *password =
            (const void *)((const char *)config + role->password_offset);
        if (role->password_offset && !set_password(connection, role->name, password, err))
            return false;
        if (!there) printf("role %s created\n", role->name);
    }
    return run(connection,
               "GRANT pg_monitor, pg_signal_backend TO guardian_monitor;"
               "GRANT pg_monitor, pg_signal_backend TO guardian_maintainer;"
               "DO $$ DECLARE power name; BEGIN FOR power IN SELECT rolname FROM pg_roles "
               "WHERE rolname IN ('pg_read_all_data', 'pg_checkpoint') LOOP "
               "EXECUTE format('GRANT %I TO guardian_maintainer', power); END LOOP; END $$;"
               "ALTER ROLE guardian_reader SET default_transaction_read_only = on;"
               "ALTER ROLE guardian_reader SET statement_timeout = '10min';"
               "ALTER ROLE guardian_reader SET idle_in_transaction_session_timeout = '60s';"
               "ALTER ROLE guardian_reader SET lock_timeout = '5s';"
               "ALTER ROLE guardian_reader SET temp_file_limit = '1GB'",
               "settings of the roles", err);
}

static bool make_database(PGconn *connection, const char *name, struct err *err) {
    bool there;
    if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = $1", name, &there, err))
        return false;
    char *identifier = PQescapeIdentifier(connection, name, strlen(name)), sql[512];
    bool ok = identifier != NULL || err_set(err, ERR_LIMIT, "out of memory");
    if (ok && !there) {
        (void)snprintf(sql, sizeof sql,
                       "CREATE DATABASE %s OWNER guardian_owner ENCODING 'UTF8' TEMPLATE template0",
                       identifier);
        ok = run(connection, sql, name, err);
        if (ok) printf("database %s created\n", name);
    }
    if (ok) {
        (void)snprintf(
            sql, sizeof sql,
            /* guardian_monitor, without any table here, ends the sessions of dead jobs. */
            "REVOKE ALL ON DATABASE %s FROM PUBLIC; GRANT CONNECT ON DATABASE %s TO guardian_app, "
            "guardian_monitor",
            identifier, identifier);
        ok = run(connection, sql, name, err);
    }
    PQfreemem(identifier);
    return ok;
}

static bool apply(PGconn *connection, const struct migration_text *migration, struct err *err) {
    bool done;
    const char *values[] = { migration->name };
    if (!exists(connection, "SELECT 1 FROM schema_migration WHERE name = $1", migration->name,
                &done, err))
        return false;
    if (done) return true;
    if (!run(connection, "BEGIN", migration->name, err) ||
        !run(connection, migration->sql, migration->name, err))
        return false;
    PGresult *result = PQexecParams(connection, "INSERT INTO schema_migration (name) VALUES ($1)",
                                    1, NULL, values, NULL, NULL, 0);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK || fail(connection, migration->name, err);
    PQclear(result);
    ok = ok && run(connection, "COMMIT", migration->name, err);
    if (ok) printf("%s applied\n", migration->name);
    return ok;
}

static bool migrate_console(const struct config *config, const char *conninfo, struct err *err) {
    PGconn *connection;
    if (!open_admin(conninfo, config->postgres.console_database, true, &connection, err))
        return false;
    bool ok = run(connection,
                  "SELECT pg_advisory_lock(7165489300);"
                  "REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE, CREATE ON SCHEMA "
                  "public TO guardian_owner;"
                  "GRANT USAGE ON SCHEMA public TO guardian_app; SET ROLE guardian_owner;"
                  "CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, at "
                  "timestamptz NOT NULL DEFAULT now())",
                  "the console's database", err);
    for (const struct migration_text *migration = migration_texts; ok && migration->name;
         migration++)
        if (strncmp(migration->name, "migrations/", 11) == 0)
            ok = apply(connection, migration, err);
    ok = ok && migrate_admin(connection, config, err);
    PQfinish(connection);
    return ok;
}

/* As a superuser in a database of others. */
static bool open_other(const void *conninfo, const char *database, PGconn **ret_connection,
                       struct err *err) {
    return open_admin(conninfo, database, false, ret_connection, err);
}

static bool prepare_managed(const char *database, const char *conninfo, struct err *err) {
    PGconn *connection;
    if (!open_admin(conninfo, database, false, &connection, err)) return false;
    bool ok = run(connection, "SELECT pg_advisory_lock(7165489300); BEGIN", database, err);
    for (const struct migration_text *migration = migration_texts; ok && migration->name;
         migration++)
        if (strncmp(migration->name, "managed/", 8) == 0)
            ok = run(connection, migration->sql, migration->name, err);
    ok = ok && run(connection, "COMMIT", database, err) &&
         migrate_template(connection, open_other, conninfo, err);
    PQfinish(connection);
    if (ok) printf("database %s prepared\n", database);
    return ok;
}

bool migrate_run(const struct config *config, const char *conninfo, struct err *err) {
    PGconn *connection;
    if (!open_admin(conninfo, NULL, false, &connection, err)) return false;
    bool ok = run(connection, "SELECT pg_advisory_lock(7165489300)", "lock", err) &&
              make_roles(connection, config, err) &&
              make_database(connection, config->postgres.console_database, err);
    PQfinish(connection);
    ok = ok && migrate_console(config, conninfo, err);
    for (int i = 0; ok && i < config->postgres.managed_databases.count; i++)
        ok = prepare_managed(config->postgres.managed_databases.items[i], conninfo, err);
    return ok;
}
