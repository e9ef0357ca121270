-- What runs beside a drill: another drill, and jobs that a new primary would cut. $1 the drill's own job, or null
SELECT (SELECT id FROM public.job WHERE kind = 'drill' AND state IN ('queued', 'running') AND id IS DISTINCT FROM $1::uuid LIMIT 1) AS drill,
       (SELECT pg_catalog.string_agg(kind, ', ' ORDER BY seq) FROM public.job WHERE kind <> 'drill' AND state = 'running') AS jobs
