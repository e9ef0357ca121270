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

struct fake {
    char path[64], address[80];
    pid_t process;
};
static struct fake redis;

/* Answers the n-th read of every connection with the n-th text; the last one again and again. ""
 * says nothing, "~" before a text sends it a byte at a time, "%" 600 ms late. */
static void serve(int listener, const char *const *answers) {
    for (;;) {
        char buffer[4096];
        int client = accept(listener, NULL, NULL), i = 0;
        if (client < 0) _exit(1);
        while (read(client, buffer, sizeof buffer) > 0) {
            const char *text = answers[i];
            bool trickle = *text == '~', late = *text == '%';
            if (late) usleep(600 * 1000);
            for (text += trickle || late; *text; text += trickle ? 1 : strlen(text)) {
                if (write(client, text, trickle ? 1 : strlen(text)) < 0) break;
                if (trickle) usleep(100 * 1000);
            }
            if (answers[i + 1]) i++;
        }
        close(client);
    }
}

static void fake_start(struct fake *fake, const char *const *answers) {
    static int count;
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(fake->path, sizeof fake->path, "/tmp/guardian-cache-%d-%d", getpid(), count++);
    snprintf(fake->address, sizeof fake->address, "unix:%s", fake->path);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", fake->path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(fake->path);
    assert_int_equal(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(listen(listener, 8), 0);
    fake->process = fork();
    if (fake->process == 0) serve(listener, answers);
    close(listener);
}

static void fake_stop(struct fake *fake) {
    kill(fake->process, SIGKILL);
    waitpid(fake->process, NULL, 0);
    unlink(fake->path);
}

static void start(const char *const *answers) {
    fake_start(&redis, answers);
}

static void stop(void) {
    fake_stop(&redis);
}

static struct cache *open_cache(void) {
    static struct config config;
    struct err err = ERR_INIT;
    struct cache *cache;
    config.redis.address = redis.address;
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

/* -- under Sentinels --------------------------------------------------------------------------- */

#define SENTINELS 6

/* "unix" and a path are, put together as host and port are, the address of a socket. */
static const char *naming(const struct fake *fake, const char *when) {
    static char texts[SENTINELS][160];
    static int next;
    char *text = texts[next++ % SENTINELS];
    snprintf(text, sizeof texts[0], "%s*2\r\n$4\r\nunix\r\n$%zu\r\n%s\r\n", when,
             strlen(fake->path), fake->path);
    return text;
}

/* A first ping where the n-th Sentinel gives the n-th answer. */
static bool ping_under(const char *const answers[SENTINELS], struct err *err) {
    struct fake sentinels[SENTINELS];
    struct config config = { .redis.sentinel_primary = (char *)"iot",
                             .redis.sentinels.count = SENTINELS };
    struct cache *cache;
    for (int i = 0; i < SENTINELS; i++) {
        const char *const each[] = { answers[i], NULL };
        fake_start(&sentinels[i], each);
        config.redis.sentinels.items[i] = sentinels[i].address;
    }
    assert_true(cache_open(&config, &cache, err));
    bool ok = cache_ping(cache, clock_ms() + 60000, err);
    cache_close(cache);
    for (int i = 0; i < SENTINELS; i++) fake_stop(&sentinels[i]);
    return ok;
}

static const char *const primary_answers[] = { GREETING, "+PONG\r\n", NULL };

static void sentinels_that_are_silent_do_not_use_the_call_up(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    start(primary_answers);
    const char *const answers[] = { "", "", "", "", "", naming(&redis, "") };
    assert_true(ping_under(answers, &err));
    stop();
}

static void a_sentinel_that_is_slow_is_still_heard(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    start(primary_answers);
    const char *const answers[] = { naming(&redis, "%"), "", "", "", "", "" };
    assert_true(ping_under(answers, &err));
    stop();
}

static void a_sentinel_that_names_a_replica_is_not_the_last_word(void **state) {
    (void)state;
    static const char *const replica_answers[] = { REPLICA, "+PONG\r\n", NULL };
    struct fake replica;
    struct err err = ERR_INIT;
    start(primary_answers);
    fake_start(&replica, replica_answers);
    const char *const answers[] = { naming(&replica, ""), "", "", naming(&redis, ""), "", "" };
    assert_true(ping_under(answers, &err));
    const char *const from_the_second[] = {
        "", naming(&replica, ""), naming(&redis, ""), "", "", ""
    };
    assert_true(ping_under(from_the_second, &err)); /* and each of the others is asked once */
    fake_stop(&replica);
    stop();
}

static void sentinels_that_know_no_primary_fail_closed(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    const char *const answers[] = { "*-1\r\n",
                                    "$-1\r\n",
                                    "-IDONTKNOW\r\n",
                                    "-NOAUTH Authentication required.\r\n",
                                    "*2\r\n:1\r\n:2\r\n",
                                    "HTTP/1.1 400 Bad Request\r\n\r\n" };
    assert_false(ping_under(answers, &err));
    assert_int_equal(err.code, ERR_CACHE_UNAVAILABLE);
    assert_non_null(strstr(err.detail, "no Sentinel names a primary"));
}

static void what_the_named_primary_lacks_is_said(void **state) {
    (void)state;
    static const char *const replica_answers[] = { REPLICA, NULL };
    struct err err = ERR_INIT;
    start(replica_answers);
    const char *const answers[] = { naming(&redis, ""), "*-1\r\n", "*-1\r\n",
                                    "*-1\r\n",          "*-1\r\n", "*-1\r\n" };
    assert_false(ping_under(answers, &err));
    assert_non_null(strstr(err.detail, "the server is not the primary"));
    stop();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_ends_with_the_call),
        cmocka_unit_test(trickling_is_no_way_around_the_deadline),
        cmocka_unit_test(nonsense_and_refusals_fail_closed),
        cmocka_unit_test(an_odd_answer_is_not_a_verdict),
        cmocka_unit_test(a_server_that_is_back_serves_at_once),
        cmocka_unit_test(addresses_are_checked_at_start),
        cmocka_unit_test(sentinels_that_are_silent_do_not_use_the_call_up),
        cmocka_unit_test(a_sentinel_that_is_slow_is_still_heard),
        cmocka_unit_test(a_sentinel_that_names_a_replica_is_not_the_last_word),
        cmocka_unit_test(sentinels_that_know_no_primary_fail_closed),
        cmocka_unit_test(what_the_named_primary_lacks_is_said),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
