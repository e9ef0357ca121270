-- SPDX-License-Identifier: MIT
-- What `guardianctl migrate` runs as a superuser, after restore.sql; safe to run again.
-- An archive from elsewhere runs its code as guardian_importer, who has rights on the new database alone, cannot log in but while one such
-- restore runs, and then only with a password of that restore. What it sets for itself goes with it.

CREATE OR REPLACE FUNCTION guardian_admin.import_end() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    ALTER ROLE guardian_importer NOLOGIN PASSWORD NULL;
    DELETE FROM pg_db_role_setting WHERE setrole = 'guardian_importer'::regrole;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = 'guardian_importer'::regrole;
END $$;

-- Opens it for a restore that is running. `verifier` is that of its password (SCRAM), which nobody else knows.
CREATE OR REPLACE FUNCTION guardian_admin.import_open(of_job uuid, verifier text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r public.restore := guardian_admin.restore_row(of_job);
BEGIN
    PERFORM pg_advisory_xact_lock(7165489304);
    IF r.state <> 'running' OR r.new_oid IS NULL THEN
        RAISE EXCEPTION 'this restore is %, there is nothing to fill', r.state USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF EXISTS (SELECT FROM public.import AS i JOIN public.job AS j ON j.id = i.job_id WHERE i.job_id <> of_job AND j.state = 'running') THEN
        RAISE EXCEPTION 'another archive from elsewhere is being restored; one at a time' USING ERRCODE = 'object_in_use';
    END IF;
    IF verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
        RAISE EXCEPTION 'that is no verifier' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM guardian_admin.import_end();
    INSERT INTO public.import (job_id, opened_at) VALUES (of_job, clock_timestamp())
    ON CONFLICT (one) DO UPDATE SET job_id = excluded.job_id, opened_at = excluded.opened_at;
    EXECUTE format('ALTER ROLE guardian_importer LOGIN PASSWORD %L VALID UNTIL %L', verifier, clock_timestamp() + interval '5 minutes');
    -- A superuser's to set: it cannot be lifted from inside.
    ALTER ROLE guardian_importer SET temp_file_limit = '10GB';
    RETURN r.new_database;
END $$;

-- Closes it: after this restore, or (null) after one whose job is over. Was it open?
CREATE OR REPLACE FUNCTION guardian_admin.import_close(of_job uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7165489304);
    DELETE FROM public.import AS i
    WHERE CASE WHEN of_job IS NULL THEN NOT EXISTS (SELECT FROM public.job AS j WHERE j.id = i.job_id AND j.state = 'running') ELSE i.job_id = of_job END;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM guardian_admin.import_end();
    RETURN true;
END $$;

-- Who came in while it was being closed; how many there are still.
CREATE OR REPLACE FUNCTION guardian_admin.import_cut() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE usesysid = 'guardian_importer'::regrole AND NOT EXISTS (SELECT FROM public.import)
$$;

REVOKE ALL ON FUNCTION guardian_admin.import_end(), guardian_admin.import_open(uuid, text), guardian_admin.import_close(uuid), guardian_admin.import_cut()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardian_admin.import_open(uuid, text), guardian_admin.import_close(uuid), guardian_admin.import_cut() TO guardian_maintainer;
