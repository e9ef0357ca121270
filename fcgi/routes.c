/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include <string.h>

#include "api/api.h"
#include "metrics.h"

/* clang-format off */
static const struct route table[] = {
    { .method = METHOD_POST, .path = "/auth/login", .needs = NEEDS_NOTHING, .audit = "auth.login",
      .fields = login_fields, .handle = api_login },
    { .method = METHOD_POST, .path = "/auth/refresh", .needs = NEEDS_NOTHING, .audit = "auth.refresh",
      .handle = api_refresh },
    { .method = METHOD_POST, .path = "/auth/logout", .needs = NEEDS_SUPERADMIN, .audit = "auth.logout",
      .handle = api_logout },
    { .method = METHOD_GET, .path = "/auth/me", .needs = NEEDS_SUPERADMIN, .handle = api_me },

    { .method = METHOD_GET, .path = "/database/overview", .needs = NEEDS_SUPERADMIN, .fields = overview_fields,
      .handle = api_overview },
    { .method = METHOD_GET, .path = "/database/tables", .needs = NEEDS_SUPERADMIN, .fields = tables_fields,
      .handle = api_tables },
    { .method = METHOD_GET, .path = "/database/tables/{table_name}", .needs = NEEDS_SUPERADMIN, .fields = table_fields,
      .handle = api_table },
    { .method = METHOD_GET, .path = "/database/schema", .needs = NEEDS_SUPERADMIN, .fields = schema_fields,
      .handle = api_schema },
    { .method = METHOD_GET, .path = "/database/performance", .needs = NEEDS_SUPERADMIN, .fields = performance_fields,
      .handle = api_performance },

    { .method = METHOD_POST, .path = "/database/query", .needs = NEEDS_SUPERADMIN, .audit = "database.query",
      .fields = query_fields, .handle = api_query, .streams = true },
    { .method = METHOD_POST, .path = "/database/query/explain", .needs = NEEDS_SUPERADMIN,
      .audit = "database.explain", .fields = explain_fields, .handle = api_explain, .streams = true },
    { .method = METHOD_POST, .path = "/database/query/{id}/cancel", .needs = NEEDS_SUPERADMIN,
      .audit = "database.query.cancel", .fields = query_cancel_fields, .handle = api_query_cancel },
    { .method = METHOD_GET, .path = "/database/query/history", .needs = NEEDS_SUPERADMIN,
      .fields = query_history_fields, .handle = api_query_history },
    { .method = METHOD_POST, .path = "/database/query/self-test", .needs = NEEDS_SUPERADMIN,
      .audit = "database.query.self_test", .fields = self_test_fields, .handle = api_self_test, .streams = true },

    { .method = METHOD_GET, .path = "/database/sessions", .needs = NEEDS_SUPERADMIN, .fields = sessions_fields,
      .handle = api_sessions },
    { .method = METHOD_POST, .path = "/database/sessions/{pid}/cancel", .needs = NEEDS_SUPERADMIN,
      .confirm = session_cancel_impact, .audit = "database.session.cancel", .fields = session_fields,
      .handle = api_session_cancel },
    { .method = METHOD_POST, .path = "/database/sessions/{pid}/terminate", .needs = NEEDS_SUPERADMIN,
      .confirm = session_terminate_impact, .audit = "database.session.terminate", .fields = session_fields,
      .handle = api_session_terminate },

    { .method = METHOD_GET, .path = "/database/maintenance/advice", .needs = NEEDS_SUPERADMIN,
      .fields = advice_fields, .handle = api_advice },
    { .method = METHOD_POST, .path = "/database/maintenance/{operation}", .needs = NEEDS_SUPERADMIN,
      .confirm = maintenance_impact, .audit = "database.maintenance", .fields = maintenance_fields,
      .handle = api_maintenance },

    { .method = METHOD_GET, .path = "/database/pitr", .needs = NEEDS_SUPERADMIN, .handle = api_pitr },
    { .method = METHOD_POST, .path = "/database/pitr/backup", .needs = NEEDS_SUPERADMIN,
      .audit = "database.pitr.backup", .handle = api_pitr_backup },
    { .method = METHOD_POST, .path = "/database/pitr/restore", .needs = NEEDS_SUPERADMIN,
      .audit = "database.pitr.restore", .fields = pitr_restore_fields, .handle = api_pitr_restore },
    { .method = METHOD_POST, .path = "/database/pitr/instances/{id}/remove", .needs = NEEDS_SUPERADMIN,
      .confirm = pitr_remove_impact, .audit = "database.pitr.remove", .fields = pitr_instance_fields,
      .handle = api_pitr_remove },

    { .method = METHOD_GET, .path = "/database/jobs", .needs = NEEDS_SUPERADMIN, .fields = jobs_fields,
      .handle = api_jobs },
    { .method = METHOD_GET, .path = "/database/jobs/{id}", .needs = NEEDS_SUPERADMIN, .fields = job_fields,
      .handle = api_job },
    { .method = METHOD_POST, .path = "/database/jobs/{id}/cancel", .needs = NEEDS_SUPERADMIN,
      .audit = "database.job.cancel", .fields = job_fields, .handle = api_job_cancel },

    { .method = METHOD_POST, .path = "/database/backup", .needs = NEEDS_SUPERADMIN, .audit = "database.backup",
      .fields = backup_create_fields, .handle = api_backup_create },
    { .method = METHOD_GET, .path = "/database/backups", .needs = NEEDS_SUPERADMIN, .fields = backups_fields,
      .handle = api_backups },
    { .method = METHOD_GET, .path = "/database/backups/summary", .needs = NEEDS_SUPERADMIN,
      .handle = api_backup_summary },
    { .method = METHOD_GET, .path = "/database/backups/{id}", .needs = NEEDS_SUPERADMIN, .fields = backup_fields,
      .handle = api_backup },
    { .method = METHOD_PATCH, .path = "/database/backups/{id}", .needs = NEEDS_SUPERADMIN,
      .audit = "database.backup.change", .fields = backup_change_fields, .handle = api_backup_change },
    { .method = METHOD_DELETE, .path = "/database/backups/{id}", .needs = NEEDS_SUPERADMIN,
      .confirm = backup_delete_impact, .audit = "database.backup.delete", .fields = backup_fields,
      .handle = api_backup_delete },
    { .method = METHOD_GET, .path = "/database/backups/{id}/download", .needs = NEEDS_SUPERADMIN,
      .audit = "database.backup.download", .fields = backup_fields, .handle = api_backup_download },

    { .method = METHOD_GET, .path = "/database/schedules", .needs = NEEDS_SUPERADMIN, .fields = schedules_fields,
      .handle = api_schedules },
    { .method = METHOD_POST, .path = "/database/schedules", .needs = NEEDS_SUPERADMIN,
      .audit = "database.schedule.create", .fields = schedule_create_fields, .handle = api_schedule_create },
    { .method = METHOD_GET, .path = "/database/schedules/{id}", .needs = NEEDS_SUPERADMIN, .fields = schedule_fields,
      .handle = api_schedule },
    { .method = METHOD_PUT, .path = "/database/schedules/{id}", .needs = NEEDS_SUPERADMIN,
      .audit = "database.schedule.change", .fields = schedule_put_fields, .handle = api_schedule_put },
    { .method = METHOD_DELETE, .path = "/database/schedules/{id}", .needs = NEEDS_SUPERADMIN,
      .confirm = schedule_delete_impact, .audit = "database.schedule.delete", .fields = schedule_fields,
      .handle = api_schedule_delete },
    { .method = METHOD_GET, .path = "/database/retention", .needs = NEEDS_SUPERADMIN, .fields = retention_fields,
      .handle = api_retention },

    { .method = METHOD_GET, .path = "/audit", .needs = NEEDS_SUPERADMIN, .fields = audit_fields, .handle = api_audit },
    { .method = METHOD_GET, .path = "/audit/verify", .needs = NEEDS_SUPERADMIN, .audit = "audit.verify",
      .handle = api_audit_verify, .streams = true },
    { .method = METHOD_GET, .path = "/audit/export", .needs = NEEDS_SUPERADMIN, .audit = "audit.export",
      .handle = api_audit_export, .streams = true },

    { .method = METHOD_GET, .path = "/health/live", .needs = NEEDS_NOTHING, .handle = api_live },
    { .method = METHOD_GET, .path = "/health/ready", .needs = NEEDS_NOTHING, .handle = api_ready },
    { .method = METHOD_GET, .path = "/metrics", .needs = NEEDS_INTERNAL, .handle = api_metrics },
};
/* clang-format on */
#define ROUTES ((int)(sizeof table / sizeof table[0]))
_Static_assert(sizeof table / sizeof table[0] <= METRICS_ROUTES_MAX,
               "metrics have a row for every route");

bool routes_check(struct err *err) {
    for (int i = 0; i < ROUTES; i++) {
        if (table[i].needs == NEEDS_UNDECIDED)
            return err_set(err, ERR_INTERNAL, "route %s has no permission", table[i].path);
        if (table[i].confirm && !table[i].audit)
            return err_set(err, ERR_INTERNAL, "route %s has no audit", table[i].path);
    }
    return true;
}

int routes_count(void) {
    return ROUTES;
}

int routes_index(const struct route *route) {
    return route ? (int)(route - table) : -1;
}

const struct route *routes_at(int index) {
    return index >= 0 && index < ROUTES ? &table[index] : NULL;
}

/* Matches segment by segment; remembers where the parameters stand. A literal segment never matches
 * an encoded one. */
static int match(const char *pattern, const char *path, const char *starts[], size_t sizes[]) {
    int count = 0;
    while (*pattern || *path) {
        if (*pattern != '/' || *path != '/') return -1;
        size_t pattern_size = strcspn(++pattern, "/"), path_size = strcspn(++path, "/");
        if (*pattern == '{') {
            if (path_size == 0 || count == ROUTES_PARAMETERS_MAX) return -1;
            starts[count] = path;
            sizes[count++] = path_size;
        } else if (pattern_size != path_size || memcmp(pattern, path, path_size) != 0) return -1;
        pattern += pattern_size;
        path += path_size;
    }
    return count;
}

const char *routes_method_name(enum request_method method) {
    static const char *const names[] = { "", "GET", "POST", "PUT", "PATCH", "DELETE" };
    return names[method];
}

/* Literal rows win over rows with parameters: fewer parameters is the better match. */
bool routes_find(const struct request *request, const struct route **ret_route,
                 const char *ret_values[ROUTES_PARAMETERS_MAX], const char **ret_allow,
                 struct err *err) {
    const struct route *best = NULL;
    const char *starts[ROUTES_PARAMETERS_MAX], *best_starts[ROUTES_PARAMETERS_MAX], *allow = NULL;
    size_t sizes[ROUTES_PARAMETERS_MAX], best_sizes[ROUTES_PARAMETERS_MAX];
    int best_count = ROUTES_PARAMETERS_MAX + 1;
    for (int i = 0; i < ROUTES; i++) {
        int count = match(table[i].path, request->path, starts, sizes);
        if (count < 0) continue;
        if (table[i].method != request->method) {
            const char *name = routes_method_name(table[i].method);
            const char *longer = allow ? arena_printf(request->arena, "%s, %s", allow, name) : name;
            if (longer) allow = longer;
        } else if (count < best_count) {
            best = &table[i];
            best_count = count;
            memcpy(best_starts, starts, sizeof starts);
            memcpy(best_sizes, sizes, sizeof sizes);
        }
    }
    if (!best && allow) {
        *ret_allow = allow;
        return err_set(err, ERR_METHOD, "%.16s is not allowed here; allowed: %s",
                       request->method_name, allow);
    }
    if (!best) return err_set(err, ERR_NOT_FOUND, "there is nothing at this path");
    for (int i = 0; i < best_count; i++) {
        ret_values[i] = request_decode(request->arena, best_starts[i], best_sizes[i], false);
        if (!ret_values[i])
            return err_set(err, ERR_BAD_REQUEST, "the path is not percent-encoded UTF-8");
    }
    *ret_route = best;
    return true;
}
