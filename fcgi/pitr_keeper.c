/* SPDX-License-Identifier: MIT */
#include "pitr_keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "pitr.h"

#define TURN_MS 1500  /* between looks at the restored clusters */
#define LOOK_MS 30000 /* between looks at Barman: each costs a second or two of a processor */

static bool ask(const struct config *config, struct db *db, enum db_statement statement,
                const char *const *values, int count, json_t **ret_rows, struct err *err) {
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + 5000,
                        .client_socket = -1,
                        .request_id = "guardian-jobs" };
    (void)config;
    return db_rows(db, &at, statement, values, count, ret_rows, err);
}

static bool tell(const struct config *config, struct db *db, enum db_statement statement,
                 const char *const *values, int count, struct err *err) {
    json_t *rows;
    if (!ask(config, db, statement, values, count, &rows, err)) return false;
    json_decref(rows);
    return true;
}

static bool keep(const struct config *config, struct db *db, const char *id, const char *state,
                 struct err *err) {
    const char *values[] = { id, "stopped" };
    if (strcmp(state, "removing") == 0) {
        if (!pitr_instance_remove(config, id, err)) return false;
        log_event(LOG_INFO, "pitr_removed", "instance", 's', id, NULL);
        return tell(config, db, DB_PITR_INSTANCE_GONE, values, 1, err);
    }
    if (strcmp(state, "ready") == 0 && !pitr_instance_runs(config, id))
        return tell(config, db, DB_PITR_INSTANCE_STATE, values, 2, err);
    return true;
}

static bool keep_all(const struct config *config, struct db *db, struct err *err) {
    const char *values[] = { config->jobs.runner };
    json_t *rows;
    const json_t *row;
    size_t i;
    if (!ask(config, db, DB_PITR_INSTANCES_OF, values, 1, &rows, err)) return false;
    json_array_foreach(rows, i,
                       row) if (!keep(config, db, json_string_value(json_object_get(row, "id")),
                                      json_string_value(json_object_get(row, "state")), err)) break;
    json_decref(rows);
    return err->code == ERR_NONE;
}

static void keeper_main(const struct config *config) {
    struct db *db = NULL;
    struct err err = ERR_INIT;
    int64_t look_ms = 0;
    bool in_trouble = false;
    if (!db_open(config, &db, &err)) _exit(EXIT_FAILURE);
    for (;;) {
        err_clear(&err);
        bool ok = keep_all(config, db, &err);
        if (clock_ms() >= look_ms) {
            ok = ok && pitr_refresh(config, db, -1, &err);
            look_ms = clock_ms() + LOOK_MS;
        }
        if (!ok && !in_trouble)
            log_event(LOG_ERROR, "pitr_keeper", "code", 's', err_name(err.code), "detail", 's',
                      err.detail, NULL);
        in_trouble = !ok;
        db_reset(db);
        (void)poll(NULL, 0, TURN_MS);
    }
}

void pitr_keeper_watch(const struct config *config, pid_t *pid) {
    if (!pitr_is_configured(config)) return;
    if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) == 0) return;
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        struct sigaction preset = { .sa_handler = SIG_DFL };
        sigset_t none;
        sigemptyset(&none);
        (void)sigaction(SIGTERM, &preset, NULL);
        (void)sigaction(SIGINT, &preset, NULL);
        (void)sigaction(SIGCHLD, &preset, NULL);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(EXIT_FAILURE);
        keeper_main(config);
    }
    *pid = child > 0 ? child : 0;
}
