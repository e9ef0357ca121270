/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seal.h"

bool page_before(struct call *call, const char **ret_before, struct err *err) {
    const char *cursor = request_string(call->request, "cursor");
    char text[32];
    size_t size = 0;
    if (!cursor) {
        *ret_before = NULL;
        return true;
    }
    bool ok =
        seal_unbase64url(cursor, strlen(cursor), (unsigned char *)text, sizeof text - 1, &size);
    text[ok ? size : 0] = '\0';
    if (!ok || strncmp(text, "id:", 3) != 0 || !text[3] ||
        strspn(text + 3, "0123456789") != size - 3 || size > 21)
        return err_set(err, ERR_BAD_CURSOR,
                       "the cursor is not one of this list; begin again without it");
    *ret_before = arena_strdup(call->request->arena, text + 3);
    return *ret_before || err_set(err, ERR_LIMIT, "out of request memory");
}

bool page_reply(struct call *call, json_t *items, const char *id, struct err *err) {
    size_t limit = (size_t)request_integer(call->request, "limit");
    char text[32], cursor[SEAL_BASE64_SIZE(sizeof text)];
    json_t *next = NULL;
    if (json_array_size(items) > limit) {
        (void)json_array_remove(items, limit);
        const json_t *last = json_array_get(items, limit - 1);
        int size = snprintf(text, sizeof text, "id:%lld",
                            (long long)json_integer_value(json_object_get(last, id)));
        seal_base64url(text, (size_t)size, cursor);
        next = json_string(cursor);
    }
    return call_reply(
        call, 200, json_pack("{s:o s:o}", "items", items, "next_cursor", next ? next : json_null()),
        err);
}
