-- $1 id
SELECT public.drill_run_json(r) FROM public.drill_run AS r WHERE r.id = $1::uuid
