-- Schedules whose time has come.
SELECT id, database, kind, cron, time_zone, next_run_at::text AS next_run_at
FROM public.schedule WHERE enabled AND next_run_at <= pg_catalog.clock_timestamp() ORDER BY next_run_at LIMIT 50
