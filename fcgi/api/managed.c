/* SPDX-License-Identifier: MIT */
#include "managed.h"

#include <stdlib.h>
#include <string.h>

#include "../config.h"

static bool not_managed(const struct config *config, const char *database, struct err *err) {
    char all[256] = "";
    for (int i = 0; i < config->postgres.managed_databases.count; i++) {
        const char *name = config->postgres.managed_databases.items[i];
        if (strlen(all) + strlen(name) + 3 >= sizeof all) break;
        if (*all) strcat(all, ", ");
        strcat(all, name);
    }
    return err_set(err, ERR_NOT_FOUND, "The database \"%.63s\" is not managed here. Managed: %s.",
                   database, all);
}

bool managed_at(const struct call *call, const char *database, struct db_at *ret_at,
                struct err *err) {
    const struct config *config = call->services->config;
    const struct request *request = call->request;
    if (!database) database = config->postgres.managed_databases.items[0];
    if (!config_manages(config, database)) return not_managed(config, database, err);
    *ret_at = (struct db_at){ .role = DB_MONITOR,
                              .database = database,
                              .target = DB_PRIMARY,
                              .deadline_ms = request->deadline_ms,
                              .client_socket = request_socket(request),
                              .request_id = request->id };
    return true;
}

bool managed_defer(const struct call *call, json_t *json, struct err *err) {
    return (json && request_keep(call->request, json)) ||
           err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

bool managed_databases(const struct call *call, const char **ret_json, struct err *err) {
    const struct config_list *databases = &call->services->config->postgres.managed_databases;
    json_t *names = json_array();
    bool ok = names;
    for (int i = 0; ok && i < databases->count; i++)
        ok = json_array_append_new(names, json_string(databases->items[i])) == 0;
    char *text = ok ? json_dumps(names, JSON_COMPACT) : NULL;
    const char *copy = text ? arena_strdup(call->request->arena, text) : NULL;
    free(text);
    json_decref(names);
    if (!copy) return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    *ret_json = copy;
    return true;
}

const char *managed_short(const struct call *call, const char *text, size_t size_max) {
    if (strlen(text) <= size_max) return text;
    while (size_max > 0 && ((unsigned char)text[size_max] & 0xC0) == 0x80) size_max--;
    const char *cut = arena_printf(call->request->arena, "%.*s…", (int)size_max, text);
    return cut ? cut : "";
}

bool managed_check_length(const char *field, const char *text, size_t characters_max,
                          struct err *err) {
    size_t characters = 0;
    for (const char *byte = text; byte && *byte; byte++)
        characters += ((unsigned char)*byte & 0xC0) != 0x80;
    return characters <= characters_max ||
           err_field(err, field, "%s has more than %zu characters", field, characters_max);
}
