/* SPDX-License-Identifier: MIT */
#include "archive_look.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup_file.h"
#include "backup_manifest.h"
#include "program.h"

#define MEMORY_BYTES (1LL << 30)
#define LIST_CPU_S   120
#define LIST_MAX     (64LL << 20) /* bytes of a table of contents */
#define TABLES_MAX   50000
#define NAMES_MAX    200
#define LINE_SIZE    1024

/* -- the first bytes ----------------------------------------------------------------------------
 */

/* In the header: magic, three bytes of version, sizes of integers and offsets, format. */
#define FORMAT_AT     10
#define FORMAT_CUSTOM 1

static bool begins(const char *head, size_t size, const char *with, size_t with_size) {
    return size >= with_size && memcmp(head, with, with_size) == 0;
}

static bool not_custom(const char *what, struct err *err) {
    return err_set(err, ERR_ARCHIVE,
                   "This is %s. What can be uploaded is an archive in pg_dump's custom format; "
                   "make one with: pg_dump --format=custom --file=NAME.dump DATABASE",
                   what);
}

static bool seems_text(const char *head, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)head[i] < 9) return false;
    return size > 0;
}

bool archive_head_check(const char *head, size_t size, struct err *err) {
    if (size == 0) return not_custom("nothing", err);
    if (begins(head, size, "PGDMP", 5)) {
        if (size <= FORMAT_AT) return not_custom("the beginning of an archive, cut off", err);
        return head[FORMAT_AT] == FORMAT_CUSTOM ||
               not_custom("an archive of pg_dump in another format than custom", err);
    }
    if (begins(head, size, "toc.dat", 8)) return not_custom("pg_dump's tar format", err);
    if (begins(head, size, "\x1f\x8b", 2)) return not_custom("compressed with gzip", err);
    if (begins(head, size, "\x28\xb5\x2f\xfd", 4)) return not_custom("compressed with zstd", err);
    if (begins(head, size, "PK\x03\x04", 4)) return not_custom("a ZIP file", err);
    if (begins(head, size, "IOTGBK1\n", 8))
        return not_custom("an encrypted backup of a console", err);
    if (seems_text(head, size)) return not_custom("text, perhaps SQL", err);
    return not_custom("not an archive of pg_dump", err);
}

/* -- the table of contents --------------------------------------------------------------------- */

struct looking {
    const struct backup_check *check;
    struct backup_reader reader;
    json_t *tables, *counts, *extensions, *languages, *version;
    int64_t entries, bytes;
    char line[LINE_SIZE];
    size_t line_size;
    bool full; /* no memory */
};

/* How pg_restore calls what we count; NULL: a part of something else. The longest that fits. */
static const struct {
    const char *text, *name;
} kinds[] = {
    { "TABLE", "tables" },
    { "TABLE DATA", NULL },
    { "TABLE ATTACH", NULL },
    { "VIEW", "views" },
    { "MATERIALIZED VIEW", "materialized_views" },
    { "MATERIALIZED VIEW DATA", NULL },
    { "FOREIGN TABLE", "foreign_tables" },
    { "SEQUENCE", "sequences" },
    { "SEQUENCE SET", NULL },
    { "SEQUENCE OWNED BY", NULL },
    { "INDEX", "indexes" },
    { "INDEX ATTACH", NULL },
    { "FUNCTION", "functions" },
    { "PROCEDURE", "functions" },
    { "AGGREGATE", "functions" },
    { "TRIGGER", "triggers" },
    { "EVENT TRIGGER", "event_triggers" },
    { "RULE", "rules" },
    { "POLICY", "policies" },
    { "TYPE", "types" },
    { "DOMAIN", "types" },
    { "EXTENSION", "extensions" },
    { "LANGUAGE", "languages" },
    { "PROCEDURAL LANGUAGE", "languages" },
    { "SCHEMA", "schemas" },
    { "SERVER", "foreign_servers" },
    { "FOREIGN DATA WRAPPER", "foreign_servers" },
    { "USER MAPPING", "foreign_servers" },
    { "PUBLICATION", "publications" },
    { "PUBLICATION TABLE", NULL },
    { "SUBSCRIPTION", "subscriptions" },
    { "BLOB", "large_objects" },
};

static void count(struct looking *looking, const char *name) {
    json_int_t before = json_integer_value(json_object_get(looking->counts, name));
    looking->full |= json_object_set_new(looking->counts, name, json_integer(before + 1)) != 0;
}

static void add_name(struct looking *looking, json_t *names, const char *text, size_t size) {
    if (json_array_size(names) >= NAMES_MAX) return;
    json_t *name = json_stringn(text, size); /* not UTF-8: it is counted alone */
    if (name) looking->full |= json_array_append_new(names, name) != 0;
}

/* "schema name owner": a name may hold spaces, the first and the last word are taken for the
 * others. It is shown, and nothing depends on it. */
static void add_table(struct looking *looking, const char *text) {
    const char *name = strchr(text, ' '), *owner = strrchr(text, ' ');
    if (!name || owner <= name || json_array_size(looking->tables) >= TABLES_MAX) return;
    json_t *table = json_pack("{s:s%, s:s%}", "schema", text, (size_t)(name - text), "name",
                              name + 1, (size_t)(owner - name - 1));
    if (table) looking->full |= json_array_append_new(looking->tables, table) != 0;
}

static void take_object(struct looking *looking, const char *text) {
    size_t best = 0, best_size = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(kinds[i].text);
        if (size <= best_size || strncmp(text, kinds[i].text, size) != 0 || text[size] != ' ')
            continue;
        best = i;
        best_size = size;
    }
    if (best_size == 0 || !kinds[best].name) return;
    const char *name = kinds[best].name, *rest = text + best_size + 1;
    count(looking, name);
    if (strcmp(name, "tables") == 0) add_table(looking, rest);
    /* "- name ": they have no schema, and no owner is told. */
    bool named = strcmp(name, "extensions") == 0 || strcmp(name, "languages") == 0;
    if (named && strncmp(rest, "- ", 2) == 0)
        add_name(looking, *name == 'e' ? looking->extensions : looking->languages, rest + 2,
                 strcspn(rest + 2, " "));
}

/* "215; 1259 16385 TABLE public readings owner", or a comment. */
static void take_line(struct looking *looking) {
    static const char version[] = ";     Dumped from database version: ";
    char *line = looking->line, *rest;
    line[looking->line_size] = '\0';
    looking->line_size = 0;
    if (strncmp(line, version, sizeof version - 1) == 0 && !looking->version)
        looking->version = json_string(line + sizeof version - 1);
    if (strtol(line, &rest, 10) <= 0 || *rest != ';') return;
    for (int numbers = 0; numbers < 2; numbers++) {
        rest += strspn(rest, "; ");
        rest += strspn(rest, "0123456789");
    }
    looking->entries++;
    if (*rest == ' ') take_object(looking, rest + 1);
}

static bool take_list(void *context, const char *data, size_t size, struct err *err) {
    struct looking *looking = context;
    looking->bytes += (int64_t)size;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n') take_line(looking);
        else if (looking->line_size + 1 < sizeof looking->line)
            looking->line[looking->line_size++] = data[i];
    }
    if (looking->full) return err_set(err, ERR_LIMIT, "out of memory");
    return looking->bytes <= LIST_MAX ||
           err_set(err, ERR_ARCHIVE, "The archive's table of contents is too large.");
}

/* -- all of it --------------------------------------------------------------------------------- */

static ptrdiff_t feed(void *context, char *buffer, size_t size, struct err *err) {
    struct looking *looking = context;
    return backup_reader_next(&looking->reader, buffer, size, err);
}

static bool take_script(void *context, const char *data, size_t size, struct err *err) {
    struct looking *looking = context;
    int64_t most = looking->check->config->jobs.upload_unpacked_max_bytes;
    (void)data;
    looking->bytes += (int64_t)size;
    return looking->bytes <= most ||
           err_set(err, ERR_ARCHIVE,
                   "The archive unpacks to more than %lld bytes, which is the limit "
                   "(jobs.upload_unpacked_max_bytes).",
                   (long long)most);
}

static bool tick(void *context, struct err *err) {
    struct looking *looking = context;
    const struct backup_check *check = looking->check;
    (void)err;
    if (check->progress)
        check->progress(check->context, looking->reader.size,
                        backup_manifest_number(check->manifest, "size_bytes"));
    return true;
}

/* What the program says of it is about the archive, unless it could not even be started. */
static bool blame(struct err *err) {
    if (err->code != ERR_INTERNAL) return false;
    struct err said = *err;
    err_clear(err);
    return err_set(err, ERR_ARCHIVE, "The archive cannot be read: %.400s", said.detail);
}

static bool run(struct looking *looking, const char *option, bool lists, struct err *err) {
    const struct backup_check *check = looking->check;
    char path[256];
    const char *argv[] = { path, option, NULL };
    struct confine confine = { .program = path,
                               .read_fd = -1,
                               .memory_bytes = MEMORY_BYTES,
                               .cpu_s = lists ? LIST_CPU_S : 0 };
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = check->cancel_fd,
                               .confine = &confine,
                               .context = looking,
                               .input = feed,
                               .output = lists ? take_list : take_script,
                               .tick = lists ? NULL : tick };
    bool ok = program_find(check->config, "pg_restore", path, sizeof path, err) &&
              backup_check_reader(check, &looking->reader, err);
    if (!ok) return false;
    looking->bytes = 0;
    ok = program_run(&program, err) || blame(err);
    backup_reader_close(&looking->reader);
    return ok;
}

static json_t *contents_of(struct looking *looking) {
    return json_pack("{s:O s:O s:O s:O s:o? s:I s:I}", "tables", looking->tables, "counts",
                     looking->counts, "extensions", looking->extensions, "languages",
                     looking->languages, "server_version", json_incref(looking->version), "entries",
                     (json_int_t)looking->entries, "unpacked_bytes", (json_int_t)looking->bytes);
}

bool archive_look(const struct backup_check *check, json_t **ret_contents, struct err *err) {
    struct looking looking = { .check = check,
                               .reader.fd = -1,
                               .tables = json_array(),
                               .counts = json_object(),
                               .extensions = json_array(),
                               .languages = json_array() };
    bool ok = looking.tables && looking.counts && looking.extensions && looking.languages;
    if (!ok) (void)err_set(err, ERR_LIMIT, "out of memory");
    ok = ok && run(&looking, "--list", true, err) && run(&looking, "--file=-", false, err);
    if (ok && looking.entries == 0)
        ok = err_set(err, ERR_ARCHIVE, "There is nothing in the archive.");
    json_t *contents = ok ? contents_of(&looking) : NULL;
    if (ok && !contents) ok = err_set(err, ERR_LIMIT, "out of memory");
    json_decref(looking.tables);
    json_decref(looking.counts);
    json_decref(looking.extensions);
    json_decref(looking.languages);
    json_decref(looking.version);
    if (ok) *ret_contents = contents;
    return ok;
}
