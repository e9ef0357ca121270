-- Ends the session that was decided on and no other that got its pid. No row: it is gone.
-- $1 pid, $2 backend_start
SELECT CASE WHEN pg_catalog.pg_terminate_backend(a.pid) THEN 'sent' END
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::int AND a.backend_start = $2::timestamptz
