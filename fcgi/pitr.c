/* SPDX-License-Identifier: MIT */
#include "pitr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "program.h"

#define OUTPUT_MAX    (4u << 20)
#define ARGUMENTS_MAX 12
#define LOOK_MS       60000

bool pitr_is_configured(const struct config *config) {
    return config->pitr.server != NULL;
}

/* -- moments ----------------------------------------------------------------------------------- */

/* `count` digits at *text, as a number between min and max; -1: they are not there. */
static int digits(const char **text, int count, int min, int max) {
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9') return -1;
        value = value * 10 + (**text - '0');
    }
    return value >= min && value <= max ? value : -1;
}

static bool skip(const char **text, char letter) {
    if (**text != letter) return false;
    (*text)++;
    return true;
}

static int days_in(int year, int month) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool read_fraction(const char **text, int64_t *ret_us) {
    int64_t unit = 100000, us = 0;
    if (!skip(text, '.')) return true;
    if (**text < '0' || **text > '9') return false;
    for (; **text >= '0' && **text <= '9'; (*text)++, unit /= 10) us += unit * (**text - '0');
    *ret_us = us;
    return true;
}

static bool read_zone(const char **text, int *ret_minutes) {
    if (skip(text, 'Z')) return true;
    int sign = **text == '+' ? 1 : **text == '-' ? -1 : 0;
    if (sign == 0) return false;
    (*text)++;
    int hours = digits(text, 2, 0, 23);
    if (hours < 0 || !skip(text, ':')) return false;
    int minutes = digits(text, 2, 0, 59);
    *ret_minutes = sign * (hours * 60 + minutes);
    return minutes >= 0;
}

bool pitr_time_parse(const char *text, int64_t *ret_us) {
    struct tm utc = { 0 };
    int64_t us = 0;
    int minutes = 0;
    int year = digits(&text, 4, 1970, 9999),
        month = skip(&text, '-') ? digits(&text, 2, 1, 12) : -1;
    if (year < 0 || month < 0 || !skip(&text, '-')) return false;
    int day = digits(&text, 2, 1, days_in(year, month));
    if (day < 0 || !skip(&text, 'T')) return false;
    utc.tm_hour = digits(&text, 2, 0, 23);
    utc.tm_min = skip(&text, ':') ? digits(&text, 2, 0, 59) : -1;
    utc.tm_sec = skip(&text, ':') ? digits(&text, 2, 0, 59) : -1;
    if (utc.tm_hour < 0 || utc.tm_min < 0 || utc.tm_sec < 0) return false;
    if (!read_fraction(&text, &us) || !read_zone(&text, &minutes) || *text) return false;
    utc.tm_year = year - 1900;
    utc.tm_mon = month - 1;
    utc.tm_mday = day;
    *ret_us = ((int64_t)timegm(&utc) - minutes * 60) * 1000000 + us;
    return true;
}

void pitr_time_text(int64_t us, char ret_text[PITR_TIME_SIZE]) {
    time_t seconds = (time_t)(us / 1000000);
    struct tm utc;
    char whole[24];
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
    (void)snprintf(ret_text, PITR_TIME_SIZE, "%s.%06dZ", whole, (int)(us % 1000000));
}

static int64_t end_of(const json_t *backup) {
    return json_integer_value(json_object_get(backup, "end_us"));
}

bool pitr_window(const json_t *status, int64_t *ret_from_us, int64_t us, const char **ret_backup) {
    const json_t *backup;
    int64_t first = INT64_MAX, best = -1;
    size_t i;
    if (ret_backup) *ret_backup = NULL;
    json_array_foreach(json_object_get(status, "backups"), i, backup) {
        if (!json_is_true(json_object_get(backup, "usable"))) continue;
        if (end_of(backup) < first) first = end_of(backup);
        if (ret_backup && end_of(backup) <= us && end_of(backup) > best) {
            best = end_of(backup);
            *ret_backup = json_string_value(json_object_get(backup, "id"));
        }
    }
    if (first == INT64_MAX) return false;
    *ret_from_us = first;
    return true;
}

/* -- Barman ------------------------------------------------------------------------------------ */

struct output {
    char *text;
    size_t size;
    bool (*tick)(void *context, struct err *err);
    void *context;
    char last[300]; /* line of standard error */
};

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    struct output *output = context;
    char *more =
        output->size + size < OUTPUT_MAX ? realloc(output->text, output->size + size + 1) : NULL;
    if (!more) return err_set(err, ERR_LIMIT, "Barman has too much to say");
    memcpy(more + output->size, data, size);
    output->text = more;
    output->size += size;
    more[output->size] = '\0';
    return true;
}

static bool pass_tick(void *context, struct err *err) {
    struct output *output = context;
    return !output->tick || output->tick(output->context, err);
}

/* What Barman itself calls an error is better than "it ended with status 1". */
static void explain(const struct output *output, struct err *err) {
    json_t *json = output->text ? json_loadb(output->text, output->size, 0, NULL) : NULL;
    const char *said = json_string_value(json_array_get(json_object_get(json, "_ERROR"), 0));
    if (said && err->code == ERR_INTERNAL) {
        err_clear(err);
        (void)err_set(err, ERR_INTERNAL, "Barman: %.400s", said);
    }
    json_decref(json);
}

bool pitr_barman(const struct config *config, int cancel_fd, int timeout_ms,
                 bool (*tick)(void *context, struct err *err), void *context,
                 const char *const *arguments, json_t **ret_json, struct err *err) {
    const char *argv[ARGUMENTS_MAX + 6] = { config->pitr.barman, "-c", config->pitr.barman_config,
                                            "-f", "json" };
    int count = 5;
    struct output output = { .tick = tick, .context = context };
    for (int i = 0; arguments[i] && i < ARGUMENTS_MAX; i++) argv[count++] = arguments[i];
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = cancel_fd,
                               .deadline_ms = clock_ms() + timeout_ms,
                               .context = &output,
                               .output = take_output,
                               .tick = pass_tick };
    bool ok = program_run(&program, err);
    json_t *json = ret_json && output.text ? json_loadb(output.text, output.size, 0, NULL) : NULL;
    /* `check` ends with a failure when it has found one, and says which. */
    bool is_answer = json && !json_object_get(json, "_ERROR");
    if (!ok && err->code == ERR_INTERNAL && is_answer) {
        err_clear(err);
        ok = true;
    }
    if (!ok) explain(&output, err);
    free(output.text);
    if (ok && ret_json && !is_answer)
        ok = err_set(err, ERR_INTERNAL, "Barman's answer is not the JSON it should be");
    if (ok && ret_json) *ret_json = json;
    else json_decref(json);
    return ok;
}

/* -- a look ------------------------------------------------------------------------------------ */

static bool ask(const struct config *config, int cancel_fd, const char *command, json_t **ret_json,
                struct err *err) {
    const char *arguments[] = { command, config->pitr.server, NULL };
    json_t *json;
    if (!pitr_barman(config, cancel_fd, LOOK_MS, NULL, NULL, arguments, &json, err)) return false;
    *ret_json = json_incref(json_object_get(json, config->pitr.server));
    json_decref(json);
    return *ret_json ||
           err_set(err, ERR_INTERNAL, "Barman does not know the server %.60s", config->pitr.server);
}

static json_t *read_backups(const json_t *listed) {
    json_t *backups = json_array();
    const json_t *item;
    size_t i;
    json_array_foreach(listed, i, item) {
        const char *end = json_string_value(json_object_get(item, "end_time_timestamp"));
        const char *status = json_string_value(json_object_get(item, "status"));
        bool usable = end && status && strcmp(status, "DONE") == 0;
        /* Barman cuts the second: a moment within it may lie before the backup's end. */
        int64_t end_us = end ? (strtoll(end, NULL, 10) + 1) * 1000000 : 0;
        char text[PITR_TIME_SIZE] = "";
        if (end) pitr_time_text(end_us - 1000000, text);
        json_t *backup = json_pack(
            "{s:O? s:s s:I s:b s:s? s:O? s:O?}", "id", json_object_get(item, "backup_id"), "status",
            status ? status : "UNKNOWN", "end_us", (json_int_t)end_us, "usable", usable, "ended_at",
            end ? text : NULL, "size_bytes", json_object_get(item, "size_bytes"), "wal_bytes",
            json_object_get(item, "wal_size_bytes"));
        if (json_array_append_new(backups, backup) != 0) break;
    }
    return backups;
}

static json_t *read_problems(const json_t *checks) {
    json_t *problems = json_array(), *check;
    const char *name;
    json_object_foreach((json_t *)checks, name, check) {
        const char *status = json_string_value(json_object_get(check, "status"));
        const char *hint = json_string_value(json_object_get(check, "hint"));
        if (status && strcmp(status, "OK") != 0 &&
            json_array_append_new(
                problems, json_pack("{s:s s:s}", "check", name, "hint", hint ? hint : "")) != 0)
            break;
    }
    return problems;
}

/* Where a line of Barman's list of WAL (name, size, time, compression) is a whole segment's, later
 * than the one known so far: it is the one known. A partial one is the end of an old timeline. */
static void note_wal(const char *line, char (*name)[25], double *at) {
    char found[25];
    double time;
    if (strspn(line, "0123456789ABCDEF") != 24 || line[24] != '\t') return;
    if (sscanf(line, "%24[0-9A-F]%*[\t]%*d%*[\t]%lf", found, &time) != 2) return;
    if (strcmp(found, *name) <= 0) return;
    memcpy(*name, found, sizeof found);
    *at = time;
}

/* Of the end of the list. */
static void read_last_wal(const json_t *server, json_t *status) {
    const char *folder = json_string_value(json_object_get(server, "wals_directory"));
    char path[1100], tail[2048] = "", name[25] = "", text[PITR_TIME_SIZE], *rest;
    double at = 0;
    if (!folder || snprintf(path, sizeof path, "%s/xlog.db", folder) >= (int)sizeof path) return;
    FILE *file = fopen(path, "re");
    if (!file) return;
    if (fseek(file, -(long)(sizeof tail - 1), SEEK_END) != 0) rewind(file);
    size_t size = fread(tail, 1, sizeof tail - 1, file);
    (void)fclose(file);
    tail[size] = '\0';
    for (char *line = strtok_r(tail, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        note_wal(line, &name, &at);
    if (!*name) return;
    pitr_time_text((int64_t)(at * 1000000), text);
    (void)json_object_set_new(status, "last_wal", json_string(name));
    (void)json_object_set_new(status, "last_wal_at", json_string(text));
}

json_t *pitr_look(const struct config *config, int cancel_fd) {
    json_t *server = NULL, *listed = NULL, *checks = NULL, *problems;
    struct err err = ERR_INIT;
    bool ok = ask(config, cancel_fd, "show-server", &server, &err) &&
              ask(config, cancel_fd, "list-backups", &listed, &err) &&
              ask(config, cancel_fd, "check", &checks, &err);
    if (ok) problems = read_problems(checks);
    else problems = json_pack("[{s:s s:s}]", "check", "barman", "hint", err.detail);
    json_t *status =
        json_pack("{s:s s:b s:o s:o s:O? s:O? s:n s:n}", "server", config->pitr.server, "ok",
                  ok && json_array_size(problems) == 0, "problems", problems, "backups",
                  read_backups(listed), "slot", json_object_get(server, "slot_name"), "receiver",
                  json_object_get(server, "streaming_archiver_name"), "last_wal", "last_wal_at");
    if (status) read_last_wal(server, status);
    json_decref(server);
    json_decref(listed);
    json_decref(checks);
    return status;
}

bool pitr_refresh(const struct config *config, struct db *db, int cancel_fd, struct err *err) {
    json_t *status = pitr_look(config, cancel_fd), *rows;
    char *text = status ? json_dumps(status, JSON_COMPACT) : NULL;
    const char *values[] = { config->jobs.runner, text };
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + 5000,
                        .client_socket = -1,
                        .request_id = "guardian-jobs" };
    bool ok = text ? db_rows(db, &at, DB_PITR_STATUS_PUT, values, 2, &rows, err)
                   : err_set(err, ERR_LIMIT, "out of memory");
    if (ok) json_decref(rows);
    free(text);
    json_decref(status);
    return ok;
}
