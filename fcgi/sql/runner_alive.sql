-- Runners that were there a moment ago, the one with the most room first.
SELECT name, free_bytes FROM public.runner
WHERE seen_at > pg_catalog.clock_timestamp() - interval '15 seconds' ORDER BY free_bytes DESC
