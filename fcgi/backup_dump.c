/* SPDX-License-Identifier: MIT */
#include "backup_dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "program.h"

#define LOOK_MS         1000
#define LOOK_TIMEOUT_MS 1000

struct dumping {
    struct job *job;
    const char *database;
    const json_t *tables;
    struct backup_writer *writer;
    int64_t total, done;     /* bytes of tables; of those that are dumped */
    int64_t current, copied; /* of the table that is being dumped: its bytes, those read */
    size_t next;             /* where in `tables` the next one is looked for */
    int64_t look_ms;
    char phase[160];
};

static bool is_table(const json_t *table, const char *name, size_t size) {
    const char *schema = json_string_value(json_object_get(table, "schema"));
    const char *plain = json_string_value(json_object_get(table, "name"));
    size_t schema_size = strlen(schema);
    return size == schema_size + 1 + strlen(plain) && memcmp(name, schema, schema_size) == 0 &&
           name[schema_size] == '.' &&
           memcmp(name + schema_size + 1, plain, size - schema_size - 1) == 0;
}

static int64_t bytes_of(const json_t *table) {
    return json_integer_value(json_object_get(table, "bytes"));
}

/* pg_dump goes through the tables in nearly our order. */
static void begin_table(struct dumping *dumping, const char *name, size_t size) {
    size_t count = json_array_size(dumping->tables);
    dumping->done += dumping->current;
    dumping->current = dumping->copied = 0;
    (void)snprintf(dumping->phase, sizeof dumping->phase, "dumping %.*s",
                   size < 130 ? (int)size : 0, name);
    for (size_t i = 0; i < count; i++) {
        const json_t *table = json_array_get(dumping->tables, (dumping->next + i) % count);
        if (!is_table(table, name, size)) continue;
        dumping->current = bytes_of(table);
        dumping->next = dumping->next + i + 1;
        return;
    }
}

static void take_line(void *context, const char *text) {
    static const char dumps[] = "pg_dump: dumping contents of table \"";
    struct dumping *dumping = context;
    size_t size = strlen(text);
    if (strncmp(text, dumps, sizeof dumps - 1) == 0 && text[size - 1] == '"')
        begin_table(dumping, text + sizeof dumps - 1, size - sizeof dumps);
    else if (strstr(text, "error: ") || strstr(text, "warning: "))
        job_log(dumping->job, "%s", text);
}

static bool take_copied(void *context, const char *const *row, int columns, struct err *err) {
    struct dumping *dumping = context;
    (void)err;
    if (columns == 2 && row[1]) dumping->copied = strtoll(row[1], NULL, 10);
    return true;
}

static bool tick(void *context, struct err *err) {
    struct dumping *dumping = context;
    struct err ignored = ERR_INIT; /* older servers do not know it, and it is progress alone */
    (void)err;
    if (clock_ms() >= dumping->look_ms) {
        struct db_at at = job_at(dumping->job, DB_MONITOR, dumping->database, LOOK_TIMEOUT_MS);
        const char *values[] = { dumping->job->application };
        dumping->look_ms = clock_ms() + LOOK_MS;
        if (!db_each(dumping->job->db, &at, DB_BACKUP_COPYING, values, 1, take_copied, dumping,
                     &ignored))
            dumping->copied = 0;
    }
    int64_t part = dumping->copied < dumping->current ? dumping->copied : dumping->current;
    job_progress(dumping->job, dumping->phase, dumping->done + part,
                 dumping->total > 0 ? dumping->total : -1, "bytes");
    return true;
}

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    struct dumping *dumping = context;
    return backup_writer_add(dumping->writer, data, size, err);
}

static bool run(struct dumping *dumping, const char *conninfo, int passfile, const char *entry,
                struct err *err) {
    const struct config *config = dumping->job->config;
    char path[256], compress[24];
    const char *argv[] = { path,
                           "--format=custom",
                           compress,
                           "--verbose",
                           "--no-password",
                           "--lock-wait-timeout=600000",
                           conninfo,
                           NULL };
    const char *environment[] = { entry, NULL };
    struct program program = { .argv = argv,
                               .environment = environment,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = passfile,
                               .cancel_fd = dumping->job->channel,
                               .context = dumping,
                               .output = take_output,
                               .line = take_line,
                               .tick = tick };
    (void)snprintf(compress, sizeof compress, "--compress=%d", (int)config->jobs.compression);
    return program_find(config, "pg_dump", path, sizeof path, err) && program_run(&program, err);
}

bool backup_dump(struct job *job, const char *database, const json_t *tables,
                 struct backup_writer *writer, struct err *err) {
    struct dumping dumping = { .job = job,
                               .database = database,
                               .tables = tables,
                               .writer = writer,
                               .phase = "reading the catalog" };
    size_t i;
    json_t *table;
    char *conninfo, entry[48];
    int passfile;
    json_array_foreach(tables, i, table) dumping.total += bytes_of(table);
    if (!program_passfile(job->config, &passfile, entry, sizeof entry, err)) return false;
    bool ok = program_conninfo(job->config, database, job->application, &conninfo, err);
    if (ok) {
        ok = run(&dumping, conninfo, passfile, entry, err);
        free(conninfo);
    }
    close(passfile);
    return ok;
}
