-- A runner's copies, the longest unchecked first. $1 runner, $2 seconds after which one is due
SELECT b.id, b.manifest, b.signature, b.public_key, b.encrypted,
       c.verified_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2::double precision) AS due
FROM public.backup AS b JOIN public.backup_copy AS c ON c.backup_id = b.id
WHERE c.runner = $1 AND b.deleted_at IS NULL
ORDER BY c.verified_at
