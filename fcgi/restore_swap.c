/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "restore_steps.h"

#define ATTEMPTS       3
#define EXCHANGE_MS    30000 /* the server gives up after 5 s, when a session does not end */
#define CUT_MS         2000
#define CUT_PAUSE_MS   20
#define FOLLOW_MS      5000
#define FOLLOW_STEP_MS 100

/* -- sessions ---------------------------------------------------------------------------------- */

/* Ends sessions again and again until `stop` is closed. Pools connect again at once; the rename
 * waits for the last of them, holding back the next. */
static void cut_loop(const struct job *job, const char *id, int stop, pid_t parent) {
    struct db *db;
    struct err err = ERR_INIT;
    struct pollfd poll_fd = { .fd = stop, .events = POLLIN };
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(EXIT_FAILURE);
    db_abandon(job->db);
    if (!db_open(job->config, &db, &err)) _exit(EXIT_FAILURE);
    do {
        struct db_at at =
            job_at(job, DB_MAINTAINER, job->config->postgres.console_database, CUT_MS);
        json_t *rows = NULL;
        at.client_socket = -1;
        err_clear(&err);
        if (db_rows(db, &at, DB_RESTORE_CUT, &id, 1, &rows, &err)) json_decref(rows);
        db_reset(db);
    } while (poll(&poll_fd, 1, CUT_PAUSE_MS) == 0);
    db_close(db);
    _exit(EXIT_SUCCESS);
}

struct cutter {
    pid_t pid;
    int stop;
};

static bool cutter_start(const struct job *job, const char *id, struct cutter *cutter,
                         struct err *err) {
    int stop[2];
    pid_t parent = getpid();
    if (pipe(stop) != 0) return err_set(err, ERR_BUSY, "no pipe: %s", strerror(errno));
    cutter->pid = fork();
    if (cutter->pid == 0) {
        close(stop[1]);
        cut_loop(job, id, stop[0], parent);
    }
    close(stop[0]);
    cutter->stop = stop[1];
    if (cutter->pid > 0) return true;
    close(stop[1]);
    return err_set(err, ERR_BUSY, "no child: %s", strerror(errno));
}

static void cutter_stop(struct cutter *cutter) {
    close(cutter->stop);
    (void)kill(cutter->pid, SIGKILL);
    while (waitpid(cutter->pid, NULL, 0) < 0 && errno == EINTR) continue;
}

/* A standby replays the rename and leaves its sessions where they are: in the database that has
 * another name now. */
static void follow(struct job *job, const char *host, const char *oid, const char *name) {
    int64_t end_ms = clock_ms() + FOLLOW_MS;
    for (bool done = false; !done && clock_ms() < end_ms; (void)poll(NULL, 0, FOLLOW_STEP_MS)) {
        struct db_at at = job_at(job, DB_MAINTAINER, job->config->postgres.console_database,
                                 clock_left_ms(end_ms));
        struct err err = ERR_INIT;
        json_t *rows;
        at.host = host;
        if (!db_rows(job->db, &at, DB_RESTORE_FOLLOW, &oid, 1, &rows, &err)) {
            job_log(job, "%s cannot be asked whether sessions are left there: %s", host,
                    err.detail);
            return;
        }
        const char *now = restore_text(json_array_get(rows, 0), "datname");
        done = now && strcmp(now, name) == 0;
        json_decref(rows);
    }
}

/* -- the exchange ------------------------------------------------------------------------------ */

/* One try. A connection that is lost on the way leaves open whether it was done: the row tells. */
static bool exchange_once(struct job *job, const char *id, bool undo, const char *kept,
                          const char **ret_aside, struct err *err) {
    struct db_at at =
        job_at(job, DB_MAINTAINER, job->config->postgres.console_database, EXCHANGE_MS);
    const char *days = restore_keep_days(job);
    const char *swap[] = { id, kept, days }, *back[] = { id, days };
    struct cutter cutter = { .pid = -1, .stop = -1 };
    if (!cutter_start(job, id, &cutter, err)) return false;
    bool ok = db_text(job->db, &at, undo ? DB_RESTORE_UNDO : DB_RESTORE_SWAP, job->arena,
                      undo ? back : swap, undo ? 2 : 3, ret_aside, NULL, err);
    cutter_stop(&cutter);
    if (ok) return true;
    const json_t *row;
    struct err row_err = ERR_INIT;
    if (!restore_load(job, id, &row, &row_err) || !restore_is(row, undo ? "undone" : "swapped"))
        return false;
    err_clear(err);
    *ret_aside = restore_text(row, undo ? "new_database" : "kept_database");
    return true;
}

/* A session that does not end, or a lock that is held: worth another try. */
static bool is_in_use(const struct err *err) {
    return strcmp(err->sqlstate, "55006") == 0 || strcmp(err->sqlstate, "55P03") == 0;
}

bool restore_exchange(struct job *job, const char *id, bool undo, struct err *err) {
    const char *aside = NULL;
    const json_t *row = NULL;
    char kept[RESTORE_NAME_SIZE] = "";
    if (!restore_load(job, id, &row, err) ||
        (!undo && !restore_free_name(job, restore_text(row, "database"), "kept", kept, err)))
        return false;
    for (int attempt = 1;; attempt++) {
        if (!job_go_on(job, err)) return false;
        if (exchange_once(job, id, undo, kept, &aside, err)) break;
        if (!is_in_use(err) || attempt == ATTEMPTS) {
            err->code = is_in_use(err) ? ERR_CONFLICT : err->code;
            return false;
        }
        job_log(job, "The names could not be exchanged: %s. Again.", err->detail);
        err_clear(err);
    }
    job_log(job, "Database \"%s\" is now the %s one; what was in use is \"%s\".",
            restore_text(row, "database"), undo ? "former" : "restored", aside);
    if (!restore_load(job, id, &row, err)) return false;
    const char *oid = restore_text(row, undo ? "new_oid" : "production_oid");
    for (int i = 0; job->config->postgres.hosts.count > 1 && i < job->config->postgres.hosts.count;
         i++)
        follow(job, job->config->postgres.hosts.items[i], oid, aside);
    return true;
}
