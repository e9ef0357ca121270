-- One that is to be removed stays so. $1 id, $2 state
UPDATE public.pitr_instance SET state = $2 WHERE id = $1::uuid AND state <> 'removing' RETURNING id::text
