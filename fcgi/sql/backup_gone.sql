-- Deleted backups of which a runner may still have files, and those that nobody has any more: two runners that removed theirs
-- at the same moment each saw the other's. $1 runner
SELECT b.id FROM public.backup AS b
WHERE b.deleted_at IS NOT NULL
  AND (EXISTS (SELECT FROM public.backup_copy AS c WHERE c.backup_id = b.id AND c.runner = $1)
       OR NOT EXISTS (SELECT FROM public.backup_copy AS c WHERE c.backup_id = b.id))
