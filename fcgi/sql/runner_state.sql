-- SPDX-License-Identifier: MIT
-- Of the SQL runner's own session: everything that a statement could have left in it, or beside it in its login's name, as one text.
-- Asked when the session is new and again after each use: it must not differ. $1: the names of its settings
-- (pg_settings and its like would tell more, and take most of the time of a short query).
SELECT pg_catalog.concat_ws('|', session_user, current_user,
           (SELECT pg_catalog.string_agg(pg_catalog.current_setting(n.name), ',' ORDER BY n.place)
            FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS n (name, place)),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_lock_status() AS l
            WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'advisory'),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_listening_channels()),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statement()),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursor()),
           (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xact() AS x
            WHERE x.ownerid = (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = session_user)),
           pg_catalog.pg_my_temp_schema()) AS state
