/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_YAMLTEXT_H
#define GUARDIAN_YAMLTEXT_H
/*
 * YAML text as a JSON value, with the line of every key. Hides libyaml.
 * A safe subset: one document, a mapping, of mappings, sequences and scalars; every scalar, plain
 * or quoted, is a string (the reader decides about numbers). Anchors, aliases, tags, duplicate
 * keys, keys that are not scalars, a second document, NUL bytes, more than YAMLTEXT_SIZE_MAX bytes
 * or YAMLTEXT_DEPTH_MAX levels are refused with the line.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define YAMLTEXT_SIZE_MAX   (1u << 20)
#define YAMLTEXT_DEPTH_MAX  16
#define YAMLTEXT_PATH_MAX   512
#define YAMLTEXT_COPIED_MAX 100000u

/* `name` is the file's name for messages. An empty text gives an empty object.
 * *ret_lines is a flat object: path ("postgres.hosts", "keys.0.kid") → line, counted from 1; see
 * yamltext_line. The caller owns both values; ret_lines may be NULL. Errors: CONFIG ("name:line:
 * what is wrong"), LIMIT. */
bool yamltext_load(const char *text, size_t size, const char *name, json_t **ret_root,
                   json_t **ret_lines, struct err *err) __attribute__((warn_unused_result));
/* The same for files that others write (stack files): anchors stand for what they name, copied
 * where an alias asks for it, at most YAMLTEXT_COPIED_MAX values. "<<" stays an ordinary key. */
bool yamltext_load_aliased(const char *text, size_t size, const char *name, json_t **ret_root,
                           struct err *err) __attribute__((warn_unused_result));
/* The line where a key or an element stands; 0 when unknown. */
int yamltext_line(const json_t *lines, const char *path);
#endif
