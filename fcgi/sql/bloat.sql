-- How much of each table and each B-tree index is space that a rewrite would free: the well-known estimate from the planner's
-- statistics (ioguix, check_postgres), as one JSON array, the most wasteful first. An estimate: true at the last ANALYZE, blind for
-- what has no statistics ("reliable": false) and for the deduplication of B-trees. Reads pg_statistic's widths, never its values.
-- $1 limit, $2 waste in bytes from which on
WITH
rel AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, c.relpages, c.relkind, c.reltoastrelid,
           coalesce(pg_catalog.substring(pg_catalog.array_to_string(c.reloptions, ' '), 'fillfactor=([0-9]+)')::int, 100) AS fillfactor,
           pg_catalog.current_setting('block_size')::numeric AS block
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
),
width AS (
    SELECT s.starelid, s.staattnum, s.stanullfrac, s.stawidth FROM pg_catalog.pg_statistic AS s WHERE NOT s.stainherit
),
heap_row AS (
    SELECT r.oid,
           23 + CASE WHEN pg_catalog.max(w.stanullfrac) > 0 THEN (7 + pg_catalog.count(*)) / 8 ELSE 0 END AS header,
           coalesce(pg_catalog.sum((1 - w.stanullfrac) * w.stawidth), 0)::numeric AS data,
           pg_catalog.count(*) = pg_catalog.count(w.starelid) AS reliable
    FROM rel AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN width AS w ON w.starelid = a.attrelid AND w.staattnum = a.attnum
    GROUP BY r.oid
),
heap AS (
    -- Header and data each end on a multiple of 8, and a line pointer of 4 leads to them; 24 bytes of each page are its own.
    SELECT r.oid AS relid, NULL::oid AS indexid, r.nspname, r.relname, NULL::name AS index, r.block,
           r.relpages::numeric AS pages, r.reltuples > 0 AND h.reliable AS reliable,
           pg_catalog.ceil(greatest(r.reltuples, 0)::numeric
               / pg_catalog.floor((r.block - 24) * r.fillfactor / 100 / (4 + pg_catalog.ceil(h.header / 8.0) * 8 + pg_catalog.ceil(h.data / 8) * 8)))
               AS needed
    FROM rel AS r JOIN heap_row AS h ON h.oid = r.oid
    -- A row wider than a page lives elsewhere (TOAST): nothing can be said.
    WHERE (4 + pg_catalog.ceil(h.header / 8.0) * 8 + pg_catalog.ceil(h.data / 8) * 8) * 100 <= (r.block - 24) * r.fillfactor
),
index_row AS (
    SELECT i.indexrelid, i.indrelid,
           CASE WHEN pg_catalog.max(w.stanullfrac) > 0 THEN 16 ELSE 8 END AS header,
           coalesce(pg_catalog.sum((1 - w.stanullfrac) * w.stawidth), 0)::numeric AS data,
           pg_catalog.count(*) = pg_catalog.count(w.starelid) AND i.indpred IS NULL AS reliable
    FROM pg_catalog.pg_index AS i JOIN rel AS r ON r.oid = i.indrelid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indexrelid AND a.attnum > 0
    -- Statistics of an expression are kept under the index, those of a column under its table.
    LEFT JOIN width AS w ON CASE WHEN i.indkey[a.attnum - 1] = 0 THEN w.starelid = i.indexrelid AND w.staattnum = a.attnum
                                 ELSE w.starelid = i.indrelid AND w.staattnum = i.indkey[a.attnum - 1] END
    GROUP BY i.indexrelid, i.indrelid, i.indpred
),
btree AS (
    SELECT r.oid AS relid, c.oid AS indexid, r.nspname, r.relname, c.relname AS index, r.block, c.relpages::numeric AS pages,
           c.reltuples > 0 AND x.reliable AS reliable,
           1 + pg_catalog.ceil(greatest(c.reltuples, 0)::numeric
               / greatest(pg_catalog.floor((r.block - 40) / (4 + pg_catalog.ceil(x.header / 8.0) * 8 + pg_catalog.ceil(x.data / 8) * 8)
                     * coalesce(pg_catalog.substring(pg_catalog.array_to_string(c.reloptions, ' '), 'fillfactor=([0-9]+)')::numeric, 90) / 100), 1))
               AS needed
    FROM index_row AS x JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid JOIN rel AS r ON r.oid = x.indrelid
    WHERE c.relam = (SELECT m.oid FROM pg_catalog.pg_am AS m WHERE m.amname = 'btree')
),
waste AS (
    SELECT a.*, (a.pages * a.block)::bigint AS size_bytes, (greatest(a.pages - a.needed, 0) * a.block)::bigint AS waste_bytes
    FROM (SELECT * FROM heap UNION ALL SELECT * FROM btree) AS a
)
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', w.nspname, 'table', w.relname, 'index', w.index, 'size_bytes', w.size_bytes, 'waste_bytes', w.waste_bytes,
    'percent', pg_catalog.round(100.0 * w.waste_bytes / nullif(w.size_bytes, 0), 1), 'reliable', w.reliable)
    ORDER BY w.waste_bytes DESC, w.nspname, w.relname, w.index), '[]')::text AS body
FROM (SELECT * FROM waste WHERE waste_bytes >= greatest($2::bigint, 1)
      ORDER BY waste_bytes DESC, nspname, relname, index LIMIT $1::int) AS w
