-- $1 id
SELECT public.job_json(j) FROM public.job AS j WHERE j.id = $1::uuid
