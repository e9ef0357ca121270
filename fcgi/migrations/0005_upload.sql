-- Archives from elsewhere: which runners there are to take one, and that one is never taken for a backup that was made here.

-- Each runner says every few seconds that it is there. A name that is silent is a runner that is gone.
CREATE TABLE runner (
    name text PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    free_bytes bigint NOT NULL                  -- of the folder of its backups
);
GRANT SELECT, INSERT, UPDATE ON runner TO guardian_app;

-- Of the backups that were made here never the last verified one, nor a pinned one of any. The runners remove the files. One at a
-- time: the look at what remains and the change are one step.
CREATE OR REPLACE FUNCTION backup_delete(of_backup uuid, of_database text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7165489303);
    UPDATE public.backup AS b SET deleted_at = clock_timestamp()
    WHERE b.id = of_backup AND b.database = of_database AND b.deleted_at IS NULL AND NOT b.pinned
      AND (b.state <> 'verified' OR b.origin = 'upload' OR EXISTS (
          SELECT FROM public.backup AS o
          WHERE o.database = b.database AND o.state = 'verified' AND o.origin <> 'upload' AND o.deleted_at IS NULL AND o.id <> b.id));
    RETURN FOUND;
END $$;

-- The restore that guardian_importer is open for (fcgi/admin/import.sql): one at a time.
CREATE TABLE import (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    job_id uuid NOT NULL,
    opened_at timestamptz NOT NULL
);
GRANT SELECT ON import TO guardian_app;
