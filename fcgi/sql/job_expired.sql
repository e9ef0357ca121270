-- Takes a job whose runner stays silent, in order to end it or to put it back. $1 runner, $2 lease in milliseconds
UPDATE public.job AS j
SET runner = $1, lease_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $2::double precision / 1000)
FROM (SELECT id, runner FROM public.job WHERE state = 'running' AND lease_until < pg_catalog.clock_timestamp()
      ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED) AS silent
WHERE j.id = silent.id
RETURNING j.id, j.kind, j.attempt, j.cancel_requested, silent.runner AS lost_runner
