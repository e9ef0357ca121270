/* SPDX-License-Identifier: MIT */
#include "tag.h"

#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b) {
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void checksum_words(const uint64_t words[2], uint64_t *first, uint64_t *second) {
    *first = mix(words[0] ^ 0xa0761d6478bd642fu, words[1] ^ *first);
    *second = mix(words[0] ^ *second, words[1] ^ 0xe7037ed1a0b428dbu);
}

/* Tells bodies apart at the speed of memory, by two independent sums; a hash that also withstands
 * malice would cost more than the rest of the request. */
static void checksum(const char *data, size_t size, uint64_t ret_sums[2]) {
    uint64_t first = 0x9e3779b97f4a7c15u ^ size, second = 0xd1b54a32d192ed03u + size, words[2];
    for (; size >= sizeof words; data += sizeof words, size -= sizeof words) {
        memcpy(words, data, sizeof words); /* of a size that is known: two loads, not a call */
        checksum_words(words, &first, &second);
    }
    if (size > 0) {
        words[0] = words[1] = 0;
        memcpy(words, data, size);
        checksum_words(words, &first, &second);
    }
    ret_sums[0] = mix(first, 0x8ebc6af09c88c6e3u);
    ret_sums[1] = mix(second, 0x589965cc75374cc3u);
}

bool tag_text(struct call *call, const char *text, size_t size, struct err *err) {
    uint64_t sums[2];
    checksum(text, size, sums);
    call->reply.etag = arena_printf(call->request->arena, "\"%016llx%016llx\"",
                                    (unsigned long long)sums[0], (unsigned long long)sums[1]);
    return call->reply.etag ||
           err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

bool tag_reply(struct call *call, struct err *err) {
    return tag_text(call, call->reply.text, call->reply.text_size, err);
}
