/* SPDX-License-Identifier: MIT */
/* Looking for the primary. The servers are stand-ins that speak no more than the start of
 * PostgreSQL's protocol (version 3.0): what a real one answers too slowly cannot be had on order.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "db_connection.h"

#define CALLS_MAX 8

/* Lets in a caller after it has left the first ones waiting. */
struct server {
    pthread_t thread;
    int listener, silent, calls, sockets[CALLS_MAX];
    char address[32];
};

/* Authenticated; a primary; a key for cancellations; ready. */
static const unsigned char welcome[] = "R\0\0\0\x08\0\0\0\0"
                                       "S\0\0\0\x17in_hot_standby\0off\0"
                                       "K\0\0\0\x0c\0\0\0\x01\0\0\0\x01"
                                       "Z\0\0\0\x05I";

static void *serve(void *context) {
    struct server *server = context;
    char startup[1024];
    while (server->calls < CALLS_MAX) {
        int caller = accept(server->listener, NULL, NULL);
        if (caller < 0) break;
        server->sockets[server->calls++] = caller;
        if (server->calls > server->silent && read(caller, startup, sizeof startup) > 0)
            (void)!write(caller, welcome, sizeof welcome - 1);
    }
    return NULL;
}

static void start(struct server *server, int silent) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    *server = (struct server){ .listener = socket(AF_INET, SOCK_STREAM, 0), .silent = silent };
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(server->listener, CALLS_MAX), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&at, &size), 0);
    (void)snprintf(server->address, sizeof server->address, "127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct server *server) {
    (void)shutdown(server->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    for (int i = 0; i < server->calls; i++) (void)close(server->sockets[i]);
    (void)close(server->listener);
}

static bool connects(struct server *server, int64_t within_ms, struct err *err) {
    struct config config = { .request_timeout_ms = 10000,
                             .postgres = { .hosts = { .items = { server->address }, .count = 1 },
                                           .sslmode = (char[]){ "disable" },
                                           .connect_timeout_s = 1,
                                           .console_database = (char[]){ "guardian" } } };
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .client_socket = -1,
                        .deadline_ms = clock_ms() + within_ms };
    PGconn *connection = NULL;
    bool ok = db_connect(&config, &at, &connection, err);
    PQfinish(connection);
    return ok;
}

static void server_that_was_slow_is_asked_again_while_there_is_time(void **state) {
    struct server server;
    struct err err = ERR_INIT;
    (void)state;
    start(&server, 1);
    bool ok = connects(&server, 30000, &err);
    stop(&server);
    assert_true(ok);
    assert_int_equal(err.code, ERR_NONE);
    assert_int_equal(server.calls, 2);
}

static void server_that_was_slow_is_not_asked_again_when_time_is_short(void **state) {
    struct server server;
    struct err err = ERR_INIT;
    (void)state;
    start(&server, CALLS_MAX);
    int64_t since_ms = clock_ms();
    bool ok = connects(&server, 1500, &err);
    int64_t took_ms = clock_ms() - since_ms;
    stop(&server);
    assert_false(ok);
    assert_int_equal(err.code, ERR_DB_UNAVAILABLE);
    assert_non_null(strstr(err.detail, "does not answer"));
    assert_int_equal(server.calls, 1);
    assert_true(took_ms >= 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_that_was_slow_is_asked_again_while_there_is_time),
        cmocka_unit_test(server_that_was_slow_is_not_asked_again_when_time_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
