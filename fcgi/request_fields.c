/* SPDX-License-Identifier: MIT */
/* Declared fields: what a handler may see of a request, checked in one place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "request.h"

static const struct field *find(const struct field *fields, enum field_place place,
                                const char *name) {
    for (; fields && fields->name; fields++)
        if (fields->place == place && strcmp(fields->name, name) == 0) return fields;
    return NULL;
}

static bool check_size(const struct field *field, size_t size, struct err *err) {
    if ((int64_t)size < field->min)
        return err_field(err, field->name, "%s is too short or empty", field->name);
    if (field->max > 0 && (int64_t)size > field->max)
        return err_field(err, field->name, "%s has more than %lld bytes", field->name,
                         (long long)field->max);
    return true;
}

static bool check_integer(const struct field *field, int64_t value, struct err *err) {
    if (value < field->min || value > field->max)
        return err_field(err, field->name, "%s must be between %lld and %lld", field->name,
                         (long long)field->min, (long long)field->max);
    return true;
}

static bool check_enum(const struct field *field, const char *value, struct err *err) {
    char all[256] = "";
    for (const char *const *choice = field->choices; *choice; choice++) {
        if (strcmp(*choice, value) == 0) return true;
        if (strlen(all) + strlen(*choice) + 3 < sizeof all) {
            if (*all) strcat(all, ", ");
            strcat(all, *choice);
        }
    }
    return err_field(err, field->name, "%s must be one of: %s", field->name, all);
}

static bool check_strings(const struct field *field, const json_t *value, struct err *err) {
    size_t i;
    json_t *item;
    if (!json_is_array(value))
        return err_field(err, field->name, "%s must be an array of strings", field->name);
    if (!check_size(field, json_array_size(value), err)) return false;
    json_array_foreach(value, i, item) {
        if (!json_is_string(item))
            return err_field(err, field->name, "%s must be an array of strings", field->name);
    }
    return true;
}

static bool check_json(const struct field *field, const json_t *value, struct err *err) {
    switch (field->type) {
    case FIELD_STRING:
        if (!json_is_string(value))
            return err_field(err, field->name, "%s must be a string", field->name);
        return check_size(field, json_string_length(value), err);
    case FIELD_INTEGER:
        if (!json_is_integer(value))
            return err_field(err, field->name, "%s must be an integer", field->name);
        return check_integer(field, json_integer_value(value), err);
    case FIELD_BOOLEAN:
        if (!json_is_boolean(value))
            return err_field(err, field->name, "%s must be true or false", field->name);
        return true;
    case FIELD_ENUM:
        if (!json_is_string(value))
            return err_field(err, field->name, "%s must be a string", field->name);
        return check_enum(field, json_string_value(value), err);
    case FIELD_STRINGS: return check_strings(field, value, err);
    case FIELD_OBJECT:
        return json_is_object(value) ||
               err_field(err, field->name, "%s must be an object", field->name);
    }
    return err_set(err, ERR_INTERNAL, "field %s has no type", field->name);
}

/* A text of the query string, the path or a preset as a JSON value of the field's type. */
static json_t *from_text(const struct field *field, const char *text, struct err *err) {
    if (field->type == FIELD_INTEGER) {
        char *end;
        errno = 0;
        long long value = strtoll(text, &end, 10);
        bool plain = *text == '-' ? text[1] >= '0' && text[1] <= '9' : *text >= '0' && *text <= '9';
        if (!plain || *end || errno) {
            (void)err_field(err, field->name, "%s must be an integer", field->name);
            return NULL;
        }
        return json_integer(value);
    }
    if (field->type == FIELD_BOOLEAN) {
        if (strcmp(text, "true") == 0) return json_true();
        if (strcmp(text, "false") == 0) return json_false();
        (void)err_field(err, field->name, "%s must be true or false", field->name);
        return NULL;
    }
    return json_string(text);
}

static bool set(struct request *request, const struct field *field, json_t *value,
                struct err *err) {
    if (!value) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!check_json(field, value, err)) {
        json_decref(value);
        return false;
    }
    if (json_object_set_new(request->fields, field->name, value) != 0)
        return err_set(err, ERR_LIMIT, "out of request memory");
    return true;
}

static bool read_query_pair(struct request *request, const struct field *fields, const char *pair,
                            size_t size, struct err *err) {
    const char *equals = memchr(pair, '=', size);
    size_t name_size = equals ? (size_t)(equals - pair) : size;
    const char *name = request_decode(request->arena, pair, name_size, true);
    const char *value =
        equals ? request_decode(request->arena, equals + 1, size - name_size - 1, true) : "";
    if (!name || !value)
        return err_set(err, ERR_BAD_REQUEST, "the query string is not percent-encoded UTF-8");
    const struct field *field = find(fields, FIELD_QUERY, name);
    if (!field) return err_field(err, name, "there is no query parameter of that name here");
    if (json_object_get(request->fields, name))
        return err_field(err, name, "%s is given twice", name);
    return set(request, field, from_text(field, value, err), err);
}

static bool read_query(struct request *request, const struct field *fields, struct err *err) {
    for (const char *pair = request->query; *pair;) {
        size_t size = strcspn(pair, "&");
        if (size > 0 && !read_query_pair(request, fields, pair, size, err)) return false;
        pair += size + (pair[size] == '&');
    }
    return true;
}

static bool read_body(struct request *request, const struct field *fields, struct err *err) {
    const char *name;
    json_t *value;
    json_object_foreach(request->body, name, value) {
        const struct field *field = find(fields, FIELD_BODY, name);
        if (!field) return err_field(err, name, "there is no field of that name here");
        if (!set(request, field, json_incref(value), err)) return false;
    }
    return true;
}

static bool fill_in(struct request *request, const struct field *fields, struct err *err) {
    for (const struct field *field = fields; field && field->name; field++) {
        if (json_object_get(request->fields, field->name)) continue;
        if (field->required) return err_field(err, field->name, "%s is missing", field->name);
        if (field->preset && !set(request, field, from_text(field, field->preset, err), err))
            return false;
    }
    return true;
}

bool request_fields(struct request *request, const struct field *fields,
                    const char *const *path_values, struct err *err) {
    request->fields = json_object();
    if (!request->fields || !request_keep(request, request->fields)) {
        request->fields = NULL;
        return err_set(err, ERR_LIMIT, "out of request memory");
    }
    for (const struct field *field = fields; field && field->name; field++)
        if (field->place == FIELD_PATH &&
            !set(request, field, from_text(field, *path_values++, err), err))
            return false;
    return read_query(request, fields, err) && read_body(request, fields, err) &&
           fill_in(request, fields, err);
}

const char *request_string(const struct request *request, const char *name) {
    return json_string_value(json_object_get(request->fields, name));
}

int64_t request_integer(const struct request *request, const char *name) {
    const json_t *value = json_object_get(request->fields, name);
    return value ? json_integer_value(value) : -1;
}

bool request_boolean(const struct request *request, const char *name) {
    return json_is_true(json_object_get(request->fields, name));
}

bool request_time(const struct request *request, const char *name, int64_t *ret_s,
                  struct err *err) {
    const char *text = request_string(request, name);
    struct tm utc = { .tm_year = 0 };
    if (!text) return true;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (rest && *rest == '.') rest += 1 + strspn(rest + 1, "0123456789");
    if (!rest || strcmp(rest, "Z") != 0)
        return err_field(err, name, "%s must be a time in UTC, like 2026-11-23T08:00:00Z", name);
    *ret_s = (int64_t)timegm(&utc);
    return true;
}

const json_t *request_strings(const struct request *request, const char *name) {
    return json_object_get(request->fields, name);
}

const json_t *request_object(const struct request *request, const char *name) {
    return json_object_get(request->fields, name);
}

bool request_has(const struct request *request, const char *name) {
    return json_object_get(request->fields, name) != NULL;
}
