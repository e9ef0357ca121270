/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#define MINIMUM                                                                                    \
    "listen: unix:/tmp/x.sock\nstate_dir: /tmp\npostgres:\n  hosts: a:1, /run/pg:5433\n  "         \
    "managed_databases: [iot, 设备]\n"                                                           \
    "redis:\n  address: 127.0.0.1:6379\nauth:\n  keys_file: /tmp/keys.yaml\n"

static bool load(const char *text, const char *const *environment, struct config **config,
                 struct err *err) {
    err_clear(err);
    return config_parse(text, strlen(text), "guardian.yaml", environment, config, err);
}

static void presets_fill_in_what_is_not_given(void **state) {
    (void)state;
    struct config *config;
    struct err err;
    assert_true(load(MINIMUM, NULL, &config, &err));
    assert_int_equal(config->workers, 4);
    assert_string_equal(config->pool, "short");
    assert_int_equal(config->postgres.hosts.count, 2);
    assert_string_equal(config->postgres.hosts.items[1], "/run/pg:5433");
    assert_string_equal(config->postgres.managed_databases.items[1], "设备");
    assert_true(config_manages(config, "iot"));
    assert_false(config_manages(config, "other"));
    config_free(config);
}

static void an_empty_text_is_as_good_as_none(void **state) {
    const char *const environment[] = { "GUARDIAN_LOG_LEVEL=", "GUARDIAN_AUTH_ISSUER=", NULL };
    struct config *config = NULL;
    struct err err;
    (void)state;
    assert_true(load(MINIMUM "pool: \"\"\n", environment, &config, &err));
    assert_string_equal(config->pool, "short");
    assert_string_equal(config->log_level, "info");
    assert_string_equal(config->auth.issuer, "iot-guardian");
    config_free(config);
}

static void the_environment_wins_over_the_file(void **state) {
    (void)state;
    const char *environment[] = { "PATH=/", "GUARDIAN_WORKERS=9", "GUARDIAN_POSTGRES_HOSTS=b:2",
                                  NULL };
    struct config *config;
    struct err err;
    assert_true(load(MINIMUM "workers: 3\n", environment, &config, &err));
    assert_int_equal(config->workers, 9);
    assert_int_equal(config->postgres.hosts.count, 1);
    assert_string_equal(config->postgres.hosts.items[0], "b:2");
    config_free(config);
}

static void a_secret_is_read_from_its_file_without_the_newline(void **state) {
    (void)state;
    char path[] = "/tmp/guardian-secret-XXXXXX", text[1024];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hunter2\n", 8), 8);
    close(fd);
    struct config *config;
    struct err err;
    (void)snprintf(text, sizeof text, "%saudit:\n  seal_key_file: %s\n", MINIMUM, path);
    assert_true(load(text, NULL, &config, &err));
    assert_string_equal(config->audit.seal_key.text, "hunter2");
    assert_int_equal(config->audit.seal_key.size, 7);
    config_free(config);
    unlink(path);
    assert_false(load(text, NULL, &config, &err));
    assert_non_null(strstr(err.detail, path));
}

static void what_is_wrong_stops_the_start_and_names_the_line(void **state) {
    static const char *const cases[][2] = {
        { MINIMUM "wrokers: 3\n", "guardian.yaml:10: there is no option wrokers" },
        { MINIMUM "audit:\n  seal: x\n", "guardian.yaml:11: there is no option audit.seal" },
        { MINIMUM "workers: many\n", "guardian.yaml:10: workers must be a whole number" },
        { MINIMUM "workers: 0\n", "guardian.yaml:10: workers must be between 1 and 256" },
        { MINIMUM "workers: [1]\n", "guardian.yaml:10: workers must be a single value" },
        { MINIMUM "listen: again\n", "guardian.yaml:10" },
        { MINIMUM "pool: medium\n", "pool must be short or stream" },
        { "listen: x\n", "is missing" },
        { "listen: x\nstate_dir: /tmp\nauth:\n  keys_file: k\npostgres:\n  hosts: a\n"
          "  managed_databases: iot, guardian\n",
          "must not name the console's own database" },
        { "- a\n", "guardian.yaml:1" },
        { "a: &x 1\nb: *x\n", "guardian.yaml:1" },
        { "a: {\n", "guardian.yaml:" },
        { "", "listen is missing" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = NULL;
        struct err err;
        assert_false(load(cases[i][0], NULL, &config, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        if (!strstr(err.detail, cases[i][1]))
            fail_msg("%s\nis not in\n%s", cases[i][1], err.detail);
        assert_null(config);
    }
}

static void addresses_of_upstreams_are_checked(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "docker:2375",         "ftp://docker:21",       "http://",
        "http://docker/v1.41", "http://name:pw@docker", "http://a?b"
    };
    static const char *const right[] = { "http://docker:2375", "https://docker",
                                         "unix:/run/d.sock" };
    struct config *config = NULL;
    struct err err;
    char text[1024];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        (void)snprintf(text, sizeof text, "%sdocker:\n  address: \"%s\"\n", MINIMUM, wrong[i]);
        assert_false(load(text, NULL, &config, &err));
        assert_non_null(strstr(err.detail, "docker.address"));
        (void)snprintf(text, sizeof text, "%spatroni:\n  addresses: [\"%s\"]\n", MINIMUM, wrong[i]);
        assert_false(load(text, NULL, &config, &err));
    }
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        (void)snprintf(text, sizeof text, "%sdocker:\n  address: \"%s\"\n", MINIMUM, right[i]);
        assert_true(load(text, NULL, &config, &err));
        config_free(config);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_fill_in_what_is_not_given),
        cmocka_unit_test(an_empty_text_is_as_good_as_none),
        cmocka_unit_test(the_environment_wins_over_the_file),
        cmocka_unit_test(a_secret_is_read_from_its_file_without_the_newline),
        cmocka_unit_test(what_is_wrong_stops_the_start_and_names_the_line),
        cmocka_unit_test(addresses_of_upstreams_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
