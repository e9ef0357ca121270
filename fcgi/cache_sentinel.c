/* SPDX-License-Identifier: MIT */
#include "cache_sentinel.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

bool sentinel_names(const redisReply *reply, char *ret_address, size_t size) {
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING)
        return false;
    int made = snprintf(ret_address, size, "%s:%s", reply->element[0]->str, reply->element[1]->str);
    return made > 0 && (size_t)made < size;
}

static void let_go(struct sentinel_ask *ask) {
    if (ask->context) redisFree(ask->context);
    ask->context = NULL;
}

void sentinels_begin(struct sentinels *sentinels, const struct config *config, int first) {
    memset(sentinels, 0, sizeof *sentinels);
    sentinels->config = config;
    sentinels->first = first;
}

void sentinels_end(struct sentinels *sentinels) {
    for (int i = 0; i < sentinels->config->redis.sentinels.count; i++) let_go(&sentinels->asks[i]);
}

static void dial_next(struct sentinels *sentinels) {
    const struct config_list *list = &sentinels->config->redis.sentinels;
    int which = (sentinels->first + sentinels->begun++) % list->count;
    struct sentinel_ask *ask = &sentinels->asks[which];
    ask->context = wire_dial_start(list->items[which]);
    ask->let_in = !sentinels->config->redis.sentinel_password.size;
    if (!ask->context || ask->context->err) let_go(ask);
    sentinels->next_ms = clock_ms() + SENTINEL_HEAD_START_MS;
}

/* Both commands at once, as far as the socket takes them. */
static bool send_question(const struct config *config, struct sentinel_ask *ask) {
    struct wire_command question = { 0 };
    int done = 0;
    if (!ask->asked) {
        wire_add(&question, "SENTINEL");
        wire_add(&question, "get-master-addr-by-name");
        wire_add(&question, config->redis.sentinel_primary);
        if (!wire_is_connected(ask->context) ||
            !wire_append_auth(ask->context, &config->redis.sentinel_password) ||
            !wire_append(ask->context, &question))
            return false;
        ask->asked = true;
    }
    if (redisBufferWrite(ask->context, &done) != REDIS_OK) return false;
    ask->sent = done;
    return true;
}

/* What has come; false when there is nothing to wait for any more. *ret_named: the answer is there.
 */
static bool take_answer(struct sentinel_ask *ask, bool *ret_named, char *ret_address, size_t size) {
    void *next;
    if (redisBufferRead(ask->context) != REDIS_OK) return false;
    while (redisGetReplyFromReader(ask->context, &next) == REDIS_OK) {
        redisReply *reply = next;
        if (!reply) return true;
        bool was_let_in = ask->let_in;
        if (was_let_in) *ret_named = sentinel_names(reply, ret_address, size);
        else ask->let_in = reply->type == REDIS_REPLY_STATUS;
        freeReplyObject(reply);
        if (was_let_in || !ask->let_in) return false;
    }
    return false;
}

/* The socket of this one can be written to or read from. */
static bool go_on(struct sentinels *sentinels, struct sentinel_ask *ask, char *ret_address,
                  size_t size) {
    bool named = false;
    bool ok = ask->sent ? take_answer(ask, &named, ret_address, size)
                        : send_question(sentinels->config, ask);
    if (!ok) let_go(ask);
    return named;
}

/* Those that have been asked and owe an answer, as poll(2) wants them. */
static int owing(struct sentinels *sentinels, struct pollfd *ret_sockets, int *ret_which) {
    int count = 0;
    for (int i = 0; i < sentinels->config->redis.sentinels.count; i++) {
        const struct sentinel_ask *ask = &sentinels->asks[i];
        if (!ask->context) continue;
        ret_sockets[count] =
            (struct pollfd){ .fd = ask->context->fd, .events = ask->sent ? POLLIN : POLLOUT };
        ret_which[count++] = i;
    }
    return count;
}

bool sentinels_next(struct sentinels *sentinels, int64_t deadline_ms, char *ret_address,
                    size_t size) {
    struct pollfd sockets[CONFIG_LIST_MAX];
    int which[CONFIG_LIST_MAX];
    for (;;) {
        int count = owing(sentinels, sockets, which);
        bool more = sentinels->begun < sentinels->config->redis.sentinels.count;
        int left_ms = clock_left_ms(deadline_ms);
        if (left_ms == 0 || (count == 0 && !more)) return false;
        if (more && (count == 0 || clock_ms() >= sentinels->next_ms)) {
            dial_next(sentinels);
            continue;
        }
        int turn_ms = more ? clock_left_ms(sentinels->next_ms) : left_ms;
        if (poll(sockets, (nfds_t)count, turn_ms < left_ms ? turn_ms : left_ms) < 0 &&
            errno != EINTR)
            return false;
        for (int i = 0; i < count; i++)
            if (sockets[i].revents &&
                go_on(sentinels, &sentinels->asks[which[i]], ret_address, size)) {
                sentinels->answered = which[i];
                return true;
            }
    }
}
