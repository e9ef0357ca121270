-- A runner's copy is whole; with it the backup is, whatever it was taken for. $1 backup, $2 runner
WITH whole AS (
    UPDATE public.backup SET state = 'verified' WHERE id = $1::uuid AND deleted_at IS NULL RETURNING id
)
INSERT INTO public.backup_copy (backup_id, runner, verified_at)
SELECT id, $2, pg_catalog.clock_timestamp() FROM whole
ON CONFLICT (backup_id, runner) DO UPDATE SET verified_at = excluded.verified_at
RETURNING backup_id
