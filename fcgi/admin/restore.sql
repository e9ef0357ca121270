-- SPDX-License-Identifier: MIT
-- What `guardianctl migrate` runs as a superuser, in one transaction, in the console's database; safe to run again.
-- The few steps of a restore that need more power than guardian_maintainer has. Each acts on one row of public.restore, and refuses
-- whatever is not a managed database with its own restored or kept one: by the list that migrate was given, by the name's form, and
-- by the oid.

CREATE SCHEMA IF NOT EXISTS guardian_admin;
REVOKE ALL ON SCHEMA guardian_admin FROM PUBLIC;
GRANT USAGE ON SCHEMA guardian_admin TO guardian_maintainer;
CREATE TABLE IF NOT EXISTS guardian_admin.managed_database (name text PRIMARY KEY);

-- Is it a name that restores of this database give? (fcgi/restore_name.c makes them.)
CREATE OR REPLACE FUNCTION guardian_admin.is_beside(database text, name text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT name ~ '_(restored|kept|drill)_[0-9]{8}_[0-9]{4}(_[0-9]{1,3})?$'
       AND starts_with(database, regexp_replace(name, '_(restored|kept|drill)_[0-9]{8}_[0-9]{4}(_[0-9]{1,3})?$', ''))
       AND name NOT IN (SELECT m.name FROM guardian_admin.managed_database AS m)
$$;

-- The row, locked, if it is about a managed database.
CREATE OR REPLACE FUNCTION guardian_admin.restore_row(of_job uuid) RETURNS public.restore
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE r public.restore;
BEGIN
    SELECT * INTO r FROM public.restore WHERE job_id = of_job FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'there is no such restore' USING ERRCODE = 'no_data_found'; END IF;
    IF NOT EXISTS (SELECT FROM guardian_admin.managed_database WHERE name = r.database) THEN
        RAISE EXCEPTION 'database "%" is not managed', r.database USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN r;
END $$;

-- Ends every session of the databases of a restore that is about to be swapped; how many there were.
CREATE OR REPLACE FUNCTION guardian_admin.restore_cut(of_job uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    RETURN (SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid))
            FROM public.restore AS r
            JOIN guardian_admin.managed_database AS m ON m.name = r.database
            JOIN pg_stat_activity AS a ON (a.datname = r.database OR a.datid = r.new_oid) AND a.pid <> pg_backend_pid()
            WHERE r.job_id = of_job AND r.state IN ('beside', 'swapped') AND a.backend_type <> 'autovacuum worker');
END $$;

-- What would make a rename impossible, or break somebody after it: a text, or null.
CREATE OR REPLACE FUNCTION guardian_admin.obstacle(databases oid[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT coalesce(
        (SELECT format('the prepared transaction "%s" of database "%s" is open; commit it or roll it back first', p.gid, p.database)
         FROM pg_prepared_xacts AS p JOIN pg_database AS d ON d.datname = p.database WHERE d.oid = ANY (databases) LIMIT 1),
        (SELECT format('the logical replication slot "%s" is bound to database "%s"; drop it first', s.slot_name, s.database)
         FROM pg_replication_slots AS s WHERE s.datoid = ANY (databases) LIMIT 1),
        (SELECT format('the subscription "%s" of database "%s" would go on in the kept copy; drop it first', s.subname, d.datname)
         FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid WHERE s.subdbid = ANY (databases) LIMIT 1))
$$;

-- Gives a restored database what belongs to the database and not to its contents: owner, rights, settings, limit, comment.
CREATE OR REPLACE FUNCTION guardian_admin.adopt(production oid, restored oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    old_one pg_database := (SELECT d FROM pg_database AS d WHERE d.oid = production);
    new_one pg_database := (SELECT d FROM pg_database AS d WHERE d.oid = restored);
    item record;
    comment text := shobj_description(production, 'pg_database');
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO %s', new_one.datname, old_one.datdba::regrole);
    FOR item IN SELECT DISTINCT grantee FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))
                WHERE d.oid = restored LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %s', new_one.datname,
                       CASE item.grantee WHEN 0 THEN 'PUBLIC' ELSE item.grantee::regrole::text END);
    END LOOP;
    FOR item IN SELECT a.* FROM aclexplode(coalesce(old_one.datacl, acldefault('d', old_one.datdba))) WITH ORDINALITY AS a ORDER BY a.ordinality LOOP
        EXECUTE format('GRANT %s ON DATABASE %I TO %s%s', item.privilege_type, new_one.datname,
                       CASE item.grantee WHEN 0 THEN 'PUBLIC' ELSE item.grantee::regrole::text END,
                       CASE WHEN item.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;
    -- As they are: a value that is written anew may come to mean something else (search_path).
    DELETE FROM pg_db_role_setting WHERE setdatabase = restored;
    INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
    SELECT restored, setrole, setconfig FROM pg_db_role_setting WHERE setdatabase = production;
    EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT %s', new_one.datname, old_one.datconnlimit);
    EXECUTE format('COMMENT ON DATABASE %I IS %L', new_one.datname, comment);
END $$;

-- One name goes from one database to another, in one transaction: `outgoing` gets `aside` and is closed, `incoming` gets the name
-- and is open. New connections wait at the lock that the first rename takes, and then find the new database or none.
CREATE OR REPLACE FUNCTION guardian_admin.exchange(name text, outgoing oid, aside text, incoming oid, incoming_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog SET lock_timeout = '15s' AS $$
DECLARE obstacle text := guardian_admin.obstacle(ARRAY[outgoing, incoming]);
BEGIN
    IF NOT guardian_admin.is_beside(name, aside) OR NOT guardian_admin.is_beside(name, incoming_name) THEN
        RAISE EXCEPTION 'that is not a name of a restored or kept database of "%"', name USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_database WHERE oid = outgoing AND datname = name)
       OR NOT EXISTS (SELECT FROM pg_database WHERE oid = incoming AND datname = incoming_name) THEN
        RAISE EXCEPTION 'another database has that name by now; what was swapped in later is undone first' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF obstacle IS NOT NULL THEN RAISE EXCEPTION '%', obstacle USING ERRCODE = 'object_in_use'; END IF;
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', name, aside);
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', incoming_name, name);
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', aside);
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true', name);
END $$;

CREATE OR REPLACE FUNCTION guardian_admin.restore_swap(of_job uuid, kept_name text, keep interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r public.restore := guardian_admin.restore_row(of_job);
BEGIN
    IF r.state = 'swapped' THEN RETURN r.kept_database; END IF;
    IF r.state <> 'beside' OR r.drill THEN
        RAISE EXCEPTION 'this restore is %, there is nothing to swap in', r.state USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- Another restore may have been swapped in since this one was made.
    SELECT oid INTO r.production_oid FROM pg_database WHERE datname = r.database;
    PERFORM guardian_admin.adopt(r.production_oid, r.new_oid);
    PERFORM guardian_admin.exchange(r.database, r.production_oid, kept_name, r.new_oid, r.new_database);
    UPDATE public.restore SET state = 'swapped', production_oid = r.production_oid, kept_database = kept_name, swapped_at = clock_timestamp(),
        kept_until = clock_timestamp() + keep WHERE job_id = of_job;
    RETURN kept_name;
END $$;

CREATE OR REPLACE FUNCTION guardian_admin.restore_undo(of_job uuid, keep interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r public.restore := guardian_admin.restore_row(of_job);
BEGIN
    IF r.state = 'undone' THEN RETURN r.new_database; END IF;
    IF r.state <> 'swapped' THEN
        RAISE EXCEPTION 'this restore is %, there is nothing to undo', r.state USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM guardian_admin.exchange(r.database, r.new_oid, r.new_database, r.production_oid, r.kept_database);
    UPDATE public.restore SET state = 'undone', kept_database = NULL, kept_until = clock_timestamp() + keep WHERE job_id = of_job;
    RETURN r.new_database;
END $$;

-- Hands what is left beside to guardian_maintainer, so that it can be dropped (no function can do that). Its name; null: it is gone.
CREATE OR REPLACE FUNCTION guardian_admin.restore_release(of_job uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    r public.restore := guardian_admin.restore_row(of_job);
    spare text := public.restore_spare(r);
    spare_oid oid := CASE r.state WHEN 'swapped' THEN r.production_oid ELSE r.new_oid END;
    target pg_database;
BEGIN
    SELECT d.* INTO target FROM pg_database AS d WHERE d.datname = spare;
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- Killed between CREATE DATABASE and its note: then the maintainer made it, or it is not ours.
    IF NOT guardian_admin.is_beside(r.database, spare) OR spare_oid IS NOT NULL AND spare_oid <> target.oid
       OR spare_oid IS NULL AND NOT pg_has_role('guardian_maintainer', target.datdba, 'USAGE') THEN
        RAISE EXCEPTION 'database "%" is not the one that this restore made', spare USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE format('ALTER DATABASE %I OWNER TO guardian_maintainer', spare);
    RETURN spare;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guardian_admin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardian_admin.restore_cut(uuid), guardian_admin.restore_swap(uuid, text, interval),
    guardian_admin.restore_undo(uuid, interval), guardian_admin.restore_release(uuid) TO guardian_maintainer;
DO $$ BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO guardian_maintainer', current_database());
END $$;
