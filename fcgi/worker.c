/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "audit.h"
#include "auth.h"
#include "cache.h"
#include "clock.h"
#include "confirm.h"
#include "db.h"
#include "log.h"
#include "routes.h"
#include "runner.h"
#include "seal.h"
#include "token.h"
#include "upstream.h"

/* How long to leave the queue alone when the system has no descriptor or memory to spare. */
#define EXHAUSTED_PAUSE_MS 50
#define QUEUE_PER_WORKER   16

struct worker {
    struct services services;
    struct arena *arena;
    void *transport;
    int listen_socket, index;
};

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number) {
    (void)signal_number;
    stopping = 1;
}

void worker_signals(void) {
    struct sigaction action = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &ignore,
                    NULL); /* the terminal's Ctrl-C reaches the parent, which says SIGTERM */
    (void)sigaction(SIGHUP, &ignore, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigprocmask(SIG_SETMASK, &blocked, NULL);
}

bool worker_stopping(void) {
    return stopping;
}

void worker_wait(int fd, int wait_ms) {
    static int epoll = -1;
    struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
    sigset_t open;
    sigemptyset(&open);
    /* Exclusive: a connection wakes one idle worker, not all of them. */
    if (epoll < 0) {
        epoll = epoll_create1(EPOLL_CLOEXEC);
        if (fd >= 0) (void)epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
    (void)epoll_pwait(epoll, &event, 1, wait_ms, &open);
}

/* What is sent is taken in, whoever sends it and wherever to, but for what a row wants left. */
static bool take_body(struct request *request, const struct route *route, struct err *err) {
    if (route && route->relays) return true;
    return request_take(request, err) &&
           seal_sha256_hex(request->body_text, request->body_size, request->body_digest);
}

static bool check_body(const struct call *call, struct err *err) {
    return call->route->relays ? request_leave(call->request, err)
                               : request_body(call->request, err);
}

/* The request path, top to bottom. What each step needs is in the route's row. */
static bool serve(struct call *call, struct err *err) {
    struct request *request = call->request;
    const char *values[ROUTES_PARAMETERS_MAX], *allow = NULL;
    const struct route *route = NULL;
    struct err unknown = ERR_INIT;
    if (!routes_find(request, &route, values, &allow, &unknown) && allow)
        (void)call_header(call, "Allow", allow);
    if (!take_body(request, route, err)) return false;
    if (!route) *err = unknown;
    call->route = route;
    return route && auth_check(call, err) && check_body(call, err) &&
           request_fields(request, call->route->fields, values, err) &&
           (!call->route->confirm || confirm_check(call, err)) &&
           (!call->route->audit || audit_intent(call, err)) && call->route->handle(call, err);
}

static const char *outcome_of(const struct call *call, const struct err *err) {
    if (err->code == ERR_NONE) return "succeeded";
    if (err->code == ERR_CONFIRMATION_REQUIRED) return "challenged";
    if (err->code == ERR_CLIENT_GONE || err->code == ERR_CANCELLED) return "cancelled";
    int status = err_status(err->code);
    bool refused = status < 500 && (!call->audit_id || status == 401 || status == 403 ||
                                    err->code == ERR_SQL_READ_ONLY);
    return refused || err->code == ERR_THROTTLED ? "refused" : "failed";
}

static void audit_end(struct call *call, const struct err *err) {
    struct err problem = ERR_INIT;
    if (!call->route || !call->route->audit) return;
    /* Turned away before it was an attempt at anything: in the log of requests alone. */
    if (err->code == ERR_THROTTLED && call->route->needs != NEEDS_NOTHING) return;
    int status = err->code == ERR_NONE ? (call->reply.status ? call->reply.status : 200)
                                       : err_status(err->code);
    /* The intent is committed: an outcome that cannot be written is missed by whoever reads the
     * log, and said here. */
    if (!audit_outcome(call, outcome_of(call, err), status, err, &problem))
        log_event(LOG_ERROR, "audit_outcome_lost", "request_id", 's', call->request->id, "action",
                  's', call->route->audit, "detail", 's', problem.detail, NULL);
}

static void reply_body(struct call *call, const char *body, size_t size) {
    struct reply *reply = &call->reply;
    int status = reply->status ? reply->status : 200;
    if (reply->etag && status == 200) {
        const char *known = request_header(call->request, "If-None-Match");
        (void)call_header(call, "ETag", reply->etag);
        (void)call_header(call, "Cache-Control", "private, no-cache");
        if (known && strstr(known, reply->etag)) {
            request_reply(call->request, 304, NULL, reply->headers, "", 0);
            return;
        }
    }
    request_reply(call->request, status,
                  reply->content_type ? reply->content_type : "application/json", reply->headers,
                  body, size);
}

static void reply(struct call *call, struct err *err) {
    if (call->request->replied) {
        if (err->code != ERR_NONE) request_abort(call->request);
        return;
    }
    if (err->code == ERR_CLIENT_GONE) {
        request_abort(call->request);
        return;
    }
    if (err->code == ERR_CONFIRMATION_REQUIRED && call->reply.json)
        call->reply.status = err_status(err->code);
    else if (err->code != ERR_NONE) return request_problem(call->request, err, call->reply.headers);
    if (!call->reply.json) {
        reply_body(call, call->reply.text ? call->reply.text : "",
                   call->reply.text ? call->reply.text_size : 0);
        return;
    }
    char *text = json_dumps(call->reply.json, JSON_COMPACT);
    if (text) reply_body(call, text, strlen(text));
    else {
        (void)err_set(err, ERR_LIMIT, "out of memory for the reply");
        request_problem(call->request, err, NULL);
    }
    free(text);
}

static void account(struct worker *worker, const struct call *call, const struct err *err) {
    const struct request *request = call->request;
    int64_t duration_us = clock_us() - request->started_us;
    int status = request->status ? request->status : err_status(err->code);
    metrics_request(worker->services.metrics, routes_index(call->route), status, duration_us,
                    request->bytes_out);
    log_event(err_status(err->code) >= 500 ? LOG_ERROR
              : err->code != ERR_NONE      ? LOG_WARN
                                           : LOG_INFO,
              "request", "request_id", 's', request->id, "method", 's', request->method_name,
              "route", 's', call->route ? call->route->path : NULL, "user", 's',
              call->identity.username, "status", 'i', (long long)status, "ms", 'i',
              (long long)(duration_us / 1000), "bytes", 'i', (long long)request->bytes_out, "code",
              's', err->code != ERR_NONE ? err_name(err->code) : NULL, "detail", 's',
              err_status(err->code) >= 500 ? err->detail : NULL, "source_ip", 's',
              request->source_ip, NULL);
    const char *problem = keyring_problem(worker->services.keyring);
    if (problem) log_event(LOG_ERROR, "keys_file", "detail", 's', problem, NULL);
}

static void serve_one(struct worker *worker) {
    struct request request;
    struct err err = ERR_INIT;
    struct call call = { .request = &request, .services = &worker->services };
    metrics_busy(worker->services.metrics, worker->index, true);
    if (request_read(&request, worker->transport, worker->arena,
                     worker->services.config->request_timeout_ms, &err))
        (void)serve(&call, &err);
    audit_end(&call, &err);
    reply(&call, &err);
    request_finish(&request);
    account(worker, &call, &err);
    json_decref(call.reply.json);
    json_decref(call.audit_result);
    runner_reset(worker->services.runner);
    db_reset(worker->services.db);
    arena_reset(worker->arena);
    metrics_busy(worker->services.metrics, worker->index, false);
}

static bool open_services(struct worker *worker, const struct config *config,
                          struct metrics *metrics, struct err *err) {
    struct services *services = &worker->services;
    services->config = config;
    services->metrics = metrics;
    worker->arena = arena_new(REQUEST_ARENA_MAX);
    worker->transport = request_transport_new();
    if (!worker->arena || !worker->transport) return err_set(err, ERR_LIMIT, "out of memory");
    return db_open(config, &services->db, err) && runner_open(config, &services->runner, err) &&
           cache_open(config, &services->cache, err) && upstream_open(&services->upstream, err) &&
           keyring_open(config, &services->keyring, err);
}

static void close_services(struct worker *worker) {
    runner_close(worker->services.runner);
    db_close(worker->services.db);
    cache_close(worker->services.cache);
    upstream_close(worker->services.upstream);
    keyring_close(worker->services.keyring);
    arena_free(worker->arena);
    free(worker->transport);
}

/* A worker takes calls once it holds the connections that every call needs: on a busy machine the
 * first caller would pay for them with its own deadline. What is down is not waited for, and what
 * is slow no longer than a request may take. */
static void warm_up(struct worker *worker) {
    int64_t end_ms = clock_ms() + worker->services.config->request_timeout_ms;
    struct services *services = &worker->services;
    struct err postgres = ERR_INIT, redis = ERR_INIT;
    const char *text;
    struct db_at at = {
        .role = DB_APP, .target = DB_PRIMARY, .deadline_ms = end_ms, .client_socket = -1
    };
    bool redis_ok = cache_ping(services->cache, end_ms, &redis),
         postgres_ok =
             db_text(services->db, &at, DB_READY, worker->arena, NULL, 0, &text, NULL, &postgres);
    if (!redis_ok || !postgres_ok)
        log_event(LOG_WARN, "worker_warm_up", "redis", 's', redis_ok ? NULL : redis.detail,
                  "postgres", 's', postgres_ok ? NULL : postgres.detail, NULL);
    db_reset(services->db);
    arena_reset(worker->arena);
}

/* Something waits to be accepted. */
static bool is_waiting(int listen_socket) {
    struct pollfd poll_fd = { .fd = listen_socket, .events = POLLIN };
    return poll(&poll_fd, 1, 0) > 0;
}

static void nap(void) {
    struct timespec pause = { .tv_nsec = EXHAUSTED_PAUSE_MS * 1000000L };
    (void)nanosleep(&pause, NULL);
}

int worker_run(const struct config *config, struct metrics *metrics, int listen_socket, int index) {
    struct worker worker = { .listen_socket = listen_socket, .index = index };
    struct err err = ERR_INIT;
    worker_signals();
    metrics_busy(metrics, index, false);
    bool ok = open_services(&worker, config, metrics, &err);
    if (!ok) log_event(LOG_ERROR, "worker_start", "detail", 's', err.detail, NULL);
    else {
        warm_up(&worker);
        /* A short queue: who does not fit is told at once by nginx, never kept waiting without
         * bound. */
        ok = listen(listen_socket, (int)config->workers * QUEUE_PER_WORKER) == 0;
        if (!ok) log_event(LOG_ERROR, "worker_start", "detail", 's', strerror(errno), NULL);
    }
    /* After SIGTERM what waits in the queue is still served: nothing that was accepted is lost. */
    while (ok && (!worker_stopping() || is_waiting(listen_socket))) {
        if (request_accept(worker.transport, listen_socket)) serve_one(&worker);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            nap(); /* the connection stays in the queue, and would wake us at once */
        else if (!worker_stopping()) worker_wait(listen_socket, -1);
    }
    close_services(&worker);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
