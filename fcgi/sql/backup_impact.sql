-- What the loss of a backup would mean. $1 id
SELECT b.database, b.size_bytes, b.state, b.origin, b.pinned, public.job_time(b.created_at) AS created_at,
       (SELECT pg_catalog.count(*) FROM public.backup_copy WHERE backup_id = b.id) AS copies,
       o.count AS others, public.job_time(o.newest) AS newest,
       pg_catalog.round(extract(epoch FROM pg_catalog.now() - o.newest))::bigint AS newest_age_seconds
FROM public.backup AS b,
     LATERAL (SELECT pg_catalog.count(*), pg_catalog.max(created_at) AS newest FROM public.backup
              WHERE database = b.database AND state = 'verified' AND origin <> 'upload' AND deleted_at IS NULL AND id <> b.id) AS o
WHERE b.id = $1::uuid AND b.deleted_at IS NULL
