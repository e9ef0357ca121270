-- What a backup's manifest says of its database, as JSON. Table oids are what an archive's list names them by. Sizes are the last
-- ANALYZE's: to measure them would wait for whoever has locked a table.
SELECT pg_catalog.json_build_object(
    'server_version', pg_catalog.current_setting('server_version'),
    'database_bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
    'wal_lsn', (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                     ELSE pg_catalog.pg_current_wal_lsn() END)::text,
    -- Large objects that are not readable for who dumps: pg_read_all_data does not reach them.
    'unreadable', (SELECT pg_catalog.json_build_object('count', pg_catalog.count(*), 'first', pg_catalog.min(m.oid::bigint))
        FROM pg_catalog.pg_largeobject_metadata AS m
        WHERE pg_catalog.current_setting('lo_compat_privileges') = 'off' AND NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) AS a WHERE a.privilege_type = 'SELECT'
                          AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))),
    'row_estimate', coalesce(pg_catalog.sum(t.row_estimate), 0)::bigint,
    'tables', coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
        'oid', t.oid::bigint, 'schema', t.nspname, 'name', t.relname, 'row_estimate', t.row_estimate, 'bytes', t.bytes)
        ORDER BY t.nspname, t.relname), '[]'))
FROM (
    SELECT c.oid, n.nspname, c.relname,
           (greatest(c.relpages, 0) + coalesce(t.relpages, 0))::bigint * pg_catalog.current_setting('block_size')::int AS bytes,
           CASE WHEN c.relkind = 'p' THEN 0 ELSE greatest(c.reltuples, 0)::bigint END AS row_estimate
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = c.reltoastrelid
    WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
) AS t
