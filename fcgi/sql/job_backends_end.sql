-- Tells the sessions of a job to end; how many there are still. $1 application name
SELECT pg_catalog.count(*), pg_catalog.bool_and(pg_catalog.pg_terminate_backend(pid))
FROM pg_catalog.pg_stat_activity WHERE application_name = $1
