-- Forgets some of the jobs that have been over for long, but none that something still refers to: a backup that is there, a restore
-- that can be swapped, undone or dropped, and what was done to it; a cluster restored for inspection; the report of a failover drill;
-- the last job of a schedule; the last restore drill of a backup and of a database. $1 days, $2 how many at most
WITH old AS (
    SELECT j.id FROM public.job AS j
    WHERE j.finished_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(days => $1::int)
      AND NOT EXISTS (SELECT FROM public.backup AS b WHERE b.job_id = j.id AND b.deleted_at IS NULL)
      AND NOT EXISTS (SELECT FROM public.restore AS r
                      WHERE r.job_id::text IN (j.id::text, j.parameters->>'restore') AND public.restore_spare(r) IS NOT NULL)
      AND NOT EXISTS (SELECT FROM public.pitr_instance AS i WHERE i.id = j.id)
      AND NOT EXISTS (SELECT FROM public.drill_run AS d WHERE d.id = j.id)
      AND (j.schedule_id IS NULL OR EXISTS (SELECT FROM public.job AS l WHERE l.schedule_id = j.schedule_id AND l.seq > j.seq)
           OR NOT EXISTS (SELECT FROM public.schedule AS s WHERE s.id = j.schedule_id))
      AND (j.kind <> 'restore_drill' OR EXISTS (
               SELECT FROM public.job AS l
               WHERE l.kind = 'restore_drill' AND l.database = j.database AND l.seq > j.seq AND l.state IN ('succeeded', 'failed')))
      AND (j.kind <> 'restore_drill' OR NOT EXISTS (
               SELECT FROM public.backup AS b WHERE b.id::text = j.parameters->>'backup_id' AND b.deleted_at IS NULL)
           OR EXISTS (SELECT FROM public.job AS l
                      WHERE l.kind = 'restore_drill' AND l.parameters->>'backup_id' = j.parameters->>'backup_id' AND l.seq > j.seq
                        AND l.state IN ('succeeded', 'failed')))
    ORDER BY j.finished_at LIMIT $2::int
    FOR UPDATE OF j SKIP LOCKED
)
DELETE FROM public.job AS j USING old WHERE j.id = old.id RETURNING j.id
