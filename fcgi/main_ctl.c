/* SPDX-License-Identifier: MIT */
/* guardianctl: the operator's command. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "audit_verify.h"
#include "backup_file.h"
#include "clock.h"
#include "config.h"
#include "db.h"
#include "migrate.h"
#include "password.h"

#define TIMEOUT_MS           30000
#define WHOLE_LOG_TIMEOUT_MS 3600000

struct options {
    const char *config_path, *admin, *file, *public_key, *key_file;
};

static int usage(FILE *out, int status) {
    (void)fputs(
        "Usage: guardianctl -c FILE COMMAND\n\n"
        "  migrate --admin CONNINFO    create or upgrade roles, the console's database, and "
        "prepare the managed ones;\n"
        "                              CONNINFO connects as a superuser (passwords by PGPASSFILE)\n"
        "  admin create NAME           add a super-administrator; the password is asked for, or "
        "read from standard input\n"
        "  audit verify [--file FILE] [--public-key HEX]\n"
        "                              recompute the audit chain, of the database or of an export; "
        "status 1 when broken\n"
        "  backup decrypt --key-file KEY < FILE.dump.enc > FILE.dump\n"
        "                              what pg_restore reads, from a backup that was encrypted at "
        "rest\n"
        "  config check                check FILE and leave\n",
        out);
    return status;
}

static int fail(const struct err *err) {
    (void)fprintf(stderr, "guardianctl: %s\n", err->detail);
    return err->code == ERR_CONFLICT ? 3 : 2;
}

static int migrate(const struct config *config, const struct options *options, struct err *err) {
    if (!options->admin) return usage(stderr, 2);
    return migrate_run(config, options->admin, err) ? 0 : fail(err);
}

/* One line; from a terminal without echo. */
static bool read_password(char *password, size_t size, struct err *err) {
    struct termios shown, hidden;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        (void)fputs("Password: ", stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool got = fgets(password, (int)size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        (void)fputc('\n', stderr);
    }
    if (got) password[strcspn(password, "\r\n")] = '\0';
    return got || err_set(err, ERR_BAD_FIELD, "no password was given");
}

static int admin_create(const struct config *config, const char *name, struct err *err) {
    char password[PASSWORD_MAX + 2], hash[PASSWORD_HASH_SIZE];
    struct db *db;
    json_t *rows = NULL;
    if (!read_password(password, sizeof password, err)) return fail(err);
    bool ok = password_hash(password, hash, err);
    password_wipe(password);
    if (!ok || !db_open(config, &db, err)) return fail(err);
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + TIMEOUT_MS,
                        .client_socket = -1 };
    const char *values[] = { name, hash };
    ok = db_rows(db, &at, DB_ADMIN_CREATE, values, 2, &rows, err);
    if (ok && json_array_size(rows) == 0)
        ok = err_set(err, ERR_CONFLICT, "%s already exists; nothing was changed", name);
    json_decref(rows);
    db_close(db);
    if (!ok) return fail(err);
    printf("super-administrator %s created\n", name);
    return 0;
}

/* The key on the command line, else those of the configuration, else whichever a head names. */
static bool keys_of(const struct config *config, const struct options *options,
                    struct audit_keys *ret_keys, struct err *err) {
    *ret_keys = (struct audit_keys){ .count = 0 };
    if (options->public_key) return audit_keys_add(ret_keys, options->public_key, err);
    return !config || audit_keys_of(config, ret_keys, err);
}

static bool verify(const struct config *config, const struct options *options,
                   struct audit_verdict *ret_verdict, struct err *err) {
    struct audit_keys keys;
    if (!keys_of(config, options, &keys, err)) return false;
    if (options->file) {
        FILE *file = strcmp(options->file, "-") == 0 ? stdin : fopen(options->file, "r");
        if (!file) return err_set(err, ERR_BAD_REQUEST, "%s: %m", options->file);
        bool ok = audit_verify_export(file, &keys, ret_verdict, err);
        if (file != stdin) (void)fclose(file);
        return ok;
    }
    struct db *db;
    if (!db_open(config, &db, err)) return false;
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + WHOLE_LOG_TIMEOUT_MS,
                        .client_socket = -1 };
    bool ok = audit_verify_database(db, &at, &keys, ret_verdict, err);
    db_close(db);
    return ok;
}

static int audit_verify(const struct config *config, const struct options *options,
                        struct err *err) {
    struct audit_verdict verdict;
    int64_t started_ms = clock_ms();
    if (!verify(config, options, &verdict, err)) return fail(err);
    json_t *json = audit_verdict_json(&verdict, (double)(clock_ms() - started_ms));
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    if (text) puts(text);
    free(text);
    return verdict.chain.bad_id ? 1 : 0;
}

static int backup_decrypt(const struct options *options, struct err *err) {
    struct config_secret key;
    if (!options->key_file) return usage(stderr, 2);
    if (!config_secret_read(options->key_file, &key, err)) return fail(err);
    bool ok = backup_decrypt_stream(STDIN_FILENO, STDOUT_FILENO, &key, err);
    config_secret_wipe(&key);
    return ok ? 0 : fail(err);
}

static bool is_command(char **words, int count, const char *first, const char *second) {
    return count > 0 && strcmp(words[0], first) == 0 &&
           (!second || (count > 1 && strcmp(words[1], second) == 0));
}

static int dispatch(const struct config *config, const struct options *options, char **words,
                    int count) {
    struct err err = ERR_INIT;
    if (is_command(words, count, "migrate", NULL) && count == 1)
        return migrate(config, options, &err);
    if (is_command(words, count, "admin", "create") && count == 3)
        return admin_create(config, words[2], &err);
    if (is_command(words, count, "audit", "verify") && count == 2)
        return audit_verify(config, options, &err);
    if (is_command(words, count, "backup", "decrypt") && count == 2)
        return backup_decrypt(options, &err);
    if (is_command(words, count, "config", "check") && count == 2) return 0;
    return usage(stderr, 2);
}

int main(int argc, char **argv) {
    static const struct option long_options[] = { { "config", required_argument, NULL, 'c' },
                                                  { "admin", required_argument, NULL, 'a' },
                                                  { "file", required_argument, NULL, 'f' },
                                                  { "public-key", required_argument, NULL, 'p' },
                                                  { "key-file", required_argument, NULL, 'k' },
                                                  { "version", no_argument, NULL, 'v' },
                                                  { "help", no_argument, NULL, 'h' },
                                                  { NULL, 0, NULL, 0 } };
    struct options options = { .config_path = NULL };
    for (int letter; (letter = getopt_long(argc, argv, "c:", long_options, NULL)) != -1;) {
        if (letter == 'c') options.config_path = optarg;
        else if (letter == 'a') options.admin = optarg;
        else if (letter == 'f') options.file = optarg;
        else if (letter == 'p') options.public_key = optarg;
        else if (letter == 'k') options.key_file = optarg;
        else if (letter == 'v') return printf("guardianctl %s\n", GUARDIAN_VERSION) < 0;
        else if (letter == 'h') return usage(stdout, EXIT_SUCCESS);
        else return usage(stderr, 2);
    }
    struct config *config = NULL;
    struct err err = ERR_INIT;
    (void)setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
    /* An export is verified, and a backup decrypted, anywhere, without a configuration. */
    bool needs_config = !options.file && !options.key_file;
    if (optind >= argc || (needs_config && !options.config_path)) return usage(stderr, 2);
    if (options.config_path && !config_load(options.config_path, &config, &err)) return fail(&err);
    int status = dispatch(config, &options, argv + optind, argc - optind);
    config_free(config);
    return status;
}
