-- What a restore of a backup would bring back. $1 id of the backup
SELECT id, database, state, origin, sha256, size_bytes, public.job_time(created_at) AS created_at,
       pg_catalog.to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') AS created,
       pg_catalog.round(extract(epoch FROM pg_catalog.now() - created_at))::bigint AS age_seconds,
       manifest::json->>'row_estimate' AS row_estimate, manifest::json->>'wal_lsn' AS wal_lsn,
       manifest::json->>'counts' AS counts, manifest::json->>'extensions' AS extensions, manifest::json->>'languages' AS languages,
       manifest::json->>'unpacked_bytes' AS unpacked_bytes
FROM public.backup WHERE id = $1::uuid AND deleted_at IS NULL
