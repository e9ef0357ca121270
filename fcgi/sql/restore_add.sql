-- A restore, with its job: once. $1 job, $2 a drill?, $3 backup, $4 database, $5 swap?, $6 created by
INSERT INTO public.restore (job_id, drill, backup_id, database, swap, created_by)
VALUES ($1::uuid, $2::boolean, $3::uuid, $4, $5::boolean, $6) ON CONFLICT (job_id) DO UPDATE SET job_id = excluded.job_id RETURNING job_id
