-- What a runner of this name did in an earlier life is nobody's now. $1 runner
UPDATE public.job SET lease_until = '-infinity' WHERE state = 'running' AND runner = $1 RETURNING id
