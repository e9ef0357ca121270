-- The next job for this runner. $1 runner, $2 lease in milliseconds, $3 kinds, a JSON array
SELECT id, kind, database, parameters::text AS parameters, attempt, created_by, request_id
FROM public.job_claim($1, pg_catalog.make_interval(secs => $2::double precision / 1000),
                      ARRAY(SELECT pg_catalog.json_array_elements_text($3::json)))
