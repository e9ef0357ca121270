/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_VIEW_H
#define GUARDIAN_API_VIEW_H
/* What all views of the platform have in common: whether it is configured, how old the answer is,
 * and what is missing from it. While an upstream does not answer, what it said last is shown with
 * its age. */
#include "../call.h"
#include "../swarm.h"

/* A view's place among the last-known ones. */
struct view {
    const char *name; /* at most CACHE_NAME_MAX bytes; NULL: not kept, and no ETag */
    bool is_list;     /* `items` instead of `data` */
    json_t *missing;  /* of {what, why}; NULL: nothing. Taken over. */
};

/* Replies with `data` (taken over; NULL: no memory), as of now, and keeps it. */
bool view_reply(struct call *call, const struct view *view, json_t *data, struct err *err);
/* Replies for what failed with `err`: unconfigured parts say how to configure them; for what does
 * not answer, what was kept. False, err as it is, when there is nothing to show. */
bool view_failed(struct call *call, const struct view *view, struct err *err);
/* Notes what could not be asked. */
void view_missing(json_t **list, const char *what, const char *why);

/* What the swarm's functions need, of this call. */
struct swarm_at view_swarm_at(const struct call *call);
#endif
