-- $1 database, $2 seq before which, $3 limit + 1
SELECT coalesce(pg_catalog.json_agg(public.backup_json(b) ORDER BY b.seq DESC), '[]')::text
FROM (SELECT id FROM public.backup
      WHERE ($1::text IS NULL OR database = $1) AND deleted_at IS NULL AND ($2::text IS NULL OR seq < $2::bigint)
      ORDER BY seq DESC LIMIT $3::int) AS page
JOIN public.backup AS b ON b.id = page.id
