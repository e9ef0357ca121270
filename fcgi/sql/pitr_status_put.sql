-- What a runner sees of its Barman. $1 runner, $2 status as JSON
INSERT INTO public.pitr_status (runner, at, status) VALUES ($1, pg_catalog.clock_timestamp(), $2::jsonb)
ON CONFLICT (runner) DO UPDATE SET at = excluded.at, status = excluded.status
