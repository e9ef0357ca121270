-- Backups that were made here of a database, newest first, with the rule of the schedule that made each. $1 database
SELECT b.id, public.job_time(b.created_at) AS created_at, pg_catalog.floor(extract(epoch FROM b.created_at))::bigint AS created_s,
       b.size_bytes, b.state, b.pinned, b.schedule_id, s.retention::text AS retention, s.time_zone
FROM public.backup AS b LEFT JOIN public.schedule AS s ON s.id = b.schedule_id
WHERE b.database = $1 AND b.origin <> 'upload' AND b.deleted_at IS NULL
ORDER BY b.created_at DESC, b.seq DESC
