/* SPDX-License-Identifier: MIT */
/* The rules of a confirmation, with a Redis and a request made of variables. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "clock.h"
#include "confirm.h"

static char *stored_hash, *stored_value;
static bool redis_down;
static const char *header_token, *header_phrase;
static const char *session_state; /* NULL: the session is gone */
static struct arena *arena;

bool cache_confirm_put(struct cache *cache, const char *token_hash, const char *value,
                       int64_t ttl_s, int64_t deadline_ms, struct err *err) {
    (void)cache;
    (void)deadline_ms;
    if (redis_down) return err_set(err, ERR_CACHE_UNAVAILABLE, "down");
    assert_int_equal(ttl_s, 120);
    free(stored_hash);
    free(stored_value);
    stored_hash = strdup(token_hash);
    stored_value = strdup(value);
    return true;
}

bool cache_confirm_take(struct cache *cache, struct arena *from, const char *token_hash,
                        int64_t deadline_ms, const char **ret_value, struct err *err) {
    (void)cache;
    (void)deadline_ms;
    if (redis_down) return err_set(err, ERR_CACHE_UNAVAILABLE, "down");
    *ret_value = NULL;
    if (stored_hash && strcmp(stored_hash, token_hash) == 0) {
        *ret_value = arena_strdup(from, stored_value);
        free(stored_hash);
        stored_hash = NULL;
    }
    return true;
}

const char *request_header(const struct request *request, const char *name) {
    (void)request;
    return strcmp(name, "X-Confirmation-Token") == 0 ? header_token : header_phrase;
}

const char *request_decode(struct arena *to, const char *text, size_t size, bool plus_is_space) {
    assert_false(plus_is_space);
    return arena_strndup(to, text, size);
}

static bool is_harmless;

static bool impact(struct call *call, struct impact *ret_impact, struct err *err) {
    (void)call;
    if (!session_state) return err_set(err, ERR_NOT_FOUND, "no such session");
    json_t *numbers = json_pack("{s:i}", "rows", 3);
    assert_true(arena_defer(arena, (void (*)(void *))json_decref, numbers));
    *ret_impact = (struct impact){ "Ends session 7.", numbers,       "It cannot be undone.",
                                   "end 7",           session_state, is_harmless };
    return true;
}

static const struct route route = { .confirm = impact };
static struct request request;
static struct services services;
static struct call call;

static int fresh(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    request = (struct request){ .arena = arena,
                                .method_name = "POST",
                                .path = "/api/v1/x/7",
                                .query = "a=1",
                                .body_digest = "d1",
                                .deadline_ms = clock_ms() + 1000 };
    call = (struct call){ .request = &request,
                          .route = &route,
                          .services = &services,
                          .identity = { .issuer = "i", .subject = "s", .token_id = "j" } };
    redis_down = false;
    header_token = header_phrase = NULL;
    session_state = "7 started 12:00";
    return 0;
}

static int done(void **state) {
    (void)state;
    json_decref(call.reply.json);
    arena_free(arena);
    free(stored_hash);
    free(stored_value);
    stored_hash = stored_value = NULL;
    return 0;
}

static enum err_code check(void) {
    struct err err = ERR_INIT;
    bool ok = confirm_check(&call, &err);
    assert_int_equal(ok, err.code == ERR_NONE);
    return err.code;
}

/* The first step; then the headers are as the second needs them. */
static void ask(void) {
    assert_int_equal(check(), ERR_CONFIRMATION_REQUIRED);
    const json_t *token = json_object_get(call.reply.json, "confirmation_token");
    header_token = arena_strdup(arena, json_string_value(token));
    header_phrase = "end 7";
}

static void the_challenge_says_what_will_happen(void **state) {
    (void)state;
    assert_int_equal(check(), ERR_CONFIRMATION_REQUIRED);
    const json_t *body = call.reply.json;
    static const char *const texts[][2] = { { "summary", "Ends session 7." },
                                            { "undo", "It cannot be undone." },
                                            { "phrase", "end 7" } };
    for (int i = 0; i < 3; i++)
        assert_string_equal(json_string_value(json_object_get(body, texts[i][0])), texts[i][1]);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(body, "impact"), "rows")),
                     3);
    assert_int_equal(strlen(json_string_value(json_object_get(body, "confirmation_token"))), 43);
    assert_int_equal(strlen(json_string_value(json_object_get(body, "expires_at"))), 20);
    assert_int_equal(json_object_size(body), 6);
    assert_int_equal(call.reply.status, 428);
    assert_null(
        strstr(stored_value, json_string_value(json_object_get(body, "confirmation_token"))));
}

static void it_works_once(void **state) {
    (void)state;
    ask();
    assert_int_equal(check(), ERR_NONE);
    assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
}

/* Each of these calls differs in one thing from the one that was confirmed. */
static void it_is_for_this_call_alone(void **state) {
    (void)state;
    const char **const things[] = { &call.identity.issuer,   &call.identity.subject,
                                    &call.identity.token_id, &request.method_name,
                                    &request.path,           &request.query };
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        header_token = NULL;
        ask();
        const char *was = *things[i];
        *things[i] = "other";
        assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
        *things[i] = was;
        assert_int_equal(check(), ERR_CONFIRMATION_INVALID); /* and it is used up */
    }
    header_token = NULL;
    ask();
    strcpy(request.body_digest, "d2");
    assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
    header_token = NULL;
    ask();
    request.query = "";
    assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
}

static void the_phrase_must_be_right(void **state) {
    (void)state;
    static const char *const wrong[] = { "end 8", "end 7 ", "END 7", "end" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        header_token = NULL;
        ask();
        header_phrase = wrong[i];
        assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
    }
    header_token = NULL;
    ask();
    header_phrase = NULL;
    assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
}

static void tokens_that_are_none(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* well-formed, unknown */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "AAAA\r\n",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    };
    ask();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        header_token = wrong[i];
        assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
    }
}

static void a_changed_state_makes_it_stale(void **state) {
    (void)state;
    ask();
    session_state = "7 started 12:01"; /* the pid was reused */
    assert_int_equal(check(), ERR_CONFIRMATION_STALE);
    session_state = "7 started 12:00";
    assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
    header_token = NULL;
    ask();
    session_state = NULL; /* the session ended */
    assert_int_equal(check(), ERR_CONFIRMATION_STALE);
    header_token = NULL;
    assert_int_equal(check(), ERR_NOT_FOUND);
}

static void without_redis_nothing_passes(void **state) {
    (void)state;
    redis_down = true;
    assert_int_equal(check(), ERR_CACHE_UNAVAILABLE);
    assert_null(call.reply.json);
    redis_down = false;
    ask();
    redis_down = true;
    assert_int_equal(check(), ERR_CACHE_UNAVAILABLE);
}

static void a_damaged_record_does_not_pass(void **state) {
    (void)state;
    static const char *const records[] = {
        "", "{}", "[]", "null", "{\"phrase\":\"end 7\"}", "{\"phrase\":7"
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        header_token = NULL;
        ask();
        free(stored_value);
        stored_value = strdup(records[i]);
        assert_int_equal(check(), ERR_CONFIRMATION_INVALID);
    }
}

static void a_call_that_its_row_finds_harmless_needs_no_second_step(void **state) {
    struct err err = ERR_INIT;
    (void)state;
    is_harmless = true;
    assert_true(confirm_check(&call, &err));
    assert_null(call.reply.json);
    is_harmless = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_that_its_row_finds_harmless_needs_no_second_step,
                                        fresh, done),
        cmocka_unit_test_setup_teardown(the_challenge_says_what_will_happen, fresh, done),
        cmocka_unit_test_setup_teardown(it_works_once, fresh, done),
        cmocka_unit_test_setup_teardown(it_is_for_this_call_alone, fresh, done),
        cmocka_unit_test_setup_teardown(the_phrase_must_be_right, fresh, done),
        cmocka_unit_test_setup_teardown(tokens_that_are_none, fresh, done),
        cmocka_unit_test_setup_teardown(a_changed_state_makes_it_stale, fresh, done),
        cmocka_unit_test_setup_teardown(without_redis_nothing_passes, fresh, done),
        cmocka_unit_test_setup_teardown(a_damaged_record_does_not_pass, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
