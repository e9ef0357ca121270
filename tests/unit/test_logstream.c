/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "logstream.h"

#define DETAILS                                                                                    \
    "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id=t1"

struct heard {
    char text[4096];
    int lines;
};

static bool take(void *context, const struct log_line *line) {
    struct heard *heard = context;
    size_t used = strlen(heard->text);
    heard->lines++;
    (void)snprintf(heard->text + used, sizeof heard->text - used, "%s|%s|%s|%s|%.20s\n",
                   line->is_error ? "err" : "out", line->at, line->node_id, line->task_id,
                   line->text);
    return heard->lines < 3;
}

static size_t frame(char *out, char kind, const char *text) {
    size_t size = strlen(text);
    const char head[8] = { kind, 0, 0, 0, 0, 0, (char)(size >> 8), (char)size };
    memcpy(out, head, 8);
    memcpy(out + 8, text, size);
    return size + 8;
}

static void frames_become_lines_however_they_are_cut(void **state) {
    (void)state;
    char bytes[1024];
    size_t size = frame(bytes, 1, "2026-11-25T22:00:00.1Z " DETAILS " hello world\n");
    size += frame(bytes + size, 2, "2026-11-25T22:00:01Z " DETAILS " without end");
    for (size_t piece = 1; piece <= size; piece++) {
        struct heard heard = { .lines = 0 };
        struct logstream stream = { .take = take, .context = &heard };
        for (size_t at = 0; at < size; at += piece)
            assert_true(logstream_feed(&stream, bytes + at, at + piece < size ? piece : size - at));
        assert_string_equal(heard.text, "out|2026-11-25T22:00:00.1Z|n1|t1|hello world\n"
                                        "err|2026-11-25T22:00:01Z|n1|t1|without end\n");
    }
}

static void the_listener_ends_the_stream(void **state) {
    (void)state;
    char bytes[256];
    struct heard heard = { .lines = 0 };
    struct logstream stream = { .take = take, .context = &heard };
    size_t size = frame(bytes, 1, "a\nb\nc\nd\n");
    assert_false(logstream_feed(&stream, bytes, size));
    assert_int_equal(heard.lines, 3);
}

static void a_line_without_time_is_all_text(void **state) {
    (void)state;
    char bytes[256];
    struct heard heard = { .lines = 0 };
    struct logstream stream = { .take = take, .context = &heard };
    size_t size = frame(bytes, 1, "no time here\n");
    assert_true(logstream_feed(&stream, bytes, size));
    assert_string_equal(heard.text, "out||||no time here\n");
}

static void a_long_line_is_cut(void **state) {
    (void)state;
    static char bytes[20000];
    struct heard heard = { .lines = 0 };
    static struct logstream stream;
    const char head[8] = { 1, 0, 0, 0, 0, 0, 0x4a, 0x38 }; /* 19000 */
    stream.take = take;
    stream.context = &heard;
    memcpy(bytes, head, 8);
    memset(bytes + 8, 'x', 19000);
    assert_true(logstream_feed(&stream, bytes, 19008));
    assert_int_equal(heard.lines, 1);
}

static void a_line_says_what_it_is_when_it_is_json(void **state) {
    (void)state;
    static const char json[] = "{\"level\":\"WARNING\",\"request_id\":\"abc\",\"event\":\"x\"}";
    struct log_facts facts;
    log_facts(json, sizeof json - 1, &facts);
    assert_int_equal(facts.level, LEVEL_WARN);
    assert_string_equal(facts.request_id, "abc");
    assert_string_equal(facts.event, "x");
    log_facts("{broken", 7, &facts);
    assert_int_equal(facts.level, LEVEL_NONE);
    assert_null(log_level_name(facts.level));
    assert_string_equal(log_level_name(log_level_of("fatal")), "error");
}

static void a_line_of_nginx_says_whom_it_could_not_connect_to_and_why(void **state) {
    (void)state;
    struct log_peer peer;
    assert_true(log_peer("2026/12/01 06:00:00 [error] 31#31: *42 connect() failed (111: Connection "
                         "refused) while connecting to upstream, client: unix:, server: "
                         "unix:/run/edge/short.sock, upstream: \"10.0.1.9:9000\", bytes from/to "
                         "client:0/0, bytes from/to upstream:0/0",
                         &peer));
    assert_string_equal(peer.address, "10.0.1.9");
    assert_string_equal(peer.why, "Connection refused");
    assert_true(log_peer("[error] 1#1: *2 upstream timed out (110: Connection timed out) while "
                         "connecting to upstream, request: \"GET / HTTP/2.0\", upstream: "
                         "\"http://10.0.1.12:8080/\", host: \"guardian\"",
                         &peer));
    assert_string_equal(peer.address, "10.0.1.12");
    assert_string_equal(peer.why, "Connection timed out");
}

static void a_line_that_names_no_peer_or_no_reason_is_none(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        ") while connecting to upstream",
        "(111: x) while connecting to upstream, upstream: \"",
        "(11: Resource temporarily unavailable) while connecting to upstream, upstream: "
        "\"fastcgi://unix:/run/edge/short.sock:\", host: \"x\"",
        "(111: x) while connecting to upstream, upstream: \"backend:9000\"",
        "(why) while connecting to upstream, upstream: \"10.0.1.9:9000\"",
        "(104: Connection reset) while reading response header from upstream, upstream: "
        "\"10.0.1.9:9000\""
    };
    struct log_peer peer;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_false(log_peer(lines[i], &peer));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_become_lines_however_they_are_cut),
        cmocka_unit_test(the_listener_ends_the_stream),
        cmocka_unit_test(a_line_without_time_is_all_text),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_line_says_what_it_is_when_it_is_json),
        cmocka_unit_test(a_line_of_nginx_says_whom_it_could_not_connect_to_and_why),
        cmocka_unit_test(a_line_that_names_no_peer_or_no_reason_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
