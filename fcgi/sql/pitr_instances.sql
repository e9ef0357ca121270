-- The restored clusters, newest first, as one JSON array. $1 host where they listen
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'id', i.id, 'target_time', pg_catalog.to_char(i.target_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'state', i.state,
    'runner', i.runner, 'backup_id', i.backup_id, 'host', $1::text, 'port', i.port,
    'connect', 'psql "host=' || $1::text || ' port=' || i.port || ' user=… dbname=…"',
    'created_by', i.created_by, 'created_at', pg_catalog.to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'expires_at', pg_catalog.to_char(i.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY i.created_at DESC), '[]')::text
FROM public.pitr_instance AS i
