/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_DUMP_H
#define GUARDIAN_BACKUP_DUMP_H
/* pg_dump at work: its archive into a file or a folder, its talk into progress. */
#include "backup_file.h"
#include "backup_trial.h"
#include "jobs.h"

struct backup_dump {
    const char *database;
    const json_t *tables; /* what progress is reckoned by: {"oid","schema","name","bytes"} each */
    struct backup_writer *writer; /* where the custom format goes, */
    struct backup_trial *trial;   /* and who reads it back meanwhile; or else */
    const char *folder;           /* that the directory format makes, with several sessions */
};
bool backup_dump(struct job *job, const struct backup_dump *dump, struct err *err)
    __attribute__((warn_unused_result));
#endif
