-- Is a session still there? No row: it is gone. $1 pid
SELECT a.pid::text FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = $1::int
