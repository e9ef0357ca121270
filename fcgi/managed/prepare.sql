-- SPDX-License-Identifier: MIT
-- What `guardianctl migrate` runs as a superuser, in one transaction, in each managed database; safe to run again.
-- Lets the console's roles in, and takes from the SQL runner's login what a READ ONLY transaction and a ROLLBACK do not undo.

DO $$ BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO guardian_reader, guardian_monitor, guardian_maintainer', current_database());
END $$;

-- Jobs act for the owners: VACUUM, REINDEX and a rename are theirs alone. A superuser's power is never lent: what one owns
-- is left to it.
DO $$
DECLARE owner record;
BEGIN
    FOR owner IN
        SELECT DISTINCT r.rolname
        FROM (SELECT datdba AS id FROM pg_database WHERE datname = current_database()
              UNION ALL SELECT nspowner FROM pg_namespace
              UNION ALL SELECT relowner FROM pg_class
              UNION ALL SELECT proowner FROM pg_proc
              UNION ALL SELECT typowner FROM pg_type
              UNION ALL SELECT lomowner FROM pg_largeobject_metadata) AS owned
        JOIN pg_roles AS r ON r.oid = owned.id
        WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND r.rolname !~ '^guardian_'
          AND NOT pg_has_role(r.oid, 'guardian_maintainer', 'MEMBER')
          AND NOT EXISTS (SELECT FROM pg_roles AS s WHERE pg_has_role(r.oid, s.oid, 'MEMBER')
                          AND (s.rolsuper OR s.rolname IN ('pg_execute_server_program', 'pg_write_server_files')))
    LOOP
        EXECUTE format('GRANT %I TO guardian_maintainer', owner.rolname);
    END LOOP;
END $$;

-- A dump reads each large object with the rights on it: those of owners whose power is not lent are opened to it one by one. One
-- that is made later is let in by the next `guardianctl migrate`; until then a backup is refused (fcgi/sql/backup_facts.sql).
DO $$
DECLARE object record;
BEGIN
    FOR object IN
        SELECT m.oid FROM pg_largeobject_metadata AS m
        WHERE NOT pg_has_role('guardian_maintainer', m.lomowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) AS a WHERE a.privilege_type = 'SELECT'
                          AND (a.grantee = 0 OR pg_has_role('guardian_maintainer', a.grantee, 'USAGE')))
    LOOP
        EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO guardian_maintainer', object.oid);
    END LOOP;
END $$;

-- The runner's login is a member of nothing: a powerful group would lend it its power.
DO $$
DECLARE membership record;
BEGIN
    FOR membership IN SELECT roleid::regrole AS granted FROM pg_auth_members WHERE member = 'guardian_reader'::regrole LOOP
        EXECUTE format('REVOKE %s FROM guardian_reader', membership.granted);
    END LOOP;
END $$;

-- It reads, schema by schema. A schema that is made later is let in by the next `guardianctl migrate`; tables that are made
-- later in these schemas by the same owners are let in at once.
DO $$
DECLARE
    place record;
    maker record;
BEGIN
    FOR place IN
        SELECT oid, nspname FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'guardian_selftest')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO guardian_reader', place.nspname);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO guardian_reader', place.nspname);
        EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO guardian_reader', place.nspname);
        FOR maker IN
            SELECT DISTINCT owner::regrole AS name
            FROM (SELECT nspowner AS owner FROM pg_namespace WHERE oid = place.oid
                  UNION ALL SELECT relowner FROM pg_class WHERE relnamespace = place.oid) AS owners
            WHERE owner::regrole::text !~ '^"?pg_'
        LOOP
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I GRANT SELECT ON TABLES TO guardian_reader',
                           maker.name, place.nspname);
            EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I GRANT SELECT ON SEQUENCES TO guardian_reader',
                           maker.name, place.nspname);
        END LOOP;
    END LOOP;
END $$;

-- Functions whose effect outlives a rolled-back READ ONLY transaction, or reaches other sessions of the same login, or other
-- servers. Everybody may call them by default, and nothing can be denied to one role alone: so PUBLIC loses them, and every
-- role that exists now keeps them by its own name. A role that is created later is granted them when it needs them.
DO $$
DECLARE
    target record;
    other record;
BEGIN
    FOR target IN
        SELECT p.oid, p.oid::regprocedure AS signature
        FROM pg_proc AS p
        LEFT JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        LEFT JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
        WHERE (p.pronamespace = 'pg_catalog'::regnamespace
               AND p.proname IN ('pg_logical_emit_message', 'pg_terminate_backend', 'pg_cancel_backend')
               OR e.extname = 'dblink')
          AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))
                      WHERE grantee = 0 AND privilege_type = 'EXECUTE')
    LOOP
        FOR other IN
            SELECT oid::regrole AS name FROM pg_roles
            WHERE NOT rolsuper AND rolname NOT IN ('guardian_reader', 'guardian_selftest') AND rolname !~ '^pg_'
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', target.signature, other.name);
        END LOOP;
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', target.signature);
    END LOOP;
    FOR target IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN ('pg_terminate_backend', 'pg_cancel_backend')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO guardian_monitor, pg_signal_backend', target.signature);
    END LOOP;
END $$;

-- The estimate of bloat needs the widths of columns and how many are null, as ANALYZE found them: not one value of a row.
GRANT SELECT (starelid, staattnum, stainherit, stanullfrac, stawidth) ON pg_catalog.pg_statistic TO guardian_monitor;
