/* SPDX-License-Identifier: MIT */
/* guardian-fcgi: the FastCGI workers of one pool. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "log.h"
#include "routes.h"
#include "worker.h"

static int usage(FILE *out, int status) {
    (void)fprintf(out, "Usage: guardian-fcgi -c FILE [--check]\n\n"
                       "  -c, --config FILE  configuration (YAML)\n      --check        check the "
                       "configuration and leave\n"
                       "      --version      print the version\n      --help         print "
                       "this\n\nOptions in FILE, each also "
                       "as environment variable (GUARDIAN_POSTGRES_HOSTS for postgres.hosts):\n");
    config_help(out);
    return status;
}

int main(int argc, char **argv) {
    static const struct option long_options[] = { { "config", required_argument, NULL, 'c' },
                                                  { "check", no_argument, NULL, 'k' },
                                                  { "version", no_argument, NULL, 'v' },
                                                  { "help", no_argument, NULL, 'h' },
                                                  { NULL, 0, NULL, 0 } };
    const char *path = NULL;
    bool check = false;
    for (int letter; (letter = getopt_long(argc, argv, "c:", long_options, NULL)) != -1;) {
        if (letter == 'c') path = optarg;
        else if (letter == 'k') check = true;
        else if (letter == 'v') return printf("guardian-fcgi %s\n", GUARDIAN_VERSION) < 0;
        else if (letter == 'h') return usage(stdout, EXIT_SUCCESS);
        else return usage(stderr, 2);
    }
    if (!path || optind < argc) return usage(stderr, 2);
    struct config *config;
    struct err err = ERR_INIT;
    /* getaddrinfo() knows no deadline but this one. */
    (void)setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
    if (!routes_check(&err) || !config_load(path, &config, &err) ||
        !log_start("guardian-fcgi", config->log_level, &err)) {
        (void)fprintf(stderr, "guardian-fcgi: %s\n", err.detail);
        return 2;
    }
    int status = check ? EXIT_SUCCESS : service_run(config);
    config_free(config);
    return status;
}
