/* SPDX-License-Identifier: MIT */
/* The parent: a listening socket, children, and what happens when one ends or the service is told
 * to. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "db_gate.h"
#include "log.h"
#include "seal.h"
#include "token.h"
#include "worker.h"

#define CHILDREN_MAX 257 /* workers, and the housekeeper as the last */
/* A child that dies young is replaced after this pause, so that a broken start does not spin. */
#define YOUNG_MS 1000

struct child {
    pid_t pid;
    int64_t born_ms, retry_ms;
};

struct service {
    const struct config *config;
    struct metrics *metrics;
    int listen_socket, count;
    struct child children[CHILDREN_MAX];
};

static bool bind_unix(const char *path, int *ret_socket, struct err *err) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return err_set(err, ERR_CONFIG, "listen: the path is too long");
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)unlink(path);
    /* nginx connects as its own user: the folder decides who may reach the socket. */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0666) != 0) {
        (void)err_set(err, ERR_CONFIG, "listen: %s: %s", path, strerror(errno));
        if (fd >= 0) close(fd);
        return false;
    }
    *ret_socket = fd;
    return true;
}

static bool bind_tcp(const char *text, int *ret_socket, struct err *err) {
    char host[256];
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host)
        return err_set(err, ERR_CONFIG, "listen: %s is not host:port", text);
    (void)snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM }, *found;
    int problem = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found);
    if (problem) return err_set(err, ERR_CONFIG, "listen: %s: %s", text, gai_strerror(problem));
    int one = 1, fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
              bind(fd, found->ai_addr, found->ai_addrlen) == 0;
    if (!ok) {
        (void)err_set(err, ERR_CONFIG, "listen: %s: %s", text, strerror(errno));
        if (fd >= 0) close(fd);
    } else *ret_socket = fd;
    freeaddrinfo(found);
    return ok;
}

/* The first worker that is ready listens: until then a caller is refused, and goes elsewhere. */
static bool service_bind(struct service *service, struct err *err) {
    const char *listen_text = service->config->listen;
    if (strncmp(listen_text, "unix:", 5) == 0)
        return bind_unix(listen_text + 5, &service->listen_socket, err);
    return bind_tcp(listen_text, &service->listen_socket, err);
}

static void child_start(struct service *service, int index) {
    struct child *child = &service->children[index];
    pid_t parent = getpid(), pid = fork();
    child->retry_ms = 0;
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(EXIT_FAILURE);
        exit(index == service->count - 1
                 ? housekeeper_run(service->config, service->metrics)
                 : worker_run(service->config, service->metrics, service->listen_socket, index));
    }
    if (pid < 0) {
        log_event(LOG_ERROR, "fork", "detail", 's', strerror(errno), NULL);
        child->retry_ms = clock_ms() + YOUNG_MS;
    }
    child->pid = pid > 0 ? pid : 0;
    child->born_ms = clock_ms();
}

static void child_ended(struct service *service, pid_t pid, int status, bool expected) {
    for (int i = 0; i < service->count; i++) {
        struct child *child = &service->children[i];
        if (child->pid != pid) continue;
        child->pid = 0;
        if (expected) return;
        metrics_worker_lost(service->metrics);
        log_event(LOG_ERROR, "child_lost", "pid", 'i', (long long)pid, "signal", 'i',
                  (long long)(WIFSIGNALED(status) ? WTERMSIG(status) : 0), "exit", 'i',
                  (long long)(WIFEXITED(status) ? WEXITSTATUS(status) : 0), NULL);
        child->retry_ms = clock_ms() + (clock_ms() - child->born_ms < YOUNG_MS ? YOUNG_MS : 0);
        return;
    }
}

static void reap(struct service *service, bool expected) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        child_ended(service, pid, status, expected);
}

static int alive(const struct service *service) {
    int count = 0;
    for (int i = 0; i < service->count; i++) count += service->children[i].pid != 0;
    return count;
}

/* Waits for one of the service's signals; 0 when the time is over first. */
static int wait_signal(const sigset_t *signals, int64_t wait_ms) {
    struct timespec timeout = { .tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L };
    int number = sigtimedwait(signals, NULL, &timeout);
    return number > 0 ? number : 0;
}

static void watch(struct service *service, const sigset_t *signals, int64_t until_ms) {
    while (until_ms == 0 || clock_ms() < until_ms) {
        int64_t wait_ms = until_ms ? until_ms - clock_ms() : 1000;
        for (int i = 0; i < service->count; i++) {
            struct child *child = &service->children[i];
            if (!child->pid && clock_ms() >= child->retry_ms) child_start(service, i);
            else if (!child->pid && child->retry_ms - clock_ms() < wait_ms)
                wait_ms = child->retry_ms - clock_ms();
        }
        int number = wait_signal(signals, wait_ms > 0 ? wait_ms : 1);
        reap(service, false);
        if (until_ms == 0 && (number == SIGTERM || number == SIGINT)) return;
    }
}

static void stop(struct service *service, const sigset_t *signals) {
    for (int i = 0; i < service->count; i++)
        if (service->children[i].pid) (void)kill(service->children[i].pid, SIGTERM);
    while (alive(service) > 0) {
        (void)wait_signal(signals, 1000);
        reap(service, true);
    }
    close(service->listen_socket);
    if (strncmp(service->config->listen, "unix:", 5) == 0)
        (void)unlink(service->config->listen + 5);
}

/* What every child would fail on, and be started again for, stops the start instead. */
static bool keys_are_usable(const struct config *config, struct err *err) {
    const struct config_secret *seal = &config->audit.seal_key;
    struct keyring *keyring;
    struct seal_key key;
    if (!keyring_open(config, &keyring, err)) return false;
    keyring_close(keyring);
    if (!seal->text) return true;
    if (!seal_key_read(seal->text, seal->size, &key, err)) return false;
    seal_key_wipe(&key);
    return true;
}

int service_run(const struct config *config) {
    struct service service = { .config = config,
                               .listen_socket = -1,
                               .count = (int)config->workers + 1 };
    struct err err = ERR_INIT;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    if (!keys_are_usable(config, &err) || !db_gate_share(&err) || !service_bind(&service, &err) ||
        !metrics_open(config->pool, (int)config->workers, &service.metrics, &err)) {
        log_event(LOG_ERROR, "start", "detail", 's', err.detail, NULL);
        return EXIT_FAILURE;
    }
    for (int i = 0; i < service.count; i++) child_start(&service, i);
    log_event(LOG_INFO, "start", "version", 's', GUARDIAN_VERSION, "listen", 's', config->listen,
              "pool", 's', config->pool, "workers", 'i', (long long)config->workers, NULL);
    watch(&service, &signals, 0);
    log_event(LOG_INFO, "drain", "drain_ms", 'i', (long long)config->drain_ms, NULL);
    metrics_set_draining(service.metrics);
    if (config->drain_ms > 0) watch(&service, &signals, clock_ms() + config->drain_ms);
    stop(&service, &signals);
    log_event(LOG_INFO, "stop", NULL);
    metrics_close(service.metrics);
    return EXIT_SUCCESS;
}
