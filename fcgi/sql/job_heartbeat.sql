-- The lease of a running job, and what it has to say. No row: it is no longer ours.
-- $1 id, $2 runner, $3 attempt, $4 lease in milliseconds, $5 progress or null, $6 more of the log
UPDATE public.job
SET lease_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $4::double precision / 1000),
    progress = coalesce($5::jsonb, progress), log_tail = pg_catalog.right(log_tail || $6::text, 8000)
WHERE id = $1::uuid AND runner = $2 AND attempt = $3::int AND state = 'running'
RETURNING cancel_requested
