-- $1 id
DELETE FROM public.schedule WHERE id = $1::uuid RETURNING id
