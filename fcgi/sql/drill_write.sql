-- One write of the canary; the timeline of the server that took it. $1 id of the run, $2 sequence
INSERT INTO public.drill_write (run_id, sequence) VALUES ($1::uuid, $2::bigint)
RETURNING ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))::bit(32)::int AS server
