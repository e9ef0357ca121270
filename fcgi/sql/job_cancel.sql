-- A queued job ends at once, a running one is asked to. No row: it is over, or there is none. $1 id
UPDATE public.job
SET cancel_requested = true, state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
    finished_at = CASE WHEN state = 'queued' THEN pg_catalog.clock_timestamp() END
WHERE id = $1::uuid AND state IN ('queued', 'running')
RETURNING state
