-- Jobs that drop what has had its time, or what a job left that is over; one an hour for each, whoever asks.
WITH due AS (
    SELECT r.job_id, r.database, public.restore_spare(r) AS spare,
           CASE WHEN r.state IN ('running', 'failed') THEN 'left over' ELSE 'kept until ' || public.job_time(r.kept_until) END AS reason
    FROM public.restore AS r
    WHERE public.restore_spare(r) IS NOT NULL
      AND (r.state IN ('beside', 'swapped', 'undone') AND r.kept_until < pg_catalog.clock_timestamp()
           OR r.state IN ('running', 'failed') AND NOT EXISTS (
               SELECT FROM public.job AS j WHERE j.id = r.job_id AND j.state IN ('queued', 'running')))
      AND NOT EXISTS (SELECT FROM public.job AS j
                      WHERE j.kind = 'restore_discard' AND j.parameters->>'restore' = r.job_id::text
                        AND (j.state IN ('queued', 'running') OR j.created_at > pg_catalog.clock_timestamp() - interval '1 hour'))
    FOR UPDATE OF r SKIP LOCKED
)
INSERT INTO public.job (kind, database, parameters, exclusive, created_by, request_id)
SELECT 'restore_discard', database, pg_catalog.jsonb_build_object('restore', job_id, 'drop', spare, 'reason', reason), true, 'policy:restore.keep_days',
       'expiry-' || job_id
FROM due
RETURNING id, database, parameters->>'restore' AS restore, parameters->>'reason' AS reason
