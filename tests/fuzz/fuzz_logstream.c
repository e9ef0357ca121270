/* SPDX-License-Identifier: MIT */
/* Docker's stream of log lines in pieces of any size: the same lines come out however it is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "logstream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    size_t lines, bytes;
};

static bool take(void *context, const struct log_line *line) {
    struct sum *sum = context;
    struct log_facts facts;
    struct log_peer peer;
    if (line->text_size > LOGSTREAM_LINE_MAX || line->text[line->text_size] != '\0') abort();
    log_facts(line->text, line->text_size, &facts);
    if (log_peer(line->text, &peer) && !*peer.address) abort();
    sum->lines++;
    sum->bytes += line->text_size;
    return true;
}

static struct sum run(const uint8_t *data, size_t size, size_t piece) {
    struct logstream *stream = calloc(1, sizeof *stream);
    struct sum sum = { 0, 0 };
    if (!stream) return sum;
    stream->take = take;
    stream->context = &sum;
    for (size_t at = 0; at < size; at += piece)
        if (!logstream_feed(stream, (const char *)data + at, at + piece < size ? piece : size - at))
            abort();
    free(stream);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sum whole = run(data, size, size ? size : 1), cut = run(data, size, 3);
    if (whole.lines != cut.lines || whole.bytes != cut.bytes) abort();
    return 0;
}
