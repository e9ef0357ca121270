/* SPDX-License-Identifier: MIT */
/* A request's path and query string (the first line) and its JSON body (the rest), against a
 * route's declared fields. */
#include <string.h>

#include "routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new(8 << 20);
    struct err err = ERR_INIT;
    if (!arena) return 0;
    const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
    size_t line_size = newline ? (size_t)(newline - data) : size;
    char *line = arena_strndup(arena, (const char *)data, line_size);
    char *body =
        newline ? arena_strndup(arena, (const char *)newline + 1, size - line_size - 1) : NULL;
    struct request request = { .arena = arena,
                               .method = METHOD_POST,
                               .method_name = "POST",
                               .path = line,
                               .query = "",
                               .body_text = body ? body : "",
                               .body_size = body ? size - line_size - 1 : 0 };
    char *question = line ? strchr(line, '?') : NULL;
    if (question) {
        *question = '\0';
        request.query = question + 1;
    }
    const struct route *route;
    const char *values[ROUTES_PARAMETERS_MAX], *allow = NULL;
    for (int method = METHOD_GET; line && method <= METHOD_POST; method++) {
        request.method = (enum request_method)method;
        err_clear(&err);
        if (!routes_find(&request, &route, values, &allow, &err)) continue;
        if (request.body_size && !request_body_parse(&request, &err)) continue;
        if (request_fields(&request, route->fields, values, &err))
            (void)request_integer(&request, "limit");
    }
    arena_free(arena);
    return 0;
}
