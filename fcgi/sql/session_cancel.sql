-- Cancels the statement that was decided on and no other. No row: the session, or that statement of it, is over.
-- $1 pid, $2 backend_start, $3 query_start
SELECT CASE WHEN pg_catalog.pg_cancel_backend(a.pid) THEN 'sent' END
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::int AND a.backend_start = $2::timestamptz AND a.query_start = $3::timestamptz AND a.state = 'active'
