-- The end of a running job. No row: it is no longer ours.
-- $1 id, $2 runner, $3 attempt, $4 state, $5 result or null, $6 error or null, $7 more of the log
UPDATE public.job
SET state = $4, result = $5::jsonb, error = $6::jsonb, lease_until = NULL, finished_at = pg_catalog.clock_timestamp(),
    log_tail = pg_catalog.right(log_tail || $7::text, 8000),
    progress = CASE WHEN $4 = 'succeeded' THEN progress || '{"percent": 100, "phase": "done"}' ELSE progress END
WHERE id = $1::uuid AND runner = $2 AND attempt = $3::int AND state = 'running'
RETURNING id
