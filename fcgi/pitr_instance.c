/* SPDX-License-Identifier: MIT */
/* Restored clusters: folders, their server, and what is written into them. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "pitr.h"
#include "program.h"

#define STOP_MS   15000
#define ASK_MS    10000
#define FILE_MAX  (1u << 20)
#define PATH_SIZE 1024

bool pitr_instance_path(const struct config *config, const char *id, const char *inside,
                        char *ret_path, size_t size, struct err *err) {
    int used = snprintf(ret_path, size, "%s/%s%s%s", config->pitr.work_dir, id, *inside ? "/" : "",
                        inside);
    return (used > 0 && (size_t)used < size) ||
           err_set(err, ERR_LIMIT, "pitr.work_dir is too long a path");
}

/* PostgreSQL refuses to run as root: the account to use then; NULL: we are who we should be. */
static const struct passwd *account(const struct config *config) {
    return geteuid() == 0 && config->pitr.run_as ? getpwnam(config->pitr.run_as) : NULL;
}

static bool fail(const char *path, struct err *err) {
    return err_set(err, ERR_INTERNAL, "%.300s: %s", path, strerror(errno));
}

static bool write_file(const struct config *config, const char *path, const char *text,
                       struct err *err) {
    const struct passwd *owner = account(config);
    size_t size = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail(path, err);
    bool ok = write(fd, text, size) == (ssize_t)size &&
              (!owner || fchown(fd, owner->pw_uid, owner->pw_gid) == 0);
    if (!ok) (void)fail(path, err);
    (void)close(fd);
    return ok;
}

bool pitr_instance_make(const struct config *config, const char *id, struct err *err) {
    const struct passwd *owner = account(config);
    char path[PATH_SIZE];
    if (!pitr_instance_path(config, id, "", path, sizeof path, err)) return false;
    if (mkdir(path, 0700) != 0 || (owner && chown(path, owner->pw_uid, owner->pw_gid) != 0))
        return fail(path, err);
    return true;
}

/* -- its server -------------------------------------------------------------------------------- */

struct output {
    char text[16384];
    size_t size;
};

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    struct output *output = context;
    (void)err;
    if (size > sizeof output->text - 1 - output->size)
        size = sizeof output->text - 1 - output->size;
    memcpy(output->text + output->size, data, size);
    output->size += size;
    return true;
}

/* One of PostgreSQL's own programs, as the account that may run it. */
static bool run_server_program(const struct config *config, const char *name,
                               const char *const *arguments, int cancel_fd, int timeout_ms,
                               struct output *output, struct err *err) {
    char path[PATH_SIZE], user[80], group[80];
    const char *argv[16];
    int count = 0;
    if (!program_find(config, name, path, sizeof path, err)) return false;
    const struct passwd *owner = account(config);
    if (geteuid() == 0 && !owner)
        return err_set(err, ERR_CONFIG,
                       "PostgreSQL does not run as root: pitr.run_as must name an account");
    if (owner) {
        (void)snprintf(user, sizeof user, "--reuid=%u", owner->pw_uid);
        (void)snprintf(group, sizeof group, "--regid=%u", owner->pw_gid);
        argv[count++] = "/usr/bin/setpriv";
        argv[count++] = user;
        argv[count++] = group;
        argv[count++] = "--init-groups";
    }
    argv[count++] = path;
    for (int i = 0; arguments[i] && count < 15; i++) argv[count++] = arguments[i];
    argv[count] = NULL;
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = cancel_fd,
                               .deadline_ms = clock_ms() + timeout_ms,
                               .context = output,
                               .output = output ? take_output : NULL };
    return program_run(&program, err);
}

/* A hot standby must be able to hold as much as its primary: the control file says how much. */
static long long control_value(const struct output *control, const char *name,
                               long long otherwise) {
    const char *line = strstr(control->text, name);
    return line ? strtoll(line + strlen(name), NULL, 10) : otherwise;
}

/* What the cluster was set up for is not wanted here, but how to recover is: Barman wrote that. */
static bool keep_recovery_settings(const struct config *config, const char *path, struct err *err) {
    char *text = calloc(1, FILE_MAX + 1), *kept = calloc(1, FILE_MAX + 2), *rest = NULL;
    FILE *file = fopen(path, "re");
    bool ok = text && kept && file && fread(text, 1, FILE_MAX, file) > 0;
    if (file) (void)fclose(file);
    if (!ok) (void)fail(path, err);
    size_t used = 0;
    for (char *line = ok ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        if (strncmp(line, "recovery_", 9) == 0 || strncmp(line, "restore_command", 15) == 0)
            used += (size_t)snprintf(kept + used, FILE_MAX + 2 - used, "%s\n", line);
    ok = ok && write_file(config, path, kept, err);
    free(text);
    free(kept);
    return ok;
}

static bool write_settings(const struct config *config, const char *id, int port,
                           const struct output *control, struct err *err) {
    char path[PATH_SIZE], text[1200];
    (void)snprintf(
        text, sizeof text,
        "# A cluster restored for inspection: nothing of the original's settings.\n"
        "port = %d\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
        "cluster_name = 'pitr %.8s'\nhot_standby = on\narchive_mode = off\nshared_buffers = 64MB\n"
        "max_connections = %lld\nmax_worker_processes = %lld\nmax_wal_senders = %lld\n"
        "max_prepared_transactions = %lld\nmax_locks_per_transaction = %lld\n"
        "wal_level = replica\nssl = off\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
        "lc_messages = 'C'\nlogging_collector = off\n",
        port, id, control_value(control, "max_connections setting:", 100),
        control_value(control, "max_worker_processes setting:", 8),
        control_value(control, "max_wal_senders setting:", 10),
        control_value(control, "max_prepared_xacts setting:", 0),
        control_value(control, "max_locks_per_xact setting:", 64));
    return pitr_instance_path(config, id, "data/postgresql.conf", path, sizeof path, err) &&
           write_file(config, path, text, err) &&
           pitr_instance_path(config, id, "data/pg_hba.conf", path, sizeof path, err) &&
           write_file(config, path, "host all all 127.0.0.1/32 scram-sha-256\n", err) &&
           pitr_instance_path(config, id, "data/postgresql.auto.conf", path, sizeof path, err) &&
           keep_recovery_settings(config, path, err);
}

/* The last thing that the server complained about. */
static void explain(const struct config *config, const char *id, struct err *err) {
    char path[PATH_SIZE], line[400], last[400] = "";
    struct err ignored = ERR_INIT;
    if (err->code == ERR_CANCELLED || err->code == ERR_DEADLINE ||
        !pitr_instance_path(config, id, "log", path, sizeof path, &ignored))
        return;
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (strstr(line, "FATAL:")) (void)snprintf(last, sizeof last, "%s", strstr(line, "FATAL:"));
    if (file) (void)fclose(file);
    if (!*last) return;
    last[strcspn(last, "\n")] = '\0';
    err_clear(err);
    (void)err_set(err, ERR_INTERNAL, "The restored server does not start: %.400s", last);
}

bool pitr_instance_start(const struct config *config, const char *id, int port, int cancel_fd,
                         int timeout_ms, struct err *err) {
    char data[PATH_SIZE], log[PATH_SIZE], seconds[16];
    struct output control = { .size = 0 };
    if (!pitr_instance_path(config, id, "data", data, sizeof data, err) ||
        !pitr_instance_path(config, id, "log", log, sizeof log, err))
        return false;
    const char *look[] = { data, NULL };
    (void)snprintf(seconds, sizeof seconds, "%d", timeout_ms / 1000);
    const char *start[] = { "-D", data, "-l", log, "-w", "-t", seconds, "-s", "start", NULL };
    if (!run_server_program(config, "pg_controldata", look, cancel_fd, ASK_MS, &control, err) ||
        !write_settings(config, id, port, &control, err))
        return false;
    if (run_server_program(config, "pg_ctl", start, cancel_fd, timeout_ms, NULL, err)) return true;
    explain(config, id, err);
    return false;
}

bool pitr_instance_runs(const struct config *config, const char *id) {
    char data[PATH_SIZE];
    struct err err = ERR_INIT;
    const char *arguments[] = { "-D", data, "status", NULL };
    if (!pitr_instance_path(config, id, "data", data, sizeof data, &err)) return false;
    if (run_server_program(config, "pg_ctl", arguments, -1, ASK_MS, NULL, &err)) return true;
    explain(config, id, &err);
    return false;
}

bool pitr_instance_remove(const struct config *config, const char *id, struct err *err) {
    char path[PATH_SIZE], data[PATH_SIZE];
    struct err ignored = ERR_INIT;
    if (!pitr_instance_path(config, id, "", path, sizeof path, err) ||
        !pitr_instance_path(config, id, "data", data, sizeof data, err))
        return false;
    const char *stop[] = { "-D", data, "-m", "immediate", "-s", "stop", NULL };
    if (access(data, F_OK) == 0 &&
        !run_server_program(config, "pg_ctl", stop, -1, STOP_MS, NULL, &ignored) &&
        pitr_instance_runs(config, id))
        return err_set(err, ERR_INTERNAL, "The restored server does not stop: %.300s",
                       ignored.detail);
    const char *argv[] = { "/bin/rm", "-rf", "--", path, NULL };
    struct program program = {
        .argv = argv, .input_fd = -1, .output_fd = -1, .passed_fd = -1, .cancel_fd = -1
    };
    return program_run(&program, err);
}
