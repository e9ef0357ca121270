-- $1 id
SELECT public.schedule_json(s) FROM public.schedule AS s WHERE s.id = $1::uuid
