-- The jobs that a request created, the first first. $1 request id
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', j.id, 'kind', j.kind, 'database', j.database, 'state', j.state, 'percent', j.progress->'percent', 'created_by', j.created_by,
    'created_at', public.job_time(j.created_at), 'finished_at', public.job_time(j.finished_at)) ORDER BY j.seq), '[]')::text
FROM public.job AS j
WHERE j.request_id = $1
