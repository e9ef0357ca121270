/* SPDX-License-Identifier: MIT */
#include "job_service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "db_gate.h"
#include "db_listen.h"
#include "job_folder.h"
#include "job_steps.h"
#include "log.h"
#include "pitr_keeper.h"
#include "upload.h"

/* How often a lease is renewed and, where no notice comes, the queue is looked at. */
#define BEAT_MS   1000
#define ARENA_MAX (8u << 20)
/* After it was told to hand back what it has, how long a runner waits for its children. */
#define HAND_BACK_MS 12000

static volatile sig_atomic_t stopping;

static void on_signal(int number) {
    if (number != SIGCHLD) stopping = 1; /* a child's end wakes us, no more */
}

static void take_signals(sigset_t *ret_open) {
    struct sigaction action = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
    sigset_t blocked;
    sigemptyset(&blocked);
    sigemptyset(ret_open);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL); /* let in only while we wait */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGCHLD, &action, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGHUP, &ignore, NULL);
}

static int used(const struct job_service *service) {
    int count = 0;
    for (int i = 0; i < JOB_RUNNING_MAX; i++) count += service->slots[i].used;
    return count;
}

static void listen_again(struct job_service *service) {
    struct err err = ERR_INIT;
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + JOB_STEP_MS,
                        .client_socket = -1,
                        .request_id = "guardian-jobs" };
    if (service->listener && db_listen_drain(service->listener, &service->notified)) return;
    db_listen_close(service->listener);
    service->listener = NULL;
    /* Without it the queue is looked at once a second: nothing depends on it. */
    if (!service->trouble &&
        !db_listen(service->config, &at, "guardian_job", &service->listener, &err))
        service->listener = NULL;
}

/* Until something is said, ends or is notified, or the time is over. */
static void wait_event(struct job_service *service, const sigset_t *open, int64_t until_ms) {
    struct pollfd poll_fds[JOB_RUNNING_MAX + 1];
    nfds_t count = 0;
    int wait_ms = clock_left_ms(until_ms);
    struct timespec timeout = { .tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L };
    if (service->listener)
        poll_fds[count++] =
            (struct pollfd){ .fd = db_listen_socket(service->listener), .events = POLLIN };
    for (int i = 0; i < JOB_RUNNING_MAX; i++)
        if (service->slots[i].used && service->slots[i].channel >= 0)
            poll_fds[count++] =
                (struct pollfd){ .fd = service->slots[i].channel, .events = POLLIN };
    (void)ppoll(poll_fds, count, &timeout, open);
}

static void reap(struct job_service *service) {
    int status;
    if (service->keeper && waitpid(service->keeper, &status, WNOHANG) == service->keeper) {
        log_event(LOG_ERROR, "keeper_lost", "signal", 'i',
                  (long long)(WIFSIGNALED(status) ? WTERMSIG(status) : 0), NULL);
        service->keeper = 0;
    }
    for (int i = 0; i < JOB_RUNNING_MAX; i++) {
        struct job_slot *slot = &service->slots[i];
        if (!slot->used || !slot->pid) continue;
        if (waitpid(slot->pid, &status, WNOHANG) == slot->pid) job_child_ended(slot, status);
        else {
            job_child_listen(slot);
            if (slot->kill_ms && clock_ms() >= slot->kill_ms) (void)kill(slot->pid, SIGKILL);
        }
    }
}

/* When the next look is due: soon while something is about to end, else with the next beat. */
static int64_t next_look(const struct job_service *service, int64_t beat_ms) {
    int64_t soon_ms = clock_ms() + 100;
    for (int i = 0; i < JOB_RUNNING_MAX; i++) {
        const struct job_slot *slot = &service->slots[i];
        if (slot->used && (!slot->pid || slot->kill_ms) && !service->trouble && soon_ms < beat_ms)
            return soon_ms;
    }
    return beat_ms;
}

static void hand_back(struct job_service *service) {
    for (int i = 0; i < JOB_RUNNING_MAX; i++) {
        struct job_slot *slot = &service->slots[i];
        if (!slot->used) continue;
        slot->handed_back = true;
        job_child_cancel(slot);
    }
}

static void loop(struct job_service *service) {
    int64_t beat_ms = 0, end_ms = 0;
    bool handing_back = false;
    for (;;) {
        wait_event(service, &service->open, next_look(service, beat_ms));
        bool beat = clock_ms() >= beat_ms;
        if (beat) beat_ms = clock_ms() + BEAT_MS;
        listen_again(service);
        reap(service);
        if (end_ms == 0) job_child_keep(service);
        if (beat && !stopping) pitr_keeper_watch(service->config, &service->pitr_keeper);
        job_step_run(service, beat, end_ms == 0);
        arena_reset(service->arena);
        db_reset(service->db);
        if (stopping && end_ms == 0) {
            end_ms = clock_ms() + service->config->jobs.drain_ms;
            log_event(LOG_INFO, "drain", "jobs", 'i', (long long)used(service), NULL);
        }
        if (end_ms == 0) continue;
        if (used(service) == 0) return;
        if (clock_ms() >= end_ms && handing_back) return;
        if (clock_ms() >= end_ms) {
            hand_back(service);
            handing_back = true;
            end_ms = clock_ms() + HAND_BACK_MS;
        }
    }
}

/* The runner before us may still be handing back what it had. */
static bool take_folder(struct job_service *service, struct err *err) {
    while (!job_folder_open(service->config, &service->lock, err)) {
        if (err->code != ERR_CONFLICT || stopping) return false;
        err_clear(err);
        wait_event(service, &service->open, clock_ms() + 200);
    }
    return true;
}

static bool open_service(struct job_service *service, struct err *err) {
    const struct config *config = service->config;
    service->arena = arena_new(ARENA_MAX);
    for (int i = 0; i < JOB_RUNNING_MAX; i++) service->slots[i].channel = -1;
    if (!service->arena) return err_set(err, ERR_LIMIT, "out of memory");
    if (!db_gate_share(err) || !take_folder(service, err) || !upload_folder_make(config, err))
        return false;
    job_folder_sweep(config, NULL);
    return db_open(config, &service->db, err);
}

int job_service_run(const struct config *config) {
    struct job_service service = { .config = config };
    struct err err = ERR_INIT;
    take_signals(&service.open);
    bool ok = open_service(&service, &err);
    if (ok) {
        log_event(LOG_INFO, "start", "version", 's', GUARDIAN_VERSION, "runner", 's',
                  config->jobs.runner, "concurrency", 'i', (long long)config->jobs.concurrency,
                  NULL);
        loop(&service);
        /* Whoever is left dies with us; its lease runs out. */
        for (int i = 0; i < JOB_RUNNING_MAX; i++)
            if (service.slots[i].used) job_slot_clear(&service.slots[i]);
    } else log_event(LOG_ERROR, "start", "detail", 's', err.detail, NULL);
    if (service.keeper) (void)kill(service.keeper, SIGKILL); /* all it does is begun again */
    db_listen_close(service.listener);
    db_close(service.db);
    arena_free(service.arena);
    log_event(LOG_INFO, "stop", NULL);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
