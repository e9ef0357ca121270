-- The freshest of the runners' looks; no row: no runner has a Barman beside it.
SELECT s.runner, s.status::text AS status, pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - s.at))::int::text AS age_seconds,
       pg_catalog.to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
FROM public.pitr_status AS s ORDER BY s.at DESC LIMIT 1
