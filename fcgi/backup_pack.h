/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_BACKUP_PACK_H
#define GUARDIAN_BACKUP_PACK_H
/*
 * An archive in pg_dump's directory format is a folder of files; a backup is one file. So it is
 * kept as a tar file with one folder, called as the backup's id, and unpacked for pg_restore.
 * Hides tar.
 */
#include "backup_check.h"
#include "backup_file.h"
#include "jobs.h"

/* The files of `folder` into the writer. Errors: INTERNAL, CANCELLED. */
bool backup_pack(struct job *job, const char *id, const char *folder, struct backup_writer *writer,
                 struct err *err) __attribute__((warn_unused_result));
/* Are the files in the backup, as it lies, those of the folder that it was packed from, byte for
 * byte? And its size and SHA-256 are right. Errors: those of backup_check_bytes(); INTERNAL: a file
 * differs. */
bool backup_pack_compare(const struct backup_check *check, struct err *err)
    __attribute__((warn_unused_result));
/* Makes `folder` and unpacks the backup into it; what is left there after an error is the caller's
 * to remove. Nothing is unpacked before size and SHA-256 have been seen to be right. Errors: those
 * of backup_check_bytes(); INTERNAL. */
bool backup_unpack(const struct backup_check *check, const char *folder, struct err *err)
    __attribute__((warn_unused_result));
#endif
