/* SPDX-License-Identifier: MIT */
#include "cache_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"

void wire_add_sized(struct wire_command *command, const char *argument, size_t size) {
    command->arguments[command->count] = argument;
    command->sizes[command->count++] = size;
}

void wire_add(struct wire_command *command, const char *argument) {
    wire_add_sized(command, argument, strlen(argument));
}

void wire_add_number(struct wire_command *command, int64_t number) {
    char *text = command->texts[command->text_count++];
    snprintf(text, sizeof command->texts[0], "%lld", (long long)number);
    wire_add(command, text);
}

static bool wait_for(redisContext *context, short events, int64_t deadline_ms) {
    struct pollfd wait = { .fd = context->fd, .events = events };
    for (;;) {
        int left_ms = clock_left_ms(deadline_ms);
        if (left_ms == 0) return false;
        int ready = poll(&wait, 1, left_ms);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

/* hiredis' own timeouts hold for one read(2) each, so that a server which trickles bytes could hold
 * a request for ever. The sockets are non-blocking and every wait is ours. */
bool wire_write(redisContext *context, int64_t deadline_ms) {
    int done = 0;
    while (!done) {
        if (redisBufferWrite(context, &done) != REDIS_OK) return false;
        if (!done && !wait_for(context, POLLOUT, deadline_ms)) return false;
    }
    return true;
}

redisReply *wire_read(redisContext *context, int64_t deadline_ms) {
    void *reply = NULL;
    for (;;) {
        if (redisGetReplyFromReader(context, &reply) != REDIS_OK) return NULL;
        if (reply) return reply;
        if (!wait_for(context, POLLIN, deadline_ms) || redisBufferRead(context) != REDIS_OK)
            return NULL;
    }
}

bool wire_append(redisContext *context, struct wire_command *command) {
    return redisAppendCommandArgv(context, command->count, command->arguments, command->sizes) ==
           REDIS_OK;
}

redisReply *wire_exchange(redisContext *context, struct wire_command *command,
                          int64_t deadline_ms) {
    if (!wire_append(context, command) || !wire_write(context, deadline_ms)) return NULL;
    return wire_read(context, deadline_ms);
}

redisContext *wire_dial_start(const char *address) {
    if (strncmp(address, "unix:", 5) == 0) return redisConnectUnixNonBlock(address + 5);
    char host[256];
    const char *colon = strrchr(address, ':');
    bool bracket = address[0] == '[' && colon && colon > address + 1 && colon[-1] == ']';
    if (!colon) return NULL;
    snprintf(host, sizeof host, "%.*s", (int)(colon - address) - (bracket ? 2 : 0),
             address + (bracket ? 1 : 0));
    return redisConnectNonBlock(host, (int)strtol(colon + 1, NULL, 10));
}

bool wire_is_connected(const redisContext *context) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(context->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool wire_dial_finish(redisContext *context, int64_t deadline_ms) {
    return context && !context->err && wait_for(context, POLLOUT, deadline_ms) &&
           wire_is_connected(context);
}

redisContext *wire_dial(const char *address, int64_t deadline_ms) {
    redisContext *context = wire_dial_start(address);
    if (wire_dial_finish(context, deadline_ms)) return context;
    if (context) redisFree(context);
    return NULL;
}

bool wire_append_auth(redisContext *context, const struct config_secret *password) {
    struct wire_command command = { 0 };
    if (!password->size) return true;
    wire_add(&command, "AUTH");
    wire_add_sized(&command, password->text, password->size);
    return wire_append(context, &command);
}

bool wire_is_let_in(redisContext *context, const struct config_secret *password,
                    int64_t deadline_ms) {
    if (!context || !password->size) return context != NULL;
    redisReply *reply = wire_read(context, deadline_ms);
    bool ok = reply && reply->type == REDIS_REPLY_STATUS;
    if (reply) freeReplyObject(reply);
    return ok;
}

bool wire_sign_in(redisContext *context, const struct config_secret *password,
                  int64_t deadline_ms) {
    return wire_append_auth(context, password) && wire_write(context, deadline_ms) &&
           wire_is_let_in(context, password, deadline_ms);
}
