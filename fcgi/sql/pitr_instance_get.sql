-- $1 id
SELECT i.id::text AS id, i.runner, i.port::text AS port, i.state, i.backup_id,
       pg_catalog.to_char(i.target_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS target_time
FROM public.pitr_instance AS i WHERE i.id = $1::uuid
