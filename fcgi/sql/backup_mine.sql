-- A runner's copies, the longest unchecked first; what there is to check one by, where that is due.
-- $1 runner, $2 seconds after which it is
SELECT b.id, b.size_bytes, b.format, b.encrypted, due.due,
       CASE WHEN due.due THEN b.manifest END AS manifest, b.signature, b.public_key
FROM public.backup AS b JOIN public.backup_copy AS c ON c.backup_id = b.id,
     LATERAL (SELECT c.verified_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2::double precision) AS due) AS due
WHERE c.runner = $1 AND b.deleted_at IS NULL
ORDER BY c.verified_at
