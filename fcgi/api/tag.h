/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_TAG_H
#define GUARDIAN_API_TAG_H
/* The ETag of a whole reply. */
#include "../call.h"

#define TAG_SIZE 34 /* 32 hex digits and quotes */

/* Gives the reply the tag of this text, which is what tells it apart from others. Errors: LIMIT. */
bool tag_text(struct call *call, const char *text, size_t size, struct err *err)
    __attribute__((warn_unused_result));
/* The same of the reply's whole text. */
bool tag_reply(struct call *call, struct err *err) __attribute__((warn_unused_result));
#endif
