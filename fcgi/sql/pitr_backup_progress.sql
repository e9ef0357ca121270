-- How far a base backup is: bytes sent of all. No row: none is being taken.
SELECT b.phase, b.backup_streamed::text AS done, b.backup_total::text AS total FROM pg_catalog.pg_stat_progress_basebackup AS b LIMIT 1
