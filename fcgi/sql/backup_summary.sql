-- $1 databases, a JSON array; $2 how old the last verified backup may be, in seconds
SELECT pg_catalog.json_build_object('databases', coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'database', d.name, 'last_verified_at', public.job_time(b.newest), 'age_seconds', age.seconds, 'limit_seconds', $2::bigint,
    'state', CASE WHEN b.newest IS NULL THEN 'none' WHEN age.seconds > $2::bigint THEN 'old' ELSE 'ok' END,
    'backups', b.count, 'bytes', b.bytes, 'single_copy', b.single_copy,
    'last_drill', (SELECT pg_catalog.json_build_object('job_id', j.id, 'at', public.job_time(j.finished_at), 'ok', j.state = 'succeeded')
                   FROM public.job AS j WHERE j.kind = 'restore_drill' AND j.database = d.name AND j.state IN ('succeeded', 'failed')
                   ORDER BY j.seq DESC LIMIT 1),
    'next_run_at', (SELECT public.job_time(pg_catalog.min(s.next_run_at)) FROM public.schedule AS s
                    WHERE s.database = d.name AND s.kind = 'backup' AND s.enabled)) ORDER BY d.position), '[]'))
FROM pg_catalog.json_array_elements_text($1::json) WITH ORDINALITY AS d (name, position),
     LATERAL (SELECT pg_catalog.max(created_at) FILTER (WHERE state = 'verified' AND origin <> 'upload') AS newest, pg_catalog.count(*),
                     coalesce(pg_catalog.sum(size_bytes), 0)::bigint AS bytes,
                     pg_catalog.count(*) FILTER (WHERE copies = 1) AS single_copy
              FROM (SELECT b.*, (SELECT pg_catalog.count(*) FROM public.backup_copy AS c WHERE c.backup_id = b.id) AS copies
                    FROM public.backup AS b WHERE b.database = d.name AND b.deleted_at IS NULL) AS own) AS b,
     LATERAL (SELECT pg_catalog.round(extract(epoch FROM pg_catalog.now() - b.newest))::bigint AS seconds) AS age
