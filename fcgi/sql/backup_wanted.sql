-- Backups of which a runner should have a copy and has none, with somebody who has one. $1 runner
SELECT DISTINCT ON (b.id) b.id, b.manifest, b.signature, b.public_key, b.encrypted, c.runner
FROM public.backup AS b JOIN public.backup_copy AS c ON c.backup_id = b.id
WHERE b.deleted_at IS NULL AND b.state = 'verified'
  AND NOT EXISTS (SELECT FROM public.backup_copy AS own WHERE own.backup_id = b.id AND own.runner = $1)
ORDER BY b.id, c.verified_at DESC
