-- A runner has removed the files of a deleted backup; the last one takes the row with it. $1 backup, $2 runner
WITH dropped AS (
    DELETE FROM public.backup_copy WHERE backup_id = $1::uuid AND runner = $2 RETURNING backup_id
)
DELETE FROM public.backup AS b
WHERE b.id = $1::uuid AND b.deleted_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM public.backup_copy AS o WHERE o.backup_id = b.id AND o.runner <> $2)
RETURNING b.id
