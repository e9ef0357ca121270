/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_MIGRATE_TEMPLATE_H
#define GUARDIAN_MIGRATE_TEMPLATE_H
/* What `guardianctl migrate` makes for restores: in the console's database the functions that swap,
 * and for each managed database the template that its restores begin with. libpq is used as in
 * migrate.c. */
#include <libpq-fe.h>

#include "config.h"
#include "err.h"

/* `console` is a superuser's connection to the console's database. */
bool migrate_admin(PGconn *console, const struct config *config, struct err *err)
    __attribute__((warn_unused_result));
/* `managed` is a superuser's connection to a managed database; the template is made anew when it
 * differs from what is wanted. `connect` opens another database in the same way. */
bool migrate_template(PGconn *managed,
                      bool (*connect)(const void *context, const char *database, PGconn **ret,
                                      struct err *err),
                      const void *context, struct err *err) __attribute__((warn_unused_result));
#endif
