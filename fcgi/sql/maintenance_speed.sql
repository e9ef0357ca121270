-- How many bytes a second an operation got through in its last runs; no row: it has not run. $1 kind, $2 database
SELECT (pg_catalog.sum(r.bytes) / pg_catalog.sum(r.seconds))::bigint::text AS bytes_per_second
FROM (SELECT (j.result->>'bytes')::numeric AS bytes, greatest(extract(epoch FROM j.finished_at - j.started_at), 0.001)::numeric AS seconds
      FROM public.job AS j
      WHERE j.kind = $1 AND j.database = $2 AND j.state = 'succeeded' AND (j.result->>'bytes')::numeric > 0
      ORDER BY j.seq DESC LIMIT 5) AS r
HAVING pg_catalog.count(*) > 0
