-- Activity with the blocking tree, as JSON. $1 database or null for all, $2 the server's own processes too?
WITH
activity AS MATERIALIZED (
    SELECT pg_catalog.clock_timestamp() AS now, a.* FROM pg_catalog.pg_stat_activity AS a
),
-- pg_blocking_pids stops the lock manager for a moment: it is asked only about those that wait. Zero is a prepared transaction.
edge AS MATERIALIZED (
    SELECT DISTINCT a.pid AS waiter, b.blocker
    FROM activity AS a, pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b (blocker)
    WHERE a.wait_event_type = 'Lock'
),
shown AS (
    SELECT a.* FROM activity AS a
    WHERE (($1::text IS NULL OR a.datname = $1::text) AND a.backend_type = 'client backend')
       OR ($2::boolean AND ($1::text IS NULL OR a.datname = $1::text OR a.datname IS NULL))
       -- A tree needs its trunk: who blocks is shown, whatever it is.
       OR a.pid IN (SELECT e.blocker FROM edge AS e)
),
item AS (
    SELECT s.xact_start, s.backend_start, s.pid, pg_catalog.json_build_object(
        'pid', s.pid, 'user', s.usename, 'database', s.datname, 'application', coalesce(s.application_name, ''),
        'client_address', CASE WHEN s.client_addr IS NOT NULL THEN pg_catalog.host(s.client_addr) END,
        'backend_type', coalesce(s.backend_type, 'unknown'), 'state', s.state,
        'wait_event_type', s.wait_event_type, 'wait_event', s.wait_event,
        'backend_start', pg_catalog.to_char(s.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'transaction_start', pg_catalog.to_char(s.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'query_start', pg_catalog.to_char(s.query_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'state_change', pg_catalog.to_char(s.state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'transaction_seconds', pg_catalog.round(greatest(extract(epoch FROM s.now - s.xact_start), 0)::numeric, 3),
        -- Of a session that no longer runs it: how long its last statement took.
        'query_seconds', pg_catalog.round(greatest(extract(epoch FROM CASE WHEN s.state = 'active' THEN s.now ELSE s.state_change END
                                                           - s.query_start), 0)::numeric, 3),
        'query', coalesce(CASE WHEN pg_catalog.length(s.query) > 10000 THEN pg_catalog.left(s.query, 10000) || '…' ELSE s.query END, ''),
        'blocked_by', pg_catalog.array_to_json(ARRAY(SELECT e.blocker FROM edge AS e WHERE e.waiter = s.pid ORDER BY 1)),
        'blocks', pg_catalog.array_to_json(ARRAY(SELECT e.waiter FROM edge AS e WHERE e.blocker = s.pid ORDER BY 1)),
        'console', coalesce(pg_catalog.starts_with(s.usename::text, 'guardian_'), false)) AS item
    FROM shown AS s
)
SELECT pg_catalog.concat('{"items":', coalesce(pg_catalog.json_agg(i.item ORDER BY i.xact_start NULLS LAST, i.backend_start, i.pid)::text, '[]'),
                         ',"next_cursor":null}')
FROM item AS i
