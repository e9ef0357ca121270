/* SPDX-License-Identifier: MIT */
#include "call.h"

bool call_header(struct call *call, const char *name, const char *value) {
    size_t room = sizeof call->reply.headers / sizeof call->reply.headers[0];
    for (size_t i = 0; i + 1 < room; i++)
        if (!call->reply.headers[i].name) {
            call->reply.headers[i] = (struct request_header){ name, value };
            return true;
        }
    return false;
}

bool call_reply(struct call *call, int status, json_t *json, struct err *err) {
    if (!json) return err_set(err, ERR_LIMIT, "out of memory for the reply");
    json_decref(call->reply.json);
    call->reply.json = json;
    call->reply.status = status;
    return true;
}
