/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "sqlparse.h"

/*
 * Functions of PostgreSQL 13 to 18 and of common extensions that do more than read, by name alone:
 * whatever the schema, the quoting or the notation. tests/data/sqlparse/volatile_functions.txt
 * holds every volatile function of a server with its verdict, so that a new one is noticed.
 */
#define LOCKS      "takes or frees an advisory lock"
#define OBJECTS    "reads or writes large objects through the session"
#define SETTING    "changes a setting of the session"
#define SEQUENCE   "changes a sequence"
#define MESSAGE    "sends a message"
#define SIGNALS    "interferes with another session"
#define FILES      "reaches into the server's files"
#define WAL        "writes to or steers the write-ahead log"
#define SLOTS      "changes or consumes a replication slot"
#define ORIGINS    "changes replication origins"
#define STATISTICS "resets or changes statistics"
#define RUNS_SQL   "runs SQL text that cannot be checked here"
#define OUTSIDE    "reaches other systems"
#define IDS        "assigns a transaction or object id"
#define ADMIN      "administers the server"
#define STORAGE    "changes stored pages"
#define UPGRADE    "belongs to pg_upgrade"

struct refusal {
    const char *name, *why;
};

/* Sorted by name: bsearch. */
static const struct refusal refusals[] = {
    { "autoprewarm_dump_now", FILES },
    { "autoprewarm_start_worker", ADMIN },
    { "brin_desummarize_range", STORAGE },
    { "brin_summarize_new_values", STORAGE },
    { "brin_summarize_range", STORAGE },
    { "connectby", RUNS_SQL },
    { "crosstab", RUNS_SQL },
    { "currtid2", STORAGE },
    { "gin_clean_pending_list", STORAGE },
    { "heap_force_freeze", STORAGE },
    { "heap_force_kill", STORAGE },
    { "http_delete", OUTSIDE },
    { "http_get", OUTSIDE },
    { "http_head", OUTSIDE },
    { "http_patch", OUTSIDE },
    { "http_post", OUTSIDE },
    { "http_put", OUTSIDE },
    { "lo_close", OBJECTS },
    { "lo_creat", OBJECTS },
    { "lo_create", OBJECTS },
    { "lo_export", FILES },
    { "lo_from_bytea", OBJECTS },
    { "lo_import", FILES },
    { "lo_lseek", OBJECTS },
    { "lo_lseek64", OBJECTS },
    { "lo_open", OBJECTS },
    { "lo_put", OBJECTS },
    { "lo_tell", OBJECTS },
    { "lo_tell64", OBJECTS },
    { "lo_truncate", OBJECTS },
    { "lo_truncate64", OBJECTS },
    { "lo_unlink", OBJECTS },
    { "loread", OBJECTS },
    { "lowrite", OBJECTS },
    { "nextval", SEQUENCE },
    { "pg_background_launch", RUNS_SQL },
    { "pg_backup_start", ADMIN },
    { "pg_backup_stop", ADMIN },
    { "pg_cancel_backend", SIGNALS },
    { "pg_copy_logical_replication_slot", SLOTS },
    { "pg_copy_physical_replication_slot", SLOTS },
    { "pg_create_logical_replication_slot", SLOTS },
    { "pg_create_physical_replication_slot", SLOTS },
    { "pg_create_restore_point", WAL },
    { "pg_current_xact_id", IDS },
    { "pg_drop_replication_slot", SLOTS },
    { "pg_export_snapshot", FILES },
    { "pg_extension_config_dump", ADMIN },
    { "pg_file_read", FILES },
    { "pg_file_rename", FILES },
    { "pg_file_sync", FILES },
    { "pg_file_unlink", FILES },
    { "pg_file_write", FILES },
    { "pg_import_system_collations", ADMIN },
    { "pg_log_backend_memory_contexts", SIGNALS },
    { "pg_log_standby_snapshot", WAL },
    { "pg_logdir_ls", FILES },
    { "pg_logical_emit_message", WAL },
    { "pg_logical_slot_get_binary_changes", SLOTS },
    { "pg_logical_slot_get_changes", SLOTS },
    { "pg_logical_slot_peek_binary_changes", SLOTS },
    { "pg_logical_slot_peek_changes", SLOTS },
    { "pg_ls_archive_statusdir", FILES },
    { "pg_ls_dir", FILES },
    { "pg_ls_logdir", FILES },
    { "pg_ls_logicalmapdir", FILES },
    { "pg_ls_logicalsnapdir", FILES },
    { "pg_ls_replslotdir", FILES },
    { "pg_ls_summariesdir", FILES },
    { "pg_ls_tmpdir", FILES },
    { "pg_ls_waldir", FILES },
    { "pg_nextoid", IDS },
    { "pg_notify", MESSAGE },
    { "pg_prewarm", STORAGE },
    { "pg_promote", ADMIN },
    { "pg_read_binary_file", FILES },
    { "pg_read_file", FILES },
    { "pg_read_file_old", FILES },
    { "pg_reload_conf", ADMIN },
    { "pg_replication_slot_advance", SLOTS },
    { "pg_rotate_logfile", FILES },
    { "pg_rotate_logfile_old", FILES },
    { "pg_start_backup", ADMIN },
    { "pg_stat_file", FILES },
    { "pg_stop_backup", ADMIN },
    { "pg_stop_making_pinned_objects", ADMIN },
    { "pg_switch_wal", WAL },
    { "pg_sync_replication_slots", SLOTS },
    { "pg_terminate_backend", SIGNALS },
    { "pg_truncate_visibility_map", STORAGE },
    { "pg_wal_replay_pause", WAL },
    { "pg_wal_replay_resume", WAL },
    { "postgres_fdw_disconnect", OUTSIDE },
    { "postgres_fdw_disconnect_all", OUTSIDE },
    { "query_export_to_s3", OUTSIDE },
    { "query_to_xml", RUNS_SQL },
    { "query_to_xml_and_xmlschema", RUNS_SQL },
    { "query_to_xmlschema", RUNS_SQL },
    { "set_config", SETTING },
    { "setseed", SETTING },
    { "setval", SEQUENCE },
    { "table_import_from_s3", OUTSIDE },
    { "ts_rewrite", RUNS_SQL },
    { "ts_stat", RUNS_SQL },
    { "txid_current", IDS },
    { "xpath_table", RUNS_SQL },
    { "xslt_process", OUTSIDE },
};

static const struct refusal prefixes[] = {
    { "binary_upgrade_", UPGRADE },
    { "crosstab", RUNS_SQL },
    { "dblink", OUTSIDE },
    { "pg_advisory_", LOCKS },
    { "pg_buffercache_evict", STORAGE },
    { "pg_buffercache_mark_dirty", STORAGE },
    { "pg_clear_", STATISTICS },
    { "pg_replication_origin_advance", ORIGINS },
    { "pg_replication_origin_create", ORIGINS },
    { "pg_replication_origin_drop", ORIGINS },
    { "pg_replication_origin_session_", ORIGINS },
    { "pg_replication_origin_xact_", ORIGINS },
    { "pg_restore_", STATISTICS },
    { "pg_stat_reset", STATISTICS },
    { "pg_stat_statements_reset", STATISTICS },
    { "pg_try_advisory_", LOCKS },
};

struct text {
    const char *start;
    size_t size;
};

static int name_order(const void *key, const void *element) {
    const struct text *name = key;
    const struct refusal *refusal = element;
    int order = strncmp(name->start, refusal->name, name->size);
    return order ? order : refusal->name[name->size] ? -1 : 0;
}

const char *sqlparse_function_refusal(const char *name, size_t size) {
    struct text text = { name, size };
    const struct refusal *found = bsearch(&text, refusals, sizeof refusals / sizeof refusals[0],
                                          sizeof refusals[0], name_order);
    if (found) return found->why;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t prefix_size = strlen(prefixes[i].name);
        if (size >= prefix_size && memcmp(name, prefixes[i].name, prefix_size) == 0)
            return prefixes[i].why;
    }
    return NULL;
}
