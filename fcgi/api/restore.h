/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_RESTORE_H
#define GUARDIAN_API_RESTORE_H
/* What the handlers of restores share with the texts of their confirmations. */
#include "../call.h"
#include "../db.h"

/* The path's restore, as the API shows it; lives as long as the request. Errors: NOT_FOUND. */
bool restores_read(struct call *call, const char **ret_id, const json_t **ret_restore,
                   struct err *err) __attribute__((warn_unused_result));
/* A row of texts in the console's database (or as `at` says); lives as long as the request.
 * *ret_row is NULL for none. */
bool restores_row(struct call *call, const struct db_at *at, enum db_statement statement,
                  const char *const *values, int count, const json_t **ret_row, struct err *err)
    __attribute__((warn_unused_result));
/* Bytes of a database by its name; -1: not known. */
int64_t restores_bytes(struct call *call, const char *database);
#endif
