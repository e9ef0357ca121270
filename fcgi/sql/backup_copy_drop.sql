-- A runner's copy is gone or not what it was; what that makes of the backup. $1 backup, $2 runner, $3 damaged or missing
WITH dropped AS (
    DELETE FROM public.backup_copy WHERE backup_id = $1::uuid AND runner = $2 RETURNING backup_id
)
UPDATE public.backup AS b
SET state = CASE WHEN EXISTS (SELECT FROM public.backup_copy AS o WHERE o.backup_id = b.id AND o.runner <> $2) THEN b.state ELSE $3 END
FROM dropped WHERE b.id = dropped.backup_id
RETURNING b.state
