-- SPDX-License-Identifier: MIT
-- $1 pid, $2 when its backend began, $3 the query's id. Cancels that very statement, nothing that runs there later: a kept
-- connection has the same pid and start, but another id. NULL when it has ended.
SELECT pg_catalog.pg_cancel_backend(a.pid)::text
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::int AND a.backend_start = $2::timestamptz AND a.application_name = $3 AND a.usename = 'guardian_reader'
  AND a.state = 'active'
