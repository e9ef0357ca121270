/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CACHE_WATCH_H
#define GUARDIAN_CACHE_WATCH_H
/* Redis looked at from outside: what each Sentinel believes and what each server says of itself.
 * All of them are asked at once, so that a dead one costs one short wait, not one each. */
#include <jansson.h>
#include <stdbool.h>

#include "config.h"
#include "err.h"

#define CACHE_WATCH_MS 1000 /* for each of the rounds: connecting, Sentinels, servers */

/* {"sentinels": [{"address", "reachable", "primary": {name: text…}, "replicas": [{name: text…}]}],
 *  "servers": [{"address", "reachable", "info": {name: text…}, "slow": [{"at", "microseconds",
 *  "command", "arguments", "client"}]}]}, the first server the primary. The caller owns it. What
 * does not answer is no failure. Errors: LIMIT. */
bool cache_watch(const struct config *config, int64_t deadline_ms, json_t **ret_facts,
                 struct err *err) __attribute__((warn_unused_result));
/* Tells a Sentinel to promote a replica. Errors: UPSTREAM_REFUSED in its words,
 * UPSTREAM_UNAVAILABLE. */
bool cache_failover(const struct config *config, const char *sentinel, int64_t deadline_ms,
                    struct err *err) __attribute__((warn_unused_result));
/* The primary in that Sentinel's view, "host:port"; false when it does not say. */
bool cache_primary_of(const struct config *config, const char *sentinel, int64_t deadline_ms,
                      char *ret_address, size_t size);
#endif
