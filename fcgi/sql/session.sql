-- One session: what a decision to cancel its statement or to end it rests on. No row: there is none of that pid.
-- $1 pid
WITH RECURSIVE
activity AS MATERIALIZED (
    SELECT pg_catalog.clock_timestamp() AS now, a.* FROM pg_catalog.pg_stat_activity AS a
),
edge AS MATERIALIZED (
    SELECT DISTINCT a.pid AS waiter, b.blocker
    FROM activity AS a, pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b (blocker)
    WHERE a.wait_event_type = 'Lock'
),
behind (pid) AS (
    SELECT e.waiter FROM edge AS e WHERE e.blocker = $1::int
    UNION
    SELECT e.waiter FROM behind AS b JOIN edge AS e ON e.blocker = b.pid
),
held AS (
    SELECT pg_catalog.count(*) AS locks, pg_catalog.count(DISTINCT l.relation) AS relations
    FROM pg_catalog.pg_locks AS l WHERE l.pid = $1::int AND l.granted AND l.locktype <> 'virtualxid'
)
SELECT s.usename AS "user", s.datname AS database, s.backend_type, s.state,
       coalesce(s.application_name, '') AS application, coalesce(pg_catalog.host(s.client_addr), 'local socket') AS client,
       pg_catalog.to_char(s.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS backend_start,
       pg_catalog.to_char(s.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS transaction_start,
       -- The transaction that somebody began on purpose: it is what an end would undo. A statement alone begins one too, within
       -- a moment of its own start; a busy session has a new one of those all the time.
       CASE WHEN s.state <> 'active' OR s.query_start - s.xact_start > interval '100 milliseconds'
            THEN pg_catalog.to_char(s.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS begun,
       pg_catalog.to_char(s.query_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS query_start,
       pg_catalog.round(greatest(extract(epoch FROM s.now - s.backend_start), 0)::numeric)::text AS session_seconds,
       pg_catalog.round(greatest(extract(epoch FROM s.now - s.xact_start), 0)::numeric)::text AS transaction_seconds,
       pg_catalog.round(greatest(extract(epoch FROM s.now - s.query_start), 0)::numeric)::text AS query_seconds,
       pg_catalog.regexp_replace(pg_catalog.left(s.query, 200), '\s+', ' ', 'g')
           || CASE WHEN pg_catalog.length(s.query) > 200 THEN '…' ELSE '' END AS query,
       coalesce(r.rolsuper, false)::text AS superuser,
       coalesce(pg_catalog.starts_with(s.usename::text, 'guardian_'), false)::text AS console,
       (s.pid = pg_catalog.pg_backend_pid())::text AS self,
       h.locks::text AS locks, h.relations::text AS relations,
       (SELECT pg_catalog.count(*) FROM edge AS e WHERE e.blocker = s.pid)::text AS blocks,
       (SELECT pg_catalog.count(*) FROM behind AS b WHERE b.pid <> s.pid)::text AS behind
FROM activity AS s LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.usesysid CROSS JOIN held AS h
WHERE s.pid = $1::int
