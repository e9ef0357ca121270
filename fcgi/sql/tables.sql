-- A page of tables, views and their like, as JSON. One more row than the limit is looked at, to know whether there is a next page.
-- $1 part of schema.name or null, $2 schema or null, $3 relkind or null, $4 with partitions?, $5 sort, $6 descending?, $7 limit,
-- $8 what the cursor is bound to; the last row of the page before: $9 its sort value or null, $10 name (null: first page), $11 schema
-- Sizes that the caller knows from a moment ago, for most of the work is to ask the file system: $12 oids or null, $13 bytes of the
-- tables, $14 of their indexes. With null they come back as columns beside the text, else these are null.
WITH RECURSIVE
rel AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relhasindex, c.reltoastrelid, c.relpages, c.reltuples
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND ($4::boolean OR NOT c.relispartition)
      AND ($2::text IS NULL OR n.nspname = $2::text)
      AND ($3::text IS NULL OR c.relkind = $3::text::"char")
      AND ($1::text IS NULL OR pg_catalog.strpos(pg_catalog.lower(pg_catalog.concat(n.nspname, '.', c.relname) COLLATE "default"),
                                                 pg_catalog.lower($1::text COLLATE "default")) > 0)
      AND ($5::text <> 'name' OR $10::text IS NULL
           OR CASE WHEN $6::boolean THEN (c.relname, n.nspname) < ($10::text, $11::text)
                   ELSE (c.relname, n.nspname) > ($10::text, $11::text) END)
    -- Sorted by name, only the rows of the page need be measured.
    ORDER BY CASE WHEN $5::text = 'name' AND $6::boolean THEN c.relname END DESC,
             CASE WHEN $5::text = 'name' AND $6::boolean THEN n.nspname END DESC, c.relname, n.nspname
    LIMIT CASE WHEN $5::text = 'name' THEN $7::int + 1 END
),
-- A partitioned table is the sum of all below it.
part AS (
    SELECT oid AS root, oid FROM rel WHERE relkind = 'p'
    UNION ALL
    SELECT p.root, i.inhrelid FROM part AS p JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid
),
-- Asking for the size of a relation waits for its lock: what is locked, or about to be, is estimated from pg_class instead.
-- Looked at only when something must be measured.
locked AS MATERIALIZED (
    SELECT l.relation FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
),
busy AS MATERIALIZED (
    SELECT pg_catalog.array_agg(b.oid) AS oids
    FROM (SELECT relation AS oid FROM locked
          UNION ALL
          SELECT i.indrelid FROM pg_catalog.pg_index AS i WHERE i.indexrelid IN (SELECT relation FROM locked)) AS b
),
known AS (
    SELECT * FROM ROWS FROM (pg_catalog.unnest($12::oid[]), pg_catalog.unnest($13::bigint[]), pg_catalog.unnest($14::bigint[]))
                  AS k(oid, table_bytes, index_bytes)
),
one AS (
    SELECT NULL::oid AS root, oid, relkind, relhasindex, reltoastrelid, relpages, reltuples, nspname, relname, relispartition FROM rel WHERE relkind <> 'p'
    UNION ALL
    SELECT p.root, c.oid, c.relkind, c.relhasindex, c.reltoastrelid, c.relpages, c.reltuples, NULL, NULL, NULL
    FROM part AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
),
measured AS MATERIALIZED (
    SELECT o.root, o.oid, o.relkind, o.nspname, o.relname, o.relispartition,
           CASE WHEN o.relkind NOT IN ('r', 'm') THEN 0
                WHEN k.oid IS NOT NULL THEN k.table_bytes
                WHEN o.oid = ANY ((SELECT oids FROM busy)::oid[]) OR o.reltoastrelid = ANY ((SELECT oids FROM busy)::oid[])
                THEN o.relpages::bigint * pg_catalog.current_setting('block_size')::int
                ELSE pg_catalog.pg_table_size(o.oid) END AS table_bytes,
           CASE WHEN o.relkind NOT IN ('r', 'm') OR NOT o.relhasindex THEN 0
                WHEN k.oid IS NOT NULL THEN k.index_bytes
                WHEN o.oid = ANY ((SELECT oids FROM busy)::oid[])
                THEN (SELECT pg_catalog.sum(x.relpages) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                      WHERE i.indrelid = o.oid)::bigint * pg_catalog.current_setting('block_size')::int
                ELSE pg_catalog.pg_indexes_size(o.oid) END AS index_bytes,
           -- Never analysed is -1; before PostgreSQL 14 it was 0, as an empty table is.
           CASE WHEN o.relkind NOT IN ('v', 'p')
                     AND (o.reltuples > 0 OR o.relpages > 0 OR pg_catalog.current_setting('server_version_num')::int >= 140000)
                THEN nullif(o.reltuples, -1) END AS row_estimate,
           pg_catalog.pg_stat_get_dead_tuples(o.oid) AS dead_rows,
           greatest(pg_catalog.pg_stat_get_last_vacuum_time(o.oid), pg_catalog.pg_stat_get_last_autovacuum_time(o.oid)) AS last_vacuum,
           greatest(pg_catalog.pg_stat_get_last_analyze_time(o.oid), pg_catalog.pg_stat_get_last_autoanalyze_time(o.oid)) AS last_analyze
    FROM one AS o LEFT JOIN known AS k ON k.oid = o.oid
),
sizes AS (
    SELECT pg_catalog.array_agg(d.oid)::text AS oids, pg_catalog.array_agg(d.table_bytes)::text AS table_bytes,
           pg_catalog.array_agg(d.index_bytes)::text AS index_bytes
    FROM (SELECT DISTINCT ON (oid) oid, table_bytes, index_bytes FROM measured WHERE $12::oid[] IS NULL AND relkind IN ('r', 'm')) AS d
),
-- What has no parts stands for itself.
total AS (
    SELECT oid, nspname, relname, relkind, relispartition, table_bytes, index_bytes, row_estimate::bigint AS row_estimate, dead_rows, last_vacuum,
           last_analyze
    FROM measured WHERE root IS NULL
    UNION ALL
    SELECT r.oid, r.nspname, r.relname, r.relkind, r.relispartition, pg_catalog.sum(m.table_bytes)::bigint, pg_catalog.sum(m.index_bytes)::bigint,
           pg_catalog.sum(m.row_estimate)::bigint, pg_catalog.sum(m.dead_rows)::bigint, pg_catalog.max(m.last_vacuum), pg_catalog.max(m.last_analyze)
    FROM rel AS r JOIN measured AS m ON m.root = r.oid WHERE r.relkind = 'p'
    GROUP BY r.oid, r.nspname, r.relname, r.relkind, r.relispartition
),
keyed AS (
    SELECT t.*,
           CASE $5::text WHEN 'name' THEN NULL
               WHEN 'row_estimate' THEN t.row_estimate WHEN 'total_bytes' THEN t.table_bytes + t.index_bytes
               WHEN 'table_bytes' THEN t.table_bytes WHEN 'index_bytes' THEN t.index_bytes WHEN 'dead_rows' THEN t.dead_rows
               WHEN 'last_vacuum' THEN (extract(epoch FROM t.last_vacuum) * 1000000)::bigint
               WHEN 'last_analyze' THEN (extract(epoch FROM t.last_analyze) * 1000000)::bigint END
           * CASE WHEN $6::boolean THEN -1 ELSE 1 END AS key
    FROM total AS t
),
page AS MATERIALIZED (
    SELECT k.* FROM keyed AS k
    WHERE $5::text = 'name' OR $10::text IS NULL
       OR (k.key IS NULL, coalesce(k.key, 0), k.relname, k.nspname)
          > ($9::bigint IS NULL, coalesce($9::bigint, 0), $10::text, $11::text)
    ORDER BY k.key NULLS LAST, CASE WHEN $5::text = 'name' AND $6::boolean THEN k.relname END DESC,
             CASE WHEN $5::text = 'name' AND $6::boolean THEN k.nspname END DESC, k.relname, k.nspname
    LIMIT $7::int + 1
)
SELECT pg_catalog.concat(
    '{"items":[', (
        -- In the page's order. By hand: twice as quick as json_agg(json_build_object(...)), which looks at the type of every value of every row.
        SELECT pg_catalog.string_agg(pg_catalog.concat(
            '{"schema":', pg_catalog.to_json(p.nspname), ',"name":', pg_catalog.to_json(p.relname),
            ',"kind":"', CASE p.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned_table' WHEN 'v' THEN 'view'
                             WHEN 'm' THEN 'materialized_view' ELSE 'foreign_table' END,
            '","row_estimate":', coalesce(p.row_estimate::text, 'null'), ',"total_bytes":', p.table_bytes + p.index_bytes,
            ',"table_bytes":', p.table_bytes, ',"index_bytes":', p.index_bytes, ',"dead_rows":', p.dead_rows,
            ',"last_vacuum":', coalesce(pg_catalog.to_char(p.last_vacuum AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""'), 'null'),
            ',"last_analyze":', coalesce(pg_catalog.to_char(p.last_analyze AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""'), 'null'),
            ',"partition_of":', CASE WHEN p.relispartition THEN coalesce((
                SELECT pg_catalog.to_json(pg_catalog.concat(n.nspname, '.', o.relname))::text FROM pg_catalog.pg_inherits AS i
                JOIN pg_catalog.pg_class AS o ON o.oid = i.inhparent AND o.relkind = 'p'
                JOIN pg_catalog.pg_namespace AS n ON n.oid = o.relnamespace WHERE i.inhrelid = p.oid), 'null') ELSE 'null' END, '}'), ',')
        FROM (SELECT * FROM page LIMIT $7::int) AS p),
    '],"next_cursor":', coalesce((
        SELECT pg_catalog.to_json(pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_object(
                   'b', $8::text, 'k', p.key, 'n', p.relname, 's', p.nspname)::text, 'UTF8'), 'base64'), E'+/=\n', '-_'))::text
        FROM page AS p WHERE (SELECT pg_catalog.count(*) FROM page) > $7::int OFFSET $7::int - 1 LIMIT 1), 'null'), '}') AS body,
    s.oids, s.table_bytes, s.index_bytes
FROM sizes AS s
