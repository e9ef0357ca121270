-- Is guardian_importer open for a restore whose job is over?
SELECT i.job_id FROM public.import AS i WHERE NOT EXISTS (SELECT FROM public.job AS j WHERE j.id = i.job_id AND j.state = 'running')
