-- For /metrics: when each drill last kept its promise, and the last recovery that was measured.
SELECT r.drill,
       coalesce(extract(epoch FROM pg_catalog.max(j.finished_at) FILTER (WHERE r.report->>'kept' = 'true')), 0)::bigint AS at,
       coalesce((pg_catalog.array_agg(r.report->>'recovery_seconds' ORDER BY r.seq DESC)
                 FILTER (WHERE r.report->>'recovery_seconds' IS NOT NULL))[1], 'NaN') AS recovery_seconds
FROM public.drill_run AS r JOIN public.job AS j ON j.id = r.id
GROUP BY r.drill
