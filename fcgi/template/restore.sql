-- SPDX-License-Identifier: MIT
-- What `guardianctl migrate` runs as a superuser in the template that restores of a managed database start from; safe to run
-- again. An archive is restored by guardian_maintainer, who has no power over what a superuser owns: that part of a database is
-- laid down here beforehand, or put in order by the functions here, which vanish before the database is used.

CREATE SCHEMA IF NOT EXISTS guardian_restore;
REVOKE ALL ON SCHEMA guardian_restore FROM PUBLIC;
GRANT USAGE ON SCHEMA guardian_restore TO guardian_maintainer;

-- Default privileges of superusers: they need schemas that the archive brings.
CREATE TABLE IF NOT EXISTS guardian_restore.later (schema text, statement text NOT NULL);
-- Objects of guardian_maintainer that a superuser owned in the archive, and who; null: that nobody is to be given.
CREATE TABLE IF NOT EXISTS guardian_restore.owned (classid oid, objid oid, owner name, PRIMARY KEY (classid, objid));

-- What an archive runs (a constraint's function, say) runs as guardian_maintainer too. The runner alone knows this word: it says it
-- before it restores, and with each call; parameters are not seen in pg_stat_activity.
CREATE TABLE IF NOT EXISTS guardian_restore.word (hash bytea NOT NULL);

CREATE OR REPLACE FUNCTION guardian_restore.check_word(said text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM guardian_restore.word WHERE hash = sha256(convert_to(said, 'UTF8'))) THEN
        RAISE EXCEPTION 'that is not the word' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The first word counts. The extensions that the archive has not either go; their number.
CREATE OR REPLACE FUNCTION guardian_restore.begin(said text, wanted json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE extension record; count bigint := 0;
BEGIN
    IF EXISTS (SELECT FROM guardian_restore.word) THEN
        RAISE EXCEPTION 'this has begun' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO guardian_restore.word VALUES (sha256(convert_to(said, 'UTF8')));
    FOR extension IN SELECT extname FROM pg_extension
                     WHERE extname NOT IN ('plpgsql') AND extname NOT IN (SELECT json_array_elements_text(wanted)) LOOP
        EXECUTE format('DROP EXTENSION %I', extension.extname);
        count := count + 1;
    END LOOP;
    RETURN count;
END $$;

-- Notes that what guardian_maintainer owns here by now, and was not noted yet, is a superuser's; null: nobody's. The runner calls it
-- with null before, and with the owner after a run that makes a superuser's objects alone, in which no code of the archive runs.
CREATE OR REPLACE FUNCTION guardian_restore.note(said text, of_owner text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE count bigint;
BEGIN
    PERFORM guardian_restore.check_word(said);
    IF of_owner IS NOT NULL AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = of_owner) THEN
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

-- Would giving it to a superuser lend that power to whoever wrote a function? A function with its owner's rights; a table whose
-- indexes, statistics or column types call code: autovacuum runs that as the table's owner, unasked.
CREATE OR REPLACE FUNCTION guardian_restore.lends_power(of_class oid, of_object oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    WITH RECURSIVE reach (classid, objid) AS (
        SELECT of_class, of_object
        UNION SELECT 'pg_class'::regclass::oid, indexrelid FROM pg_index WHERE of_class = 'pg_class'::regclass AND indrelid = of_object
        UNION SELECT 'pg_statistic_ext'::regclass::oid, oid FROM pg_statistic_ext WHERE of_class = 'pg_class'::regclass AND stxrelid = of_object
        UNION
        SELECT d.refclassid, d.refobjid FROM reach AS r JOIN pg_depend AS d ON d.classid = r.classid AND d.objid = r.objid
        WHERE r.classid <> 'pg_proc'::regclass
          AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass)
    )
    SELECT EXISTS (SELECT FROM reach AS r JOIN pg_proc AS p ON r.classid = 'pg_proc'::regclass AND p.oid = r.objid
                   WHERE (of_class <> 'pg_proc'::regclass OR p.prosecdef) AND p.oid >= 16384
                     AND NOT EXISTS (SELECT FROM pg_depend AS e
                                     WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'))
$$;

-- Puts owners and default privileges in order, and takes these helpers away. What would lend power stays with guardian_maintainer,
-- and is named.
CREATE OR REPLACE FUNCTION guardian_restore.finish(said text) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    item record;
    kept json;
BEGIN
    PERFORM guardian_restore.check_word(said);
    DELETE FROM guardian_restore.owned AS o WHERE o.owner IS NULL OR NOT EXISTS (
        SELECT FROM pg_shdepend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'o'
          AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()));
    WITH lent AS (
        DELETE FROM guardian_restore.owned AS o WHERE guardian_restore.lends_power(o.classid, o.objid) RETURNING o.classid, o.objid
    )
    SELECT coalesce(json_agg(i.type || ' ' || i.identity), '[]') INTO kept
    FROM lent AS l CROSS JOIN LATERAL pg_identify_object(l.classid, l.objid, 0) AS i;
    FOR item IN
        SELECT i.type, i.identity, o.owner, o.objid
        FROM guardian_restore.owned AS o
        CROSS JOIN LATERAL pg_identify_object(o.classid, o.objid, 0) AS i
        LEFT JOIN pg_class AS c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
        WHERE i.identity IS NOT NULL AND coalesce(c.relkind, 'r') <> 'c'
          -- A sequence of a column follows its table.
          AND NOT (c.relkind IS NOT DISTINCT FROM 'S' AND EXISTS (
              SELECT FROM pg_depend AS d WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0))
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO %I', CASE item.type WHEN 'statistics object' THEN 'statistics'
                       WHEN 'foreign-data wrapper' THEN 'foreign data wrapper' ELSE item.type END, item.identity, item.owner);
        -- Who dumps may read it as before (fcgi/managed/prepare.sql): its owner until now, it had no right of its own to keep.
        IF item.type = 'large object' AND NOT EXISTS (
            SELECT FROM pg_largeobject_metadata AS m, aclexplode(m.lomacl) AS a
            WHERE m.oid = item.objid AND a.privilege_type = 'SELECT' AND (a.grantee = 0 OR pg_has_role('guardian_maintainer', a.grantee, 'USAGE'))) THEN
            EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO guardian_maintainer', item.identity);
        END IF;
    END LOOP;
    FOR item IN SELECT statement FROM guardian_restore.later AS l
                WHERE l.schema IS NULL OR EXISTS (SELECT FROM pg_namespace WHERE nspname = l.schema) LOOP
        EXECUTE item.statement;
    END LOOP;
    DROP SCHEMA guardian_restore CASCADE;
    RETURN kept;
END $$;

-- For an archive from elsewhere: guardian_importer may make things in this database.
CREATE OR REPLACE FUNCTION guardian_restore.let_in(said text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE space record; count bigint := 0;
BEGIN
    PERFORM guardian_restore.check_word(said);
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO guardian_importer', current_database());
    FOR space IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'guardian_restore') LOOP
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO guardian_importer', space.nspname);
        count := count + 1;
    END LOOP;
    RETURN count;
END $$;

-- What it made goes to the owner of the managed database. Where that one has more power than over its own things, code of strangers is not to
-- have it: then all of it goes to guardian_foreign, who has none. The one who has it now.
CREATE OR REPLACE FUNCTION guardian_restore.take_over(said text, managed text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE heir name;
BEGIN
    PERFORM guardian_restore.check_word(said);
    SELECT CASE WHEN r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls OR EXISTS (
                    SELECT FROM pg_roles AS p WHERE (p.rolname ~ '^pg_' AND p.rolname <> 'pg_database_owner' OR p.rolsuper)
                                                AND pg_has_role(r.oid, p.oid, 'MEMBER'))
                THEN 'guardian_foreign' ELSE r.rolname END
    INTO STRICT heir FROM pg_database AS d JOIN pg_roles AS r ON r.oid = d.datdba WHERE d.datname = managed;
    EXECUTE format('REASSIGN OWNED BY guardian_importer TO %I', heir);
    -- What is left are rights, and rights by default.
    DROP OWNED BY guardian_importer;
    RETURN heir;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guardian_restore FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardian_restore.begin(text, json), guardian_restore.note(text, text), guardian_restore.finish(text),
    guardian_restore.let_in(text), guardian_restore.take_over(text, text) TO guardian_maintainer;
