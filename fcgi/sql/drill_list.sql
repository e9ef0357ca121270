-- Without what is long. $1 drill, $2 seq before which, $3 limit + 1
SELECT coalesce(pg_catalog.jsonb_agg(public.drill_run_json(r) - '{preflight,timeline,strip}'::text[] ORDER BY r.seq DESC), '[]')::text
FROM (SELECT id FROM public.drill_run
      WHERE ($1::text IS NULL OR drill = $1) AND ($2::text IS NULL OR seq < $2::bigint)
      ORDER BY seq DESC LIMIT $3::int) AS page
JOIN public.drill_run AS r ON r.id = page.id
