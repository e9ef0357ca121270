/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_DUMP_H
#define GUARDIAN_BACKUP_DUMP_H
/* pg_dump at work: its archive into a file, its talk into progress. */
#include "backup_file.h"
#include "jobs.h"

/* `tables` is what the progress is reckoned by: an array of {"schema","name","bytes"}. */
bool backup_dump(struct job *job, const char *database, const json_t *tables,
                 struct backup_writer *writer, struct err *err) __attribute__((warn_unused_result));
#endif
