/* SPDX-License-Identifier: MIT */
/* Rows of COPY: the values lie in the row, one behind the other, one more than there are tabs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "copytext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *row = malloc(size ? size : 1);
    if (!row) return 0;
    size_t tabs = 0, values = 0, value_size;
    for (size_t i = 0; i < size; i++) tabs += (row[i] = (char)data[i]) == '\t';
    const char *value, *behind = row;
    struct copytext copy = copytext_begin(row, size);
    while (copytext_next(&copy, &value, &value_size)) {
        values++;
        if (!value) continue;
        if (value < behind || value_size > (size_t)(row + size - value)) abort();
        behind = value + value_size;
    }
    if (values != tabs + 1 || copytext_next(&copy, &value, &value_size)) abort();
    free(row);
    return 0;
}
