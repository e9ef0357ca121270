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

/* jobs.dump_processes is no more. */
#define DUMP_PROCESSES_MAX 16

/* A table that a session is dumping. */
struct dumped {
    const json_t *table;
    int64_t bytes, copied; /* its size, those of it that are read */
};

struct dumping {
    struct job *job;
    const struct backup_dump *dump;
    int64_t total, done; /* bytes of tables; of those that are dumped */
    struct dumped open[DUMP_PROCESSES_MAX];
    int open_count, open_max;
    size_t next; /* where in the tables the next one is looked for */
    int64_t look_ms;
    char phase[160];
    char error[300]; /* its first: of a session that failed, the others tell only that it did */
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

static void end_table(struct dumping *dumping, int index) {
    dumping->done += dumping->open[index].bytes;
    dumping->open_count--;
    memmove(dumping->open + index, dumping->open + index + 1,
            (size_t)(dumping->open_count - index) * sizeof *dumping->open);
}

/* pg_dump goes through the tables in nearly our order. A single session has finished one when it
 * begins the next. */
static void begin_table(struct dumping *dumping, const char *name, size_t size) {
    const json_t *tables = dumping->dump->tables;
    size_t count = json_array_size(tables);
    if (dumping->open_count == dumping->open_max) end_table(dumping, 0);
    (void)snprintf(dumping->phase, sizeof dumping->phase, "dumping %.*s",
                   size < 130 ? (int)size : 0, name);
    for (size_t i = 0; i < count; i++) {
        const json_t *table = json_array_get(tables, (dumping->next + i) % count);
        if (!is_table(table, name, size)) continue;
        dumping->open[dumping->open_count++] =
            (struct dumped){ .table = table, .bytes = bytes_of(table) };
        dumping->next = dumping->next + i + 1;
        return;
    }
}

/* "4015 TABLE DATA readings": no schema is told, and of two tables with one name it does not matter
 * which. */
static void finish_item(struct dumping *dumping, const char *item) {
    static const char kind[] = " TABLE DATA ";
    const char *name = strstr(item, kind);
    for (int i = 0; name && i < dumping->open_count; i++) {
        const json_t *called = json_object_get(dumping->open[i].table, "name");
        if (strcmp(json_string_value(called), name + sizeof kind - 1) != 0) continue;
        end_table(dumping, i);
        return;
    }
}

static void take_line(void *context, const char *text) {
    static const char dumps[] = "pg_dump: dumping contents of table \"",
                      finished[] = "pg_dump: finished item ";
    struct dumping *dumping = context;
    size_t size = strlen(text);
    if (strncmp(text, dumps, sizeof dumps - 1) == 0 && text[size - 1] == '"')
        begin_table(dumping, text + sizeof dumps - 1, size - sizeof dumps);
    else if (strncmp(text, finished, sizeof finished - 1) == 0)
        finish_item(dumping, text + sizeof finished - 1);
    else if (strstr(text, "error: ") || strstr(text, "warning: ")) {
        job_log(dumping->job, "%s", text);
        if (!*dumping->error && strstr(text, "error: "))
            (void)snprintf(dumping->error, sizeof dumping->error, "%s", text);
    }
}

static bool take_copied(void *context, const char *const *row, int columns, struct err *err) {
    struct dumping *dumping = context;
    (void)err;
    if (columns != 2 || !row[0] || !row[1]) return true;
    int64_t oid = strtoll(row[0], NULL, 10), copied = strtoll(row[1], NULL, 10);
    for (int i = 0; i < dumping->open_count; i++) {
        struct dumped *open = &dumping->open[i];
        if (json_integer_value(json_object_get(open->table, "oid")) == oid)
            open->copied = copied < open->bytes ? copied : open->bytes;
    }
    return true;
}

static bool tick(void *context, struct err *err) {
    struct dumping *dumping = context;
    struct err ignored = ERR_INIT; /* older servers do not know it, and it is progress alone */
    int64_t done = dumping->done;
    (void)err;
    if (clock_ms() >= dumping->look_ms) {
        struct db_at at =
            job_at(dumping->job, DB_MONITOR, dumping->dump->database, LOOK_TIMEOUT_MS);
        const char *values[] = { dumping->job->application };
        dumping->look_ms = clock_ms() + LOOK_MS;
        if (!db_each(dumping->job->db, &at, DB_BACKUP_COPYING, values, 1, take_copied, dumping,
                     &ignored))
            err_clear(&ignored);
    }
    for (int i = 0; i < dumping->open_count; i++) done += dumping->open[i].copied;
    job_progress(dumping->job, dumping->phase, done, dumping->total > 0 ? dumping->total : -1,
                 "bytes");
    return true;
}

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    struct dumping *dumping = context;
    return backup_writer_add(dumping->dump->writer, data, size, err) &&
           backup_trial_add(dumping->dump->trial, data, size, err);
}

/* The file is synced when the folder has become one. */
static bool run(struct dumping *dumping, const char *conninfo, int passfile, const char *entry,
                struct err *err) {
    const struct config *config = dumping->job->config;
    const char *folder = dumping->dump->folder;
    char path[256], compress[24], processes[24];
    const char *into = folder ? arena_printf(dumping->job->arena, "--file=%s", folder) : NULL;
    const char *argv[] = { path,
                           compress,
                           "--verbose",
                           "--no-password",
                           "--lock-wait-timeout=600000",
                           conninfo,
                           folder ? "--format=directory" : "--format=custom",
                           folder ? "--no-sync" : NULL, /* for a folder alone, from here on */
                           processes,
                           into,
                           NULL };
    const char *environment[] = { entry, NULL };
    struct program program = { .argv = argv,
                               .environment = environment,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = passfile,
                               .cancel_fd = dumping->job->channel,
                               .context = dumping,
                               .output = folder ? NULL : take_output,
                               .line = take_line,
                               .tick = tick };
    if (folder && !into) return err_set(err, ERR_LIMIT, "out of memory");
    (void)snprintf(compress, sizeof compress, "--compress=%d", (int)config->jobs.compression);
    (void)snprintf(processes, sizeof processes, "--jobs=%d", dumping->open_max);
    return program_find(config, "pg_dump", path, sizeof path, err) && program_run(&program, err);
}

bool backup_dump(struct job *job, const struct backup_dump *dump, struct err *err) {
    struct dumping dumping = { .job = job,
                               .dump = dump,
                               .open_max = dump->folder ? (int)job->config->jobs.dump_processes : 1,
                               .phase = "reading the catalog" };
    size_t i;
    json_t *table;
    char *conninfo, entry[48];
    int passfile;
    json_array_foreach(dump->tables, i, table) dumping.total += bytes_of(table);
    if (!program_passfile(job->config, &passfile, entry, sizeof entry, err)) return false;
    bool ok = program_conninfo(job->config, dump->database, job->application, &conninfo, err);
    if (ok) {
        ok = run(&dumping, conninfo, passfile, entry, err);
        free(conninfo);
        if (!ok && err->code == ERR_INTERNAL && *dumping.error) {
            err_clear(err);
            (void)err_set(err, ERR_INTERNAL, "%s", dumping.error);
        }
    }
    close(passfile);
    return ok;
}
