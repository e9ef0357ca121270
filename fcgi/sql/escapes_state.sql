-- SPDX-License-Identifier: MIT
-- $1: the pid of the server's process that ran the escape. Everything that an escape could have changed or could still hold,
-- one row each; equal before and after. Looks at the canaries, at what the runner's login owns, and at what bears our name.
WITH reader AS (SELECT oid, rolname FROM pg_roles WHERE rolname IN ('guardian_reader', 'guardian_selftest'))
SELECT 'rows of canary' AS item, coalesce(string_agg(c.id || ':' || c.note || ':' || c.xmin, ',' ORDER BY c.id), '') AS value
FROM guardian_selftest.canary AS c
UNION ALL
SELECT 'rows of canary_writable', coalesce(string_agg(c.id || ':' || c.note || ':' || c.xmin, ',' ORDER BY c.id), '')
FROM guardian_selftest.canary_writable AS c
UNION ALL
SELECT 'rows of canary_log', coalesce(string_agg(c.note, ',' ORDER BY c.id), '') FROM guardian_selftest.canary_log AS c
UNION ALL
SELECT 'rows of the other canaries', count(*)::text
FROM (SELECT id FROM guardian_selftest.canary_ruled UNION ALL SELECT id FROM guardian_selftest.canary_child) AS others
UNION ALL
SELECT 'sequences', string_agg(format('%s %s %s', s.name, s.last_value, s.is_called), ',')
FROM (SELECT 'canary_sequence' AS name, last_value, is_called FROM guardian_selftest.canary_sequence
      UNION ALL SELECT 'canary_log_id_seq', last_value, is_called FROM guardian_selftest.canary_log_id_seq) AS s
UNION ALL
SELECT 'tables and their like', count(*) || ' ' || coalesce(md5(string_agg(
           format('%s %s %s %s %s %s %s', c.oid, c.relname, c.relfilenode, c.relacl, c.reltriggers, c.relrowsecurity, c.relnatts),
           ',' ORDER BY c.oid)), '')
FROM (SELECT c.*, (SELECT count(*) FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgenabled = 'O') AS reltriggers
      FROM pg_class AS c) AS c
WHERE (c.relnamespace = 'guardian_selftest'::regnamespace OR c.relowner IN (SELECT oid FROM reader) OR c.relname = 'left_behind')
  AND c.relkind <> 't' AND c.relname !~ '^pg_toast'
UNION ALL
SELECT 'functions, types, rules and policies', concat_ws(' ',
    (SELECT count(*) || coalesce(md5(string_agg(p.proname || p.prosecdef || coalesce(p.proacl::text, ''), ',' ORDER BY p.oid)), '')
     FROM pg_proc AS p WHERE p.pronamespace = 'guardian_selftest'::regnamespace OR p.proowner IN (SELECT oid FROM reader)),
    (SELECT count(*) FROM pg_type AS t WHERE t.typnamespace = 'guardian_selftest'::regnamespace),
    (SELECT count(*) FROM pg_operator AS o WHERE o.oprnamespace = 'guardian_selftest'::regnamespace),
    (SELECT count(*) FROM pg_cast AS c WHERE c.castsource = 'guardian_selftest.canary_type'::regtype),
    (SELECT count(*) FROM pg_collation AS c WHERE c.collnamespace = 'guardian_selftest'::regnamespace),
    (SELECT count(*) FROM pg_rewrite AS r WHERE r.rulename IN ('left_behind', 'canary_rule')),
    (SELECT count(*) FROM pg_policy AS p WHERE p.polrelid = 'guardian_selftest.canary_guarded'::regclass),
    (SELECT count(*) FROM pg_statistic_ext AS s WHERE s.stxname = 'left_behind'),
    (SELECT count(*) FROM pg_description AS d WHERE d.description = 'left behind' OR d.objoid = 0),
    (SELECT count(*) FROM pg_seclabel AS l WHERE l.label = 'left behind'))
UNION ALL
SELECT 'schemas, extensions, languages, databases, tablespaces', concat_ws(' ',
    (SELECT string_agg(n.nspname, ',' ORDER BY n.oid) FROM pg_namespace AS n
     WHERE n.nspname IN ('guardian_selftest', 'left_behind') OR n.nspowner IN (SELECT oid FROM reader)),
    (SELECT count(*) FROM pg_extension AS e WHERE e.extname ~ '^guardian_selftest' OR e.extnamespace = 'guardian_selftest'::regnamespace),
    (SELECT count(*) FROM pg_language AS l WHERE l.lanname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_database AS d WHERE d.datname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_tablespace AS t WHERE t.spcname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_event_trigger AS e WHERE e.evtname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_foreign_server AS s WHERE s.srvname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_foreign_data_wrapper AS w WHERE w.fdwname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_user_mappings AS u WHERE u.umuser IN (SELECT oid FROM reader)))
UNION ALL
SELECT 'large objects', count(*) || ' ' || coalesce(max(m.oid)::text, '')
FROM pg_largeobject_metadata AS m WHERE m.lomowner IN (SELECT oid FROM reader)
UNION ALL
SELECT 'roles and memberships', concat_ws(' ',
    (SELECT md5(string_agg(format('%s %s %s %s %s %s %s %s', r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
                                  r.rolreplication, r.rolbypassrls, r.rolconnlimit), ',' ORDER BY r.oid))
     FROM pg_roles AS r WHERE r.rolname ~ '^guardian_'),
    (SELECT string_agg(format('%s>%s', m.roleid::regrole, m.member::regrole), ',' ORDER BY m.roleid, m.member)
     FROM pg_auth_members AS m WHERE m.member IN (SELECT oid FROM reader) OR m.roleid IN (SELECT oid FROM reader)),
    (SELECT string_agg(format('%s %s', a.defaclrole::regrole, a.defaclacl), ',') FROM pg_default_acl AS a
     WHERE a.defaclrole IN (SELECT oid FROM reader)))
UNION ALL
SELECT 'stored settings', concat_ws(' ', pg_conf_load_time(),
    (SELECT string_agg(s.setconfig::text, ',' ORDER BY s.setdatabase, s.setrole) FROM pg_db_role_setting AS s
     WHERE s.setrole IN (SELECT oid FROM reader) OR s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())))
UNION ALL
SELECT 'prepared transactions', count(*)::text
FROM pg_prepared_xacts AS x WHERE x.owner IN (SELECT rolname FROM reader) OR x.gid ~ '^guardian_selftest'
UNION ALL
SELECT 'replication slots, origins, publications, subscriptions', concat_ws(' ',
    (SELECT count(*) FROM pg_replication_slots AS s WHERE s.slot_name ~ '^guardian_selftest' OR s.active_pid = $1::int),
    (SELECT count(*) FROM pg_replication_origin AS o WHERE o.roname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_publication AS p WHERE p.pubname ~ '^guardian_selftest'),
    (SELECT count(*) FROM pg_stat_subscription AS s WHERE s.subname ~ '^guardian_selftest'), pg_is_in_recovery())
UNION ALL
SELECT 'statistics', concat_ws(' ', (SELECT d.stats_reset FROM pg_stat_database AS d WHERE d.datname = current_database()),
    (SELECT count(*) FROM pg_stats AS s WHERE s.schemaname = 'guardian_selftest'),
    (SELECT concat_ws(',', t.last_vacuum, t.last_analyze) FROM pg_stat_all_tables AS t
     WHERE t.relid = 'guardian_selftest.canary_writable'::regclass))
UNION ALL
SELECT 'locks of the session', coalesce(string_agg(l.locktype || ' ' || l.mode, ',' ORDER BY l.locktype, l.mode), '')
FROM pg_locks AS l WHERE l.pid = $1::int
UNION ALL
SELECT 'the session', coalesce((SELECT concat_ws(' ', a.state, a.backend_xid, a.backend_xmin, a.application_name)
                                FROM pg_stat_activity AS a WHERE a.pid = $1::int AND a.state <> 'idle'), '')
