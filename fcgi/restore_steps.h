/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_STEPS_H
#define GUARDIAN_RESTORE_STEPS_H
/* The steps that the jobs around restores are made of. Everything that they return lives as long as
 * the job. `id` is always that of the restore: its job's. */
#include "backup.h"
#include "restore.h"
#include "restore_list.h"
#include "restore_name.h"

/* -- restore_row.c: the row, the databases' names -------------------------------------------------
 */

/* The row as texts (fcgi/sql/restore_row.sql). Errors: NOT_FOUND. */
bool restore_load(struct job *job, const char *id, const json_t **ret_row, struct err *err)
    __attribute__((warn_unused_result));
const char *restore_text(const json_t *row, const char *name); /* NULL: null */
bool restore_is(const json_t *row, const char *state);
/* The parameter "restore": which restore the job is about. Errors: INTERNAL. */
bool restore_parameter(const struct job *job, const char **ret_id, struct err *err)
    __attribute__((warn_unused_result));
/* A statement on the row that must find it; NOT_FOUND otherwise. */
bool restore_note(struct job *job, enum db_statement statement, const char *const *values,
                  int count, struct err *err) __attribute__((warn_unused_result));
/* The same for what is done even though the job was cancelled. */
bool restore_note_always(struct job *job, enum db_statement statement, const char *const *values,
                         int count, struct err *err) __attribute__((warn_unused_result));
/* A text that guardian_maintainer is told in a database; NOT_FOUND for none. */
bool restore_ask(struct job *job, const char *database, enum db_statement statement,
                 const char *const *values, int count, const char **ret_text, struct err *err)
    __attribute__((warn_unused_result));
/* A name that no database has: of `what` "restored", "kept" or "drill". */
bool restore_free_name(struct job *job, const char *database, const char *what,
                       char ret_name[RESTORE_NAME_SIZE], struct err *err)
    __attribute__((warn_unused_result));
const char *restore_keep_days(const struct job *job);

/* -- restore_archive.c: one archive into a new database -------------------------------------------
 */

/* Makes the database of a restore from its backup. Whatever happens, what was made is in the row.
 * *ret_manifest is the backup's. */
bool restore_make(struct job *job, const char *id, const char *backup_id, const char *what,
                  const json_t **ret_manifest, struct err *err) __attribute__((warn_unused_result));
/* What begins it, and what a plan must know of it. */
bool restore_word(struct job *job, const char *name, const char *word,
                  const struct restore_list *list, struct err *err)
    __attribute__((warn_unused_result));
bool restore_facts(struct job *job, const char *name, const json_t **ret_facts, struct err *err)
    __attribute__((warn_unused_result));
/* restore_foreign.c: fills the new database `name` from an archive that was made elsewhere. Errors:
 * CONFIG (it cannot be confined here), CONFLICT (another one is being restored), ARCHIVE, … */
bool restore_foreign(struct job *job, const char *id, const struct backup_archive *archive,
                     const char *name, const char *word, struct err *err)
    __attribute__((warn_unused_result));
/* What a database is compared by. */
bool restore_snapshot(struct job *job, const char *database, const json_t **ret_snapshot,
                      struct err *err) __attribute__((warn_unused_result));

/* -- restore_swap.c
 * --------------------------------------------------------------------------------
 */

/* Exchanges the names, or exchanges them back. Errors: CONFLICT with what is in the way; then
 * nothing is changed. */
bool restore_exchange(struct job *job, const char *id, bool undo, struct err *err)
    __attribute__((warn_unused_result));

/* -- restore_drop.c
 * --------------------------------------------------------------------------------
 */

/* Drops the tables of what was being restored. A server whose disk is full stops at its next
 * checkpoint, and DROP DATABASE asks for one: before it there must be room again. */
void restore_make_room(struct job *job, const char *id);
/* Drops what is beside or kept and notes it as "discarded" or "failed"; done even though the job
 * was cancelled. */
bool restore_drop(struct job *job, const char *id, const char *state, struct err *err)
    __attribute__((warn_unused_result));
#endif
