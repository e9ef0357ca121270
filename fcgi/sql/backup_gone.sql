-- Deleted backups of which a runner may still have files. $1 runner
SELECT b.id FROM public.backup AS b JOIN public.backup_copy AS c ON c.backup_id = b.id
WHERE c.runner = $1 AND b.deleted_at IS NOT NULL
