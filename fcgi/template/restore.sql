-- SPDX-License-Identifier: MIT
-- What `guardianctl migrate` runs as a superuser in the template that restores of a managed database start from; safe to run
-- again. An archive is restored by guardian_maintainer, who has no power over what a superuser owns: that part of a database is
-- laid down here beforehand, or put in order by the functions here, which vanish before the database is used.

CREATE SCHEMA IF NOT EXISTS guardian_restore;
REVOKE ALL ON SCHEMA guardian_restore FROM PUBLIC;
GRANT USAGE ON SCHEMA guardian_restore TO guardian_maintainer;

-- Default privileges of superusers: they need schemas that the archive brings.
CREATE TABLE IF NOT EXISTS guardian_restore.later (schema text, statement text NOT NULL);
-- Objects that a superuser owned in the archive, and who.
CREATE TABLE IF NOT EXISTS guardian_restore.owned (classid oid, objid oid, owner name NOT NULL, PRIMARY KEY (classid, objid));

-- The extensions that the archive has not either go; their number.
CREATE OR REPLACE FUNCTION guardian_restore.extensions(wanted json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE extension record; count bigint := 0;
BEGIN
    FOR extension IN SELECT extname FROM pg_extension
                     WHERE extname NOT IN ('plpgsql') AND extname NOT IN (SELECT json_array_elements_text(wanted)) LOOP
        EXECUTE format('DROP EXTENSION %I', extension.extname);
        count := count + 1;
    END LOOP;
    RETURN count;
END $$;

-- Notes that what guardian_maintainer owns here by now, and was not noted yet, is a superuser's.
CREATE OR REPLACE FUNCTION guardian_restore.note(of_owner text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE count bigint;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = of_owner) THEN
        RAISE EXCEPTION 'role "%" is no superuser', of_owner USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO guardian_restore.owned
    SELECT d.classid, d.objid, of_owner FROM pg_shdepend AS d
    WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND d.deptype = 'o' AND d.objsubid = 0
      AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = 'guardian_maintainer'::regrole
      -- Multirange types: their range type's ALTER leaves them, and they take none.
      AND NOT EXISTS (SELECT FROM pg_type AS t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typtype = 'm')
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS count = ROW_COUNT;
    RETURN count;
END $$;

-- Puts owners and default privileges in order, and takes these helpers away. A function that runs with its owner's rights is not
-- given to a superuser: it would lend that power to whoever wrote it. Those stay with guardian_maintainer, and are named.
CREATE OR REPLACE FUNCTION guardian_restore.finish() RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    item record;
    kept json;
BEGIN
    SELECT coalesce(json_agg(p.oid::regprocedure::text), '[]') INTO kept
    FROM guardian_restore.owned AS o JOIN pg_proc AS p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid AND p.prosecdef;
    FOR item IN
        SELECT i.type, i.identity, o.owner, c.relkind
        FROM guardian_restore.owned AS o
        CROSS JOIN LATERAL pg_identify_object(o.classid, o.objid, 0) AS i
        LEFT JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
        LEFT JOIN pg_proc AS p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid
        WHERE i.identity IS NOT NULL AND p.prosecdef IS NOT TRUE AND coalesce(c.relkind, 'r') <> 'c'
          -- A sequence of a column follows its table.
          AND NOT (c.relkind IS NOT DISTINCT FROM 'S' AND EXISTS (
              SELECT FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0))
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO %I', CASE item.type WHEN 'statistics object' THEN 'statistics'
                       WHEN 'foreign-data wrapper' THEN 'foreign data wrapper' ELSE item.type END, item.identity, item.owner);
    END LOOP;
    FOR item IN SELECT statement FROM guardian_restore.later AS l
                WHERE l.schema IS NULL OR EXISTS (SELECT FROM pg_namespace WHERE nspname = l.schema) LOOP
        EXECUTE item.statement;
    END LOOP;
    DROP SCHEMA guardian_restore CASCADE;
    RETURN kept;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guardian_restore FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA guardian_restore TO guardian_maintainer;
