/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JSONPICK_H
#define GUARDIAN_JSONPICK_H
/*
 * JSON from outside, of which only the members that a shape names become values: the rest is
 * stepped over. Ten thousand tasks of a swarm are 25 MB of text and a few MB of what is asked for.
 *
 * A shape is "*" (everything), or "(name,name(…),…)": members of objects, of which those without
 * parentheses are kept whole. A shape looks through arrays at their elements. Names are compared
 * with the text's own bytes. What is stepped over is checked for its nesting alone.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JSONPICK_DEPTH_MAX 48

/* The caller owns *ret_value. On failure *ret_why says in a few words what is wrong (a constant).
 */
bool jsonpick_load(const char *text, size_t size, const char *shape, json_t **ret_value,
                   const char **ret_why) __attribute__((warn_unused_result));

/* The value below a path of member names, "Status.ContainerStatus.ExitCode"; NULL where there is
 * none. Borrowed. */
json_t *jsonpick_at(const json_t *value, const char *path);
/* The same as a text, or NULL; as a whole number, or `otherwise`. */
const char *jsonpick_text(const json_t *value, const char *path);
json_int_t jsonpick_integer(const json_t *value, const char *path, json_int_t otherwise);
#endif
