/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CACHE_WIRE_H
#define GUARDIAN_CACHE_WIRE_H
/* What cache*.c are made of: commands to Redis and Sentinel over connections whose
 * every wait ends at a deadline. For these alone. */
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define WIRE_ARGUMENTS_MAX 24

struct wire_command {
    int count;
    const char *arguments[WIRE_ARGUMENTS_MAX];
    size_t sizes[WIRE_ARGUMENTS_MAX];
    char texts[8][24]; /* numbers as texts */
    int text_count;
    char keys[4][160]; /* keys made for this command */
    int key_count;
};

void wire_add(struct wire_command *command, const char *argument);
void wire_add_sized(struct wire_command *command, const char *argument, size_t size);
void wire_add_number(struct wire_command *command, int64_t number);
/* "host:port", "[v6]:port" or "unix:/path" → a non-blocking context that connects, or NULL. */
redisContext *wire_dial_start(const char *address);
/* Of a socket that can be written to: did the connection come about? */
bool wire_is_connected(const redisContext *context);
bool wire_dial_finish(redisContext *context, int64_t deadline_ms);
/* Both; NULL when there is no connection in time. */
redisContext *wire_dial(const char *address, int64_t deadline_ms);
bool wire_append(redisContext *context, struct wire_command *command);
bool wire_write(redisContext *context, int64_t deadline_ms);
/* The next reply, to be freed, or NULL. */
redisReply *wire_read(redisContext *context, int64_t deadline_ms);
/* AUTH, where there is a password; its reply comes before those of what is appended next. */
bool wire_append_auth(redisContext *context, const struct config_secret *password);
/* What came of it; without a password, whether there is a connection. */
bool wire_is_let_in(redisContext *context, const struct config_secret *password,
                    int64_t deadline_ms);
/* Both; false when it is refused or the server does not answer. */
bool wire_sign_in(redisContext *context, const struct config_secret *password, int64_t deadline_ms);
redisReply *wire_exchange(redisContext *context, struct wire_command *command, int64_t deadline_ms);
#endif
