-- Those of some uploaded files that a job is still to take, or that came a moment before their job. $1 names, a JSON array of
-- {"file", "age_seconds"}
SELECT f.file FROM pg_catalog.json_to_recordset($1::json) AS f (file text, age_seconds bigint)
WHERE EXISTS (SELECT FROM public.job AS j
              WHERE j.kind = 'upload' AND j.parameters->>'file' = f.file AND j.state IN ('queued', 'running'))
   OR f.age_seconds < 3600
      AND NOT EXISTS (SELECT FROM public.job AS j WHERE j.kind = 'upload' AND j.parameters->>'file' = f.file)
