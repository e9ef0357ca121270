-- A backup that its runner has verified, with the runner's copy; its id. A backup that is known already is left alone.
-- $1 id, $2 database, $3 format, $4 created at, $5 finished at, $6 size, $7 sha256, $8 encrypted?, $9 origin, $10 manifest,
-- $11 signature, $12 public key, $13 note or null, $14 created by, $15 job or null, $16 runner
WITH added AS (
    INSERT INTO public.backup (id, database, format, state, created_at, finished_at, size_bytes, sha256, encrypted, origin, manifest,
                               signature, public_key, note, created_by, job_id, schedule_id, verified_at)
    VALUES ($1::uuid, $2, $3, 'verified', $4::timestamptz, $5::timestamptz, $6::bigint, $7, $8::boolean, $9, $10, $11, $12, $13, $14,
            $15::uuid, (SELECT schedule_id FROM public.job WHERE id = $15::uuid), pg_catalog.clock_timestamp())
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO public.backup_copy (backup_id, runner, verified_at)
SELECT id, $16, pg_catalog.clock_timestamp() FROM added
RETURNING backup_id
