-- $1 seq before which, $2 limit + 1
SELECT coalesce(pg_catalog.json_agg(public.restore_json(r) ORDER BY r.seq DESC), '[]')::text
FROM (SELECT * FROM public.restore AS l
      WHERE (NOT l.drill OR l.state IN ('running', 'failed') AND l.new_database IS NOT NULL) AND ($1::text IS NULL OR l.seq < $1::bigint)
      ORDER BY l.seq DESC LIMIT $2::int) AS page
JOIN public.restore AS r ON r.job_id = page.job_id
