-- Has a recovery reached its target (it stands still there, read-only), and which commit was its last?
SELECT (pg_catalog.pg_is_in_recovery() AND pg_catalog.pg_is_wal_replay_paused())::text AS reached,
       pg_catalog.to_char(pg_catalog.pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_commit
