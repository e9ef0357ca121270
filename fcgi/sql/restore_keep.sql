-- No row: nothing is left to keep. $1 job, $2 until when
UPDATE public.restore SET kept_until = $2::timestamptz
WHERE job_id = $1::uuid AND state <> 'discarded' AND public.restore_spare(restore) IS NOT NULL RETURNING job_id
