-- $1 job
SELECT comparison::text FROM public.restore WHERE job_id = $1::uuid
