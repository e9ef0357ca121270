-- The tables that an operation works on, one after the other, with what it will cost, as one JSON array, by schema and name.
-- A partitioned table stands for its partitions, but for ANALYZE, which looks at the whole of it and goes down by itself.
-- $1 operation: vacuum, vacuum-full, analyze or reindex; $2 JSON array of oids, or null: all of the database
WITH RECURSIVE
wanted AS (
    SELECT w.value::oid AS oid FROM pg_catalog.json_array_elements_text($2::json) AS w
    UNION ALL
    SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE $2::json IS NULL AND c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'guardian_selftest')
      AND CASE WHEN $1::text = 'analyze' THEN NOT c.relispartition ELSE c.relkind <> 'p' END
),
below AS (
    SELECT w.oid AS root, w.oid FROM wanted AS w
    UNION
    SELECT b.root, i.inhrelid FROM below AS b JOIN pg_catalog.pg_class AS c ON c.oid = b.oid AND c.relkind = 'p'
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid
),
target AS (
    SELECT DISTINCT CASE WHEN $1::text = 'analyze' THEN b.root ELSE b.oid END AS oid
    FROM below AS b JOIN pg_catalog.pg_class AS c ON c.oid = CASE WHEN $1::text = 'analyze' THEN b.root ELSE b.oid END
    WHERE $1::text = 'analyze' OR c.relkind <> 'p' AND (c.relkind <> 'f' OR b.root = b.oid)
),
locks AS MATERIALIZED (
    SELECT l.relation, l.pid, l.mode FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.pid <> pg_catalog.pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
),
size AS (
    -- Asking for a size waits for the lock: what is locked, or about to be, is estimated from pg_class instead.
    SELECT t.oid AS root, c.oid, CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
               WHEN c.oid IN (SELECT l.relation FROM locks AS l WHERE l.mode = 'AccessExclusiveLock')
               THEN c.relpages::bigint * pg_catalog.current_setting('block_size')::int
               ELSE pg_catalog.pg_table_size(c.oid) END AS table_bytes,
           (SELECT coalesce(pg_catalog.sum(x.relpages::bigint), 0) * pg_catalog.current_setting('block_size')::int
            FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid AND x.relkind = 'i'
            WHERE i.indrelid IN (c.oid, nullif(c.reltoastrelid, 0))) AS index_bytes,
           greatest(c.reltuples, 0) AS row_estimate
    FROM target AS t JOIN below AS b ON CASE WHEN $1::text = 'analyze' THEN b.root = t.oid ELSE b.oid = t.oid END
    JOIN pg_catalog.pg_class AS c ON c.oid = b.oid
),
total AS (
    SELECT s.root, pg_catalog.sum(s.table_bytes)::bigint AS table_bytes, pg_catalog.sum(s.index_bytes)::bigint AS index_bytes,
           pg_catalog.sum(s.row_estimate)::bigint AS row_estimate
    FROM (SELECT DISTINCT root, oid, table_bytes, index_bytes, row_estimate FROM size) AS s GROUP BY s.root
),
role AS (
    SELECT (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = 'guardian_maintainer') AS maintainer, d.datdba,
           pg_catalog.current_setting('server_version_num')::int AS version
    FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()
)
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', c.oid::text, 'schema', n.nspname, 'table', c.relname,
    'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'm' THEN 'materialized_view' WHEN 'p' THEN 'partitioned_table' WHEN 'f' THEN 'foreign_table'
            ELSE 'view' END,
    'table_bytes', t.table_bytes, 'index_bytes', t.index_bytes, 'row_estimate', t.row_estimate, 'owner', pg_catalog.pg_get_userbyid(c.relowner),
    'allowed', coalesce(pg_catalog.pg_has_role(r.maintainer, c.relowner, 'USAGE'), false)
        OR ($1::text <> 'reindex' AND coalesce(pg_catalog.pg_has_role(r.maintainer, r.datdba, 'USAGE'), false))
        OR coalesce(CASE WHEN r.version >= 170000 THEN pg_catalog.has_table_privilege(r.maintainer, c.oid, 'MAINTAIN') END, false),
    'possible', c.relkind IN ('r', 'm', 'p') OR (c.relkind = 'f' AND $1::text = 'analyze'),
    'sessions', (SELECT pg_catalog.count(DISTINCT l.pid) FROM locks AS l WHERE l.relation = c.oid),
    'not_concurrent', coalesce((SELECT pg_catalog.json_agg(x.relname ORDER BY x.relname) FROM pg_catalog.pg_index AS i
        JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisexclusion), '[]'),
    'invalid', coalesce((SELECT pg_catalog.json_agg(i.indexrelid::text ORDER BY i.indexrelid) FROM pg_catalog.pg_index AS i
        WHERE i.indrelid IN (c.oid, nullif(c.reltoastrelid, 0)) AND NOT i.indisvalid), '[]'))
    ORDER BY n.nspname, c.relname), '[]')::text AS body
FROM total AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.root JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace CROSS JOIN role AS r
