-- $1 state, $2 kind, $3 database, $4 seq before which, $5 limit + 1
SELECT coalesce(pg_catalog.json_agg(public.job_json(j) ORDER BY j.seq DESC), '[]')::text
FROM (SELECT * FROM public.job
      WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR database = $3)
        AND ($4::text IS NULL OR seq < $4::bigint)
      ORDER BY seq DESC LIMIT $5::int) AS page
JOIN public.job AS j ON j.id = page.id
