/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_STACKFILE_H
#define GUARDIAN_STACKFILE_H
/*
 * A stack file as `docker stack deploy` reads it: merges ("<<") applied, variables replaced by
 * the environment's values or by what the file gives for them, names of secrets, configs and
 * networks as they are called in the swarm. A variable without any value stays as it stands.
 */
#include <jansson.h>
#include <stdbool.h>

#include "arena.h"
#include "err.h"

struct stackfile {
    const json_t *root, *services; /* in the arena */
    const char *stack, *folder;
};

/* Errors: CONFIG (with file and line), LIMIT. */
bool stackfile_load(struct arena *arena, const char *path, const char *stack,
                    struct stackfile *ret_file, struct err *err)
    __attribute__((warn_unused_result));
/* Members of a service, or of anything: NULL where there is none. */
const json_t *stackfile_at(const json_t *value, const char *path);
const char *stackfile_text(const json_t *value, const char *path);
/* "1m30s" → 90; -1: none or malformed. "128M" → bytes; -1. */
double stackfile_seconds(const char *text);
json_int_t stackfile_bytes(const char *text);
/* What `kind` ("secrets", "configs", "networks") a service uses, by their names in the swarm. A new
 * array, or NULL. */
json_t *stackfile_names(struct arena *arena, const struct stackfile *file, const json_t *service,
                        const char *kind);
/* The name in the swarm of one entry of the file's top level; *ret_external: is it made elsewhere?
 */
const char *stackfile_name(struct arena *arena, const struct stackfile *file, const char *kind,
                           const char *key, bool *ret_external);
/* Ports as {published, target, protocol, mode}. A new array, or NULL. */
json_t *stackfile_ports(const json_t *service);
#endif
