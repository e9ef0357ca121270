/* SPDX-License-Identifier: MIT */
/* Jobs: what runs, what ran, and the wish that one ends. */
#include "../jobs.h"

#include <stdio.h>

#include "../page.h"
#include "../seal.h"
#include "api.h"
#include "jobs.h"

static const char *const states[] = {
    "queued", "running", "succeeded", "failed", "cancelled", NULL
};

/* clang-format off */
const struct field jobs_fields[] = {
    { "state", FIELD_QUERY, FIELD_ENUM, .choices = states },
    { "kind", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};

const struct field job_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};
/* clang-format on */

struct db_at jobs_at(const struct call *call) {
    return (struct db_at){ .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = call->request->deadline_ms,
                           .client_socket = request_socket(call->request),
                           .request_id = call->request->id };
}

bool jobs_id(const struct call *call, const char **ret_id, struct err *err) {
    const char *id = request_string(call->request, "id");
    if (!seal_is_uuid(id)) return err_set(err, ERR_NOT_FOUND, "There is no %.36s.", id);
    *ret_id = id;
    return true;
}

bool jobs_object(struct call *call, enum db_statement statement, const char *const *values,
                 int count, json_t **ret_object, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *text;
    size_t size;
    if (!db_text(call->services->db, &at, statement, call->request->arena, values, count, &text,
                 &size, err))
        return false;
    json_t *object = json_loadb(text, size, 0, NULL);
    if (!object) return err_set(err, ERR_LIMIT, "out of memory for the answer");
    (void)json_object_del(object, "seq"); /* the pages' */
    *ret_object = object;
    return true;
}

bool jobs_page(struct call *call, enum db_statement statement, const char *const *values, int count,
               struct err *err) {
    struct db_at at = jobs_at(call);
    const char *text;
    size_t size, i;
    json_t *item;
    if (!db_text(call->services->db, &at, statement, call->request->arena, values, count, &text,
                 &size, err))
        return false;
    json_t *items = json_loadb(text, size, 0, NULL);
    if (!items) return err_set(err, ERR_LIMIT, "out of memory for the page");
    if (!page_reply(call, items, "seq", err)) return false;
    json_array_foreach(json_object_get(call->reply.json, "items"), i, item)(void)
        json_object_del(item, "seq");
    return true;
}

const char *jobs_limit(const struct call *call) {
    return arena_printf(call->request->arena, "%lld",
                        (long long)request_integer(call->request, "limit") + 1);
}

bool api_jobs(struct call *call, struct err *err) {
    const struct request *request = call->request;
    const char *before, *limit = jobs_limit(call);
    if (!limit) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!page_before(call, &before, err)) return false;
    const char *values[] = { request_string(request, "state"), request_string(request, "kind"),
                             request_string(request, "database"), before, limit };
    return jobs_page(call, DB_JOB_LIST, values, 5, err);
}

static bool get(struct call *call, const char *id, json_t **ret_job, struct err *err) {
    if (jobs_object(call, DB_JOB_GET, &id, 1, ret_job, err)) return true;
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    return err_set(err, ERR_NOT_FOUND, "There is no job %s.", id);
}

bool api_job(struct call *call, struct err *err) {
    const char *id = NULL;
    json_t *job = NULL;
    return jobs_id(call, &id, err) && get(call, id, &job, err) && call_reply(call, 200, job, err);
}

bool api_job_cancel(struct call *call, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *id = NULL, *state;
    json_t *job;
    if (!jobs_id(call, &id, err)) return false;
    bool asked = db_text(call->services->db, &at, DB_JOB_CANCEL, call->request->arena, &id, 1,
                         &state, NULL, err);
    if (!asked && err->code != ERR_NOT_FOUND) return false;
    if (!asked) err_clear(err);
    if (!get(call, id, &job, err)) return false;
    if (asked) return call_reply(call, 202, job, err);
    (void)err_set(err, ERR_CONFLICT, "The job %s is over: it has %s.", id,
                  json_string_value(json_object_get(job, "state")));
    json_decref(job);
    return false;
}

bool jobs_started(struct call *call, const char *job_id, struct err *err) {
    call->audit_result = json_pack("{s:s}", "job_id", job_id);
    return call_reply(call, 202, json_pack("{s:s}", "job_id", job_id), err);
}
