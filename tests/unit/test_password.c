/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "password.h"

static void only_the_password_fits_its_hash(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    char hash[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];
    assert_true(password_hash("correct horse 电池", hash, &err));
    assert_true(password_hash("correct horse 电池", other, &err));
    assert_string_not_equal(hash, other);
    assert_non_null(strstr(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_true(password_verify(hash, "correct horse 电池"));
    assert_false(password_verify(hash, "correct horse"));
    assert_false(password_verify(hash, ""));
    assert_false(password_needs_rehash(hash));
    assert_true(password_needs_rehash("$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void lengths_are_bounded(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    char hash[PASSWORD_HASH_SIZE], longest[PASSWORD_MAX + 2];
    assert_false(password_hash("short", hash, &err));
    assert_int_equal(err.code, ERR_BAD_FIELD);
    memset(longest, 'a', sizeof longest);
    longest[PASSWORD_MAX + 1] = '\0';
    err_clear(&err);
    assert_false(password_hash(longest, hash, &err));
    assert_int_equal(err.code, ERR_BAD_FIELD);
}

/* Of the processor: by the clock on the wall, what runs beside this test would count. */
static int64_t spent_ms(void) {
    return (int64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

static void nobody_costs_as_much_as_somebody(void **state) {
    (void)state;
    struct err err = ERR_INIT;
    char hash[PASSWORD_HASH_SIZE];
    assert_true(password_hash("correct horse battery", hash, &err));
    assert_false(password_verify(NULL, "")); /* the hash of nobody is made once */
    int64_t start_ms = spent_ms();
    for (int i = 0; i < 5; i++) assert_false(password_verify(hash, "wrong"));
    int64_t somebody_ms = spent_ms() - start_ms;
    start_ms = spent_ms();
    for (int i = 0; i < 5; i++) assert_false(password_verify(NULL, "wrong"));
    int64_t nobody_ms = spent_ms() - start_ms;
    assert_true(nobody_ms * 3 >= somebody_ms && nobody_ms <= somebody_ms * 3 + 10);
}

static void a_broken_hash_fits_nothing(void **state) {
    (void)state;
    assert_false(password_verify("", ""));
    assert_false(password_verify("$argon2id$", "x"));
    assert_false(password_verify("plain text", "plain text"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_password_fits_its_hash),
        cmocka_unit_test(lengths_are_bounded),
        cmocka_unit_test(nobody_costs_as_much_as_somebody),
        cmocka_unit_test(a_broken_hash_fits_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
