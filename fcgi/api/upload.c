/* SPDX-License-Identifier: MIT */
/* An archive from elsewhere on its way to a runner: relayed piece by piece, whatever its size. */
#include "../upload.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../archive_look.h"
#include "../audit.h"
#include "../backup_store.h"
#include "../clock.h"
#include "../config.h"
#include "../upstream.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

#define NOTE_CHARACTERS 500
#define HEAD_SIZE       65536
#define RELAY_MS        86400000
#define ROW_MS          10000
#define STARTING_MS     5000
#define AGAIN_MS        500
/* What a runner keeps free whatever is uploaded: backups go on. */
#define SPARE_BYTES (64LL << 20)

/* clang-format off */
const struct field upload_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .required = true, .min = 1, .max = 63 },
    { "note", FIELD_QUERY, FIELD_STRING, .max = 2000 },
    { "sha256", FIELD_QUERY, FIELD_STRING, .min = 64, .max = 64 },
    { .name = NULL },
};
/* clang-format on */

struct relay {
    struct request *request;
    const char *wanted; /* its SHA-256, as the caller knows it; NULL: nothing is known */
    char *head;         /* the first bytes, which are looked at before anybody is asked */
    int64_t head_size;
    int64_t given, total; /* to the runner */
    struct seal_sha256_stream hash;
    char file[SEAL_UUID_SIZE], sha256[SEAL_HEX_SIZE];
    struct err err; /* why it was stopped */
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static bool check_call(const struct call *call, struct err *err) {
    const struct request *request = call->request;
    const struct config *config = call->services->config;
    const char *sha256 = request_string(request, "sha256");
    int64_t most = config->jobs.upload_max_bytes;
    struct db_at at;
    if (!managed_at(call, request_string(request, "database"), &at, err) ||
        !managed_check_length("note", request_string(request, "note"), NOTE_CHARACTERS, err))
        return false;
    if (sha256 && strspn(sha256, "0123456789abcdef") != SEAL_HEX_SIZE - 1)
        return err_field(err, "sha256", "sha256 must be 64 hexadecimal digits, in lower case");
    if (!config->jobs.copy_url)
        return err_set(err, ERR_NOT_CONFIGURED,
                       "Workers do not know where runners take files: jobs.copy_url is not set.");
    return request->body_length <= most ||
           err_set(err, ERR_TOO_LARGE,
                   "The archive has %lld bytes; at most %lld are taken (jobs.upload_max_bytes).",
                   (long long)request->body_length, (long long)most);
}

/* -- the bytes --------------------------------------------------------------------------------- */

static bool check_hash(struct relay *relay, struct err *err) {
    unsigned char hash[SEAL_HASH_SIZE];
    seal_sha256_end(&relay->hash, hash);
    seal_hex(hash, sizeof hash, relay->sha256);
    return !relay->wanted || strcmp(relay->wanted, relay->sha256) == 0 ||
           err_field(err, "sha256", "What has come has the SHA-256 %s.", relay->sha256);
}

/* Takes the next bytes from the client. After the last ones all is known, before they are given. */
static bool take(struct relay *relay, char *bytes, int64_t size, bool last, struct err *err) {
    if (!request_piece(relay->request, bytes, (size_t)size, err)) return false;
    seal_sha256_add(&relay->hash, bytes, (size_t)size);
    return !last || check_hash(relay, err);
}

static bool take_head(struct relay *relay, struct err *err) {
    relay->head_size = relay->total < HEAD_SIZE ? relay->total : HEAD_SIZE;
    relay->head = arena_alloc(relay->request->arena, HEAD_SIZE);
    if (!relay->head) return no_memory(err);
    seal_sha256_begin(&relay->hash);
    return (relay->head_size == 0 ||
            take(relay, relay->head, relay->head_size, relay->head_size == relay->total, err)) &&
           archive_head_check(relay->head, (size_t)relay->head_size, err);
}

static size_t give(void *context, char *bytes, size_t room) {
    struct relay *relay = context;
    int64_t left = relay->total - relay->given, size = left < (int64_t)room ? left : (int64_t)room;
    if (relay->given < relay->head_size) {
        int64_t here = relay->head_size - relay->given;
        size = here < size ? here : size;
        memcpy(bytes, relay->head + relay->given, (size_t)size);
    } else if (size > 0 && !take(relay, bytes, size, size == left, &relay->err)) {
        return UPSTREAM_STOP;
    }
    relay->given += size;
    return (size_t)size;
}

/* -- to whom ----------------------------------------------------------------------------------- */

/* "http://host:port/path" as base and path. */
static bool split(struct arena *arena, const struct config *config, const char *url,
                  struct upstream_call *upstream, struct err *err) {
    const char *host = strstr(url, "://"), *path = host ? strchr(host + 3, '/') : NULL;
    if (!path) return err_set(err, ERR_CONFIG, "jobs.copy_url is no address");
    upstream->path = arena_strdup(arena, path);
    upstream->base = config->jobs.copy_socket
                         ? arena_printf(arena, "unix:%s", config->jobs.copy_socket)
                         : arena_strndup(arena, url, (size_t)(path - url));
    return (upstream->path && upstream->base) || no_memory(err);
}

static bool put(struct call *call, struct relay *relay, const char *runner, struct err *err) {
    const struct config *config = call->services->config;
    struct arena *arena = call->request->arena;
    const char *file = arena_printf(arena, UPLOAD_FOLDER "/%s", relay->file);
    char url[BACKUP_URL_SIZE];
    struct upstream_call upstream = { .name = arena_printf(arena, "Runner %s", runner),
                                      .method = "PUT",
                                      .secret = &config->jobs.copy_token,
                                      .is_text = true,
                                      .timeout_ms = RELAY_MS,
                                      .source = give,
                                      .source_context = relay,
                                      .source_size = relay->total };
    if (!file || !upstream.name) return no_memory(err);
    relay->given = 0;
    if (!backup_store_url(config, runner, file, url, err) ||
        !split(arena, config, url, &upstream, err))
        return false;
    if (upstream_one(call->services->upstream, arena, &upstream, clock_ms() + RELAY_MS, err))
        return true;
    if (relay->err.code == ERR_NONE) return false;
    *err = relay->err; /* the client's doing, not the runner's */
    return false;
}

static int64_t free_of(const json_t *row) {
    const char *text = json_string_value(json_object_get(row, "free_bytes"));
    return text ? strtoll(text, NULL, 10) : 0;
}

static bool ask_runners(struct call *call, int64_t size, const json_t **ret_rows, struct err *err) {
    struct db_at at = jobs_at(call);
    json_t *rows;
    if (!db_rows(call->services->db, &at, DB_RUNNER_ALIVE, NULL, 0, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    if (json_array_size(rows) == 0)
        return err_set(err, ERR_BUSY,
                       "No runner of jobs is there to take the archive. Start guardian-jobs, then "
                       "upload again.");
    *ret_rows = rows;
    int64_t most = free_of(json_array_get(rows, 0)); /* the first has the most */
    return most - SPARE_BYTES >= size ||
           err_set(err, ERR_BUSY,
                   "No runner has room for %lld bytes: %lld are free. Make room where the backups "
                   "are, then upload again.",
                   (long long)size, (long long)most);
}

static bool refused(struct err *err) {
    if (err->code != ERR_UPSTREAM_REFUSED) return false;
    struct err reason = *err;
    err_clear(err);
    return err_set(err, ERR_UPSTREAM_REFUSED, "%.300s Is there room where its backups are?",
                   reason.detail);
}

/* Was something taken of what cannot be given twice? */
static bool is_spent(const struct relay *relay) {
    return relay->given > relay->head_size || relay->err.code != ERR_NONE;
}

static bool relay_once(struct call *call, struct relay *relay, const json_t *rows,
                       const char **ret_runner, struct err *err) {
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        const char *runner = json_string_value(json_object_get(row, "name"));
        if (free_of(row) - SPARE_BYTES < relay->total) continue;
        err_clear(err);
        if (put(call, relay, runner, err)) {
            *ret_runner = runner;
            return true;
        }
        if (is_spent(relay)) break;
    }
    return false;
}

/* Runners that are alive but not to be reached are just starting, or their names not known yet. */
static bool relay_to_any(struct call *call, struct relay *relay, const json_t *rows,
                         const char **ret_runner, struct err *err) {
    static const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000L };
    int64_t until_ms = clock_ms() + STARTING_MS;
    while (!relay_once(call, relay, rows, ret_runner, err)) {
        if (err->code != ERR_UPSTREAM_UNAVAILABLE || is_spent(relay) || clock_ms() >= until_ms)
            return refused(err);
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

static bool start_job(struct call *call, const struct relay *relay, const char *runner,
                      struct err *err) {
    const struct request *request = call->request;
    const char *job_id;
    struct db_at at = jobs_at(call);
    json_t *parameters = json_pack("{s:s s:s s:I s:s s:s*}", "runner", runner, "file", relay->file,
                                   "size_bytes", (json_int_t)relay->total, "sha256", relay->sha256,
                                   "note", request_string(request, "note"));
    at.client_socket = -1;
    at.deadline_ms = clock_ms() + ROW_MS; /* the request's own was for its beginning */
    if (!managed_defer(call, parameters, err) ||
        !job_create(call->services->db, &at, request->arena, "upload",
                    request_string(request, "database"), parameters, audit_actor(call), request->id,
                    &job_id, err) ||
        !jobs_started(call, job_id, err))
        return false;
    json_decref(call->audit_result);
    call->audit_result =
        json_pack("{s:s s:I s:s s:s}", "job_id", job_id, "size_bytes", (json_int_t)relay->total,
                  "sha256", relay->sha256, "runner", runner);
    return true;
}

bool api_upload(struct call *call, struct err *err) {
    struct request *request = call->request;
    struct relay relay = { .request = request,
                           .wanted = request_string(request, "sha256"),
                           .total = request->body_length };
    const json_t *rows = NULL;
    const char *runner = NULL;
    call->audit_target = request_string(request, "database");
    seal_uuid(relay.file);
    return check_call(call, err) && take_head(&relay, err) &&
           ask_runners(call, relay.total, &rows, err) &&
           relay_to_any(call, &relay, rows, &runner, err) && start_job(call, &relay, runner, err);
}
