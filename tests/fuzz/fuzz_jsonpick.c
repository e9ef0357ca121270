/* SPDX-License-Identifier: MIT */
/* What upstreams answer: whatever it is, it is taken or refused; what is taken whole is what
 * jansson takes, too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const shapes[] = { "*", "(ID,Spec(Name,Labels),Status(State))",
                                          "(a(b(c)),d)" };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char *text = malloc(size + 1);
        json_t *value = NULL;
        const char *why = NULL;
        if (!text) return 0;
        memcpy(text, data, size);
        text[size] = '\0';
        if (jsonpick_load(text, size, shapes[i], &value, &why)) {
            char *again = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
            if (!again) abort();
            free(again);
            json_decref(value);
        } else if (!why) abort();
        free(text);
    }
    return 0;
}
