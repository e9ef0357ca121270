/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PAGE_H
#define GUARDIAN_PAGE_H
/* Lists that page by id, newest first: the cursor is the last id of the page, opaque to clients. */
#include "call.h"

/* The id before which the page begins, as text; *ret_before is NULL on the first page. Errors:
 * BAD_CURSOR. */
bool page_before(struct call *call, const char **ret_before, struct err *err)
    __attribute__((warn_unused_result));
/* Replies with {"items","next_cursor"} from an array of limit + 1 objects at most; `id` names the
 * member that the cursor keeps. Steals items. */
bool page_reply(struct call *call, json_t *items, const char *id, struct err *err)
    __attribute__((warn_unused_result));
#endif
