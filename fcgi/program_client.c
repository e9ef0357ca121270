/* SPDX-License-Identifier: MIT */
/* What PostgreSQL's client programs need to come in: where they are, a connection string, a
 * password. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"

#define CONNINFO_MAX 8192

/* Debian's /usr/bin/pg_dump is a Perl program that looks for the server's version itself. */
bool program_find(const struct config *config, const char *name, char *ret_path, size_t size,
                  struct err *err) {
    long newest = 0;
    glob_t found;
    if (config->jobs.pg_bindir) {
        (void)snprintf(ret_path, size, "%s/%s", config->jobs.pg_bindir, name);
        return access(ret_path, X_OK) == 0 ||
               err_set(err, ERR_CONFIG, "jobs.pg_bindir: %s: %s", ret_path, strerror(errno));
    }
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char path[256];
            long version = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
            (void)snprintf(path, sizeof path, "%s/%s", found.gl_pathv[i], name);
            if (version <= newest || access(path, X_OK) != 0) continue;
            newest = version;
            (void)snprintf(ret_path, size, "%s", path);
        }
        globfree(&found);
    }
    return newest > 0 ||
           err_set(err, ERR_CONFIG, "there is no /usr/lib/postgresql/*/bin/%s; set jobs.pg_bindir",
                   name);
}

struct text {
    char bytes[CONNINFO_MAX];
    size_t size;
    bool full;
};

static void put(struct text *text, const char *bytes, size_t size) {
    if (text->size + size >= sizeof text->bytes) {
        text->full = true;
        return;
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

static void put_text(struct text *text, const char *bytes) {
    put(text, bytes, strlen(bytes));
}

/* libpq's rule: in quotes, with a backslash before quotes and backslashes. */
static void put_quoted(struct text *text, const char *value, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (value[i] == '\'' || value[i] == '\\') put(text, "\\", 1);
        put(text, value + i, 1);
    }
}

static void put_pair(struct text *text, const char *key, const char *value) {
    if (!value || !*value) return;
    put_text(text, " ");
    put_text(text, key);
    put_text(text, "='");
    put_quoted(text, value, strlen(value));
    put_text(text, "'");
}

/* "host='a,b' port='1,2'" of "a:1" and "b:2". */
static void put_hosts(struct text *text, const struct config_list *hosts, bool ports) {
    put_text(text, ports ? " port='" : " host='");
    for (int i = 0; i < hosts->count; i++) {
        const char *host = hosts->items[i], *colon = strrchr(host, ':');
        size_t size = colon ? (size_t)(colon - host) : strlen(host);
        if (i > 0) put_text(text, ",");
        if (ports) put_text(text, colon ? colon + 1 : "5432");
        else if (size > 2 && host[0] == '[' && host[size - 1] == ']')
            put_quoted(text, host + 1, size - 2);
        else put_quoted(text, host, size);
    }
    put_text(text, "'");
}

bool program_conninfo(const struct config *config, const char *database, const char *application,
                      char **ret_argument, struct err *err) {
    struct text *text = calloc(1, sizeof *text);
    char timeout[24];
    if (!text) return err_set(err, ERR_LIMIT, "out of memory");
    (void)snprintf(timeout, sizeof timeout, "%lld",
                   (long long)(config->postgres.connect_timeout_s < 2
                                   ? 2
                                   : config->postgres.connect_timeout_s));
    put_text(text, "--dbname=user='guardian_maintainer'");
    put_hosts(text, &config->postgres.hosts, false);
    put_hosts(text, &config->postgres.hosts, true);
    put_pair(text, "dbname", database);
    put_pair(text, "application_name", application);
    put_pair(text, "sslmode", config->postgres.sslmode);
    put_pair(text, "sslrootcert", config->postgres.sslrootcert);
    put_pair(text, "connect_timeout", timeout);
    put_pair(text, "target_session_attrs", config->postgres.hosts.count > 1 ? "read-write" : NULL);
    put_text(text, " keepalives_idle='5' keepalives_interval='2' keepalives_count='3'"
                   " tcp_user_timeout='10000'");
    char *argument = text->full ? NULL : strdup(text->bytes);
    free(text);
    if (!argument) return err_set(err, ERR_LIMIT, "the connection string is too long");
    *ret_argument = argument;
    return true;
}

bool program_conninfo_at(const struct config *config, const struct program_login *login,
                         char **ret_argument, struct err *err) {
    struct text *text = calloc(1, sizeof *text);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory");
    put_text(text, "--dbname=gssencmode='disable'");
    put_pair(text, "user", login->user);
    put_pair(text, "host", login->host);
    put_pair(text, "hostaddr", login->hostaddr);
    put_pair(text, "port", login->port);
    put_pair(text, "dbname", login->database);
    put_pair(text, "application_name", login->application);
    put_pair(text, "sslmode", config->postgres.sslmode);
    put_pair(text, "sslrootcert", config->postgres.sslrootcert);
    put_text(text, " connect_timeout='10' keepalives_idle='5' keepalives_interval='2'"
                   " keepalives_count='3' tcp_user_timeout='10000'");
    char *argument = text->full ? NULL : strdup(text->bytes);
    free(text);
    if (!argument) return err_set(err, ERR_LIMIT, "the connection string is too long");
    *ret_argument = argument;
    return true;
}

bool program_passfile(const struct config *config, int *ret_fd, char *ret_entry, size_t size,
                      struct err *err) {
    const struct config_secret *password = &config->postgres.maintainer_password;
    if (!password->text)
        return err_set(err, ERR_CONFIG, "postgres.maintainer_password_file is missing");
    return program_passfile_of("guardian_maintainer", password->text, ret_fd, ret_entry, size, err);
}

bool program_passfile_of(const char *user, const char *password, int *ret_fd, char *ret_entry,
                         size_t size, struct err *err) {
    struct text *text = calloc(1, sizeof *text);
    int fd = text ? memfd_create("passfile", MFD_CLOEXEC) : -1;
    bool ok = fd >= 0 && fchmod(fd, 0600) == 0;
    if (ok) {
        put_text(text, "*:*:*:");
        put_text(text, user);
        put_text(text, ":");
        for (const char *c = password; *c; c++) {
            if (*c == ':' || *c == '\\') put(text, "\\", 1);
            put(text, c, 1);
        }
        put_text(text, "\n");
        ok = !text->full && write(fd, text->bytes, text->size) == (ssize_t)text->size;
    }
    if (text) explicit_bzero(text, sizeof *text);
    free(text);
    if (!ok) {
        if (fd >= 0) close(fd);
        return err_set(err, ERR_LIMIT, "the password file cannot be made");
    }
    (void)snprintf(ret_entry, size, "PGPASSFILE=/proc/self/fd/%d", fd);
    *ret_fd = fd;
    return true;
}
