-- $1 database or null
SELECT coalesce(pg_catalog.json_agg(public.schedule_json(s) ORDER BY s.database, s.seq), '[]')::text
FROM public.schedule AS s WHERE $1::text IS NULL OR s.database = $1
