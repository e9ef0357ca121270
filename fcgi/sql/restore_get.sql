-- $1 job
SELECT public.restore_json(r) FROM public.restore AS r WHERE r.job_id = $1::uuid
