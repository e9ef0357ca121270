-- $1 id, $2 runner, $3 id of the base backup, $4 target time, $5 port, $6 who asked, $7 life in hours
INSERT INTO public.pitr_instance (id, runner, backup_id, target_time, port, state, created_by, expires_at)
VALUES ($1::uuid, $2, $3, $4::timestamptz, $5::int, 'starting', $6, pg_catalog.now() + pg_catalog.make_interval(hours => $7::int))
