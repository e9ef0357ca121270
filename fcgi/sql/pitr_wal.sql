-- How far the receiver of WAL is behind. $1 its application name, $2 its replication slot
SELECT (r.pid IS NOT NULL)::text AS receiving,
       greatest(pg_catalog.pg_wal_lsn_diff(w.lsn, coalesce(r.write_lsn, s.restart_lsn)), 0)::bigint::text AS lag_bytes,
       CASE WHEN r.pid IS NULL THEN NULL WHEN w.lsn <= r.write_lsn THEN '0'
            ELSE pg_catalog.round(extract(epoch FROM r.write_lag)::numeric, 3)::text END AS lag_seconds
FROM (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END AS lsn) AS w
LEFT JOIN pg_catalog.pg_stat_replication AS r ON r.application_name = $1::text
LEFT JOIN pg_catalog.pg_replication_slots AS s ON s.slot_name = $2::text
LIMIT 1
