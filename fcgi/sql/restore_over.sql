-- What was beside is gone, or what was begun has failed. $1 job, $2 discarded or failed, $3 is its database gone?
UPDATE public.restore
SET state = $2, new_database = CASE WHEN $3::boolean AND $2 = 'failed' THEN NULL ELSE new_database END,
    new_oid = CASE WHEN $3::boolean AND $2 = 'failed' THEN NULL ELSE new_oid END
WHERE job_id = $1::uuid AND state <> 'discarded' AND ($2 = 'discarded' OR state IN ('running', 'failed')) RETURNING job_id
