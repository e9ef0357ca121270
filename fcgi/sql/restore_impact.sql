-- What a swap of this database meets, as the monitoring role sees it: size, sessions, rows by the planner's figures, and what was
-- written on the whole server since a position. $1 WAL position or null
SELECT d.oid, pg_catalog.pg_database_size(d.oid) AS bytes,
       a.sessions, a.active, a.in_transaction, a.longest_transaction_seconds,
       (SELECT coalesce(pg_catalog.sum(greatest(c.reltuples, 0)), 0)::bigint
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS x
                          WHERE x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.objid = c.oid AND x.deptype = 'e')) AS row_estimate,
       CASE WHEN NOT pg_catalog.pg_is_in_recovery()
            THEN greatest(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), $1::pg_catalog.pg_lsn), 0)::bigint END AS wal_bytes,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database = d.datname) AS prepared,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_replication_slots AS s WHERE s.datoid = d.oid) AS slots
FROM pg_catalog.pg_database AS d
CROSS JOIN (SELECT pg_catalog.count(*) AS sessions, pg_catalog.count(*) FILTER (WHERE state = 'active') AS active,
                   pg_catalog.count(*) FILTER (WHERE xact_start IS NOT NULL) AS in_transaction,
                   coalesce(pg_catalog.round(pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - xact_start))), 0)::bigint AS longest_transaction_seconds
            FROM pg_catalog.pg_stat_activity
            WHERE datname = pg_catalog.current_database() AND backend_type <> 'autovacuum worker' AND pid <> pg_catalog.pg_backend_pid()) AS a
WHERE d.datname = pg_catalog.current_database()
