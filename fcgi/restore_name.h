/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_NAME_H
#define GUARDIAN_RESTORE_NAME_H
/* Names of the databases that restores make and keep: the managed one's name, cut where need be,
 * what they are, and when. fcgi/admin/restore.sql acts on no others. */
#include <stdbool.h>
#include <time.h>

#define RESTORE_NAME_SIZE 64 /* PostgreSQL's NAMEDATALEN */

/* "iot_guardian_kept_20261125_2210" for what="kept", in UTC; from the second `attempt` on with
 * "_2". Whole characters and at most 63 bytes. what is "restored", "kept" or "drill"; attempt 1 to
 * 999. */
void restore_name(const char *database, const char *what, time_t at, int attempt,
                  char ret_name[RESTORE_NAME_SIZE]);
#endif
