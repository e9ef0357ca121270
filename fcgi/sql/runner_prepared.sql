-- SPDX-License-Identifier: MIT
-- Of the SQL runner's own session: what rolls back the prepared transactions of its login in this database. The runner never
-- makes one, and one that is left would hold locks and keep vacuum back for ever.
SELECT pg_catalog.format('ROLLBACK PREPARED %L', x.gid) AS command
FROM pg_catalog.pg_prepared_xact() AS x
WHERE x.ownerid = (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user)
  AND x.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
  AND NOT pg_catalog.pg_is_in_recovery()
