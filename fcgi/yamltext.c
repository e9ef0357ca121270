/* SPDX-License-Identifier: MIT */
#include "yamltext.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    const char *name;
    json_t *lines;
    json_t *anchors; /* name → value; NULL: anchors are refused */
    size_t copied;   /* values that aliases have made so far */
    char path[YAMLTEXT_PATH_MAX];
    int depth;
    struct err *err;
};

static bool read_node(struct reader *reader, const yaml_event_t *event, json_t **ret_value);

static bool refuse(struct reader *reader, const yaml_event_t *event, const char *why) {
    return err_set(reader->err, ERR_CONFIG, "%s:%zu: %s.", reader->name, event->start_mark.line + 1,
                   why);
}

static bool next_event(struct reader *reader, yaml_event_t *ret_event) {
    if (yaml_parser_parse(&reader->parser, ret_event)) return true;
    const yaml_parser_t *p = &reader->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    return err_set(reader->err, ERR_CONFIG, "%s:%zu: %s.", reader->name, p->problem_mark.line + 1,
                   p->problem ? p->problem : "not YAML");
}

/* Appends ".part" and notes the line; *ret_size is what to cut the path back to afterwards. */
static bool enter(struct reader *reader, const yaml_event_t *event, const char *part,
                  size_t *ret_size) {
    size_t size = strlen(reader->path);
    int more =
        snprintf(reader->path + size, sizeof reader->path - size, "%s%s", size ? "." : "", part);
    if (more < 0 || (size_t)more >= sizeof reader->path - size) {
        reader->path[size] = '\0';
        return refuse(reader, event, "the names are too long");
    }
    if (json_object_set_new(reader->lines, reader->path,
                            json_integer((json_int_t)event->start_mark.line + 1)) != 0)
        return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    *ret_size = size;
    return true;
}

static bool plain_only(struct reader *reader, const yaml_event_t *event, const yaml_char_t *anchor,
                       const yaml_char_t *tag) {
    if (anchor && !reader->anchors) return refuse(reader, event, "anchors are not supported");
    if (tag) return refuse(reader, event, "tags are not supported");
    return true;
}

static bool read_scalar(struct reader *reader, const yaml_event_t *event, json_t **ret_value) {
    const char *text = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;

    if (!plain_only(reader, event, event->data.scalar.anchor, event->data.scalar.tag)) return false;
    if (memchr(text, '\0', size)) return refuse(reader, event, "a text holds a NUL byte");
    json_t *value = json_stringn(text, size);
    if (!value) return refuse(reader, event, "a text is not UTF-8");
    *ret_value = value;
    return true;
}

/* One key and its value into `object`. */
static bool read_member(struct reader *reader, const yaml_event_t *key, json_t *object) {
    const char *name;
    json_t *name_value, *value;
    yaml_event_t event;
    size_t size;

    if (key->type != YAML_SCALAR_EVENT) return refuse(reader, key, "a key must be a plain text");
    if (!read_scalar(reader, key, &name_value)) return false;
    name = json_string_value(name_value);
    bool ok = json_object_get(object, name) ? refuse(reader, key, "this key stands here twice")
                                            : enter(reader, key, name, &size);
    if (ok && (ok = next_event(reader, &event))) {
        ok = read_node(reader, &event, &value);
        yaml_event_delete(&event);
        reader->path[size] = '\0';
        if (ok && json_object_set_new(object, name, value) != 0)
            ok = err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    }
    json_decref(name_value);
    return ok;
}

static bool read_mapping(struct reader *reader, json_t *object) {
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event)) return false;
        bool end = event.type == YAML_MAPPING_END_EVENT;
        bool ok = end || read_member(reader, &event, object);
        yaml_event_delete(&event);
        if (end || !ok) return ok;
    }
}

static bool read_element(struct reader *reader, const yaml_event_t *event, json_t *array) {
    char index[24];
    json_t *value;
    size_t size;

    snprintf(index, sizeof index, "%zu", json_array_size(array));
    if (!enter(reader, event, index, &size)) return false;
    bool ok = read_node(reader, event, &value);
    reader->path[size] = '\0';
    if (ok && json_array_append_new(array, value) != 0)
        ok = err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    return ok;
}

static bool read_sequence(struct reader *reader, json_t *array) {
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event)) return false;
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        bool ok = end || read_element(reader, &event, array);
        yaml_event_delete(&event);
        if (end || !ok) return ok;
    }
}

static const char *anchor_of(const yaml_event_t *event) {
    const yaml_char_t *anchor = event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
                                : event->type == YAML_MAPPING_START_EVENT
                                    ? event->data.mapping_start.anchor
                                    : event->data.sequence_start.anchor;
    return (const char *)anchor;
}

/* Counts values, and refuses what would be too deep or too much: aliases of aliases grow without
 * bound. */
static bool is_small(const json_t *value, int depth, size_t *count) {
    const char *name;
    json_t *member;
    size_t i;
    if (depth > YAMLTEXT_DEPTH_MAX || ++*count > YAMLTEXT_COPIED_MAX) return false;
    json_object_foreach((json_t *)(uintptr_t)value, name, member) {
        if (!is_small(member, depth + 1, count)) return false;
    }
    json_array_foreach(value, i, member) {
        if (!is_small(member, depth + 1, count)) return false;
    }
    return true;
}

/* A copy of what the anchor stands for. */
static bool read_alias(struct reader *reader, const yaml_event_t *event, json_t **ret_value) {
    const char *name = (const char *)event->data.alias.anchor;
    const json_t *anchored = reader->anchors ? json_object_get(reader->anchors, name) : NULL;
    if (!reader->anchors) return refuse(reader, event, "aliases are not supported");
    if (!anchored) return refuse(reader, event, "there is no such anchor before it");
    if (!is_small(anchored, reader->depth + 1, &reader->copied))
        return refuse(reader, event, "aliases make it too large or too deep");
    json_t *copy = json_deep_copy(anchored);
    if (!copy) return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    *ret_value = copy;
    return true;
}

static bool read_nested(struct reader *reader, const yaml_event_t *event, json_t **ret_value) {
    bool mapping = event->type == YAML_MAPPING_START_EVENT;

    if (mapping ? !plain_only(reader, event, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag)
                : !plain_only(reader, event, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag))
        return false;
    if (reader->depth == YAMLTEXT_DEPTH_MAX) return refuse(reader, event, "nested too deeply");
    json_t *value = mapping ? json_object() : json_array();
    if (!value) return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    reader->depth++;
    bool ok = mapping ? read_mapping(reader, value) : read_sequence(reader, value);
    reader->depth--;
    if (ok) *ret_value = value;
    else json_decref(value);
    return ok;
}

static bool read_node(struct reader *reader, const yaml_event_t *event, json_t **ret_value) {
    bool scalar = event->type == YAML_SCALAR_EVENT;
    json_t *value;

    if (event->type == YAML_ALIAS_EVENT) return read_alias(reader, event, ret_value);
    if (!(scalar ? read_scalar(reader, event, &value) : read_nested(reader, event, &value)))
        return false;
    if (reader->anchors && anchor_of(event) &&
        json_object_set(reader->anchors, anchor_of(event), value) != 0) {
        json_decref(value);
        return refuse(reader, event, "an anchor has no proper name");
    }
    *ret_value = value;
    return true;
}

/* The stream must be one document, or nothing at all. */
static bool read_stream(struct reader *reader, json_t **ret_root) {
    json_t *root = NULL;
    bool ok = true, end = false;

    while (ok && !end) {
        yaml_event_t event;
        if (!next_event(reader, &event)) {
            ok = false;
            break;
        }
        if (event.type == YAML_STREAM_END_EVENT) end = true;
        else if (event.type == YAML_DOCUMENT_START_EVENT && root)
            ok = refuse(reader, &event, "a second document is not supported");
        else if (event.type == YAML_MAPPING_START_EVENT) ok = read_node(reader, &event, &root);
        else if (event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT &&
                 event.type != YAML_DOCUMENT_END_EVENT)
            ok = refuse(reader, &event, "names with values (\"key: value\") are expected here");
        yaml_event_delete(&event);
    }
    if (ok && !root && !(root = json_object()))
        ok = err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    if (ok) *ret_root = root;
    else json_decref(root);
    return ok;
}

static bool load(struct reader *reader, const char *text, size_t size, json_t **ret_root,
                 json_t **ret_lines) {
    if (size > YAMLTEXT_SIZE_MAX)
        return err_set(reader->err, ERR_CONFIG, "%s: longer than %u bytes.", reader->name,
                       YAMLTEXT_SIZE_MAX);
    if (!(reader->lines = json_object()))
        return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    if (!yaml_parser_initialize(&reader->parser)) {
        json_decref(reader->lines);
        return err_set(reader->err, ERR_LIMIT, "%s: no memory.", reader->name);
    }
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text, size);
    bool ok = read_stream(reader, ret_root);
    yaml_parser_delete(&reader->parser);
    if (ok && ret_lines) *ret_lines = reader->lines;
    else json_decref(reader->lines);
    return ok;
}

bool yamltext_load(const char *text, size_t size, const char *name, json_t **ret_root,
                   json_t **ret_lines, struct err *err) {
    struct reader reader = { .name = name, .err = err };
    return load(&reader, text, size, ret_root, ret_lines);
}

bool yamltext_load_aliased(const char *text, size_t size, const char *name, json_t **ret_root,
                           struct err *err) {
    struct reader reader = { .name = name, .err = err };
    if (!(reader.anchors = json_object())) return err_set(err, ERR_LIMIT, "%s: no memory.", name);
    bool ok = load(&reader, text, size, ret_root, NULL);
    json_decref(reader.anchors);
    return ok;
}

int yamltext_line(const json_t *lines, const char *path) {
    return (int)json_integer_value(json_object_get(lines, path));
}
