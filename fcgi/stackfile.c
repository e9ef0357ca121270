/* SPDX-License-Identifier: MIT */
#include "stackfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yamltext.h"

#define VALUE_MAX 8192
#define DEPTH_MAX 24

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for the stack file.");
}

const json_t *stackfile_at(const json_t *value, const char *path) {
    while (value && *path) {
        size_t size = strcspn(path, ".");
        value = json_object_getn(value, path, size);
        path += size + (path[size] == '.');
    }
    return value;
}

const char *stackfile_text(const json_t *value, const char *path) {
    return json_string_value(stackfile_at(value, path));
}

/* -- variables --------------------------------------------------------------------------------- */

struct out {
    char text[VALUE_MAX];
    size_t size;
};

static void put(struct out *out, const char *text, size_t size) {
    if (size > VALUE_MAX - 1 - out->size) size = VALUE_MAX - 1 - out->size;
    memcpy(out->text + out->size, text, size);
    out->size += size;
    out->text[out->size] = '\0';
}

static size_t name_size(const char *text) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return strspn(text, letters);
}

/* "$$", "$NAME", "${NAME}", "${NAME:-preset}", "${NAME-preset}"; what follows it. */
static const char *put_variable(struct out *out, const char *text) {
    bool brace = text[1] == '{';
    const char *name = text + (brace ? 2 : 1), *end, *preset = NULL, *value;
    size_t size = name_size(name);
    char copy[128];
    if (text[1] == '$') {
        put(out, "$", 1);
        return text + 2;
    }
    end = brace ? strchr(name, '}') : name + size;
    if (!size || !end || size >= sizeof copy) {
        put(out, text, 1);
        return text + 1;
    }
    memcpy(copy, name, size);
    copy[size] = '\0';
    value = getenv(copy);
    if (brace && strncmp(name + size, ":-", 2) == 0) preset = name + size + 2;
    else if (brace && name[size] == '-') preset = name + size + 1;
    if (value && (*value || !preset)) put(out, value, strlen(value));
    else if (preset) put(out, preset, (size_t)(end - preset));
    else put(out, text, (size_t)(end - text) + brace);
    return end + brace;
}

static json_t *replaced(const char *text) {
    struct out out = { .size = 0 };
    while (*text) {
        size_t plain = strcspn(text, "$");
        put(&out, text, plain);
        text += plain;
        if (*text) text = put_variable(&out, text);
    }
    return json_string(out.text);
}

/* -- merges ------------------------------------------------------------------------------------ */

static bool settle(json_t *value, int depth);

/* What "<<" names goes below what the mapping says itself. */
static bool merge(json_t *object) {
    json_t *merged = json_object_get(object, "<<"), *entry;
    size_t i;
    bool ok = true;
    if (!merged) return true;
    json_incref(merged);
    if (json_is_object(merged)) ok = json_object_update_missing(object, merged) == 0;
    json_array_foreach(merged, i, entry) {
        ok = ok && (!json_is_object(entry) || json_object_update_missing(object, entry) == 0);
    }
    json_decref(merged);
    (void)json_object_del(object, "<<");
    return ok;
}

static bool settle_object(json_t *object, int depth) {
    const char *name;
    json_t *member;
    void *next;
    if (!merge(object)) return false;
    json_object_foreach_safe(object, next, name, member) {
        if (json_is_string(member)) {
            if (json_object_set_new(object, name, replaced(json_string_value(member))) != 0)
                return false;
        } else if (!settle(member, depth + 1)) return false;
    }
    return true;
}

static bool settle(json_t *value, int depth) {
    size_t i;
    json_t *element;
    if (depth > DEPTH_MAX) return false;
    if (json_is_object(value)) return settle_object(value, depth);
    json_array_foreach(value, i, element) {
        if (json_is_string(element)) {
            if (json_array_set_new(value, i, replaced(json_string_value(element))) != 0)
                return false;
        } else if (!settle(element, depth + 1)) return false;
    }
    return true;
}

/* -- the file ---------------------------------------------------------------------------------- */

static void drop_json(void *json) {
    json_decref(json);
}

static const char *read_text(struct arena *arena, const char *path, size_t *ret_size,
                             struct err *err) {
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0 || stat.st_size > (off_t)YAMLTEXT_SIZE_MAX) {
        (void)err_set(err, ERR_CONFIG, "%s: %s", path, fd < 0 ? strerror(errno) : "too large");
        if (fd >= 0) close(fd);
        return NULL;
    }
    size_t room = (size_t)stat.st_size, size = 0;
    char *text = arena_alloc(arena, room + 1);
    ssize_t got = 1;
    while (text && size < room && (got = read(fd, text + size, room - size)) > 0)
        size += (size_t)got;
    close(fd);
    if (!text || got < 0) {
        (void)err_set(err, ERR_CONFIG, "%s: cannot be read", path);
        return NULL;
    }
    *ret_size = size;
    return text;
}

bool stackfile_load(struct arena *arena, const char *path, const char *stack,
                    struct stackfile *ret_file, struct err *err) {
    size_t size;
    json_t *root;
    const char *text = read_text(arena, path, &size, err), *slash = strrchr(path, '/');
    if (!text || !yamltext_load_aliased(text, size, path, &root, err)) return false;
    if (!arena_defer(arena, drop_json, root)) return no_memory(err);
    if (!settle(root, 0)) return err_set(err, ERR_CONFIG, "%s: nested too deeply", path);
    const json_t *services = json_object_get(root, "services");
    if (!json_is_object(services))
        return err_set(err, ERR_CONFIG, "%s: there are no services in it", path);
    const char *folder =
        slash ? arena_strndup(arena, path, (size_t)(slash - path)) : arena_strdup(arena, ".");
    if (!folder) return no_memory(err);
    *ret_file =
        (struct stackfile){ .root = root, .services = services, .stack = stack, .folder = folder };
    return true;
}

/* -- values ------------------------------------------------------------------------------------ */

double stackfile_seconds(const char *text) {
    static const struct {
        const char *unit;
        double seconds;
    } units[] = { { "ms", 1e-3 }, { "us", 1e-6 }, { "ns", 1e-9 },
                  { "h", 3600 },  { "m", 60 },    { "s", 1 } };
    double sum = 0;
    if (!text || !*text) return -1;
    while (*text) {
        char *end;
        double number = strtod(text, &end);
        size_t unit = 0, count = sizeof units / sizeof units[0];
        if (end == text) return -1;
        while (unit < count && strncmp(end, units[unit].unit, strlen(units[unit].unit)) != 0)
            unit++;
        if (unit == count) return *end || sum > 0 ? -1 : number;
        sum += number * units[unit].seconds;
        text = end + strlen(units[unit].unit);
    }
    return sum;
}

json_int_t stackfile_bytes(const char *text) {
    static const char letters[] = "bkmgt";
    char *end;
    if (!text || !*text) return -1;
    double number = strtod(text, &end);
    if (end == text || number < 0 || number > 1e15) return -1;
    const char *letter = *end ? strchr(letters, *end | 0x20) : letters;
    if (!letter || !*letter) return -1;
    for (const char *unit = letters; unit < letter; unit++) number *= 1024;
    return number > 1e18 ? -1 : (json_int_t)number;
}

const char *stackfile_name(struct arena *arena, const struct stackfile *file, const char *kind,
                           const char *key, bool *ret_external) {
    const json_t *entry = json_object_get(json_object_get(file->root, kind), key);
    const json_t *external = json_object_get(entry, "external");
    const char *name = stackfile_text(entry, "name");
    bool is_external =
        json_is_object(external) ||
        (json_is_string(external) && strcmp(json_string_value(external), "true") == 0);
    if (!name) name = stackfile_text(external, "name");
    *ret_external = is_external;
    if (name) return name;
    return is_external ? key : arena_printf(arena, "%s_%s", file->stack, key);
}

json_t *stackfile_names(struct arena *arena, const struct stackfile *file, const json_t *service,
                        const char *kind) {
    const json_t *used = json_object_get(service, kind), *entry;
    json_t *names = json_array();
    size_t i;
    const char *key;
    bool unused;
    if (json_is_object(used)) {
        json_object_foreach((json_t *)(uintptr_t)used, key, entry)(void) json_array_append_new(
            names, json_string(stackfile_name(arena, file, kind, key, &unused)));
    }
    json_array_foreach(used, i, entry) {
        key = json_is_string(entry) ? json_string_value(entry) : stackfile_text(entry, "source");
        if (key)
            (void)json_array_append_new(
                names, json_string(stackfile_name(arena, file, kind, key, &unused)));
    }
    if (!used && strcmp(kind, "networks") == 0)
        (void)json_array_append_new(
            names, json_string(stackfile_name(arena, file, kind, "default", &unused)));
    return names;
}

/* "8080:80", "80", "8080:80/udp": an address before it is not taken by stacks. */
static json_t *short_port(const char *text) {
    char *end;
    long first = strtol(text, &end, 10), target = first;
    if (*end == ':') target = strtol(end + 1, &end, 10);
    else first = 0;
    return json_pack("{s:I, s:I, s:s, s:s}", "published", (json_int_t)first, "target",
                     (json_int_t)target, "protocol", *end == '/' ? end + 1 : "tcp", "mode",
                     "ingress");
}

json_t *stackfile_ports(const json_t *service) {
    json_t *ports = json_array();
    size_t i;
    const json_t *port;
    json_array_foreach(json_object_get(service, "ports"), i, port) {
        const char *published = stackfile_text(port, "published");
        const char *target = stackfile_text(port, "target");
        const char *protocol = stackfile_text(port, "protocol"),
                   *mode = stackfile_text(port, "mode");
        if (json_is_string(port)) {
            (void)json_array_append_new(ports, short_port(json_string_value(port)));
            continue;
        }
        (void)json_array_append_new(
            ports, json_pack("{s:I, s:I, s:s, s:s}", "published",
                             (json_int_t)(published ? strtol(published, NULL, 10) : 0), "target",
                             (json_int_t)(target ? strtol(target, NULL, 10) : 0), "protocol",
                             protocol ? protocol : "tcp", "mode", mode ? mode : "ingress"));
    }
    return ports;
}
