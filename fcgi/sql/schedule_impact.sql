-- What the end of a schedule would mean. $1 id
SELECT s.database, s.kind, s.cron, s.time_zone, s.enabled, public.job_time(s.updated_at) AS updated_at,
       (SELECT pg_catalog.count(*) FROM public.backup AS b WHERE b.schedule_id = s.id AND b.deleted_at IS NULL) AS backups,
       (SELECT pg_catalog.count(*) FROM public.schedule AS o
        WHERE o.database = s.database AND o.kind = s.kind AND o.enabled AND o.id <> s.id) AS others
FROM public.schedule AS s WHERE s.id = $1::uuid
