-- The canary's rows are not needed any more. $1 id of the run
DELETE FROM public.drill_write WHERE run_id = $1::uuid
