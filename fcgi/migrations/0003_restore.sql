-- Restores: each makes a database beside the managed one, may be swapped in by a rename, and can then be undone. The row is what
-- the swap (fcgi/admin/restore.sql) acts on and changes in its own transaction: it is never behind the names of the databases.
CREATE TABLE restore (
    job_id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    drill boolean NOT NULL DEFAULT false,       -- restored to be counted and dropped
    backup_id uuid NOT NULL,
    database text NOT NULL,
    swap boolean NOT NULL,                      -- asked for with the restore
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'beside', 'swapped', 'undone', 'discarded', 'failed')),
    production_oid oid,                         -- of the database that had the managed name when the restore began
    new_database text,                          -- the name while it is beside; null: nothing was made
    new_oid oid,
    kept_database text,                         -- what was in use before, since the swap
    comparison json,
    at timestamptz NOT NULL DEFAULT now(),
    swapped_at timestamptz,
    kept_until timestamptz,                     -- then what is beside or kept is dropped, by a job
    created_by text NOT NULL,
    CHECK (state NOT IN ('beside', 'swapped', 'undone') OR (new_database IS NOT NULL AND new_oid IS NOT NULL)),
    CHECK (state <> 'swapped' OR (production_oid IS NOT NULL AND kept_database IS NOT NULL))
);
CREATE INDEX restore_open ON restore (kept_until) WHERE state <> 'discarded';

-- The database of a restore that is there for nothing but to be looked at, undone or dropped.
CREATE FUNCTION restore_spare(r restore) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT CASE r.state WHEN 'swapped' THEN r.kept_database WHEN 'discarded' THEN NULL ELSE r.new_database END
$$;

-- A restore as the API shows it; sizes come from the managed server. What a job left running when it ended has failed.
CREATE FUNCTION restore_json(r restore) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT json_build_object(
        'seq', r.seq, 'job_id', r.job_id, 'backup_id', r.backup_id, 'database', r.database, 'drill', r.drill,
        'new_database', r.new_database, 'kept_database', CASE WHEN r.state = 'swapped' THEN r.kept_database END,
        'state', CASE WHEN r.state = 'running' AND NOT EXISTS (
            SELECT FROM public.job AS j WHERE j.id = r.job_id AND j.state IN ('queued', 'running')) THEN 'failed' ELSE r.state END,
        'at', public.job_time(r.at), 'swapped_at', public.job_time(r.swapped_at),
        'kept_until', CASE WHEN public.restore_spare(r) IS NOT NULL THEN public.job_time(r.kept_until) END, 'kept_bytes', NULL,
        'can_swap', r.state = 'beside' AND NOT r.drill, 'can_undo', r.state = 'swapped' AND NOT EXISTS (
            SELECT FROM public.restore AS l WHERE l.database = r.database AND l.state IN ('swapped', 'discarded') AND l.swapped_at > r.swapped_at
              AND (l.state = 'swapped' OR l.kept_database IS NOT NULL)), 'created_by', r.created_by)
$$;

GRANT SELECT, INSERT, UPDATE ON restore TO guardian_app;
