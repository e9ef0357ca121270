-- What the console's runners are doing now, as one JSON array, the first first.
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', j.id, 'kind', j.kind, 'database', j.database, 'percent', j.progress->'percent', 'phase', j.progress->'phase') ORDER BY j.seq), '[]')::text
FROM public.job AS j
WHERE j.state = 'running'
