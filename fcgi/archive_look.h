/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_ARCHIVE_LOOK_H
#define GUARDIAN_ARCHIVE_LOOK_H
/*
 * What is in an archive that was made elsewhere, found out without believing it: pg_restore reads
 * it in a confined child, and its words are counted, not executed.
 */
#include <jansson.h>

#include "backup_check.h"

/* May these first bytes be those of an archive in pg_dump's custom format? Errors: ARCHIVE, with
 * what it seems to be and how to make what is needed. `size` is what there is, at most. */
#define ARCHIVE_HEAD_SIZE 512
bool archive_head_check(const char *head, size_t size, struct err *err)
    __attribute__((warn_unused_result));

/* Reads all of it. *ret_contents, owned by the caller: "tables" ([{"schema","name"}]), "counts" of
 * the kinds of objects by name, "extensions" and "languages" (names), "server_version" (text or
 * null), "entries" and "unpacked_bytes". Errors: ARCHIVE (what pg_restore says of it; too large
 * when unpacked), CONFIG (it cannot be confined here), CANCELLED, LIMIT. */
bool archive_look(const struct backup_check *check, json_t **ret_contents, struct err *err)
    __attribute__((warn_unused_result));
#endif
