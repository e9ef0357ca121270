-- Everything about one table, as JSON. $1 its oid, $2 its DDL (made by table_ddl)
WITH RECURSIVE
rel AS MATERIALIZED (
    SELECT c.*, n.nspname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = $1::oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
-- The table and, of a partitioned one, all below it.
part AS (
    SELECT r.oid, r.relkind FROM rel AS r
    UNION ALL
    SELECT c.oid, c.relkind FROM part AS p JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid AND p.relkind = 'p'
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
),
-- Asking for the size of a relation waits for its lock: what is locked, or about to be, is estimated from pg_class instead.
locked AS MATERIALIZED (
    SELECT l.relation FROM pg_catalog.pg_locks AS l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
),
measured AS MATERIALIZED (
    SELECT p.oid, c.reltoastrelid, c.relispartition,
           CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
                WHEN c.oid IN (SELECT relation FROM locked) OR c.reltoastrelid IN (SELECT relation FROM locked)
                THEN c.relpages::bigint * pg_catalog.current_setting('block_size')::int
                ELSE pg_catalog.pg_table_size(c.oid) END AS table_bytes,
           CASE WHEN c.reltoastrelid = 0 OR c.oid IN (SELECT relation FROM locked) OR c.reltoastrelid IN (SELECT relation FROM locked) THEN 0
                ELSE pg_catalog.pg_total_relation_size(c.reltoastrelid) END AS toast_bytes,
           -- Never analysed is -1; before PostgreSQL 14 it was 0, as an empty table is.
           CASE WHEN c.relkind NOT IN ('v', 'p')
                     AND (c.reltuples > 0 OR c.relpages > 0 OR pg_catalog.current_setting('server_version_num')::int >= 140000)
                THEN nullif(c.reltuples, -1) END AS row_estimate
    FROM part AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
),
index AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid,
           CASE WHEN x.relkind <> 'i' THEN 0
                WHEN i.indexrelid IN (SELECT relation FROM locked) THEN x.relpages::bigint * pg_catalog.current_setting('block_size')::int
                ELSE pg_catalog.pg_total_relation_size(i.indexrelid) END AS bytes
    FROM measured AS m JOIN pg_catalog.pg_index AS i ON i.indrelid = m.oid JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
),
sizes AS (
    SELECT (SELECT pg_catalog.sum(m.table_bytes) FROM measured AS m)::bigint AS table_bytes,
           (SELECT pg_catalog.sum(m.toast_bytes) FROM measured AS m)::bigint AS toast_bytes,
           coalesce((SELECT pg_catalog.sum(i.bytes) FROM index AS i), 0)::bigint AS index_bytes,
           (SELECT pg_catalog.sum(m.row_estimate) FROM measured AS m)::bigint AS row_estimate
),
blocks AS (
    SELECT pg_catalog.sum(pg_catalog.pg_stat_get_blocks_hit(o.oid)) AS hit, pg_catalog.sum(pg_catalog.pg_stat_get_blocks_fetched(o.oid)) AS fetched
    FROM (SELECT m.oid FROM measured AS m UNION ALL SELECT m.reltoastrelid FROM measured AS m WHERE m.reltoastrelid <> 0
          UNION ALL SELECT i.indexrelid FROM index AS i) AS o
),
activity AS (
    SELECT pg_catalog.json_build_object(
        'sequential_scans', pg_catalog.sum(pg_catalog.pg_stat_get_numscans(m.oid)),
        'index_scans', coalesce((SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) FROM index AS i), 0),
        'rows_inserted', pg_catalog.sum(pg_catalog.pg_stat_get_tuples_inserted(m.oid)),
        'rows_updated', pg_catalog.sum(pg_catalog.pg_stat_get_tuples_updated(m.oid)),
        'rows_deleted', pg_catalog.sum(pg_catalog.pg_stat_get_tuples_deleted(m.oid)),
        'hot_updates', pg_catalog.sum(pg_catalog.pg_stat_get_tuples_hot_updated(m.oid)),
        'live_rows', pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(m.oid)),
        'dead_rows', pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(m.oid)),
        'cache_hit_ratio', (SELECT pg_catalog.round(b.hit / nullif(b.fetched, 0), 6) FROM blocks AS b),
        'last_vacuum', pg_catalog.to_char(pg_catalog.max(pg_catalog.pg_stat_get_last_vacuum_time(m.oid)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'last_autovacuum', pg_catalog.to_char(pg_catalog.max(pg_catalog.pg_stat_get_last_autovacuum_time(m.oid)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'last_analyze', pg_catalog.to_char(pg_catalog.max(pg_catalog.pg_stat_get_last_analyze_time(m.oid)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'last_autoanalyze', pg_catalog.to_char(pg_catalog.max(pg_catalog.pg_stat_get_last_autoanalyze_time(m.oid)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    ) AS json
    FROM measured AS m
),
primary_key AS (
    SELECT i.indkey[0:i.indnkeyatts - 1] AS keys FROM pg_catalog.pg_index AS i WHERE i.indrelid = $1::oid AND i.indisprimary
),
columns AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'position', a.attnum, 'name', a.attname,
        'type', pg_catalog.regexp_replace(pg_catalog.format_type(a.atttypid, a.atttypmod), '^public\.', ''), -- as psql shows it
        'nullable', NOT a.attnotnull,
        'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
        'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
        'generated', CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
        'primary_key', a.attnum = ANY (SELECT pg_catalog.unnest(k.keys::int2[]) FROM primary_key AS k),
        'collation', (SELECT l.collname FROM pg_catalog.pg_collation AS l JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
                      WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
        'comment', pg_catalog.col_description(a.attrelid, a.attnum)) ORDER BY a.attnum) AS json
    FROM pg_catalog.pg_attribute AS a
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
),
-- Foreign keys in both directions. A key to or from a partitioned table has a copy for every partition, which is not shown.
ancestor AS (
    SELECT r.oid FROM rel AS r
    UNION ALL
    SELECT i.inhparent FROM ancestor AS a JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = a.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhparent AND c.relkind = 'p'
),
foreign_key AS MATERIALIZED (
    SELECT k.conrelid = $1::oid AND (k.conparentid = 0 OR u.conrelid <> k.conrelid) AS goes_out,
           k.confrelid IN (SELECT a.oid FROM ancestor AS a) AND k.conparentid = 0 AS comes_in,
           f.nspname, f.relname, k.conname, pg_catalog.json_build_object(
        'name', k.conname, 'schema', f.nspname, 'table', f.relname,
        'columns', pg_catalog.array_to_json(ARRAY(
            SELECT a.attname FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS c (attnum, n)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = c.attnum ORDER BY c.n)),
        'references', pg_catalog.json_build_object('schema', t.nspname, 'table', t.relname, 'columns', pg_catalog.array_to_json(ARRAY(
            SELECT a.attname FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS c (attnum, n)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = c.attnum ORDER BY c.n))),
        'on_update', CASE k.confupdtype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                         WHEN 'd' THEN 'set default' ELSE 'no action' END,
        'on_delete', CASE k.confdeltype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                         WHEN 'd' THEN 'set default' ELSE 'no action' END,
        'deferrable', k.condeferrable, 'validated', k.convalidated, 'definition', pg_catalog.pg_get_constraintdef(k.oid)) AS json
    FROM pg_catalog.pg_constraint AS k
    JOIN (SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace) AS f
      ON f.oid = k.conrelid
    JOIN (SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace) AS t
      ON t.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_constraint AS u ON u.oid = k.conparentid
    WHERE k.contype = 'f' AND ((k.conrelid = $1::oid AND (k.conparentid = 0 OR u.conrelid <> k.conrelid))
                               OR (k.confrelid IN (SELECT a.oid FROM ancestor AS a) AND k.conparentid = 0))
),
-- Of an index on a partitioned table, with the indexes of all partitions below it.
index_tree AS (
    SELECT i.indexrelid AS root, i.indexrelid AS oid FROM pg_catalog.pg_index AS i WHERE i.indrelid = $1::oid
    UNION ALL
    SELECT t.root, h.inhrelid FROM index_tree AS t JOIN pg_catalog.pg_inherits AS h ON h.inhparent = t.oid
),
index_sum AS (
    SELECT t.root, pg_catalog.sum(i.bytes)::bigint AS bytes, pg_catalog.sum(pg_catalog.pg_stat_get_numscans(t.oid)) AS scans,
           pg_catalog.sum(pg_catalog.pg_stat_get_tuples_returned(t.oid)) AS rows_read
    FROM index_tree AS t JOIN index AS i ON i.indexrelid = t.oid GROUP BY t.root
),
indexes AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', x.relname, 'method', m.amname, 'unique', i.indisunique, 'primary', i.indisprimary, 'valid', i.indisvalid,
        'columns', pg_catalog.array_to_json(ARRAY(
            SELECT coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, k.n::int, true))
            FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
            LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
            WHERE k.n <= i.indnkeyatts ORDER BY k.n)),
        'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid, true), 'size_bytes', s.bytes, 'scans', s.scans, 'rows_read', s.rows_read,
        'definition', pg_catalog.pg_get_indexdef(i.indexrelid)) ORDER BY NOT i.indisprimary, x.relname) AS json
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = x.relam
    JOIN index_sum AS s ON s.root = i.indexrelid
    WHERE i.indrelid = $1::oid
),
constraints AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', k.conname, 'type', CASE k.contype WHEN 'c' THEN 'check' WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
            WHEN 'x' THEN 'exclusion' WHEN 'f' THEN 'foreign key' WHEN 't' THEN 'trigger' ELSE 'not null' END,
        'validated', k.convalidated, 'definition', pg_catalog.pg_get_constraintdef(k.oid))
        ORDER BY pg_catalog.strpos('puxcfnt', k.contype::text), k.conname) AS json
    FROM pg_catalog.pg_constraint AS k LEFT JOIN pg_catalog.pg_constraint AS u ON u.oid = k.conparentid
    WHERE k.conrelid = $1::oid AND (k.contype <> 'f' OR k.conparentid = 0 OR u.conrelid <> k.conrelid)
),
triggers AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', t.tgname, 'enabled', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'origin' END,
        'function', pg_catalog.format('%I.%I', n.nspname, p.proname), 'definition', pg_catalog.pg_get_triggerdef(t.oid)) ORDER BY t.tgname) AS json
    FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal
),
below AS (
    SELECT i.inhrelid AS root, i.inhrelid AS oid FROM rel AS r JOIN pg_catalog.pg_inherits AS i ON i.inhparent = r.oid WHERE r.relkind = 'p'
    UNION ALL
    SELECT b.root, i.inhrelid FROM below AS b JOIN pg_catalog.pg_inherits AS i ON i.inhparent = b.oid
),
below_sum AS (
    SELECT b.root, pg_catalog.sum(m.table_bytes) AS table_bytes, pg_catalog.sum(m.row_estimate)::bigint AS row_estimate,
           pg_catalog.sum((SELECT pg_catalog.sum(i.bytes) FROM index AS i WHERE i.indrelid = b.oid)) AS index_bytes
    FROM below AS b JOIN measured AS m ON m.oid = b.oid GROUP BY b.root
),
partitions AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'schema', n.nspname, 'name', c.relname, 'bound', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
        'total_bytes', (s.table_bytes + coalesce(s.index_bytes, 0))::bigint, 'row_estimate', s.row_estimate) ORDER BY n.nspname, c.relname) AS json
    FROM below_sum AS s JOIN pg_catalog.pg_class AS c ON c.oid = s.root JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
),
grants AS (
    -- Rights on columns are shown as SQL writes them: SELECT (a, b).
    SELECT g.grantee, g.grantor, g.privilege_type AS privilege, g.is_grantable
    FROM rel AS r, pg_catalog.aclexplode(coalesce(r.relacl, pg_catalog.acldefault('r', r.relowner))) AS g
    UNION ALL
    SELECT g.grantee, g.grantor, pg_catalog.concat(g.privilege_type, ' (', pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum), ')'),
           g.is_grantable
    FROM pg_catalog.pg_attribute AS a, pg_catalog.aclexplode(a.attacl) AS g
    WHERE a.attrelid = $1::oid AND NOT a.attisdropped GROUP BY g.grantee, g.grantor, g.privilege_type, g.is_grantable
),
privileges AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('grantee', p.grantee, 'grantor', p.grantor,
               'privileges', p.privileges, 'grantable', p.grantable) ORDER BY p.grantee, p.grantor) AS json
    FROM (
        SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(g.grantee)::text END AS grantee,
               pg_catalog.pg_get_userbyid(g.grantor) AS grantor,
               pg_catalog.json_agg(g.privilege ORDER BY g.privilege) AS privileges,
               coalesce(pg_catalog.json_agg(g.privilege ORDER BY g.privilege) FILTER (WHERE g.is_grantable), '[]') AS grantable
        FROM grants AS g GROUP BY g.grantee, g.grantor
    ) AS p
),
policies AS (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', p.polname, 'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'permissive', p.polpermissive,
        'roles', pg_catalog.array_to_json(ARRAY(
            SELECT CASE WHEN o.oid = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(o.oid)::text END
            FROM pg_catalog.unnest(p.polroles) AS o (oid) ORDER BY 1)),
        'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname) AS json
    FROM pg_catalog.pg_policy AS p WHERE p.polrelid = $1::oid
)
SELECT pg_catalog.json_build_object(
    'schema', r.nspname, 'name', r.relname,
    'kind', CASE r.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned_table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' ELSE 'foreign_table' END,
    'oid', r.oid::bigint, 'owner', pg_catalog.pg_get_userbyid(r.relowner), 'comment', pg_catalog.obj_description(r.oid, 'pg_class'),
    'persistence', CASE r.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' ELSE 'permanent' END,
    'tablespace', (SELECT t.spcname FROM pg_catalog.pg_tablespace AS t WHERE t.oid = r.reltablespace),
    'options', pg_catalog.to_json(coalesce(r.reloptions, '{}')), 'row_estimate', s.row_estimate, 'row_security', r.relrowsecurity,
    'sizes', pg_catalog.json_build_object('total_bytes', s.table_bytes + s.index_bytes, 'table_bytes', s.table_bytes,
                                          'index_bytes', s.index_bytes, 'toast_bytes', s.toast_bytes),
    'activity', (SELECT a.json FROM activity AS a),
    'columns', coalesce((SELECT c.json FROM columns AS c), '[]'),
    'primary_key', pg_catalog.array_to_json(ARRAY(
        SELECT a.attname FROM primary_key AS k, pg_catalog.unnest(k.keys::int2[]) WITH ORDINALITY AS p (attnum, n)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = $1::oid AND a.attnum = p.attnum ORDER BY p.n)),
    'foreign_keys', coalesce((SELECT pg_catalog.json_agg(k.json ORDER BY k.conname) FROM foreign_key AS k WHERE k.goes_out), '[]'),
    'referenced_by', coalesce((SELECT pg_catalog.json_agg(k.json ORDER BY k.nspname, k.relname, k.conname) FROM foreign_key AS k WHERE k.comes_in), '[]'),
    'indexes', coalesce((SELECT i.json FROM indexes AS i), '[]'),
    'constraints', coalesce((SELECT c.json FROM constraints AS c), '[]'),
    'triggers', coalesce((SELECT t.json FROM triggers AS t), '[]'),
    'partitioning', pg_catalog.json_build_object(
        'key', CASE WHEN r.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(r.oid) END,
        'of', (SELECT pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname) FROM pg_catalog.pg_inherits AS i
               JOIN pg_catalog.pg_class AS c ON c.oid = i.inhparent AND c.relkind = 'p'
               JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE i.inhrelid = r.oid),
        'bound', pg_catalog.pg_get_expr(r.relpartbound, r.oid),
        'partitions', coalesce((SELECT p.json FROM partitions AS p), '[]')),
    'privileges', coalesce((SELECT p.json FROM privileges AS p), '[]'),
    'policies', coalesce((SELECT p.json FROM policies AS p), '[]'),
    'view_definition', CASE WHEN r.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(r.oid, true) END,
    'ddl', $2::text)::text
FROM rel AS r, sizes AS s
