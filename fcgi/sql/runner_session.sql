-- SPDX-License-Identifier: MIT
-- Of the SQL runner's own session, asked once when it is new: the names of the settings that a statement could change, and
-- when it began.
SELECT (SELECT pg_catalog.array_agg(s.name ORDER BY s.name) FROM pg_catalog.pg_settings AS s WHERE s.context IN ('user', 'superuser'))::text AS settings,
       (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a) AS backend_start
