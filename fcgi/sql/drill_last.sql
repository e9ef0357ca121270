-- Of each drill: its last run, and the longest recovery of the last five that were measured.
SELECT DISTINCT ON (r.drill) r.drill, r.id, j.state, public.job_time(j.created_at) AS at, r.report->>'kept' AS kept,
       (SELECT m.report->>'recovery_seconds' FROM public.drill_run AS m
        WHERE m.drill = r.drill AND m.report->>'recovery_seconds' IS NOT NULL ORDER BY m.seq DESC LIMIT 1) AS recovery_seconds,
       (SELECT pg_catalog.max((m.report->>'recovery_seconds')::numeric)
        FROM (SELECT report FROM public.drill_run
              WHERE drill = r.drill AND report->>'recovery_seconds' IS NOT NULL ORDER BY seq DESC LIMIT 5) AS m) AS expected_seconds
FROM public.drill_run AS r JOIN public.job AS j ON j.id = r.id
ORDER BY r.drill, r.seq DESC
