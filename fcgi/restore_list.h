/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_LIST_H
#define GUARDIAN_RESTORE_LIST_H
/*
 * The table of contents of an archive, as `pg_restore --list --verbose` prints it, and the plan of
 * its restore: which entries in which run of pg_restore. guardian_maintainer has no power over what
 * superusers own: what comes with extensions and with the server is in the new database already and
 * left out; an ordinary object of a superuser is made without its owner, which it is given at the
 * end. Everything lives in the arena that it was made with.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"

struct restore_list;

struct restore_list *restore_list_new(struct arena *arena);
/* Takes a piece of the program's output. Errors: LIMIT. */
bool restore_list_take(struct restore_list *list, const char *data, size_t size, struct err *err)
    __attribute__((warn_unused_result));
int restore_list_count(const struct restore_list *list);
/* Names of the extensions in the archive; the caller owns it; NULL: no memory. */
json_t *restore_list_extensions(const struct restore_list *list);

/* One run of pg_restore. */
struct restore_pass {
    const char *owner; /* a superuser whose objects are made here, without it; NULL: with owners */
    bool parallel;     /* data, indexes and all that may run beside each other */
    const char *list;  /* for --use-list */
    size_t size;
    int entries;
    struct restore_pass *next;
};

/* `facts` is what the new database says (fcgi/sql/restore_facts.sql): roles, superusers, schemas
 * and extensions. *ret_left_out is a text that names what is not restored, "" for nothing. Errors:
 * LIMIT, BAD_REQUEST for what is no archive of ours. */
bool restore_list_plan(struct restore_list *list, const json_t *facts,
                       const struct restore_pass **ret_passes, const char **ret_left_out,
                       struct err *err) __attribute__((warn_unused_result));
/* The same for an archive from elsewhere: one run, of what guardian_importer can make. Rights,
 * event triggers, publications, subscriptions and labels are left out. */
bool restore_list_foreign(struct restore_list *list, const json_t *facts,
                          const struct restore_pass **ret_pass, const char **ret_left_out,
                          struct err *err) __attribute__((warn_unused_result));
#endif
