/* SPDX-License-Identifier: MIT */
/* Against servers that behave badly; the real Redis is for the API tests. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache.h"
#include "clock.h"

#define GREETING                                                                                   \
    "$17\r\nx:1\r\nrun_id:abc\r\n\r\n$37\r\n# R\r\nrole:master\r\nmaster_replid:def\r\n\r\n"
#define REPLICA                                                                                    \
    "$17\r\nx:1\r\nrun_id:abc\r\n\r\n$36\r\n# R\r\nrole:slave\r\nmaster_replid:def\r\n\r\n"

static char path[64], address[80];
static pid_t server;

/* Answers the n-th read of every connection with the n-th text; the last one again and again. ""
 * says nothing, "~" before a text sends it a byte at a time. */
static void serve(int listener, const char *const *answers) {
    for (;;) {
        char buffer[4096];
        int client = accept(listener, NULL, NULL), i = 0;
        if (client < 0) _exit(1);
        while (read(client, buffer, sizeof buffer) > 0) {
            const char *text = answers[i];
            bool trickle = *text == '~';
            for (text += trickle; *text; text += trickle ? 1 : strlen(text)) {
                if (write(client, text, trickle ? 1 : strlen(text)) < 0) break;
                if (trickle) usleep(100 * 1000);
            }
            if (answers[i + 1]) i++;
        }
        close(client);
    }
}

static void start(const char *const *answers) {
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(path, sizeof path, "/tmp/guardian-cache-%d", getpid());
    snprintf(address, sizeof address, "unix:%s", path);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(path);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(listener, 8), 0);
    server = fork();
    if (server == 0) serve(listener, answers);
    close(listener);
}

static void stop(void) {
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(path);
}

static struct cache *open_cache(void) {
    static struct config config;
    struct err err = ERR_INIT;
    struct cache *cache;
    config.redis.address = address;
    assert_true(cache_open(&config, &cache, &err));
    return cache;
}

/* A ping that must fail within its time. */
static void ping_fails(const char *const *answers, int64_t deadline_in_ms, int64_t at_most_ms) {
    start(answers);
    struct cache *cache = open_cache();
    struct err err = ERR_INIT;
    int64_t start_ms = clock_ms();
    assert_false(cache_ping(cache, start_ms + deadline_in_ms, &err));
    int64_t took_ms = clock_ms() - start_ms;
    assert_int_equal(err.code, ERR_CACHE_UNAVAILABLE);
    if (took_ms > at_most_ms) fail_msg("took %lld ms", (long long)took_ms);
    cache_close(cache);
    stop();
}

static void silence_ends_with_the_call(void **state) {
    (void)state;
    static const char *const mute[] = { "", NULL };
    static const char *const mute_later[] = { GREETING, "", NULL };
    ping_fails(mute, 60000, CACHE_CALL_MAX_MS + 300);
    ping_fails(mute, 100, 400);
    ping_fails(mute, -5, 300);
    ping_fails(mute_later, 60000, CACHE_CALL_MAX_MS + 300);
}

static void trickling_is_no_way_around_the_deadline(void **state) {
    (void)state;
    static const char *const slow[] = { "~" GREETING GREETING, NULL };
    ping_fails(slow, 60000, CACHE_CALL_MAX_MS + 300);
    ping_fails(slow, 250, 600);
}

static void nonsense_and_refusals_fail_closed(void **state) {
    (void)state;
    static const char *const cases[][3] = {
        { "HTTP/1.1 400 Bad Request\r\n\r\n", NULL },
        { "*2\r\n$-5\r\n", NULL },
        { "+OK\r\n+OK\r\n", NULL },
        { "-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n", NULL },
        { REPLICA, "+PONG\r\n", NULL },
        { GREETING, "-LOADING Redis is loading the dataset in memory\r\n", NULL },
        { GREETING, "-ERR unknown command\r\n", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ping_fails(cases[i], 60000, CACHE_CALL_MAX_MS + 300);
}

static void an_odd_answer_is_not_a_verdict(void **state) {
    (void)state;
    static const char *const odd[] = { GREETING, "+OK\r\n", NULL };
    start(odd);
    struct cache *cache = open_cache();
    struct arena *arena = arena_new(1 << 16);
    enum cache_revocation revoked;
    const char *value;
    int wait_s;
    struct err err[3] = { ERR_INIT, ERR_INIT, ERR_INIT };
    struct cache_throttle row = { "k", 1 };
    assert_false(cache_is_revoked(cache, "t", "s", clock_ms() + 1000, &revoked, &err[0]));
    assert_false(cache_throttle_wait(cache, &row, 1, clock_ms() + 1000, &wait_s, &err[1]));
    assert_false(cache_confirm_take(cache, arena, "h", clock_ms() + 1000, &value, &err[2]));
    for (int i = 0; i < 3; i++) assert_int_equal(err[i].code, ERR_CACHE_UNAVAILABLE);
    cache_close(cache);
    arena_free(arena);
    stop();
}

static void a_server_that_is_back_serves_at_once(void **state) {
    (void)state;
    static const char *const good[] = { GREETING, "+PONG\r\n", NULL };
    start(good);
    struct cache *cache = open_cache();
    struct err err = ERR_INIT;
    assert_true(cache_ping(cache, clock_ms() + 1000, &err));
    stop();
    assert_false(cache_ping(cache, clock_ms() + 1000, &err));
    err_clear(&err);
    start(good);
    assert_true(cache_ping(cache, clock_ms() + 1000, &err));
    stop();
    start(good); /* the kept connection is dead: replaced within the call */
    assert_true(cache_ping(cache, clock_ms() + 1000, &err));
    cache_close(cache);
    stop();
}

static void addresses_are_checked_at_start(void **state) {
    (void)state;
    static const char *const bad[] = { NULL,     "",           "redis",   ":6379", "host:",
                                       "host:0", "host:65536", "host:1x", "unix:x" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config config = { .redis.address = (char *)bad[i] };
        struct err err = ERR_INIT;
        struct cache *cache;
        assert_false(cache_open(&config, &cache, &err));
        assert_int_equal(err.code, ERR_CONFIG);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_ends_with_the_call),
        cmocka_unit_test(trickling_is_no_way_around_the_deadline),
        cmocka_unit_test(nonsense_and_refusals_fail_closed),
        cmocka_unit_test(an_odd_answer_is_not_a_verdict),
        cmocka_unit_test(a_server_that_is_back_serves_at_once),
        cmocka_unit_test(addresses_are_checked_at_start),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
