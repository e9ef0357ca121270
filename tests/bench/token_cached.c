/* SPDX-License-Identifier: MIT */
/* token_cached CONFIG TOKEN: microseconds to verify a token that was seen before, and one that was not. */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "config.h"
#include "token.h"

#define CACHED 2000000
#define FRESH 200

static int fail(const struct err *err) {
    (void)fprintf(stderr, "%s\n", err->detail);
    return EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct config *config;
    struct keyring *keyring;
    struct token_claims claims;
    struct err err = ERR_INIT;
    int64_t started_us, cached_us, fresh_us = 0;

    if (argc != 3) return EXIT_FAILURE;
    if (!config_load(argv[1], &config, &err)) return fail(&err);
    for (int i = 0; i < FRESH; i++) {
        if (!keyring_open(config, &keyring, &err)) return fail(&err);
        started_us = clock_us();
        if (!keyring_verify(keyring, argv[2], &claims, &err)) return fail(&err);
        fresh_us += clock_us() - started_us;
        if (i + 1 < FRESH) keyring_close(keyring);
    }
    started_us = clock_us();
    for (int i = 0; i < CACHED; i++)
        if (!keyring_verify(keyring, argv[2], &claims, &err)) return fail(&err);
    cached_us = clock_us() - started_us;
    printf("%.3f %.1f\n", (double)cached_us / CACHED, (double)fresh_us / FRESH);
    keyring_close(keyring);
    config_free(config);
    return EXIT_SUCCESS;
}
