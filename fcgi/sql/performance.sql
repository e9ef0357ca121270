-- Indexes that nobody uses, tables that seem to lack one, and how often the cache had what was asked for, as one JSON text.
-- Sizes are those of the last VACUUM or ANALYZE: to measure would wait for the locks of others.
-- $1 limit of each list, $2 size in bytes from which on an unused index or a table without one is worth a word
WITH
locked AS MATERIALIZED (
    SELECT l.relation FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
),
rel AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, c.relpages, s.seq_scan, s.seq_tup_read, s.idx_scan,
           pg_catalog.to_jsonb(s)->>'last_seq_scan' AS last_seq_scan  -- PostgreSQL 16 and later
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
),
unused AS (
    -- Not unique, no constraint's, not what a replica tells rows apart by, no partition of another index: nothing but speed depends on it.
    SELECT r.nspname, r.relname, c.relname AS index, c.oid, r.oid AS relid,
           c.relpages::bigint * pg_catalog.current_setting('block_size')::int AS size_bytes
    FROM pg_catalog.pg_stat_all_indexes AS s JOIN pg_catalog.pg_index AS i ON i.indexrelid = s.indexrelid
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN rel AS r ON r.oid = i.indrelid
    WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident AND NOT i.indisclustered AND i.indisvalid
      AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid)
),
missing AS (
    SELECT r.*, r.relpages::bigint * pg_catalog.current_setting('block_size')::int AS size_bytes, r.seq_tup_read / nullif(r.seq_scan, 0) AS rows_per_scan
    FROM rel AS r WHERE r.seq_scan >= 10 AND r.seq_tup_read / nullif(r.seq_scan, 0) >= 1000 AND r.seq_scan > coalesce(r.idx_scan, 0)
),
io AS MATERIALIZED (
    SELECT r.nspname, r.relname, coalesce(t.heap_blks_hit, 0) + coalesce(t.toast_blks_hit, 0) AS table_hit,
           coalesce(t.heap_blks_read, 0) + coalesce(t.toast_blks_read, 0) AS table_read,
           coalesce(t.idx_blks_hit, 0) + coalesce(t.tidx_blks_hit, 0) AS index_hit,
           coalesce(t.idx_blks_read, 0) + coalesce(t.tidx_blks_read, 0) AS index_read
    FROM pg_catalog.pg_statio_all_tables AS t JOIN rel AS r ON r.oid = t.relid
)
SELECT pg_catalog.json_build_object(
    'since', (SELECT pg_catalog.to_char(d.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
              FROM pg_catalog.pg_stat_database AS d WHERE d.datname = pg_catalog.current_database()),
    'unused_indexes', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', u.nspname, 'table', u.relname, 'index', u.index, 'size_bytes', u.size_bytes,
            'definition', CASE WHEN u.relid NOT IN (SELECT relation FROM locked) THEN pg_catalog.pg_get_indexdef(u.oid) END) ORDER BY u.size_bytes DESC, u.nspname, u.index), '[]')
        FROM (SELECT * FROM unused WHERE size_bytes >= $2::bigint ORDER BY size_bytes DESC, nspname, index LIMIT $1::int) AS u),
    'missing_indexes', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'schema', m.nspname, 'table', m.relname, 'size_bytes', m.size_bytes, 'row_estimate', greatest(m.reltuples, 0)::bigint,
            'seq_scans', m.seq_scan, 'index_scans', coalesce(m.idx_scan, 0), 'rows_per_scan', m.rows_per_scan,
            'last_seq_scan', pg_catalog.to_char(m.last_seq_scan::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            ORDER BY m.seq_tup_read DESC, m.nspname, m.relname), '[]')
        FROM (SELECT * FROM missing WHERE size_bytes >= $2::bigint ORDER BY seq_tup_read DESC, nspname, relname LIMIT $1::int) AS m),
    'cache_hit', (SELECT pg_catalog.json_build_object(
        'tables', pg_catalog.json_build_object('hit', coalesce(pg_catalog.sum(i.table_hit), 0), 'read', coalesce(pg_catalog.sum(i.table_read), 0),
            'ratio', pg_catalog.round(pg_catalog.sum(i.table_hit) / nullif(pg_catalog.sum(i.table_hit + i.table_read), 0), 6)),
        'indexes', pg_catalog.json_build_object('hit', coalesce(pg_catalog.sum(i.index_hit), 0), 'read', coalesce(pg_catalog.sum(i.index_read), 0),
            'ratio', pg_catalog.round(pg_catalog.sum(i.index_hit) / nullif(pg_catalog.sum(i.index_hit + i.index_read), 0), 6)),
        'items', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                'schema', o.nspname, 'table', o.relname, 'table_hit', o.table_hit, 'table_read', o.table_read,
                'table_ratio', pg_catalog.round(o.table_hit::numeric / nullif(o.table_hit + o.table_read, 0), 6),
                'index_hit', o.index_hit, 'index_read', o.index_read,
                'index_ratio', pg_catalog.round(o.index_hit::numeric / nullif(o.index_hit + o.index_read, 0), 6))
                ORDER BY o.table_read + o.index_read DESC, o.nspname, o.relname), '[]')
            FROM (SELECT * FROM io WHERE table_hit + table_read + index_hit + index_read > 0
                  ORDER BY table_read + index_read DESC, nspname, relname LIMIT $1::int) AS o))
        FROM io AS i))::text AS body
