/* SPDX-License-Identifier: MIT */
/* The child that does a job, seen from its runner. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "db_listen.h"
#include "job_keeper.h"
#include "job_service.h"
#include "log.h"
#include "program.h"

#define ARENA_MAX (32u << 20)
/* How long a child may take to end what it does once it was told to. */
#define CANCEL_MS (PROGRAM_GRACE_MS + 3000)

/* Nothing of the runner is the child's: neither its connections nor its signals. */
static void leave_runner(struct job_service *service, pid_t parent) {
    struct sigaction preset = { .sa_handler = SIG_DFL }, ignore = { .sa_handler = SIG_IGN };
    sigset_t none;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(EXIT_FAILURE);
    (void)setpgid(0, 0);
    (void)sigaction(SIGTERM, &ignore, NULL);
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL); /* write() says it */
    (void)sigaction(SIGCHLD, &preset, NULL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    db_abandon(service->db);
    db_listen_abandon(service->listener);
    for (int i = 0; i < JOB_RUNNING_MAX; i++)
        if (service->slots[i].used && service->slots[i].channel >= 0)
            close(service->slots[i].channel);
}

static void child_main(struct job_service *service, struct job_slot *slot, int channel) {
    struct err err = ERR_INIT;
    struct job job = { .kind = slot->kind,
                       .config = service->config,
                       .arena = arena_new(ARENA_MAX),
                       .id = slot->id,
                       .database = slot->database[0] ? slot->database : NULL,
                       .created_by = slot->created_by,
                       .request_id = slot->request_id,
                       .application = slot->application,
                       .parameters = slot->parameters,
                       .attempt = slot->attempt,
                       .part_to = 100,
                       .channel = channel };
    if (!job.arena || !db_open(service->config, &job.db, &err)) _exit(EXIT_FAILURE);
    job_run(&job);
    db_close(job.db);
    arena_free(job.arena);
    _exit(EXIT_SUCCESS);
}

bool job_child_start(struct job_service *service, struct job_slot *slot, struct err *err) {
    int channels[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channels) != 0)
        return err_set(err, ERR_BUSY, "no channel to a child: %s", strerror(errno));
    slot->pid = fork();
    if (slot->pid == 0) {
        close(channels[0]);
        leave_runner(service, parent);
        child_main(service, slot, channels[1]);
    }
    close(channels[1]);
    if (slot->pid < 0) {
        slot->pid = 0;
        close(channels[0]);
        return err_set(err, ERR_BUSY, "no child: %s", strerror(errno));
    }
    slot->channel = channels[0];
    return true;
}

void job_child_keep(struct job_service *service) {
    pid_t parent = getpid();
    if (service->keeper || clock_ms() < service->keeper_ms) return;
    service->keeper = fork();
    if (service->keeper == 0) {
        leave_runner(service, parent);
        job_keeper_main(service->config);
    }
    if (service->keeper < 0) {
        log_event(LOG_ERROR, "fork", "detail", 's', strerror(errno), NULL);
        service->keeper = 0;
    }
    service->keeper_ms = clock_ms() + 1000;
}

static void keep(char **slot, const char *text, size_t size) {
    char *copy = strndup(text, size);
    if (!copy) return;
    free(*slot);
    *slot = copy;
}

/* When more is said than is written, the oldest goes. */
static void keep_log(struct job_slot *slot, const char *text, size_t size) {
    if (size > sizeof slot->log / 2) size = sizeof slot->log / 2;
    if (slot->log_size + size >= sizeof slot->log) {
        size_t half = slot->log_size / 2;
        memmove(slot->log, slot->log + half, slot->log_size - half);
        slot->log_size -= half;
    }
    memcpy(slot->log + slot->log_size, text, size);
    slot->log_size += size;
    slot->log[slot->log_size] = '\0';
}

/* Takes in all that was said; the end of the channel closes it. */
void job_child_listen(struct job_slot *slot) {
    static char message[JOB_TEXT_MAX + 2];
    while (slot->channel >= 0) {
        ssize_t got = recv(slot->channel, message, sizeof message, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got <= 0) {
            close(slot->channel);
            slot->channel = -1;
            return;
        }
        const char *text = message + 1;
        size_t size = (size_t)got - 1;
        switch ((enum job_message)message[0]) {
        case JOB_SAYS_PROGRESS: keep(&slot->progress, text, size); break;
        case JOB_SAYS_LOG: keep_log(slot, text, size); break;
        case JOB_SAYS_RESULT: keep(&slot->result, text, size); break;
        case JOB_SAYS_ERROR: keep(&slot->error, text, size); break;
        case JOB_SAYS_DONE: slot->done = true; break;
        }
    }
}

/* Our half of the channel ends: every wait of the child sees it. */
void job_child_cancel(struct job_slot *slot) {
    if (!slot->pid || slot->kill_ms) return;
    if (slot->channel >= 0) (void)shutdown(slot->channel, SHUT_WR);
    slot->kill_ms = clock_ms() + CANCEL_MS;
}

void job_child_ended(struct job_slot *slot, int status) {
    job_child_listen(slot);
    if (slot->channel >= 0) close(slot->channel);
    slot->channel = -1;
    (void)kill(-slot->pid, SIGKILL);
    slot->pid = 0;
    if (slot->done || slot->error) return;
    log_event(LOG_ERROR, "job_child_lost", "job", 's', slot->id, "signal", 'i',
              (long long)(WIFSIGNALED(status) ? WTERMSIG(status) : 0), "exit", 'i',
              (long long)(WIFEXITED(status) ? WEXITSTATUS(status) : 0), NULL);
}

void job_slot_clear(struct job_slot *slot) {
    json_decref(slot->parameters);
    free(slot->progress);
    free(slot->result);
    free(slot->error);
    memset(slot, 0, sizeof *slot);
    slot->channel = -1;
}
