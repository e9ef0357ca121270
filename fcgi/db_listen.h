/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DB_LISTEN_H
#define GUARDIAN_DB_LISTEN_H
/*
 * A connection of its own that hears what is notified on one channel of the console's database. It
 * is lost whenever the server is: whoever waits on it looks for himself now and then.
 */
#include "db.h"

struct db_listener;

/* `channel` is a plain identifier of ours. The caller owns the listener. Errors: DB_UNAVAILABLE, …
 */
bool db_listen(const struct config *config, const struct db_at *at, const char *channel,
               struct db_listener **ret_listener, struct err *err)
    __attribute__((warn_unused_result));
void db_listen_close(struct db_listener *listener); /* NULL is allowed */
/* In a forked child: as db_abandon. */
void db_listen_abandon(struct db_listener *listener);
int db_listen_socket(const struct db_listener *listener);
/* Takes in what has come, without waiting; sets *ret_notified when something has. False: the
 * connection is lost; close it. */
bool db_listen_drain(struct db_listener *listener, bool *ret_notified);
#endif
