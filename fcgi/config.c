/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "yamltext.h"

#define FILE_MAX   (1u << 20)
#define SECRET_MAX (64u * 1024)

extern char **environ;

enum option_type { TEXT, NUMBER, LIST, SECRET };

enum { REQUIRED = 1, ADDRESS = 2 /* of HTTP */ };

struct option {
    const char *key;
    enum option_type type;
    size_t offset;
    int flags;
    const char *preset; /* NULL: none */
    int64_t min, max;   /* of a number */
    const char *help;
};

#define AT(member) offsetof(struct config, member)

/* The one place that knows an option. A SECRET's value is the path of a file that holds it. */
static const struct option options[] = {
    { "listen", TEXT, AT(listen), REQUIRED, NULL, 0, 0,
      "unix:/path or host:port to take FastCGI requests on" },
    { "pool", TEXT, AT(pool), 0, "short", 0, 0, "name of this service's pool: short or stream" },
    { "workers", NUMBER, AT(workers), 0, "4", 1, 256, "worker processes" },
    { "drain_ms", NUMBER, AT(drain_ms), 0, "0", 0, 600000,
      "after SIGTERM, how long to go on accepting" },
    { "state_dir", TEXT, AT(state_dir), REQUIRED, NULL, 0, 0,
      "folder of the audit spool; must outlive the process" },
    { "request_timeout_ms", NUMBER, AT(request_timeout_ms), 0, "10000", 100, 600000,
      "deadline of a request" },
    { "query_timeout_max_ms", NUMBER, AT(query_timeout_max_ms), 0, "600000", 1000, 86400000,
      "the longest timeout_ms a query may ask for" },
    { "log_level", TEXT, AT(log_level), 0, "info", 0, 0, "error, warn, info or debug" },
    { "postgres.hosts", LIST, AT(postgres.hosts), REQUIRED, NULL, 0, 0,
      "servers, host:port or /socket/folder:port" },
    { "postgres.sslmode", TEXT, AT(postgres.sslmode), 0, "prefer", 0, 0, "libpq's sslmode" },
    { "postgres.sslrootcert", TEXT, AT(postgres.sslrootcert), 0, NULL, 0, 0,
      "libpq's sslrootcert" },
    { "postgres.connect_timeout_s", NUMBER, AT(postgres.connect_timeout_s), 0, "2", 1, 60,
      "for each server" },
    { "postgres.console_database", TEXT, AT(postgres.console_database), 0, "guardian", 0, 0,
      "the console's own" },
    { "postgres.managed_databases", LIST, AT(postgres.managed_databases), REQUIRED, NULL, 0, 0,
      "databases to manage; the first is the preset" },
    { "postgres.app_password_file", SECRET, AT(postgres.app_password), 0, NULL, 0, 0,
      "password of guardian_app" },
    { "postgres.monitor_password_file", SECRET, AT(postgres.monitor_password), 0, NULL, 0, 0,
      "password of guardian_monitor" },
    { "postgres.reader_password_file", SECRET, AT(postgres.reader_password), 0, NULL, 0, 0,
      "password of guardian_reader" },
    { "postgres.maintainer_password_file", SECRET, AT(postgres.maintainer_password), 0, NULL, 0, 0,
      "password of guardian_maintainer (guardian-jobs alone needs it)" },
    { "redis.address", TEXT, AT(redis.address), 0, NULL, 0, 0,
      "host:port or unix:/path, where there is no Sentinel" },
    { "redis.sentinels", LIST, AT(redis.sentinels), 0, NULL, 0, 0, "Sentinels, host:port" },
    { "redis.sentinel_primary", TEXT, AT(redis.sentinel_primary), 0, "mymaster", 0, 0,
      "the primary's name there" },
    { "redis.sentinel_password_file", SECRET, AT(redis.sentinel_password), 0, NULL, 0, 0,
      "password of the Sentinels" },
    { "redis.password_file", SECRET, AT(redis.password), 0, NULL, 0, 0, "password of Redis" },
    { "docker.address", TEXT, AT(docker.address), ADDRESS, NULL, 0, 0,
      "Docker Engine API of a manager, or the proxy before it" },
    { "docker.stack_file", TEXT, AT(docker.stack_file), 0, NULL, 0, 0,
      "stack file that the running services are compared with" },
    { "docker.stack_name", TEXT, AT(docker.stack_name), 0, "iot_guardian", 0, 0,
      "name under which it is deployed" },
    { "patroni.addresses", LIST, AT(patroni.addresses), ADDRESS, NULL, 0, 0,
      "REST API of each member, http://host:8008" },
    { "patroni.username", TEXT, AT(patroni.username), 0, NULL, 0, 0, "name for its REST API" },
    { "patroni.password_file", SECRET, AT(patroni.password), 0, NULL, 0, 0,
      "password for its REST API" },
    { "dns_names", LIST, AT(dns_names), 0, NULL, 0, 0,
      "names of services whose DNS answers are compared with the swarm" },
    { "watch.prometheus", TEXT, AT(watch.prometheus), ADDRESS, NULL, 0, 0,
      "Prometheus, http://host:9090" },
    { "watch.alertmanager", TEXT, AT(watch.alertmanager), ADDRESS, NULL, 0, 0,
      "Alertmanager, http://host:9093" },
    { "watch.loki", TEXT, AT(watch.loki), ADDRESS, NULL, 0, 0, "Loki, http://host:3100" },
    { "auth.keys_file", TEXT, AT(auth.keys_file), REQUIRED, NULL, 0, 0,
      "keys of the tokens; read again when it changes" },
    { "auth.issuer", TEXT, AT(auth.issuer), 0, "iot-guardian", 0, 0,
      "iss of the console's own tokens" },
    { "auth.audience", TEXT, AT(auth.audience), 0, "iot-guardian-console", 0, 0,
      "aud of the console's own tokens" },
    { "auth.access_ttl_s", NUMBER, AT(auth.access_ttl_s), 0, "900", 10, 86400,
      "life of an access token" },
    { "auth.refresh_ttl_s", NUMBER, AT(auth.refresh_ttl_s), 0, "43200", 60, 31536000,
      "life of a session" },
    { "audit.seal_key_file", SECRET, AT(audit.seal_key), 0, NULL, 0, 0,
      "Ed25519 seed, 64 hex digits, that countersigns the audit chain's head" },
    { "audit.seal_interval_s", NUMBER, AT(audit.seal_interval_s), 0, "300", 1, 86400, "how often" },
    { "audit.former_public_keys", LIST, AT(audit.former_public_keys), 0, NULL, 0, 0,
      "public keys (hex) that countersigned before this one" },
    { "jobs.runner", TEXT, AT(jobs.runner), 0, NULL, 0, 0,
      "name of this guardian-jobs: a-z, 0-9 and -, at most 32" },
    { "jobs.backup_dir", TEXT, AT(jobs.backup_dir), 0, NULL, 0, 0,
      "folder of its backups, its own alone" },
    { "jobs.pg_bindir", TEXT, AT(jobs.pg_bindir), 0, NULL, 0, 0,
      "folder of pg_dump and pg_restore; absent: the newest in /usr/lib/postgresql" },
    { "jobs.concurrency", NUMBER, AT(jobs.concurrency), 0, "2", 1, 16, "jobs at a time" },
    { "jobs.drain_ms", NUMBER, AT(jobs.drain_ms), 0, "10000", 0, 3600000,
      "after SIGTERM, how long jobs may go on before they are handed back" },
    { "jobs.compression", NUMBER, AT(jobs.compression), 0, "1", 0, 9,
      "pg_dump's level: 0 none, 1 fast, 9 small" },
    { "jobs.dump_processes", NUMBER, AT(jobs.dump_processes), 0, "2", 1, 16,
      "sessions that dump at a time, in the directory format" },
    { "jobs.sign_key_file", SECRET, AT(jobs.sign_key), 0, NULL, 0, 0,
      "Ed25519 seed, 64 hex digits, that signs backups; absent: audit.seal_key_file" },
    { "jobs.former_public_keys", LIST, AT(jobs.former_public_keys), 0, NULL, 0, 0,
      "public keys (hex) that signed backups before this one" },
    { "jobs.encryption_key_file", SECRET, AT(jobs.encryption_key), 0, NULL, 0, 0,
      "64 hex digits; backups are then encrypted at rest" },
    { "jobs.copy_url", TEXT, AT(jobs.copy_url), 0, NULL, 0, 0,
      "where a backup of a runner is fetched and an upload put, with {runner} and {file} in it" },
    { "jobs.copy_socket", TEXT, AT(jobs.copy_socket), 0, NULL, 0, 0,
      "unix socket to fetch it through, where there is no network between" },
    { "jobs.copy_token_file", SECRET, AT(jobs.copy_token), 0, NULL, 0, 0,
      "bearer token shown there" },
    { "jobs.upload_max_bytes", NUMBER, AT(jobs.upload_max_bytes), 0, "68719476736", 1, INT64_MAX,
      "size of an archive from elsewhere that may be uploaded" },
    { "jobs.upload_unpacked_max_bytes", NUMBER, AT(jobs.upload_unpacked_max_bytes), 0,
      "274877906944", 1, INT64_MAX, "size of what it unpacks to" },
    { "jobs.age_limit_s", NUMBER, AT(jobs.age_limit_s), 0, "93600", 60, 31536000,
      "how old the last verified backup may be" },
    { "jobs.verify_interval_s", NUMBER, AT(jobs.verify_interval_s), 0, "604800", 1, 31536000,
      "how often every copy is read and checked again" },
    { "jobs.keep_days", NUMBER, AT(jobs.keep_days), 0, "90", 1, 36500,
      "days until a job that is over, and that nothing refers to, is forgotten" },
    { "restore.keep_days", NUMBER, AT(restore.keep_days), 0, "7", 1, 3650,
      "days until what a restore left beside or kept is dropped" },
    { "restore.processes", NUMBER, AT(restore.processes), 0, "0", 0, 64,
      "sessions that restore at a time; 0: one a processor" },
    { "restore.count_bytes", NUMBER, AT(restore.count_bytes), 0, "2147483648", 0, INT64_MAX,
      "bytes of tables that a comparison counts, the small ones first; estimates beyond" },
    { "pitr.server", TEXT, AT(pitr.server), 0, NULL, 0, 0,
      "the server's name in Barman's configuration; only for the guardian-jobs beside Barman" },
    { "pitr.barman", TEXT, AT(pitr.barman), 0, "/usr/bin/barman", 0, 0, "the program" },
    { "pitr.barman_config", TEXT, AT(pitr.barman_config), 0, "/etc/barman.conf", 0, 0,
      "its configuration" },
    { "pitr.work_dir", TEXT, AT(pitr.work_dir), 0, "/var/lib/iot-guardian/pitr", 0, 0,
      "folder for clusters that are restored for inspection" },
    { "pitr.run_as", TEXT, AT(pitr.run_as), 0, NULL, 0, 0,
      "where guardian-jobs runs as root: the account to run a restored server as" },
    { "pitr.instance_hours", NUMBER, AT(pitr.instance_hours), 0, "24", 1, 8760,
      "how long a restored cluster is kept" },
};
#define OPTIONS (sizeof options / sizeof options[0])

struct source {
    const char *file;
    json_t *root, *lines;
    const char *const *environment;
};

static void *member(struct config *config, const struct option *option) {
    return (char *)config + option->offset;
}

static bool fail(const struct source *source, const struct option *option, struct err *err,
                 const char *why) {
    return err_set(err, ERR_CONFIG, "%s:%d: %s %s", source->file,
                   yamltext_line(source->lines, option->key), option->key, why);
}

/* GUARDIAN_POSTGRES_HOSTS for postgres.hosts. */
static const char *from_environment(const struct source *source, const char *key) {
    char name[96] = "GUARDIAN_";
    size_t size = strlen(name);
    for (; *key && size + 2 < sizeof name; key++)
        name[size++] = *key == '.' ? '_' : (char)(*key >= 'a' && *key <= 'z' ? *key - 32 : *key);
    name[size++] = '=';
    for (const char *const *entry = source->environment; entry && *entry; entry++)
        if (strncmp(*entry, name, size) == 0) return *entry + size;
    return NULL;
}

static const json_t *from_file(const struct source *source, const char *key) {
    const char *dot = strchr(key, '.');
    if (!dot) return json_object_get(source->root, key);
    return json_object_get(json_object_getn(source->root, key, (size_t)(dot - key)), dot + 1);
}

static bool list_add(struct config_list *list, const char *text, size_t size) {
    while (size && (*text == ' ' || *text == '\t')) text++, size--;
    while (size && (text[size - 1] == ' ' || text[size - 1] == '\t')) size--;
    if (!size) return true;
    if (list->count == CONFIG_LIST_MAX) return false;
    list->items[list->count] = strndup(text, size);
    return list->items[list->count++] != NULL;
}

static bool set_list(struct config_list *list, const char *text) {
    for (;;) {
        size_t size = strcspn(text, ",");
        if (!list_add(list, text, size)) return false;
        if (!text[size]) return true;
        text += size + 1;
    }
}

/* Reads a whole small file; the caller frees it. */
static bool read_file(const char *path, size_t size_max, char **ret_text, size_t *ret_size,
                      struct err *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
    char *text = calloc(1, size_max + 2);
    size_t size = 0;
    ssize_t got = 0;
    while (text && size <= size_max && (got = read(fd, text + size, size_max + 1 - size)) > 0)
        size += (size_t)got;
    int problem = errno;
    close(fd);
    if (!text || got < 0 || size > size_max) {
        free(text);
        return err_set(err, ERR_CONFIG, "%s: %s", path, got < 0 ? strerror(problem) : "too large");
    }
    *ret_text = text;
    *ret_size = size;
    return true;
}

static bool set_secret(struct config_secret *secret, const char *path, struct err *err) {
    if (!read_file(path, SECRET_MAX, &secret->text, &secret->size, err)) return false;
    while (secret->size &&
           (secret->text[secret->size - 1] == '\n' || secret->text[secret->size - 1] == '\r'))
        secret->text[--secret->size] = '\0';
    return secret->size > 0 || err_set(err, ERR_CONFIG, "%s: the file is empty", path);
}

bool config_secret_read(const char *path, struct config_secret *ret_secret, struct err *err) {
    struct config_secret secret = { .text = NULL };
    if (!set_secret(&secret, path, err)) {
        free(secret.text);
        return false;
    }
    *ret_secret = secret;
    return true;
}

void config_secret_wipe(struct config_secret *secret) {
    if (secret->text) explicit_bzero(secret->text, secret->size);
    free(secret->text);
    secret->text = NULL;
}

static bool set_number(const struct source *source, const struct option *option, int64_t *number,
                       const char *text, struct err *err) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end) return fail(source, option, err, "must be a whole number");
    if (value < option->min || value > option->max) {
        char why[80];
        (void)snprintf(why, sizeof why, "must be between %lld and %lld", (long long)option->min,
                       (long long)option->max);
        return fail(source, option, err, why);
    }
    *number = value;
    return true;
}

static bool set_text(const struct source *source, const struct option *option,
                     struct config *config, const char *text, struct err *err) {
    switch (option->type) {
    case TEXT: {
        char **slot = member(config, option);
        *slot = *text ? strdup(text) : NULL;
        return *slot || !*text || err_set(err, ERR_LIMIT, "out of memory");
    }
    case NUMBER: return set_number(source, option, member(config, option), text, err);
    case LIST:
        return set_list(member(config, option), text) ||
               fail(source, option, err, "has more than 16 items");
    case SECRET: return *text == '\0' || set_secret(member(config, option), text, err);
    }
    return false;
}

static bool set_option(const struct source *source, const struct option *option,
                       struct config *config, struct err *err) {
    const char *text = from_environment(source, option->key);
    const json_t *value = from_file(source, option->key);
    if (!text && json_is_array(value) && option->type == LIST) {
        size_t i;
        json_t *item;
        json_array_foreach(value, i, item) {
            if (!json_is_string(item) || !list_add(member(config, option), json_string_value(item),
                                                   json_string_length(item)))
                return fail(source, option, err, "must be a list of at most 16 texts");
        }
        return true;
    }
    if (!text && value && !json_is_string(value))
        return fail(source, option, err, "must be a single value");
    if (!text) text = json_string_value(value);
    bool is_empty = text && !*text && option->type == TEXT; /* as if it were not there */
    if (!text || is_empty) text = option->preset;
    return !text || set_text(source, option, config, text, err);
}

/* http://host:port, https://…, unix:/path; no path, no name and password. */
static bool is_address(const char *text) {
    if (strncmp(text, "unix:/", 6) == 0) return true;
    bool tls = strncmp(text, "https://", 8) == 0;
    if (!tls && strncmp(text, "http://", 7) != 0) return false;
    text += tls ? 8 : 7;
    return *text && !strpbrk(text, "/?#@ ");
}

static bool check_addresses(const struct source *source, const struct config *config,
                            const struct option *option, struct err *err) {
    const char *slot = (const char *)config + option->offset;
    static const char why[] = "must be http://host:port, https://host:port or unix:/path";
    if (option->type == TEXT) {
        const char *text = *(char *const *)slot;
        return !text || is_address(text) || fail(source, option, err, why);
    }
    const struct config_list *list = (const struct config_list *)slot;
    for (int i = 0; i < list->count; i++)
        if (!is_address(list->items[i])) return fail(source, option, err, why);
    return true;
}

static bool is_set(const struct config *config, const struct option *option) {
    const char *slot = (const char *)config + option->offset;
    if (option->type == LIST) return ((const struct config_list *)slot)->count > 0;
    if (option->type == NUMBER) return true;
    return *(char *const *)slot != NULL;
}

static bool is_known(const char *section, const char *key) {
    size_t size = section ? strlen(section) : 0;
    for (size_t i = 0; i < OPTIONS; i++) {
        const char *known = options[i].key;
        if (!section && strcmp(known, key) == 0) return true;
        if (section && strncmp(known, section, size) == 0 && known[size] == '.' &&
            strcmp(known + size + 1, key) == 0)
            return true;
    }
    return false;
}

static bool is_section(const char *key) {
    size_t size = strlen(key);
    for (size_t i = 0; i < OPTIONS; i++)
        if (strncmp(options[i].key, key, size) == 0 && options[i].key[size] == '.') return true;
    return false;
}

static bool unknown(const struct source *source, const char *path, struct err *err) {
    return err_set(err, ERR_CONFIG, "%s:%d: there is no option %s; see --help", source->file,
                   yamltext_line(source->lines, path), path);
}

static bool check_known(const struct source *source, struct err *err) {
    const char *key, *inner;
    json_t *value, *inner_value;
    char path[160];
    json_object_foreach(source->root, key, value) {
        if (json_is_object(value) && is_section(key)) {
            json_object_foreach(value, inner, inner_value) {
                (void)snprintf(path, sizeof path, "%.60s.%.60s", key, inner);
                if (!is_known(key, inner)) return unknown(source, path, err);
            }
        } else if (!is_known(NULL, key)) {
            return unknown(source, key, err);
        }
    }
    return true;
}

static bool check_whole(const struct source *source, const struct config *config, struct err *err) {
    for (size_t i = 0; i < OPTIONS; i++)
        if ((options[i].flags & ADDRESS) && !check_addresses(source, config, &options[i], err))
            return false;
    for (size_t i = 0; i < OPTIONS; i++)
        if ((options[i].flags & REQUIRED) && !is_set(config, &options[i]))
            return err_set(err, ERR_CONFIG, "%s: %s is missing", source->file, options[i].key);
    if (strcmp(config->pool, "short") != 0 && strcmp(config->pool, "stream") != 0)
        return err_set(err, ERR_CONFIG, "%s: pool must be short or stream", source->file);
    /* What is managed may be read by guardian_reader: passwords and sessions are not to be. */
    if (config_manages(config, config->postgres.console_database))
        return err_set(err, ERR_CONFIG,
                       "%s: postgres.managed_databases must not name the console's own database",
                       source->file);
    if (!config->redis.address && config->redis.sentinels.count == 0)
        return err_set(err, ERR_CONFIG, "%s: redis.address or redis.sentinels is missing",
                       source->file);
    return true;
}

bool config_parse(const char *text, size_t size, const char *name, const char *const *environment,
                  struct config **ret_config, struct err *err) {
    struct source source = { .file = name, .environment = environment };
    if (!yamltext_load(text, size, name, &source.root, &source.lines, err)) return false;
    struct config *config = calloc(1, sizeof *config);
    bool ok = config ? check_known(&source, err) : err_set(err, ERR_LIMIT, "out of memory");
    for (size_t i = 0; ok && i < OPTIONS; i++) ok = set_option(&source, &options[i], config, err);
    ok = ok && check_whole(&source, config, err);
    json_decref(source.root);
    json_decref(source.lines);
    if (ok) *ret_config = config;
    else config_free(config);
    return ok;
}

bool config_load(const char *path, struct config **ret_config, struct err *err) {
    char *text;
    size_t size;
    if (!read_file(path, FILE_MAX, &text, &size, err)) return false;
    bool ok = config_parse(text, size, path, (const char *const *)environ, ret_config, err);
    free(text);
    return ok;
}

void config_free(struct config *config) {
    if (!config) return;
    for (size_t i = 0; i < OPTIONS; i++) {
        void *slot = member(config, &options[i]);
        if (options[i].type == TEXT) free(*(char **)slot);
        if (options[i].type == LIST)
            for (int item = 0; item < ((struct config_list *)slot)->count; item++)
                free(((struct config_list *)slot)->items[item]);
        if (options[i].type == SECRET) config_secret_wipe(slot);
    }
    free(config);
}

void config_help(FILE *out) {
    static const char *const types[] = { "text", "number", "list", "file" };
    for (size_t i = 0; i < OPTIONS; i++)
        (void)fprintf(out, "  %-32s %-7s %-22s %s\n", options[i].key, types[options[i].type],
                      options[i].preset             ? options[i].preset
                      : options[i].flags & REQUIRED ? "(required)"
                                                    : "",
                      options[i].help);
}

bool config_manages(const struct config *config, const char *database) {
    for (int i = 0; i < config->postgres.managed_databases.count; i++)
        if (strcmp(config->postgres.managed_databases.items[i], database) == 0) return true;
    return false;
}
