/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CACHE_SENTINEL_H
#define GUARDIAN_CACHE_SENTINEL_H
/* Which Redis is the primary, by what the Sentinels say. For cache.c and cache_watch.c alone.
 *
 * They are asked one after another, but who is slow is not waited for: each gets a head start of
 * SENTINEL_HEAD_START_MS before the next is asked beside it. So the one that answers is asked alone
 * (looking up the name of one that is dead may take seconds), and all of them have until the
 * deadline. */
#include "cache_wire.h"

#define SENTINEL_HEAD_START_MS 100

struct sentinels {
    const struct config *config;
    int first;    /* the one to begin with */
    int answered; /* whose the last answer is */
    int begun;    /* how many have been asked */
    int64_t next_ms;
    struct sentinel_ask {
        redisContext *context; /* NULL: not asked, or done with */
        bool asked, sent, let_in;
    } asks[CONFIG_LIST_MAX]; /* in the order of the configuration */
};

/* `first` is an index into the configuration's list. To be ended by sentinels_end(). */
void sentinels_begin(struct sentinels *sentinels, const struct config *config, int first);
/* The next answer, "host:port"; false when there is none before the deadline. */
bool sentinels_next(struct sentinels *sentinels, int64_t deadline_ms, char *ret_address,
                    size_t size);
void sentinels_end(struct sentinels *sentinels);

/* The reply to "SENTINEL get-master-addr-by-name" as "host:port"; false when it is none. */
bool sentinel_names(const redisReply *reply, char *ret_address, size_t size);
#endif
