-- It is whole, beside the managed database. $1 job, $2 comparison, $3 days until it goes
UPDATE public.restore SET state = 'beside', comparison = $2::json, kept_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(days => $3::int)
WHERE job_id = $1::uuid AND state = 'running' RETURNING job_id
