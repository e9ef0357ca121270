-- What the server that answers knows of its replication: standbys, slots, archiver, and what a change of the primary would interrupt.
WITH
wal AS MATERIALIZED (
    SELECT pg_catalog.pg_is_in_recovery() AS standby,
           CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END AS lsn
),
standby AS (
    SELECT s.application_name, pg_catalog.host(s.client_addr) AS host, s.state, s.sync_state, s.flush_lsn, s.replay_lsn,
           greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, s.replay_lsn), 0)::bigint AS lag_bytes,
           CASE WHEN s.replay_lsn >= w.lsn THEN 0 ELSE extract(epoch FROM s.replay_lag)::float8 END AS lag_seconds
    FROM pg_catalog.pg_stat_replication AS s CROSS JOIN wal AS w
    WHERE s.application_name <> 'pg_basebackup' AND s.state <> 'backup'
),
activity AS MATERIALIZED (SELECT * FROM pg_catalog.pg_stat_activity)
SELECT pg_catalog.json_build_object(
    'standby', w.standby,
    'server_version', pg_catalog.current_setting('server_version'),
    'timeline', CASE WHEN w.standby THEN (SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c)
                     ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(w.lsn), 8))::bit(32)::int END,
    'lsn', w.lsn::text,
    'synchronous', pg_catalog.current_setting('synchronous_standby_names') <> '',
    'name', pg_catalog.current_setting('cluster_name'),
    'host', pg_catalog.host(pg_catalog.inet_server_addr()),
    'port', pg_catalog.current_setting('port')::int,
    'standbys', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', s.application_name, 'host', s.host, 'state', s.state, 'synchronous', s.sync_state IN ('sync', 'quorum'),
        'lag_bytes', s.lag_bytes, 'lag_seconds', s.lag_seconds, 'received_lsn', s.flush_lsn::text, 'replayed_lsn', s.replay_lsn::text)
        ORDER BY s.application_name) FROM standby AS s), '[]'),
    'slots', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', s.slot_name, 'kind', s.slot_type, 'active', s.active, 'database', s.database,
        'retained_bytes', CASE WHEN NOT w.standby THEN greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, s.restart_lsn), 0)::bigint END,
        'wal_status', s.wal_status) ORDER BY s.slot_name) FROM pg_catalog.pg_replication_slots AS s), '[]'),
    'archiver', (SELECT pg_catalog.json_build_object(
        'enabled', pg_catalog.current_setting('archive_mode') <> 'off', 'archived', a.archived_count, 'failed', a.failed_count,
        'last_archived_wal', a.last_archived_wal,
        'last_archived_at', pg_catalog.to_char(a.last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'last_failed_wal', a.last_failed_wal,
        'last_failed_at', pg_catalog.to_char(a.last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        FROM pg_catalog.pg_stat_archiver AS a),
    'sessions', (SELECT pg_catalog.count(*) FROM activity AS a WHERE a.backend_type = 'client backend' AND a.usename NOT LIKE 'guardian\_%'),
    'transactions', (SELECT pg_catalog.count(*) FROM activity AS a
                     WHERE a.backend_type = 'client backend' AND a.usename NOT LIKE 'guardian\_%' AND a.xact_start IS NOT NULL),
    'running_work', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_progress_vacuum)
                    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_progress_create_index)
                    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_progress_cluster)
                    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_progress_basebackup),
    'bytes', (SELECT coalesce(sum(pg_catalog.pg_database_size(d.oid)), 0)::bigint FROM pg_catalog.pg_database AS d))::text
FROM wal AS w
