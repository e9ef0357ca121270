/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_H
#define GUARDIAN_API_H
/* The handlers of the HTTP API, one feature a file, and the fields that each declares. routes.c
 * puts them into the table. */
#include "../call.h"

/* api/auth.c */
extern const struct field login_fields[];
bool api_login(struct call *call, struct err *err);
bool api_refresh(struct call *call, struct err *err);
bool api_logout(struct call *call, struct err *err);
bool api_me(struct call *call, struct err *err);

/* api/database.c */
extern const struct field overview_fields[], tables_fields[], table_fields[], schema_fields[];
bool api_overview(struct call *call, struct err *err);
bool api_tables(struct call *call, struct err *err);
bool api_table(struct call *call, struct err *err);
bool api_schema(struct call *call, struct err *err);

/* api/upload.c */
extern const struct field upload_fields[];
bool api_upload(struct call *call, struct err *err);

/* api/restore.c */
extern const struct field restore_fields[], restores_fields[], restore_id_fields[],
    restore_keep_fields[], drill_fields[];
bool api_restore(struct call *call, struct err *err);
bool api_restores(struct call *call, struct err *err);
bool api_restore_get(struct call *call, struct err *err);
bool api_restore_swap(struct call *call, struct err *err);
bool api_restore_undo(struct call *call, struct err *err);
bool api_restore_discard(struct call *call, struct err *err);
bool api_restore_keep(struct call *call, struct err *err);
bool api_backup_drill(struct call *call, struct err *err);

/* api/restore_impact.c */
bool restore_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool restore_swap_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool restore_undo_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool restore_discard_impact(struct call *call, struct impact *ret_impact, struct err *err);

/* api/sessions.c */
extern const struct field sessions_fields[], session_fields[];
bool api_sessions(struct call *call, struct err *err);
bool session_cancel_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool session_terminate_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_session_cancel(struct call *call, struct err *err);
bool api_session_terminate(struct call *call, struct err *err);

/* api/maintenance.c */
extern const struct field maintenance_fields[], advice_fields[];
bool maintenance_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_maintenance(struct call *call, struct err *err);
bool api_advice(struct call *call, struct err *err);

/* api/pitr.c */
extern const struct field pitr_restore_fields[], pitr_instance_fields[];
bool api_pitr(struct call *call, struct err *err);
bool api_pitr_backup(struct call *call, struct err *err);
bool api_pitr_restore(struct call *call, struct err *err);
bool pitr_remove_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_pitr_remove(struct call *call, struct err *err);

/* api/performance.c */
extern const struct field performance_fields[];
bool api_performance(struct call *call, struct err *err);

/* api/query.c */
extern const struct field query_fields[], explain_fields[], query_cancel_fields[],
    self_test_fields[];
bool api_query(struct call *call, struct err *err);
bool api_explain(struct call *call, struct err *err);
bool api_query_cancel(struct call *call, struct err *err);
bool api_self_test(struct call *call, struct err *err);

/* api/jobs.c */
extern const struct field jobs_fields[], job_fields[];
bool api_jobs(struct call *call, struct err *err);
bool api_job(struct call *call, struct err *err);
bool api_job_cancel(struct call *call, struct err *err);

/* api/backups.c */
extern const struct field backup_create_fields[], backups_fields[], backup_fields[],
    backup_change_fields[];
bool api_backup_create(struct call *call, struct err *err);
bool api_backups(struct call *call, struct err *err);
bool api_backup_summary(struct call *call, struct err *err);
bool api_backup(struct call *call, struct err *err);
bool api_backup_change(struct call *call, struct err *err);
bool backup_delete_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_backup_delete(struct call *call, struct err *err);
bool api_backup_download(struct call *call, struct err *err);

/* api/schedules.c */
extern const struct field schedules_fields[], schedule_put_fields[], schedule_fields[],
    retention_fields[];
bool api_schedules(struct call *call, struct err *err);
bool api_schedule(struct call *call, struct err *err);
bool api_schedule_create(struct call *call, struct err *err);
bool api_schedule_put(struct call *call, struct err *err);
bool schedule_delete_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_schedule_delete(struct call *call, struct err *err);
bool api_retention(struct call *call, struct err *err);

/* api/audit.c */
extern const struct field audit_fields[], query_history_fields[];
bool api_audit(struct call *call, struct err *err);
bool api_audit_verify(struct call *call, struct err *err);
bool api_audit_export(struct call *call, struct err *err);
bool api_query_history(struct call *call, struct err *err);

/* api/swarm.c */
extern const struct field swarm_id_fields[], swarm_update_fields[], swarm_scale_fields[],
    swarm_availability_fields[];
bool api_swarm_overview(struct call *call, struct err *err);
bool api_swarm_nodes(struct call *call, struct err *err);
bool api_swarm_services(struct call *call, struct err *err);
bool api_swarm_service(struct call *call, struct err *err);
bool api_swarm_networks(struct call *call, struct err *err);
bool api_swarm_secrets(struct call *call, struct err *err);
bool api_swarm_configs(struct call *call, struct err *err);
bool api_swarm_drift(struct call *call, struct err *err);
bool swarm_update_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool swarm_rollback_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool swarm_scale_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool swarm_availability_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_swarm_update(struct call *call, struct err *err);
bool api_swarm_rollback(struct call *call, struct err *err);
bool api_swarm_scale(struct call *call, struct err *err);
bool api_swarm_availability(struct call *call, struct err *err);

/* api/replication.c */
extern const struct field switchover_fields[], reinitialize_fields[];
bool api_replication(struct call *call, struct err *err);
bool switchover_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool reinitialize_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool pause_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_switchover(struct call *call, struct err *err);
bool api_reinitialize(struct call *call, struct err *err);
bool api_replication_pause(struct call *call, struct err *err);
bool api_replication_resume(struct call *call, struct err *err);

/* api/redis.c */
bool api_redis(struct call *call, struct err *err);
bool failover_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_redis_failover(struct call *call, struct err *err);

/* api/drills.c */
extern const struct field drill_start_fields[], drill_runs_fields[], drill_run_fields[];
bool api_drills(struct call *call, struct err *err);
bool drill_impact(struct call *call, struct impact *ret_impact, struct err *err);
bool api_drill_start(struct call *call, struct err *err);
bool api_drill_runs(struct call *call, struct err *err);
bool api_drill_run(struct call *call, struct err *err);

/* api/topology.c */
bool api_topology(struct call *call, struct err *err);

/* api/charts.c */
extern const struct field metrics_query_fields[], metrics_dashboard_fields[];
bool api_metrics_query(struct call *call, struct err *err);
bool api_metrics_dashboard(struct call *call, struct err *err);

/* api/monitoring.c */
extern const struct field alerts_history_fields[], silence_create_fields[], silence_id_fields[];
bool api_alerts(struct call *call, struct err *err);
bool api_alerts_history(struct call *call, struct err *err);
bool api_silences(struct call *call, struct err *err);
bool api_silence_create(struct call *call, struct err *err);
bool api_silence_delete(struct call *call, struct err *err);

/* api/logs.c */
extern const struct field logs_fields[], logs_tail_fields[], trail_fields[];
bool api_logs(struct call *call, struct err *err);
bool api_logs_download(struct call *call, struct err *err);
bool api_logs_tail(struct call *call, struct err *err);
bool api_trail(struct call *call, struct err *err);

/* api/health.c */
bool api_live(struct call *call, struct err *err);
bool api_ready(struct call *call, struct err *err);
bool api_metrics(struct call *call, struct err *err);
#endif
