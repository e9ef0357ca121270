/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PITR_H
#define GUARDIAN_PITR_H
/*
 * Point-in-time recovery with Barman, which keeps base backups and every piece of WAL. Barman is a
 * program beside a runner of jobs: that runner alone calls it, and writes down what it sees for the
 * API. A recovery makes a cluster of its own in pitr.work_dir, on loopback, standing still and
 * read-only at the wanted moment; nothing touches the server that is running.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "db.h"
#include "err.h"
#include "jobs.h"

#define PITR_TIME_SIZE 40

/* Is there a Barman beside this process? */
bool pitr_is_configured(const struct config *config);

/* Reads RFC 3339 ("2026-11-25T22:34:59.75Z", "…+08:00") into microseconds since 1970. */
bool pitr_time_parse(const char *text, int64_t *ret_us) __attribute__((warn_unused_result));
/* "2026-11-25T22:34:59.750000Z" */
void pitr_time_text(int64_t us, char ret_text[PITR_TIME_SIZE]);

/* From when and until when a moment can be asked for, as a runner's look has it; false: no base
 * backup is whole. `ret_backup` may be NULL: the id of the backup to begin with for `us`, or NULL.
 */
bool pitr_window(const json_t *status, int64_t *ret_from_us, int64_t us, const char **ret_backup);

/* Runs Barman with up to 12 more arguments (ended by NULL); its output, as JSON where `ret_json` is
 * not NULL, is owned by the caller. `tick` is called twice a second. Errors: INTERNAL with what
 * Barman said, CANCELLED, DEADLINE. */
bool pitr_barman(const struct config *config, int cancel_fd, int timeout_ms,
                 bool (*tick)(void *context, struct err *err), void *context,
                 const char *const *arguments, json_t **ret_json, struct err *err)
    __attribute__((warn_unused_result));

/* What Barman has and how it is: {"server", "ok", "problems", "backups", "slot", "receiver",
 * "last_wal", "last_wal_at"}. A Barman that is away or broken is an answer too. NULL: no memory. */
json_t *pitr_look(const struct config *config, int cancel_fd);
/* Looks, and writes it down. */
bool pitr_refresh(const struct config *config, struct db *db, int cancel_fd, struct err *err)
    __attribute__((warn_unused_result));

/* The restored clusters of this runner. `id` is the job that made it. */
bool pitr_instance_start(const struct config *config, const char *id, int port, int cancel_fd,
                         int timeout_ms, struct err *err) __attribute__((warn_unused_result));
bool pitr_instance_runs(const struct config *config, const char *id);
/* Stops it and removes its folder; nothing there is as good. */
bool pitr_instance_remove(const struct config *config, const char *id, struct err *err)
    __attribute__((warn_unused_result));
/* Its folder: "data" below it is the cluster. Errors: LIMIT. */
bool pitr_instance_path(const struct config *config, const char *id, const char *inside,
                        char *ret_path, size_t size, struct err *err)
    __attribute__((warn_unused_result));
/* Makes the folder, for the account that runs Barman and PostgreSQL. */
bool pitr_instance_make(const struct config *config, const char *id, struct err *err)
    __attribute__((warn_unused_result));

/* The jobs. */
bool pitr_run_backup(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool pitr_run_restore(struct job *job, struct err *err) __attribute__((warn_unused_result));
bool pitr_run_remove(struct job *job, struct err *err) __attribute__((warn_unused_result));
#endif
