-- Where a backup's bytes are, one row a copy, the oldest check last. $1 id
SELECT b.database, b.state, b.format, b.encrypted, c.runner, pg_catalog.to_char(b.created_at AT TIME ZONE 'UTC', 'YYYYMMDD-HH24MISS') AS stamp,
       b.size_bytes, b.sha256
FROM public.backup AS b LEFT JOIN public.backup_copy AS c ON c.backup_id = b.id
WHERE b.id = $1::uuid AND b.deleted_at IS NULL
ORDER BY c.verified_at DESC
