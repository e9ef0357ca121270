-- What pg_stat_statements has counted in the connected database, as one JSON text: {"available", "reason", "hint", "since", "items"}.
-- Where it lives, which columns it has (they were renamed in PostgreSQL 13 and 17) and whether it can be asked at all is known only
-- to the catalog, so the question itself is made here: query_to_xml() runs a text, and hexadecimal digits pass through XML unchanged.
-- $1 sort: total_ms, mean_ms, max_ms, calls, rows, blocks_read, temp_blocks or wal_bytes, $2 limit
WITH state AS MATERIALIZED (
    SELECT e.nspname, e.extversion,
           pg_catalog.current_setting('shared_preload_libraries') ~ '(^|[ ,/"])pg_stat_statements($|[ ,."])' AS loaded,
           pg_catalog.has_schema_privilege(e.nspoid, 'USAGE') AS reachable,
           EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relname = 'pg_stat_statements_info' AND c.relnamespace = e.nspoid) AS has_info,
           EXISTS (SELECT FROM pg_catalog.pg_available_extensions AS a WHERE a.name = 'pg_stat_statements') AS on_disk
    FROM (SELECT 1) AS one LEFT JOIN (
        SELECT n.oid AS nspoid, n.nspname, x.extversion FROM pg_catalog.pg_extension AS x
        JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace WHERE x.extname = 'pg_stat_statements') AS e ON true
),
asked AS MATERIALIZED (
    SELECT CASE WHEN s.reachable AND s.loaded THEN pg_catalog.convert_from(pg_catalog.decode(pg_catalog.substring(
        pg_catalog.query_to_xml(pg_catalog.format($question$
            SELECT pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_object('since', %2$s, 'items', coalesce(pg_catalog.json_agg(
                       pg_catalog.json_build_object(
                           'query_id', k.j->>'queryid', 'user', r.rolname, 'top_level', coalesce((k.j->>'toplevel')::boolean, true),
                           'query', CASE WHEN pg_catalog.length(k.j->>'query') > 10000 THEN pg_catalog.left(k.j->>'query', 10000) || '…'
                                         ELSE k.j->>'query' END,
                           'calls', (k.j->>'calls')::bigint, 'rows', (k.j->>'rows')::bigint,
                           'total_ms', pg_catalog.round(k.total_ms::numeric, 3), 'mean_ms', pg_catalog.round(k.mean_ms::numeric, 3),
                           'min_ms', pg_catalog.round(k.min_ms::numeric, 3), 'max_ms', pg_catalog.round(k.max_ms::numeric, 3),
                           'stddev_ms', pg_catalog.round(k.stddev_ms::numeric, 3),
                           'plan_ms', pg_catalog.round((k.j->>'total_plan_time')::numeric, 3),
                           'percent', pg_catalog.round((100 * k.total_ms / nullif(k.all_ms, 0))::numeric, 2),
                           'blocks_hit', (k.j->>'shared_blks_hit')::bigint, 'blocks_read', (k.j->>'shared_blks_read')::bigint,
                           'blocks_dirtied', (k.j->>'shared_blks_dirtied')::bigint, 'blocks_written', (k.j->>'shared_blks_written')::bigint,
                           'temp_blocks_read', (k.j->>'temp_blks_read')::bigint, 'temp_blocks_written', (k.j->>'temp_blks_written')::bigint,
                           'read_ms', pg_catalog.round(k.read_ms::numeric, 3), 'write_ms', pg_catalog.round(k.write_ms::numeric, 3),
                           'wal_bytes', (k.j->>'wal_bytes')::bigint) ORDER BY k.key DESC NULLS LAST, k.j->>'queryid', r.rolname), '[]'))::text,
                   'UTF8'), 'hex') AS x
            FROM (
                SELECT t.*, CASE %3$L WHEN 'total_ms' THEN t.total_ms WHEN 'mean_ms' THEN t.mean_ms WHEN 'max_ms' THEN t.max_ms
                                WHEN 'calls' THEN (t.j->>'calls')::float8 WHEN 'rows' THEN (t.j->>'rows')::float8
                                WHEN 'blocks_read' THEN (t.j->>'shared_blks_read')::float8 WHEN 'wal_bytes' THEN (t.j->>'wal_bytes')::float8
                                WHEN 'temp_blocks' THEN (t.j->>'temp_blks_read')::float8 + (t.j->>'temp_blks_written')::float8 END AS key
                FROM (
                    SELECT c.j, pg_catalog.sum(c.total_ms) OVER () AS all_ms, c.total_ms,
                           coalesce(c.j->>'mean_exec_time', c.j->>'mean_time')::float8 AS mean_ms,
                           coalesce(c.j->>'min_exec_time', c.j->>'min_time')::float8 AS min_ms,
                           coalesce(c.j->>'max_exec_time', c.j->>'max_time')::float8 AS max_ms,
                           coalesce(c.j->>'stddev_exec_time', c.j->>'stddev_time')::float8 AS stddev_ms,
                           coalesce(c.j->>'shared_blk_read_time', c.j->>'blk_read_time')::float8 AS read_ms,
                           coalesce(c.j->>'shared_blk_write_time', c.j->>'blk_write_time')::float8 AS write_ms
                    FROM (
                        SELECT q.j, coalesce(q.j->>'total_exec_time', q.j->>'total_time')::float8 AS total_ms FROM (
                            SELECT pg_catalog.to_jsonb(p) AS j FROM %1$I.pg_stat_statements AS p
                            WHERE p.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        ) AS q) AS c) AS t
                ORDER BY key DESC NULLS LAST LIMIT %4$s
            ) AS k LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = (k.j->>'userid')::oid$question$,
            s.nspname,
            CASE WHEN s.has_info THEN pg_catalog.format($info$(SELECT pg_catalog.to_char(i.stats_reset AT TIME ZONE 'UTC',
                'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM %I.pg_stat_statements_info AS i)$info$, s.nspname) ELSE 'NULL::text' END,
            $1::text, $2::int), false, true, '')::text, '<x>([0-9a-f]*)</x>'), 'hex'), 'UTF8')::json END AS answer
    FROM state AS s
)
SELECT pg_catalog.json_build_object(
    'available', a.answer IS NOT NULL,
    'version', s.extversion,
    'reason', CASE WHEN a.answer IS NOT NULL THEN NULL
        WHEN NOT s.loaded AND s.nspname IS NULL THEN 'pg_stat_statements is neither loaded by the server nor installed in this database.'
        WHEN NOT s.loaded THEN 'pg_stat_statements is installed in this database, but the server does not load it.'
        WHEN s.nspname IS NULL THEN 'The server loads pg_stat_statements, but it is not installed in this database.'
        ELSE pg_catalog.format('The console may not look into the schema %I, where pg_stat_statements lives.', s.nspname) END,
    'hint', CASE WHEN a.answer IS NOT NULL THEN NULL
        WHEN NOT s.on_disk THEN 'Install the package with PostgreSQL''s additional modules on the server first (postgresql-contrib).'
        WHEN NOT s.loaded THEN 'Add pg_stat_statements to shared_preload_libraries, restart PostgreSQL, and run in this database as a superuser: '
             || 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements'
        WHEN s.nspname IS NULL THEN 'Run in this database as a superuser: CREATE EXTENSION pg_stat_statements'
        ELSE pg_catalog.format('Run in this database as the schema''s owner: GRANT USAGE ON SCHEMA %I TO guardian_monitor', s.nspname) END,
    'since', a.answer->>'since',
    'items', coalesce(a.answer->'items', '[]'))::text AS body
FROM state AS s, asked AS a
