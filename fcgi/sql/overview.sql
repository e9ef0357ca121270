-- The state of the server and of the connected database. Columns: the JSON text, and the sample that the next call compares with.
-- $1 JSON array of the managed databases, $2 host as configured or null, $3 pool: name, $4 workers, $5 busy;
-- $6 the sample before as JSON text, or null
WITH
activity AS MATERIALIZED (
    SELECT a.pid, a.usename, a.application_name, a.state, a.wait_event_type, a.backend_type, a.xact_start, a.query
    FROM pg_catalog.pg_stat_activity AS a
),
client AS (SELECT * FROM activity WHERE backend_type = 'client backend'),
stat AS MATERIALIZED (
    SELECT pg_catalog.clock_timestamp() AS now, d.xact_commit, d.xact_rollback, d.blks_read, d.blks_hit, d.temp_files, d.temp_bytes,
           d.deadlocks, d.conflicts, d.stats_reset,
           -- Counters are comparable within one life of one server and one reset.
           pg_catalog.concat_ws('/', pg_catalog.pg_postmaster_start_time(), pg_catalog.inet_server_addr(), d.stats_reset) AS life
    FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database()
),
rate AS (
    SELECT s.*, CASE WHEN b.window_s > 0 AND b.life = s.life AND s.xact_commit >= b.committed AND s.xact_rollback >= b.rolled_back
                     THEN b.window_s END AS window_s, b.committed, b.rolled_back
    FROM stat AS s LEFT JOIN LATERAL (
        SELECT $6::json->>'life' AS life, ($6::json->>'committed')::bigint AS committed,
               ($6::json->>'rolled_back')::bigint AS rolled_back,
               extract(epoch FROM s.now - ($6::json->>'at')::timestamptz)::float8 AS window_s) AS b ON true
),
wal AS MATERIALIZED (
    SELECT pg_catalog.pg_is_in_recovery() AS standby,
           CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn() ELSE pg_catalog.pg_current_wal_lsn() END AS lsn
),
managed AS (
    SELECT d.datname, pg_catalog.pg_database_size(d.oid) AS size_bytes, m.position
    FROM pg_catalog.json_array_elements_text($1::json) WITH ORDINALITY AS m (name, position)
    JOIN pg_catalog.pg_database AS d ON d.datname = m.name
),
oldest AS (
    -- The server takes no new transaction three million before the wrap.
    SELECT d.datname, pg_catalog.age(d.datfrozenxid) AS age, 2147483647 - 3000000 AS xid_limit
    FROM pg_catalog.pg_database AS d ORDER BY pg_catalog.age(d.datfrozenxid) DESC LIMIT 1
)
SELECT pg_catalog.json_build_object(
    'database', pg_catalog.current_database(),
    'server', (SELECT pg_catalog.json_build_object(
        'version', pg_catalog.current_setting('server_version'),
        'version_num', pg_catalog.current_setting('server_version_num')::int,
        'host', coalesce($2::text, pg_catalog.host(pg_catalog.inet_server_addr()) || ':' || pg_catalog.inet_server_port(),
                         pg_catalog.split_part(pg_catalog.current_setting('unix_socket_directories'), ',', 1) || ':'
                         || pg_catalog.current_setting('port')),
        'role', CASE WHEN w.standby THEN 'standby' ELSE 'primary' END,
        'started_at', pg_catalog.to_char(pg_catalog.pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'timeline', CASE WHEN w.standby THEN (SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c)
                         ELSE ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(w.lsn), 8))::bit(32)::int END) FROM wal AS w),
    'databases', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', m.datname, 'size_bytes', m.size_bytes)
        ORDER BY m.position) FROM managed AS m), '[]'),
    'size_bytes', coalesce((SELECT m.size_bytes FROM managed AS m WHERE m.datname = pg_catalog.current_database()),
                           pg_catalog.pg_database_size(pg_catalog.current_database())),
    'connections', pg_catalog.json_build_object(
        'max', pg_catalog.current_setting('max_connections')::int,
        'reserved', pg_catalog.current_setting('superuser_reserved_connections')::int
                    + coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0),
        'used', (SELECT pg_catalog.count(*) FROM client),
        'by_state', coalesce((SELECT pg_catalog.json_object_agg(s.state, s.count) FROM (
            SELECT coalesce(c.state, 'unknown') AS state, pg_catalog.count(*) FROM client AS c GROUP BY 1 ORDER BY 1) AS s), '{}')),
    'pool', pg_catalog.json_build_object(
        'name', $3::text, 'workers', $4::int, 'busy', $5::int,
        'connections', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object('user', u.usename, 'total', u.total,
            'active', u.active) ORDER BY u.usename) FROM (
                SELECT c.usename, pg_catalog.count(*) AS total, pg_catalog.count(*) FILTER (WHERE c.state = 'active') AS active
                FROM client AS c WHERE pg_catalog.starts_with(c.usename::text, 'guardian_') GROUP BY c.usename) AS u), '[]')),
    'transactions', pg_catalog.json_build_object(
        'committed', r.xact_commit, 'rolled_back', r.xact_rollback,
        'commits_per_s', pg_catalog.round(((r.xact_commit - r.committed) / r.window_s)::numeric, 3),
        'rollbacks_per_s', pg_catalog.round(((r.xact_rollback - r.rolled_back) / r.window_s)::numeric, 3),
        'window_s', pg_catalog.round(r.window_s::numeric, 3)),
    'cache_hit_ratio', pg_catalog.round(r.blks_hit::numeric / nullif(r.blks_hit + r.blks_read, 0), 6),
    'temp_files', pg_catalog.json_build_object('files', r.temp_files, 'bytes', r.temp_bytes),
    'deadlocks', r.deadlocks,
    'conflicts', r.conflicts,
    'stats_since', pg_catalog.to_char(r.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'longest_transaction', (SELECT pg_catalog.json_build_object(
        'pid', c.pid, 'seconds', pg_catalog.round(greatest(extract(epoch FROM r.now - c.xact_start), 0)::numeric, 3), 'state', c.state,
        'user', c.usename, 'application', c.application_name,
        'query', CASE WHEN pg_catalog.length(c.query) > 10000 THEN pg_catalog.left(c.query, 10000) || '…' ELSE c.query END)
        FROM client AS c WHERE c.xact_start IS NOT NULL AND c.pid <> pg_catalog.pg_backend_pid() ORDER BY c.xact_start, c.pid LIMIT 1),
    'wraparound', (SELECT pg_catalog.json_build_object('database', o.datname, 'age', o.age, 'limit', o.xid_limit,
        'percent', pg_catalog.round(100.0 * o.age / o.xid_limit, 3)) FROM oldest AS o),
    'replication', (SELECT pg_catalog.json_build_object(
        'replicas', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', p.application_name, 'address', pg_catalog.host(p.client_addr), 'state', p.state, 'sync_state', p.sync_state,
            'lag_bytes', greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, p.replay_lsn), 0)::bigint,
            'lag_seconds', pg_catalog.round(extract(epoch FROM p.replay_lag)::numeric, 3)) ORDER BY p.application_name, p.pid)
            FROM pg_catalog.pg_stat_replication AS p), '[]'),
        'slots', coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', s.slot_name, 'type', s.slot_type, 'active', s.active,
            'retained_bytes', greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, s.restart_lsn), 0)::bigint) ORDER BY s.slot_name)
            FROM pg_catalog.pg_replication_slots AS s), '[]'),
        'replay_lag_bytes', CASE WHEN w.standby
            THEN greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, pg_catalog.pg_last_wal_replay_lsn()), 0)::bigint END,
        'replay_lag_seconds', CASE WHEN NOT w.standby THEN NULL WHEN w.lsn = pg_catalog.pg_last_wal_replay_lsn() THEN 0
            ELSE pg_catalog.round(extract(epoch FROM r.now - pg_catalog.pg_last_xact_replay_timestamp())::numeric, 3) END) FROM wal AS w),
    'locks_waiting', (SELECT pg_catalog.count(*) FROM activity AS a WHERE a.wait_event_type = 'Lock'),
    'autovacuum_workers', (SELECT pg_catalog.count(*) FROM activity AS a WHERE a.backend_type = 'autovacuum worker'),
    'sampled_at', pg_catalog.to_char(r.now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text AS body,
    pg_catalog.json_build_object('life', r.life, 'committed', r.xact_commit, 'rolled_back', r.xact_rollback, 'at', r.now)::text AS sample
FROM rate AS r
