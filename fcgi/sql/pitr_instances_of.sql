-- A runner's own, and what is to become of them: those that have expired, or whose making was given up, are to be removed. $1 runner
SELECT i.id::text AS id, i.port::text AS port,
       CASE WHEN i.expires_at < pg_catalog.now()
                 OR i.state = 'starting' AND NOT EXISTS (SELECT FROM public.job AS j WHERE j.id = i.id AND j.state IN ('queued', 'running'))
            THEN 'removing' ELSE i.state END AS state
FROM public.pitr_instance AS i WHERE i.runner = $1 ORDER BY i.created_at
