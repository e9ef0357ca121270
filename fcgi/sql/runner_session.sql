-- SPDX-License-Identifier: MIT
-- Of the SQL runner's own session: everything that a statement could have left in it, as one text, and when it began.
-- Asked when the session is new and again after each use: it must not differ.
SELECT pg_catalog.concat_ws('|', session_user, current_user,
           (SELECT pg_catalog.string_agg(pg_catalog.concat(s.name, '=', s.setting), ',' ORDER BY s.name)
            FROM pg_catalog.pg_settings AS s WHERE s.source = 'session'),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks AS l
            WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'advisory'),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_listening_channels()),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursors),
           pg_catalog.pg_my_temp_schema()) AS state,
       (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a) AS backend_start
