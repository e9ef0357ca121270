-- What the COPY of a job's session has read so far. $1 application name
SELECT p.relid, p.bytes_processed
FROM pg_catalog.pg_stat_progress_copy AS p
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = p.pid
WHERE a.application_name = $1
