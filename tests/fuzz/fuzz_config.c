/* SPDX-License-Identifier: MIT */
/* The configuration file. */
#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct config *config = NULL;
    struct err err = ERR_INIT;
    if (config_parse((const char *)data, size, "fuzz.yaml", NULL, &config, &err))
        config_free(config);
    return 0;
}
