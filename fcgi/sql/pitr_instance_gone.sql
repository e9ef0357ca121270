-- $1 id
DELETE FROM public.pitr_instance WHERE id = $1::uuid
