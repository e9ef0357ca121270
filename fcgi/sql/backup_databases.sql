-- Databases that have backups of schedules with a rule.
SELECT DISTINCT b.database
FROM public.backup AS b JOIN public.schedule AS s ON s.id = b.schedule_id
WHERE b.deleted_at IS NULL AND s.retention IS NOT NULL
