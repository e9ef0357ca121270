-- SQL that creates a table again, with all that hangs on it. $1 its oid. Sections in the order in which they run.
WITH
rel AS MATERIALIZED (
    SELECT c.*, n.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS ident,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS word,
           c.relkind IN ('r', 'p', 'f') AS is_table,
           c.relispartition OR c.reloftype <> 0 AS given_columns -- by its parent or its type
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = $1::oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
-- Columns that some version lacks are read through JSON: attcompression (14), attstattarget is null for the preset from 17 on.
col AS MATERIALIZED (
    SELECT a.*, pg_catalog.quote_ident(a.attname) AS ident, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression, t.typstorage, t.typcollation,
           pg_catalog.to_jsonb(a)->>'attcompression' AS compression, (pg_catalog.to_jsonb(a)->>'attstattarget')::int AS stattarget,
           a.attislocal AND NOT r.given_columns AS own
    FROM rel AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
),
con AS MATERIALIZED (
    SELECT k.oid, k.conname, k.contype, k.convalidated, k.conindid, k.conkey, k.connoinherit, k.conislocal,
           k.conparentid = 0 AND (k.contype NOT IN ('c', 'n') OR k.conislocal) AS own,
           pg_catalog.format('CONSTRAINT %I %s', k.conname, pg_catalog.pg_get_constraintdef(k.oid)) AS text
    FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = $1::oid AND k.contype <> 't'
),
seq AS MATERIALIZED (
    SELECT d.deptype, d.refobjsubid AS attnum, c.relname, n.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS ident,
           pg_catalog.concat_ws(' ',
               CASE WHEN d.deptype = 'a' AND s.seqtypid <> 'pg_catalog.int8'::regtype THEN 'AS ' || pg_catalog.format_type(s.seqtypid, NULL) END,
               CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END THEN 'START WITH ' || s.seqstart END,
               CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT BY ' || s.seqincrement END,
               CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 ELSE b.low END THEN 'MINVALUE ' || s.seqmin END,
               CASE WHEN s.seqmax <> CASE WHEN s.seqincrement > 0 THEN b.high ELSE -1 END THEN 'MAXVALUE ' || s.seqmax END,
               CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
               CASE WHEN s.seqcycle THEN 'CYCLE' END) AS options
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_class AS c ON c.oid = d.objid AND c.relkind = 'S'
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = c.oid
    JOIN (VALUES ('pg_catalog.int2'::regtype, -32768::bigint, 32767::bigint), ('pg_catalog.int4', -2147483648, 2147483647),
                 ('pg_catalog.int8', -9223372036854775808, 9223372036854775807)) AS b (type, low, high) ON b.type = s.seqtypid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = $1::oid
      AND d.deptype IN ('a', 'i')
),
idx AS MATERIALIZED (
    SELECT x.oid, x.relname, x.relispartition, x.reloptions, x.reltablespace, i.indisclustered, i.indisreplident, i.indisvalid,
           pg_catalog.format('%I.%I', n.nspname, x.relname) AS ident,
           EXISTS (SELECT FROM con AS k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')) AS backs
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = x.relnamespace WHERE i.indrelid = $1::oid
),
parent AS (
    SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I', n.nspname, p.relname), ', ' ORDER BY i.inhseqno) AS list
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace WHERE i.inhrelid = $1::oid
),
body AS (
    SELECT pg_catalog.string_agg('    ' || e.text, E',\n' ORDER BY e.section, e.place) AS text
    FROM (
        SELECT 1 AS section, c.attnum::int AS place, pg_catalog.concat_ws(' ',
            c.ident, c.type,
            CASE c.compression WHEN 'p' THEN 'COMPRESSION pglz' WHEN 'l' THEN 'COMPRESSION lz4' END,
            (SELECT 'OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', o.option_name, o.option_value), ', ') || ')'
             FROM pg_catalog.pg_options_to_table(c.attfdwoptions) AS o),
            (SELECT pg_catalog.format('COLLATE %I.%I', n.nspname, l.collname) FROM pg_catalog.pg_collation AS l
             JOIN pg_catalog.pg_namespace AS n ON n.oid = l.collnamespace
             WHERE l.oid = c.attcollation AND c.attcollation <> c.typcollation),
            CASE c.attgenerated WHEN 's' THEN 'GENERATED ALWAYS AS (' || c.expression || ') STORED'
                 WHEN 'v' THEN 'GENERATED ALWAYS AS (' || c.expression || ') VIRTUAL' ELSE 'DEFAULT ' || c.expression END,
            CASE WHEN c.attidentity <> '' THEN pg_catalog.concat('GENERATED ', CASE c.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                ' AS IDENTITY', (SELECT ' (' || nullif(pg_catalog.concat_ws(' ',
                    CASE WHEN s.nspname <> r.nspname OR s.relname <> pg_catalog.concat(r.relname, '_', c.attname, '_seq')
                         THEN 'SEQUENCE NAME ' || s.ident END, s.options), '') || ')'
                    FROM seq AS s WHERE s.attnum = c.attnum AND s.deptype = 'i')) END,
            CASE WHEN c.attnotnull AND NOT EXISTS (SELECT FROM con AS k WHERE k.contype = 'n' AND NOT k.convalidated AND k.conkey[1] = c.attnum)
                 THEN pg_catalog.concat((SELECT pg_catalog.format('CONSTRAINT %I ', k.conname) FROM con AS k
                     WHERE k.contype = 'n' AND k.conkey[1] = c.attnum AND k.conname <> pg_catalog.concat(r.relname, '_', c.attname, '_not_null')),
                     'NOT NULL', (SELECT ' NO INHERIT' FROM con AS k WHERE k.contype = 'n' AND k.conkey[1] = c.attnum AND k.connoinherit))
            END) AS text
        FROM rel AS r, col AS c WHERE c.own AND r.is_table
        UNION ALL
        SELECT CASE k.contype WHEN 'p' THEN 2 WHEN 'u' THEN 3 ELSE 4 END,
               pg_catalog.row_number() OVER (ORDER BY k.conname)::int, k.text
        FROM con AS k WHERE k.own AND k.convalidated AND k.contype IN ('p', 'u', 'x', 'c')
    ) AS e
),
option AS (
    SELECT pg_catalog.string_agg(pg_catalog.concat(o.prefix, pg_catalog.quote_ident(o.option_name), '=',
        CASE WHEN o.option_value ~ '^[A-Za-z0-9_.+-]+$' THEN o.option_value ELSE pg_catalog.quote_literal(o.option_value) END), ', ') AS list
    FROM (
        SELECT '' AS prefix, o.* FROM rel AS r, pg_catalog.pg_options_to_table(r.reloptions) AS o
        UNION ALL
        SELECT 'toast.', o.* FROM rel AS r JOIN pg_catalog.pg_class AS t ON t.oid = r.reltoastrelid,
            pg_catalog.pg_options_to_table(t.reloptions) AS o
    ) AS o
),
storage AS (
    SELECT pg_catalog.concat(
        (SELECT E'\nUSING ' || pg_catalog.quote_ident(m.amname) FROM pg_catalog.pg_am AS m WHERE m.oid = r.relam AND m.amname <> 'heap'),
        (SELECT E'\nWITH (' || o.list || ')' FROM option AS o),
        (SELECT E'\nTABLESPACE ' || pg_catalog.quote_ident(t.spcname) FROM pg_catalog.pg_tablespace AS t WHERE t.oid = r.reltablespace)) AS text
    FROM rel AS r
),
creation AS (
    SELECT CASE WHEN r.relkind = 'v' THEN pg_catalog.concat('CREATE VIEW ', r.ident, (SELECT ' WITH (' || o.list || ')' FROM option AS o),
                E' AS\n', pg_catalog.pg_get_viewdef(r.oid))
           WHEN r.relkind = 'm' THEN pg_catalog.concat('CREATE MATERIALIZED VIEW ', r.ident, s.text, E' AS\n',
                pg_catalog.rtrim(pg_catalog.pg_get_viewdef(r.oid), ';'), CASE WHEN NOT r.relispopulated THEN E'\nWITH NO DATA' END, ';')
           ELSE pg_catalog.concat('CREATE ', CASE WHEN r.relpersistence = 'u' THEN 'UNLOGGED ' END, r.word, ' ', r.ident,
                CASE WHEN r.relispartition THEN ' PARTITION OF ' || (SELECT p.list FROM parent AS p)
                     WHEN r.reloftype <> 0 THEN ' OF ' || pg_catalog.format_type(r.reloftype, NULL) END,
                CASE WHEN b.text IS NOT NULL THEN E' (\n' || b.text || E'\n)' WHEN NOT r.given_columns THEN ' ()' END,
                CASE WHEN r.relispartition THEN ' ' || pg_catalog.pg_get_expr(r.relpartbound, r.oid)
                     ELSE (SELECT E'\nINHERITS (' || p.list || ')' FROM parent AS p) END,
                CASE WHEN r.relkind = 'p' THEN E'\nPARTITION BY ' || pg_catalog.pg_get_partkeydef(r.oid) END,
                (SELECT pg_catalog.concat(E'\nSERVER ', pg_catalog.quote_ident(v.srvname), (
                     SELECT E'\nOPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', o.option_name, o.option_value), ', ') || ')'
                     FROM pg_catalog.pg_options_to_table(f.ftoptions) AS o))
                 FROM pg_catalog.pg_foreign_table AS f JOIN pg_catalog.pg_foreign_server AS v ON v.oid = f.ftserver WHERE f.ftrelid = r.oid),
                s.text, ';') END AS text
    FROM rel AS r, body AS b, storage AS s
),
acl AS (
    SELECT x.grantee, x.is_grantable, x.columns, pg_catalog.string_agg(x.privilege_type || coalesce(' (' || x.columns || ')', ''), ', '
               ORDER BY x.privilege_type) AS list, pg_catalog.count(*) AS count
    FROM (
        SELECT g.grantee, g.is_grantable, g.privilege_type, NULL AS columns
        FROM rel AS r, pg_catalog.aclexplode(r.relacl) AS g
        UNION ALL
        SELECT g.grantee, g.is_grantable, g.privilege_type, pg_catalog.string_agg(c.ident, ', ' ORDER BY c.attnum)
        FROM col AS c, pg_catalog.aclexplode(c.attacl) AS g GROUP BY 1, 2, 3
    ) AS x GROUP BY x.grantee, x.is_grantable, x.columns
),
standard AS (
    SELECT pg_catalog.count(*) AS count FROM rel AS r, pg_catalog.aclexplode(pg_catalog.acldefault('r', r.relowner)) AS g
),
remark AS (
    SELECT 1 AS part, 0 AS place, pg_catalog.format('%s %s', r.word, r.ident) AS object, pg_catalog.obj_description(r.oid, 'pg_class') AS text
    FROM rel AS r
    UNION ALL
    SELECT 2, c.attnum, pg_catalog.format('COLUMN %s.%s', r.ident, c.ident), pg_catalog.col_description(r.oid, c.attnum) FROM rel AS r, col AS c
    UNION ALL
    SELECT 3, 0, pg_catalog.format('CONSTRAINT %I ON %s', k.conname, r.ident), pg_catalog.obj_description(k.oid, 'pg_constraint')
    FROM rel AS r, con AS k
    UNION ALL
    SELECT 4, 0, 'INDEX ' || i.ident, pg_catalog.obj_description(i.oid, 'pg_class') FROM idx AS i
    UNION ALL
    SELECT 5, 0, pg_catalog.format('TRIGGER %I ON %s', t.tgname, r.ident), pg_catalog.obj_description(t.oid, 'pg_trigger')
    FROM rel AS r JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid
    UNION ALL
    SELECT 6, 0, pg_catalog.format('POLICY %I ON %s', p.polname, r.ident), pg_catalog.obj_description(p.oid, 'pg_policy')
    FROM rel AS r JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 7, 0, pg_catalog.format('RULE %I ON %s', u.rulename, r.ident), pg_catalog.obj_description(u.oid, 'pg_rewrite')
    FROM rel AS r JOIN pg_catalog.pg_rewrite AS u ON u.ev_class = r.oid
    UNION ALL
    SELECT 8, 0, pg_catalog.format('STATISTICS %I.%I', n.nspname, e.stxname), pg_catalog.obj_description(e.oid, 'pg_statistic_ext')
    FROM pg_catalog.pg_statistic_ext AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.stxnamespace WHERE e.stxrelid = $1::oid
),
statement (section, place, sort, text) AS (
    SELECT 1, 0, s.ident, pg_catalog.concat_ws(' ', 'CREATE SEQUENCE', s.ident, nullif(s.options, '')) || ';'
    FROM seq AS s WHERE s.deptype = 'a'
    UNION ALL
    SELECT 2, 0, '', c.text FROM creation AS c
    UNION ALL
    SELECT 3, 0, s.ident, pg_catalog.format('ALTER SEQUENCE %s OWNED BY %s.%s;', s.ident, r.ident, c.ident)
    FROM rel AS r, seq AS s JOIN col AS c ON c.attnum = s.attnum WHERE s.deptype = 'a'
    UNION ALL
    -- Columns that a parent gives, where they differ from the parent's.
    SELECT 4, c.attnum, '1', pg_catalog.format('ALTER %s %s%s ALTER COLUMN %s SET DEFAULT %s;', r.word,
               CASE WHEN r.is_table THEN 'ONLY ' ELSE '' END, r.ident, c.ident, c.expression)
    FROM rel AS r, col AS c
    WHERE c.expression IS NOT NULL AND c.attgenerated = '' AND (NOT c.own OR NOT r.is_table)
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.inhparent AND a.attname = c.attname
        JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE i.inhrelid = r.oid AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) = c.expression)
    UNION ALL
    SELECT 4, c.attnum, '2', pg_catalog.format('ALTER %s ONLY %s ALTER COLUMN %s SET NOT NULL;', r.word, r.ident, c.ident)
    FROM rel AS r, col AS c
    WHERE c.attnotnull AND NOT c.own AND r.is_table
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.inhparent AND a.attname = c.attname
        WHERE i.inhrelid = r.oid AND a.attnotnull)
      AND NOT EXISTS (SELECT FROM con AS k WHERE k.contype = 'p' AND c.attnum = ANY (k.conkey))
    UNION ALL
    SELECT 4, c.attnum, '3', pg_catalog.format('ALTER %s %s ALTER COLUMN %s SET STORAGE %s;', r.word, r.ident, c.ident,
        CASE c.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
    FROM rel AS r, col AS c WHERE c.attstorage <> c.typstorage AND r.relkind IN ('r', 'p', 'm')
    UNION ALL
    SELECT 4, c.attnum, '4', pg_catalog.format('ALTER %s %s ALTER COLUMN %s SET STATISTICS %s;', r.word, r.ident, c.ident, c.stattarget)
    FROM rel AS r, col AS c WHERE c.stattarget >= 0 AND r.relkind <> 'v'
    UNION ALL
    SELECT 4, c.attnum, '5', pg_catalog.format('ALTER %s %s ALTER COLUMN %s SET (%s);', r.word, r.ident, c.ident, o.list)
    FROM rel AS r, col AS c CROSS JOIN LATERAL (
        -- pg_attver is the server's own bookkeeping (seen in 15.20), not a setting of the column.
        SELECT pg_catalog.string_agg(pg_catalog.format('%I=%L', o.option_name, o.option_value), ', ') AS list
        FROM pg_catalog.pg_options_to_table(c.attoptions) AS o WHERE o.option_name <> 'pg_attver') AS o
    WHERE o.list IS NOT NULL
    UNION ALL
    SELECT 5, 0, i.relname::text, pg_catalog.pg_get_indexdef(i.oid) || ';'
    FROM idx AS i WHERE NOT i.backs AND NOT i.relispartition
    UNION ALL
    SELECT 5, 1, i.relname::text, pg_catalog.format('ALTER INDEX %s SET (%s);', i.ident, (
        SELECT pg_catalog.string_agg(pg_catalog.format('%I=%L', o.option_name, o.option_value), ', ')
        FROM pg_catalog.pg_options_to_table(i.reloptions) AS o))
    FROM idx AS i WHERE i.backs AND i.reloptions IS NOT NULL
    UNION ALL
    SELECT 5, 2, i.relname::text, pg_catalog.format('ALTER INDEX %s SET TABLESPACE %I;', i.ident, t.spcname)
    FROM idx AS i JOIN pg_catalog.pg_tablespace AS t ON t.oid = i.reltablespace WHERE i.backs
    UNION ALL
    SELECT 5, 3, i.relname::text, pg_catalog.format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s;', i.ident, a.attnum,
        (pg_catalog.to_jsonb(a)->>'attstattarget')::int)
    FROM idx AS i JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.oid AND (pg_catalog.to_jsonb(a)->>'attstattarget')::int >= 0
    UNION ALL
    SELECT 5, 4, i.relname::text, pg_catalog.format('ALTER %s %s CLUSTER ON %I;', r.word, r.ident, i.relname)
    FROM rel AS r, idx AS i WHERE i.indisclustered
    UNION ALL
    SELECT 5, 5, '', pg_catalog.format('ALTER TABLE ONLY %s REPLICA IDENTITY %s;', r.ident, CASE r.relreplident WHEN 'f' THEN 'FULL'
        WHEN 'n' THEN 'NOTHING' ELSE (SELECT 'USING INDEX ' || pg_catalog.quote_ident(i.relname) FROM idx AS i WHERE i.indisreplident) END)
    FROM rel AS r WHERE r.relreplident IN ('f', 'i') OR (r.relreplident = 'n' AND r.relkind IN ('r', 'p'))
    UNION ALL
    SELECT 6, 0, pg_catalog.pg_get_statisticsobjdef(e.oid), pg_catalog.pg_get_statisticsobjdef(e.oid) || ';'
    FROM pg_catalog.pg_statistic_ext AS e WHERE e.stxrelid = $1::oid
    UNION ALL
    SELECT 6, 1, e.stxname::text, pg_catalog.format('ALTER STATISTICS %I.%I SET STATISTICS %s;', n.nspname, e.stxname,
        pg_catalog.to_jsonb(e)->>'stxstattarget')
    FROM pg_catalog.pg_statistic_ext AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.stxnamespace
    WHERE e.stxrelid = $1::oid AND (pg_catalog.to_jsonb(e)->>'stxstattarget')::int >= 0
    UNION ALL
    SELECT 7, 0, k.conname::text, pg_catalog.format(E'ALTER %s %s%s\n    ADD %s;', r.word,
               CASE WHEN r.relkind = 'p' OR r.word <> 'TABLE' THEN '' ELSE 'ONLY ' END, r.ident, k.text)
    FROM rel AS r, con AS k WHERE k.own AND (k.contype = 'f' OR (k.contype IN ('c', 'n') AND NOT k.convalidated))
    UNION ALL
    SELECT 8, 0, u.rulename::text, pg_catalog.pg_get_ruledef(u.oid) FROM pg_catalog.pg_rewrite AS u
    WHERE u.ev_class = $1::oid AND u.rulename <> '_RETURN'
    UNION ALL
    SELECT 8, 1, u.rulename::text, pg_catalog.format('ALTER TABLE %s %s RULE %I;', r.ident,
        CASE u.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, u.rulename)
    FROM rel AS r JOIN pg_catalog.pg_rewrite AS u ON u.ev_class = r.oid AND u.ev_enabled <> 'O'
    UNION ALL
    SELECT 9, 0, t.tgname::text, pg_catalog.pg_get_triggerdef(t.oid) || ';' FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 9, 1, t.tgname::text, pg_catalog.format('ALTER TABLE %s %s TRIGGER %I;', r.ident,
        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname)
    FROM rel AS r JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid AND t.tgenabled <> 'O' AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 10, 0, '', pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.ident) FROM rel AS r WHERE r.relrowsecurity
    UNION ALL
    SELECT 10, 1, '', pg_catalog.format('ALTER TABLE ONLY %s FORCE ROW LEVEL SECURITY;', r.ident) FROM rel AS r WHERE r.relforcerowsecurity
    UNION ALL
    SELECT 10, 2, p.polname::text, pg_catalog.concat('CREATE POLICY ', pg_catalog.quote_ident(p.polname), ' ON ', r.ident,
        CASE WHEN NOT p.polpermissive THEN ' AS RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' END,
        (SELECT ' TO ' || pg_catalog.string_agg(pg_catalog.quote_ident(o.rolname), ', ' ORDER BY o.rolname)
         FROM pg_catalog.pg_roles AS o WHERE o.oid = ANY (p.polroles)),
        ' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
        ' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', ';')
    FROM rel AS r JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT 11, m.part * 10000 + m.place, m.object, pg_catalog.format('COMMENT ON %s IS %L;', m.object, m.text)
    FROM remark AS m WHERE m.text IS NOT NULL
    UNION ALL
    SELECT 12, 0, '', pg_catalog.format('ALTER %s %s OWNER TO %I;', r.word, r.ident, pg_catalog.pg_get_userbyid(r.relowner)) FROM rel AS r
    UNION ALL
    SELECT 12, 1, '', pg_catalog.format('REVOKE ALL ON TABLE %s FROM %I;', r.ident, pg_catalog.pg_get_userbyid(r.relowner))
    FROM rel AS r, standard AS d
    WHERE r.relacl IS NOT NULL AND NOT EXISTS (SELECT FROM acl AS a WHERE a.grantee = r.relowner AND NOT a.is_grantable
                                                 AND a.columns IS NULL AND a.count = d.count)
    UNION ALL
    SELECT 12, 2, pg_catalog.pg_get_userbyid(a.grantee)::text || a.list, pg_catalog.format('GRANT %s ON TABLE %s TO %s%s;',
        CASE WHEN a.columns IS NULL AND a.count = d.count THEN 'ALL' ELSE a.list END, r.ident,
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM rel AS r, standard AS d, acl AS a
    WHERE NOT (a.grantee = r.relowner AND a.columns IS NULL AND NOT a.is_grantable AND a.count = d.count)
)
SELECT pg_catalog.string_agg(s.text, E'\n\n' ORDER BY s.section)
FROM (
    SELECT x.section, pg_catalog.string_agg(x.text, E'\n' ORDER BY x.place, x.sort COLLATE "C") AS text FROM statement AS x GROUP BY x.section
) AS s
