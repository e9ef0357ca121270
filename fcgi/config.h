/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CONFIG_H
#define GUARDIAN_CONFIG_H
/*
 * The configuration: a YAML file, then the environment (GUARDIAN_POSTGRES_HOSTS for
 * postgres.hosts), then secret files. Hides libyaml. One table in config.c describes every option:
 * key, type, preset, range, flags, help. An unknown key, a wrong value or a missing required option
 * stops the start and names the line. Read once; constant from then on.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"

#define CONFIG_LIST_MAX 16

/* A secret file's content without its trailing newline, zeroed when the config is freed. */
struct config_secret {
    char *text;
    size_t size;
};

struct config_list {
    char *items[CONFIG_LIST_MAX];
    int count;
};

struct config {
    char *listen; /* "unix:/path" or "host:port" */
    char *pool;   /* "short" or "stream": the name of this service's pool */
    int64_t workers;
    int64_t drain_ms; /* after SIGTERM, how long to go on accepting */
    char *state_dir;  /* the audit spool */
    int64_t request_timeout_ms;
    int64_t query_timeout_max_ms;
    char *log_level;
    struct {
        struct config_list hosts; /* "host:port" or "/socket/dir:port" */
        char *sslmode, *sslrootcert;
        int64_t connect_timeout_s;
        char *console_database;
        struct config_list managed_databases; /* the first is the preset */
        struct config_secret app_password, monitor_password, reader_password,
            maintainer_password; /* of guardian_app, … */
    } postgres;
    struct {
        char *address; /* "host:port" or "unix:/path"; NULL with sentinels */
        struct config_list sentinels;
        char *sentinel_primary;
        struct config_secret password, sentinel_password;
    } redis;
    struct {
        char *address;    /* of the Engine API, or of the proxy before it; NULL: no swarm */
        char *stack_file; /* what should run; NULL: nothing to compare with */
        char *stack_name;
    } docker;
    struct {
        struct config_list addresses; /* of every member's REST API */
        char *username;
        struct config_secret password;
    } patroni;
    struct config_list dns_names; /* whose addresses are compared with the swarm's tasks */
    struct {
        char *prometheus, *alertmanager, *loki; /* addresses */
    } watch;
    struct {
        char *keys_file;
        char *issuer, *audience;
        int64_t access_ttl_s, refresh_ttl_s;
    } auth;
    struct {
        struct config_secret
            seal_key; /* 64 hex digits: an Ed25519 seed; empty: heads are not countersigned */
        int64_t seal_interval_s;
        struct config_list former_public_keys; /* that countersigned before seal_key */
    } audit;
    struct {
        char *server; /* its name in Barman's configuration; NULL: no Barman beside this process */
        char *barman, *barman_config;
        char *work_dir; /* restored clusters */
        char *run_as;   /* when we are root: the account of Barman and PostgreSQL */
        int64_t instance_hours;
    } pitr;
    struct {
        char *runner;     /* this guardian-jobs' name: [a-z0-9-], at most 32 */
        char *backup_dir; /* its own folder; nobody else writes there */
        char *pg_bindir;  /* NULL: the newest of Debian's */
        int64_t concurrency, drain_ms;
        int64_t compression;                   /* of pg_dump, 0 to 9 */
        int64_t dump_processes;                /* of pg_dump's directory format, 1 to 16 */
        struct config_secret sign_key;         /* an Ed25519 seed; empty: audit.seal_key */
        struct config_list former_public_keys; /* that signed manifests before it */
        struct config_secret encryption_key;   /* 64 hex digits; empty: backups lie in the clear */
        char *copy_url, *copy_socket;          /* where other runners' backups are fetched */
        struct config_secret copy_token;       /* shown there */
        int64_t upload_max_bytes;              /* of an archive from elsewhere */
        int64_t upload_unpacked_max_bytes;     /* of what it becomes */
        int64_t age_limit_s, verify_interval_s;
        int64_t keep_days; /* a job that is over is forgotten after so many */
    } jobs;
    struct {
        int64_t keep_days;   /* what a restore leaves beside is dropped after so many */
        int64_t processes;   /* of pg_restore; 0: as many as this machine has processors */
        int64_t count_bytes; /* so much of a database's tables is counted in a comparison */
    } restore;
};

/* The caller owns *ret_config. Errors: CONFIG, with file and line in the detail. */
bool config_load(const char *path, struct config **ret_config, struct err *err)
    __attribute__((warn_unused_result));
/* Parses a text as a file named `name` (fuzzing, tests); `environment` is NULL or a NULL-terminated
 * list of NAME=value. */
bool config_parse(const char *text, size_t size, const char *name, const char *const *environment,
                  struct config **ret_config, struct err *err) __attribute__((warn_unused_result));
void config_free(struct config *config);
void config_help(FILE *out); /* every option with its type, preset and meaning */
/* One secret file by itself, and its end. Errors: CONFIG. */
bool config_secret_read(const char *path, struct config_secret *ret_secret, struct err *err)
    __attribute__((warn_unused_result));
void config_secret_wipe(struct config_secret *secret);
/* Is it one of postgres.managed_databases? */
bool config_manages(const struct config *config, const char *database);
#endif
