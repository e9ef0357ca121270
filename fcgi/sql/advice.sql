-- What is worth doing in the connected database, and what it rests on, as one JSON text.
-- A table that somebody has locked against everybody is about to be another one: it is named, with who holds it, and nothing else is
-- said of it. $1 bloat, as bloat.sql says; $2 an object with unused_indexes, as performance.sql says; $3 an object: what each operation locks
WITH
setting AS MATERIALIZED (
    SELECT pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max_age,
           pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::bigint AS multixact_max_age,
           2147483647::bigint - 3000000 AS wrap_limit,  -- the server takes no new transaction three million before the wrap
           pg_catalog.current_setting('autovacuum')::boolean AS autovacuum,
           pg_catalog.current_setting('server_version_num')::int AS version,
           (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = 'guardian_maintainer') AS maintainer,
           (SELECT d.datdba FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) AS datdba
),
locked AS MATERIALIZED (
    SELECT l.relation, pg_catalog.min(l.pid) AS pid FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
    GROUP BY l.relation
),
rel AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpages, c.reltuples, c.reloptions, c.reltoastrelid,
           '"' || pg_catalog.replace(n.nspname, '"', '""') || '"."' || pg_catalog.replace(c.relname, '"', '""') || '"' AS quoted,
           n.nspname ~ '^pg_' OR n.nspname = 'information_schema' AS system, pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           coalesce(pg_catalog.pg_has_role(s.maintainer, c.relowner, 'USAGE'), false)
               OR coalesce(CASE WHEN s.version >= 170000 THEN pg_catalog.has_table_privilege(s.maintainer, c.oid, 'MAINTAIN') END, false) AS owned,
           coalesce(pg_catalog.pg_has_role(s.maintainer, s.datdba, 'USAGE'), false) AS database_owned,
           CASE WHEN c.relkind <> 'p' THEN greatest(pg_catalog.age(c.relfrozenxid), pg_catalog.age(t.relfrozenxid)) END AS xid_age,
           CASE WHEN c.relkind <> 'p' THEN greatest(pg_catalog.mxid_age(c.relminmxid), pg_catalog.mxid_age(t.relminmxid)) END AS mxid_age,
           pg_catalog.pg_stat_get_live_tuples(c.oid) AS live_rows, pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead_rows,
           greatest(pg_catalog.pg_stat_get_last_vacuum_time(c.oid), pg_catalog.pg_stat_get_last_autovacuum_time(c.oid)) AS last_vacuum
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN setting AS s
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = c.reltoastrelid
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_toast', 'guardian_selftest')
      AND c.oid NOT IN (SELECT l.relation FROM locked AS l)
),
building AS MATERIALIZED (
    SELECT b.index_relid FROM pg_catalog.pg_stat_progress_create_index AS b
    UNION ALL
    SELECT l.relation FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
),
invalid AS (
    SELECT r.oid, r.nspname, r.relname, n.nspname AS index_schema, c.relname AS index, c.relname ~ '_cc(new|old)[0-9]*$' AS is_left_over,
           c.relpages::bigint * pg_catalog.current_setting('block_size')::int AS size_bytes, i.indisready
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN rel AS r ON i.indrelid IN (r.oid, nullif(r.reltoastrelid, 0))
    WHERE NOT i.indisvalid AND i.indexrelid NOT IN (SELECT b.index_relid FROM building AS b WHERE b.index_relid IS NOT NULL)
      AND i.indrelid NOT IN (SELECT b.index_relid FROM building AS b WHERE b.index_relid IS NOT NULL)
),
bloat AS (
    SELECT b.* FROM pg_catalog.json_to_recordset($1::json)
        AS b (schema text, "table" text, index text, size_bytes bigint, waste_bytes bigint, percent numeric, reliable boolean)
    WHERE b.reliable AND b.percent >= 30
),
item AS (
    SELECT 'wraparound' AS kind, CASE WHEN greatest(r.xid_age, r.mxid_age) > s.wrap_limit / 2 THEN 'critical' ELSE 'warning' END AS severity,
           r.oid, r.nspname::text, r.relname::text, NULL::text AS index, greatest(r.xid_age::numeric, r.mxid_age) AS weight,
           pg_catalog.json_build_object('xid_age', r.xid_age, 'freeze_max_age', s.freeze_max_age, 'mxid_age', r.mxid_age,
               'multixact_freeze_max_age', s.multixact_max_age, 'limit', s.wrap_limit,
               'percent', pg_catalog.round(100.0 * greatest(r.xid_age, r.mxid_age) / s.wrap_limit, 1)) AS numbers,
           'vacuum' AS operation, '{"freeze": true}' AS options, NULL AS statement,
           'Its oldest row is older than autovacuum lets one become. When the limit is reached the server takes no more writes.' AS detail
    FROM rel AS r, setting AS s WHERE r.xid_age > s.freeze_max_age OR r.mxid_age > s.multixact_max_age
    UNION ALL
    SELECT 'dead_rows', CASE WHEN r.dead_rows * 10 >= r.live_rows * 3 THEN 'warning' ELSE 'info' END, r.oid, r.nspname, r.relname, NULL, r.dead_rows,
           pg_catalog.json_build_object('dead_rows', r.dead_rows, 'live_rows', r.live_rows,
               'percent', pg_catalog.round(100.0 * r.dead_rows / nullif(r.live_rows + r.dead_rows, 0), 1),
               'last_vacuum', pg_catalog.to_char(r.last_vacuum AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
           'vacuum', '{}', NULL, 'Rows that were changed or deleted still take space; VACUUM makes it usable again.'
    FROM rel AS r WHERE NOT r.system AND r.relkind <> 'p' AND r.dead_rows >= 1000 AND r.dead_rows * 10 >= r.live_rows
    UNION ALL
    SELECT 'bloat', CASE WHEN b.waste_bytes >= 1073741824 OR b.percent >= 70 THEN 'warning' ELSE 'info' END, r.oid, b.schema, b.table, b.index,
           b.waste_bytes, pg_catalog.json_build_object('size_bytes', b.size_bytes, 'waste_bytes', b.waste_bytes, 'percent', b.percent),
           CASE WHEN b.index IS NULL THEN 'vacuum-full' ELSE 'reindex' END, CASE WHEN b.index IS NULL THEN '{}' ELSE '{"concurrently": true}' END, NULL,
           CASE WHEN b.index IS NULL THEN 'An estimate: that much would be freed by rewriting the table. New rows use the space as well; rewrite it only if it will not be filled.'
                ELSE 'An estimate: that much would be freed by building the index anew; REINDEX does so for all indexes of the table.' END
    FROM bloat AS b JOIN rel AS r ON r.nspname = b.schema AND r.relname = b.table
    UNION ALL
    SELECT 'invalid_index', 'warning', v.oid, v.nspname, v.relname, v.index, v.size_bytes,
           pg_catalog.json_build_object('size_bytes', v.size_bytes, 'kept_up_to_date', v.indisready), NULL, NULL,
           CASE WHEN v.is_left_over THEN pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I', v.index_schema, v.index)
                ELSE pg_catalog.format('REINDEX INDEX CONCURRENTLY %I.%I', v.index_schema, v.index) END,
           CASE WHEN v.is_left_over THEN 'Left over from a REINDEX CONCURRENTLY that was interrupted: no query uses it, every write may have to keep it up.'
                ELSE 'It could not be built to its end: no query uses it, every write may have to keep it up. Build it anew, or drop it.' END
    FROM invalid AS v
    UNION ALL
    SELECT 'unused_index', 'info', r.oid, u.schema, u.table, u.index, u.size_bytes,
           pg_catalog.json_build_object('size_bytes', u.size_bytes), NULL, NULL, pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I', u.schema, u.index),
           'Not scanned once since the statistics began here. A standby, or the end of a month, may need it: look before you drop it.'
    FROM pg_catalog.json_to_recordset($2::json->'unused_indexes') AS u (schema text, "table" text, index text, size_bytes bigint)
    JOIN rel AS r ON r.nspname = u.schema AND r.relname = u.table
    UNION ALL
    SELECT 'never_analyzed', 'info', r.oid, r.nspname, r.relname, NULL, r.relpages,
           pg_catalog.json_build_object('row_estimate', greatest(r.reltuples, 0)::bigint, 'size_bytes',
               r.relpages::bigint * pg_catalog.current_setting('block_size')::int), 'analyze', '{}', NULL,
           CASE WHEN r.relkind = 'p' THEN 'The planner knows nothing about the table as a whole: autovacuum analyses its partitions alone.'
                ELSE 'The planner knows nothing about its rows and has to guess.' END
    FROM rel AS r WHERE NOT r.system
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_statistic AS t WHERE t.starelid = r.oid AND t.stainherit = (r.relkind = 'p'))
      AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)
      AND CASE WHEN r.relkind = 'p' THEN EXISTS (SELECT FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
                                                 WHERE i.inhparent = r.oid AND c.reltuples > 0)
               ELSE r.live_rows > 0 OR r.reltuples > 0 END
    UNION ALL
    SELECT 'autovacuum_off', 'warning', r.oid, r.nspname, r.relname, NULL, r.dead_rows,
           pg_catalog.json_build_object('dead_rows', r.dead_rows, 'live_rows', r.live_rows), NULL, NULL,
           pg_catalog.format('ALTER TABLE %I.%I RESET (autovacuum_enabled)', r.nspname, r.relname),
           'Autovacuum leaves this table alone, but for a wraparound: somebody must vacuum and analyse it.'
    FROM rel AS r WHERE NOT r.system AND pg_catalog.array_to_string(r.reloptions, ',') ~ '(^|,)autovacuum_enabled=(false|off|no|0|f|n)(,|$)'
    UNION ALL
    SELECT 'autovacuum_off', 'critical', NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, 'ALTER SYSTEM SET autovacuum = on',
           'Autovacuum is off for the whole server.'
    FROM setting AS s WHERE NOT s.autovacuum
),
judged AS (
    SELECT i.*, r.quoted, r.owner,
           CASE WHEN i.operation IS NULL OR r.oid IS NULL THEN false WHEN i.operation = 'reindex' THEN r.owned
                WHEN r.system THEN false ELSE r.owned OR r.database_owned END AS allowed
    FROM item AS i LEFT JOIN rel AS r ON r.oid = i.oid
),
shown AS (
    SELECT * FROM judged ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info'], severity), weight DESC NULLS FIRST, nspname, relname, index
    LIMIT 500
)
SELECT pg_catalog.json_build_object('total', (SELECT pg_catalog.count(*) FROM judged), 'locked', (
    SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('schema', k.nspname, 'table', k.relname, 'pid', k.pid)
                                        ORDER BY k.nspname, k.relname), '[]')
    FROM (SELECT n.nspname, c.relname, l.pid FROM locked AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname <> 'pg_toast' ORDER BY n.nspname, c.relname LIMIT 100) AS k), 'items', coalesce(pg_catalog.json_agg(
    pg_catalog.json_build_object(
        'kind', w.kind, 'severity', w.severity, 'schema', w.nspname, 'table', w.relname, 'index', w.index, 'numbers', w.numbers,
        'action', CASE WHEN w.allowed THEN pg_catalog.json_build_object('operation', w.operation, 'tables', pg_catalog.json_build_array(w.quoted),
                                                                        'options', w.options::json) END,
        'statement', CASE WHEN w.operation IS NULL THEN w.statement
            WHEN NOT w.allowed THEN CASE w.operation WHEN 'vacuum-full' THEN 'VACUUM (FULL) ' WHEN 'analyze' THEN 'ANALYZE '
                WHEN 'reindex' THEN 'REINDEX TABLE CONCURRENTLY ' ELSE 'VACUUM ' END || w.quoted END,
        'locks', $3::json->>coalesce(w.operation, CASE WHEN w.statement ~ '^DROP' THEN 'drop-index' WHEN w.statement ~ '^REINDEX' THEN 'reindex'
                                                       WHEN w.oid IS NULL THEN 'nothing' ELSE 'alter-table' END),
        'detail', w.detail || CASE WHEN w.operation IS NULL OR w.allowed THEN ''
                                   ELSE ' The console may not do it: the table belongs to ' || w.owner || '.' END)
    ORDER BY pg_catalog.array_position(ARRAY['critical', 'warning', 'info'], w.severity), w.weight DESC NULLS FIRST, w.nspname, w.relname, w.index),
    '[]'))::text AS body
FROM shown AS w
