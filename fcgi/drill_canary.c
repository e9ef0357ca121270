/* SPDX-License-Identifier: MIT */
#include "drill_canary.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "cache.h"
#include "clock.h"
#include "db.h"

#define PERIOD_MS  50 /* from the beginning of one write to that of the next */
#define WRITE_MS   3000
#define ASK_MS     10000
#define WRITES_MAX 100000 /* more than an hour of them */
#define BINS_MAX   2400
#define PIPE_BYTES (1 << 20)
#define TTL_S      900
#define ARENA_MAX  (1u << 20)

struct write {
    int64_t sequence, began_ms, ended_ms;
    int32_t acknowledged, lost, server;
};

struct drill_canary {
    struct job *job;
    enum drill_target target;
    pid_t pid; /* 0: stopped */
    int pipe;
    struct write *writes;
    size_t count, room;
};

/* -- the process that writes ------------------------------------------------------------------- */

struct writer {
    const struct job *job;
    struct db *db;
    struct cache *cache;
};

static void name_of(const struct job *job, int64_t sequence, char ret_name[CACHE_NAME_MAX + 1]) {
    (void)snprintf(ret_name, CACHE_NAME_MAX + 1, "%s-%lld", job->id, (long long)sequence);
}

static bool write_row(const struct writer *writer, int64_t sequence, int32_t *ret_server) {
    struct db_at at = job_at(writer->job, DB_APP, NULL, WRITE_MS);
    struct err err = ERR_INIT;
    char text[24];
    json_t *rows;
    at.client_socket = -1; /* whether it is cancelled is not its business */
    (void)snprintf(text, sizeof text, "%lld", (long long)sequence);
    const char *values[] = { writer->job->id, text };
    if (!db_rows(writer->db, &at, DB_DRILL_WRITE, values, 2, &rows, &err)) {
        db_reset(writer->db);
        return false;
    }
    const char *server = json_string_value(json_object_get(json_array_get(rows, 0), "server"));
    *ret_server = server ? (int32_t)strtol(server, NULL, 10) : 0;
    json_decref(rows);
    return true;
}

static bool write_key(const struct writer *writer, int64_t sequence, int32_t *ret_server) {
    struct err err = ERR_INIT;
    char name[CACHE_NAME_MAX + 1];
    name_of(writer->job, sequence, name);
    return cache_drill_put(writer->cache, name, TTL_S, clock_ms() + WRITE_MS, ret_server, &err);
}

static void write_on(const struct writer *writer, enum drill_target target, int told) {
    for (struct write one = { .sequence = 1 };; one.sequence++) {
        one.server = 0;
        one.began_ms = clock_ms();
        one.acknowledged = target == DRILL_POSTGRES ? write_row(writer, one.sequence, &one.server)
                                                    : write_key(writer, one.sequence, &one.server);
        one.ended_ms = clock_ms();
        if (write(told, &one, sizeof one) != sizeof one) _exit(EXIT_FAILURE);
        int64_t next_ms = one.began_ms + PERIOD_MS;
        (void)poll(NULL, 0, one.acknowledged ? clock_left_ms(next_ms) : PERIOD_MS);
    }
}

/* Nothing of the job's process is its own: neither connections nor the channel. */
static void writer_main(struct job *job, enum drill_target target, int told, pid_t parent) {
    struct writer writer = { .job = job };
    struct err err = ERR_INIT;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(EXIT_FAILURE);
    db_abandon(job->db);
    if (!db_open(job->config, &writer.db, &err) || !cache_open(job->config, &writer.cache, &err))
        _exit(EXIT_FAILURE);
    write_on(&writer, target, told);
}

/* -- its reader -------------------------------------------------------------------------------- */

bool drill_canary_start(struct job *job, enum drill_target target, struct drill_canary **ret_canary,
                        struct err *err) {
    struct drill_canary *canary = calloc(1, sizeof *canary);
    int ends[2];
    pid_t parent = getpid();
    if (!canary || pipe2(ends, O_CLOEXEC) != 0) {
        free(canary);
        return err_set(err, ERR_LIMIT, "no pipe for the canary");
    }
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *canary = (struct drill_canary){ .job = job, .target = target, .pipe = ends[0] };
    canary->pid = fork();
    if (canary->pid == 0) writer_main(job, target, ends[1], parent);
    (void)close(ends[1]);
    if (canary->pid < 0) {
        canary->pid = 0;
        drill_canary_free(canary);
        return err_set(err, ERR_BUSY, "no process for the canary: %s", strerror(errno));
    }
    *ret_canary = canary;
    return true;
}

static bool add(struct drill_canary *canary, const struct write *one) {
    if (canary->count == canary->room) {
        size_t room = canary->room ? canary->room * 2 : 1024;
        struct write *more =
            room > WRITES_MAX ? NULL : realloc(canary->writes, room * sizeof *canary->writes);
        if (!more) return false;
        canary->writes = more;
        canary->room = room;
    }
    canary->writes[canary->count++] = *one;
    return true;
}

/* Whoever acknowledged the first write. */
static int32_t first_server(const struct drill_canary *canary) {
    for (size_t i = 0; i < canary->count; i++)
        if (canary->writes[i].acknowledged) return canary->writes[i].server;
    return 0;
}

bool drill_canary_look(struct drill_canary *canary, int64_t since_ms, bool moved) {
    struct write one;
    /* A record is smaller than PIPE_BUF: it comes whole. */
    while (read(canary->pipe, &one, sizeof one) == sizeof one)
        if (!add(canary, &one)) break;
    int32_t first = first_server(canary);
    for (size_t i = canary->count; i-- > 0 && canary->writes[i].began_ms >= since_ms;) {
        const struct write *last = &canary->writes[i];
        if (last->acknowledged && (last->server != first) == moved) return true;
    }
    return false;
}

void drill_canary_stop(struct drill_canary *canary) {
    if (canary->pid) {
        (void)kill(canary->pid, SIGKILL);
        while (waitpid(canary->pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
    canary->pid = 0;
    (void)drill_canary_look(canary, INT64_MAX, false);
}

void drill_canary_free(struct drill_canary *canary) {
    if (!canary) return;
    drill_canary_stop(canary);
    (void)close(canary->pipe);
    free(canary->writes);
    free(canary);
}

/* -- what it saw ------------------------------------------------------------------------------- */

struct drill_figures drill_canary_figures(const struct drill_canary *canary, int64_t broke_ms) {
    struct drill_figures figures = { .recovery_ms = -1, .takeover_ms = -1 };
    int64_t last_ms = 0;
    int32_t first = first_server(canary);
    for (size_t i = 0; i < canary->count; i++) {
        const struct write *one = &canary->writes[i];
        figures.acknowledged += one->acknowledged;
        figures.failed += !one->acknowledged;
        if (!one->acknowledged || one->lost) continue;
        bool after = broke_ms && one->ended_ms > broke_ms;
        if (after && one->ended_ms - last_ms > figures.recovery_ms)
            figures.recovery_ms = one->ended_ms - last_ms;
        if (after && one->server != first && figures.takeover_ms < 0)
            figures.takeover_ms = one->ended_ms - broke_ms;
        last_ms = one->ended_ms;
    }
    return figures;
}

json_t *drill_canary_bins(const struct drill_canary *canary, int64_t origin_ms) {
    json_t *bins = json_array();
    int counts[3] = { 0 }; /* stayed, failed, lost */
    int64_t end_ms = origin_ms + DRILL_BIN_MS;
    for (size_t i = 0; i < canary->count && json_array_size(bins) < BINS_MAX; i++) {
        const struct write *one = &canary->writes[i];
        for (; one->ended_ms >= end_ms && json_array_size(bins) < BINS_MAX;
             end_ms += DRILL_BIN_MS) {
            (void)json_array_append_new(bins,
                                        json_pack("[i, i, i]", counts[0], counts[1], counts[2]));
            memset(counts, 0, sizeof counts);
        }
        counts[!one->acknowledged ? 1 : one->lost ? 2 : 0]++;
    }
    (void)json_array_append_new(bins, json_pack("[i, i, i]", counts[0], counts[1], counts[2]));
    return bins;
}

static bool rows_lost(const struct drill_canary *canary, json_t **ret_lost, struct err *err) {
    struct db_at at = job_at(canary->job, DB_APP, NULL, ASK_MS);
    json_t *sequences = json_array(), *rows = NULL, *row, *lost = json_array();
    size_t i;
    at.client_socket = -1;
    for (i = 0; i < canary->count; i++)
        if (canary->writes[i].acknowledged)
            (void)json_array_append_new(sequences, json_integer(canary->writes[i].sequence));
    char *text = sequences ? json_dumps(sequences, JSON_COMPACT) : NULL;
    const char *values[] = { canary->job->id, text };
    bool ok = text && lost ? db_rows(canary->job->db, &at, DB_DRILL_MISSING, values, 2, &rows, err)
                           : err_set(err, ERR_LIMIT, "no memory for the canary's writes");
    json_array_foreach(rows, i, row)(void) json_array_append_new(
        lost, json_integer(strtoll(json_string_value(json_object_get(row, "sequence")), NULL, 10)));
    free(text);
    json_decref(rows);
    json_decref(sequences);
    if (ok) *ret_lost = lost;
    else json_decref(lost);
    return ok;
}

static bool keys_lost(const struct drill_canary *canary, json_t **ret_lost, struct err *err) {
    struct arena *arena = arena_new(ARENA_MAX);
    struct cache *cache = NULL;
    json_t *lost = json_array();
    bool ok = (arena && lost) || err_set(err, ERR_LIMIT, "no memory for the canary's writes");
    ok = ok && cache_open(canary->job->config, &cache, err);
    for (size_t i = 0; ok && i < canary->count; i++) {
        char name[CACHE_NAME_MAX + 1];
        const char *value = NULL;
        if (!canary->writes[i].acknowledged) continue;
        name_of(canary->job, canary->writes[i].sequence, name);
        ok = cache_drill_get(cache, arena, name, clock_ms() + WRITE_MS, &value, err);
        if (ok && !value)
            (void)json_array_append_new(lost, json_integer(canary->writes[i].sequence));
        arena_reset(arena);
    }
    cache_close(cache);
    arena_free(arena);
    if (ok) *ret_lost = lost;
    else json_decref(lost);
    return ok;
}

bool drill_canary_lost(struct drill_canary *canary, json_t **ret_lost, struct err *err) {
    json_t *lost = NULL;
    bool ok = canary->target == DRILL_POSTGRES ? rows_lost(canary, &lost, err)
                                               : keys_lost(canary, &lost, err);
    if (!ok) return false;
    /* Both are in the order of the sequences. */
    for (size_t i = 0, k = 0; i < canary->count && k < json_array_size(lost); i++)
        if (canary->writes[i].sequence == json_integer_value(json_array_get(lost, k))) {
            canary->writes[i].lost = 1;
            k++;
        }
    *ret_lost = lost;
    return true;
}
