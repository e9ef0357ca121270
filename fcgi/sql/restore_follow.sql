-- On a standby, as guardian_maintainer: ends the sessions that are still in a database which has another name by now; its name.
-- $1 oid
SELECT d.datname, (SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid)) FROM pg_catalog.pg_stat_activity AS a
                   JOIN pg_catalog.pg_roles AS r ON r.oid = a.usesysid AND NOT r.rolsuper
                   WHERE a.datid = d.oid AND a.pid <> pg_catalog.pg_backend_pid()) AS ended
FROM pg_catalog.pg_database AS d WHERE d.oid = $1::oid
