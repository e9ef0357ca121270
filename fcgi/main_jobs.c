/* SPDX-License-Identifier: MIT */
/* guardian-jobs: a runner of what takes long. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "job_service.h"
#include "log.h"

static int usage(FILE *out, int status) {
    (void)fprintf(out, "Usage: guardian-jobs -c FILE\n\n"
                       "  -c, --config FILE  configuration (YAML), the same as of guardian-fcgi\n"
                       "      --version      print the version\n      --help         print "
                       "this\n\nOptions in FILE, each also "
                       "as environment variable (GUARDIAN_JOBS_RUNNER for jobs.runner):\n");
    config_help(out);
    return status;
}

int main(int argc, char **argv) {
    static const struct option long_options[] = { { "config", required_argument, NULL, 'c' },
                                                  { "version", no_argument, NULL, 'v' },
                                                  { "help", no_argument, NULL, 'h' },
                                                  { NULL, 0, NULL, 0 } };
    const char *path = NULL;
    for (int letter; (letter = getopt_long(argc, argv, "c:", long_options, NULL)) != -1;) {
        if (letter == 'c') path = optarg;
        else if (letter == 'v') return printf("guardian-jobs %s\n", GUARDIAN_VERSION) < 0;
        else if (letter == 'h') return usage(stdout, EXIT_SUCCESS);
        else return usage(stderr, 2);
    }
    if (!path || optind < argc) return usage(stderr, 2);
    struct config *config;
    struct err err = ERR_INIT;
    (void)setenv("RES_OPTIONS", "timeout:1 attempts:2", 0);
    if (!config_load(path, &config, &err) || !log_start("guardian-jobs", config->log_level, &err)) {
        (void)fprintf(stderr, "guardian-jobs: %s\n", err.detail);
        return 2;
    }
    int status = job_service_run(config);
    config_free(config);
    return status;
}
