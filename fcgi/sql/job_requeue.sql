-- Back into the queue, or cancelled when that was asked for meanwhile. $1 id, $2 runner, $3 attempt, $4 a line for the log,
-- $5 does this attempt not count?
UPDATE public.job
SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END, runner = NULL, lease_until = NULL,
    finished_at = CASE WHEN cancel_requested THEN pg_catalog.clock_timestamp() END,
    attempt = CASE WHEN $5::boolean THEN attempt - 1 ELSE attempt END, log_tail = $4,
    progress = '{"percent": null, "done": null, "total": null, "unit": null, "phase": "queued"}'
WHERE id = $1::uuid AND runner = $2 AND attempt = $3::int AND state = 'running'
RETURNING state
