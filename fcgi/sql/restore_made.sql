-- $1 job, $2 oid of the new database
UPDATE public.restore SET new_oid = $2::oid WHERE job_id = $1::uuid AND state = 'running' RETURNING job_id
