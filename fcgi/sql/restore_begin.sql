-- The database that is about to be made for it. No row: it is past that. $1 job, $2 oid of the managed database, $3 name
UPDATE public.restore SET state = 'running', production_oid = $2::oid, new_database = $3, new_oid = NULL, comparison = NULL
WHERE job_id = $1::uuid AND state IN ('running', 'failed') RETURNING job_id
