-- Is it over? $1 pid, $2 backend_start, $3 query_start: the statement; null: the session
SELECT CASE WHEN EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.pid = $1::int AND a.backend_start = $2::timestamptz
      AND ($3::text IS NULL OR (a.query_start = $3::timestamptz AND a.state = 'active'))) THEN 'running' ELSE 'ended' END
