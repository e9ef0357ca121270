-- Starts a schedule's job for the time that has come, once whoever asks, and not while an earlier one is open; its id.
-- $1 schedule, $2 the time, as it was read, $3 the next time, unix time, or null, $4 exclusive?, $5 request id
WITH taken AS (
    UPDATE public.schedule SET next_run_at = pg_catalog.to_timestamp($3::double precision)
    WHERE id = $1::uuid AND enabled AND next_run_at = $2::timestamptz
    RETURNING id, database, kind, format, note
)
INSERT INTO public.job (kind, database, parameters, exclusive, created_by, request_id, schedule_id, scheduled_for)
SELECT t.kind, t.database,
       pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
           'origin', 'schedule', 'schedule_id', t.id, 'note', t.note,
           'format', CASE WHEN t.kind = 'backup' THEN t.format END,
           'backup_id', CASE WHEN t.kind = 'restore_drill' THEN (
               SELECT b.id FROM public.backup AS b
               WHERE b.database = t.database AND b.state = 'verified' AND b.origin <> 'upload' AND b.deleted_at IS NULL ORDER BY b.created_at DESC LIMIT 1) END)),
       $4::boolean, 'schedule', $5, t.id, $2::timestamptz
FROM taken AS t
WHERE NOT EXISTS (SELECT FROM public.job AS j WHERE j.schedule_id = t.id AND j.state IN ('queued', 'running'))
ON CONFLICT (schedule_id, scheduled_for) DO NOTHING
RETURNING id
