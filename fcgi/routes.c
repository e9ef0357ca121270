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

    { .method = METHOD_POST, .path = "/database/restore", .needs = NEEDS_SUPERADMIN, .confirm = restore_impact,
      .audit = "database.restore", .fields = restore_fields, .handle = api_restore },
    { .method = METHOD_POST, .path = "/database/restore/{job_id}/swap", .needs = NEEDS_SUPERADMIN,
      .confirm = restore_swap_impact, .audit = "database.restore.swap", .fields = restore_id_fields,
      .handle = api_restore_swap },
    { .method = METHOD_POST, .path = "/database/restore/{job_id}/undo", .needs = NEEDS_SUPERADMIN,
      .confirm = restore_undo_impact, .audit = "database.restore.undo", .fields = restore_id_fields,
      .handle = api_restore_undo },
    { .method = METHOD_POST, .path = "/database/restore/{job_id}/discard", .needs = NEEDS_SUPERADMIN,
      .confirm = restore_discard_impact, .audit = "database.restore.discard", .fields = restore_id_fields,
      .handle = api_restore_discard },
    { .method = METHOD_PUT, .path = "/database/restore/{job_id}/keep", .needs = NEEDS_SUPERADMIN,
      .audit = "database.restore.keep", .fields = restore_keep_fields, .handle = api_restore_keep },
    { .method = METHOD_GET, .path = "/database/restores", .needs = NEEDS_SUPERADMIN, .fields = restores_fields,
      .handle = api_restores },
    { .method = METHOD_GET, .path = "/database/restores/{job_id}", .needs = NEEDS_SUPERADMIN,
      .fields = restore_id_fields, .handle = api_restore_get },
    { .method = METHOD_POST, .path = "/database/backups/{id}/drill", .needs = NEEDS_SUPERADMIN,
      .audit = "database.backup.drill", .fields = drill_fields, .handle = api_backup_drill },

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
    { .method = METHOD_POST, .path = "/database/backups/upload", .needs = NEEDS_SUPERADMIN,
      .audit = "database.backup.upload", .fields = upload_fields, .handle = api_upload, .streams = true,
      .relays = true },
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
      .audit = "database.schedule.create", .fields = &schedule_put_fields[1], .handle = api_schedule_create },
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

    { .method = METHOD_GET, .path = "/swarm/overview", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_overview },
    { .method = METHOD_GET, .path = "/swarm/nodes", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_nodes },
    { .method = METHOD_GET, .path = "/swarm/services", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_services },
    { .method = METHOD_GET, .path = "/swarm/services/{id}", .needs = NEEDS_SUPERADMIN, .fields = swarm_id_fields, .handle = api_swarm_service },
    { .method = METHOD_GET, .path = "/swarm/networks", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_networks },
    { .method = METHOD_GET, .path = "/swarm/secrets", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_secrets },
    { .method = METHOD_GET, .path = "/swarm/configs", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_configs },
    { .method = METHOD_GET, .path = "/swarm/drift", .needs = NEEDS_SUPERADMIN, .handle = api_swarm_drift },
    { .method = METHOD_POST, .path = "/swarm/services/{id}/update", .needs = NEEDS_SUPERADMIN,
      .confirm = swarm_update_impact, .audit = "swarm.service.update", .fields = swarm_update_fields,
      .handle = api_swarm_update },
    { .method = METHOD_POST, .path = "/swarm/services/{id}/rollback", .needs = NEEDS_SUPERADMIN,
      .confirm = swarm_rollback_impact, .audit = "swarm.service.rollback", .fields = swarm_id_fields,
      .handle = api_swarm_rollback },
    { .method = METHOD_POST, .path = "/swarm/services/{id}/scale", .needs = NEEDS_SUPERADMIN,
      .confirm = swarm_scale_impact, .audit = "swarm.service.scale", .fields = swarm_scale_fields,
      .handle = api_swarm_scale },
    { .method = METHOD_POST, .path = "/swarm/nodes/{id}/availability", .needs = NEEDS_SUPERADMIN,
      .confirm = swarm_availability_impact, .audit = "swarm.node.availability", .fields = swarm_availability_fields,
      .handle = api_swarm_availability },

    { .method = METHOD_GET, .path = "/replication", .needs = NEEDS_SUPERADMIN, .handle = api_replication },
    { .method = METHOD_POST, .path = "/replication/switchover", .needs = NEEDS_SUPERADMIN,
      .confirm = switchover_impact, .audit = "replication.switchover", .fields = switchover_fields, .handle = api_switchover },
    { .method = METHOD_POST, .path = "/replication/reinitialize", .needs = NEEDS_SUPERADMIN,
      .confirm = reinitialize_impact, .audit = "replication.reinitialize", .fields = reinitialize_fields, .handle = api_reinitialize },
    { .method = METHOD_POST, .path = "/replication/pause", .needs = NEEDS_SUPERADMIN,
      .confirm = pause_impact, .audit = "replication.pause", .handle = api_replication_pause },
    { .method = METHOD_POST, .path = "/replication/resume", .needs = NEEDS_SUPERADMIN,
      .audit = "replication.resume", .handle = api_replication_resume },

    { .method = METHOD_GET, .path = "/redis", .needs = NEEDS_SUPERADMIN, .handle = api_redis },
    { .method = METHOD_POST, .path = "/redis/failover", .needs = NEEDS_SUPERADMIN,
      .confirm = failover_impact, .audit = "redis.failover", .handle = api_redis_failover },

    { .method = METHOD_GET, .path = "/drills", .needs = NEEDS_SUPERADMIN, .handle = api_drills },
    { .method = METHOD_POST, .path = "/drills/{name}", .needs = NEEDS_SUPERADMIN, .confirm = drill_impact,
      .audit = "drill.run", .fields = drill_start_fields, .handle = api_drill_start },
    { .method = METHOD_GET, .path = "/drills/runs", .needs = NEEDS_SUPERADMIN,
      .fields = drill_runs_fields, .handle = api_drill_runs },
    { .method = METHOD_GET, .path = "/drills/runs/{id}", .needs = NEEDS_SUPERADMIN,
      .fields = drill_run_fields, .handle = api_drill_run },

    { .method = METHOD_GET, .path = "/topology", .needs = NEEDS_SUPERADMIN, .handle = api_topology },

    { .method = METHOD_GET, .path = "/metrics/query", .needs = NEEDS_SUPERADMIN,
      .fields = metrics_query_fields, .handle = api_metrics_query },
    { .method = METHOD_GET, .path = "/metrics/dashboard", .needs = NEEDS_SUPERADMIN,
      .fields = metrics_dashboard_fields, .handle = api_metrics_dashboard },
    { .method = METHOD_GET, .path = "/alerts", .needs = NEEDS_SUPERADMIN, .handle = api_alerts },
    { .method = METHOD_GET, .path = "/alerts/history", .needs = NEEDS_SUPERADMIN,
      .fields = alerts_history_fields, .handle = api_alerts_history },
    { .method = METHOD_GET, .path = "/alerts/silences", .needs = NEEDS_SUPERADMIN, .handle = api_silences },
    { .method = METHOD_POST, .path = "/alerts/silences", .needs = NEEDS_SUPERADMIN,
      .audit = "alerts.silence", .fields = silence_create_fields, .handle = api_silence_create },
    { .method = METHOD_DELETE, .path = "/alerts/silences/{id}", .needs = NEEDS_SUPERADMIN,
      .audit = "alerts.unsilence", .fields = silence_id_fields, .handle = api_silence_delete },

    { .method = METHOD_GET, .path = "/logs", .needs = NEEDS_SUPERADMIN,
      .fields = logs_fields, .handle = api_logs },
    { .method = METHOD_GET, .path = "/logs/download", .needs = NEEDS_SUPERADMIN,
      .audit = "logs.download", .fields = logs_fields, .handle = api_logs_download, .streams = true },
    { .method = METHOD_GET, .path = "/logs/tail", .needs = NEEDS_SUPERADMIN,
      .fields = logs_tail_fields, .handle = api_logs_tail, .streams = true },
    { .method = METHOD_GET, .path = "/trail/{request_id}", .needs = NEEDS_SUPERADMIN,
      .fields = trail_fields, .handle = api_trail },

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

/* How few parameters a row for this path has; -1: there is none. */
static int fewest(const char *path) {
    const char *starts[ROUTES_PARAMETERS_MAX];
    size_t sizes[ROUTES_PARAMETERS_MAX];
    int least = -1;
    for (int i = 0; i < ROUTES; i++) {
        int count = match(table[i].path, path, starts, sizes);
        if (count >= 0 && (least < 0 || count < least)) least = count;
    }
    return least;
}

/* Literal rows win over rows with parameters, whatever their methods: fewer parameters is the
 * better match. */
bool routes_find(const struct request *request, const struct route **ret_route,
                 const char *ret_values[ROUTES_PARAMETERS_MAX], const char **ret_allow,
                 struct err *err) {
    const struct route *best = NULL;
    const char *starts[ROUTES_PARAMETERS_MAX], *best_starts[ROUTES_PARAMETERS_MAX], *allow = NULL;
    size_t sizes[ROUTES_PARAMETERS_MAX], best_sizes[ROUTES_PARAMETERS_MAX];
    int best_count = ROUTES_PARAMETERS_MAX + 1, least = fewest(request->path);
    for (int i = 0; i < ROUTES; i++) {
        int count = match(table[i].path, request->path, starts, sizes);
        if (count < 0 || count != least) continue;
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
