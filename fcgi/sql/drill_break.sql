-- The last step before it breaks. No row: it was broken before, or the job is no longer this runner's, or is to end.
-- $1 id, $2 attempt, $3 time, $4 timeline, $5 preflight
UPDATE public.drill_run AS r SET broke_at = $3::timestamptz, timeline = $4::jsonb, preflight = $5::jsonb
FROM public.job AS j
WHERE r.id = $1::uuid AND j.id = r.id AND r.broke_at IS NULL AND j.state = 'running' AND j.attempt = $2::int AND NOT j.cancel_requested
RETURNING r.id
