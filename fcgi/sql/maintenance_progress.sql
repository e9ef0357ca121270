-- What a session's VACUUM, VACUUM FULL, REINDEX or ANALYZE is about: phase, and done of total in a unit. At most one row.
-- $1 pid
SELECT p.phase, p.done::text, p.total::text, p.unit
FROM (
    SELECT v.phase || CASE WHEN v.phase = 'vacuuming indexes' THEN ' (round ' || v.index_vacuum_count + 1 || ')' ELSE '' END AS phase,
           CASE WHEN v.phase IN ('initializing', 'scanning heap') THEN v.heap_blks_scanned
                ELSE greatest(v.heap_blks_vacuumed, v.heap_blks_scanned) END AS done, v.heap_blks_total AS total, 'blocks' AS unit
    FROM pg_catalog.pg_stat_progress_vacuum AS v WHERE v.pid = $1::int
    UNION ALL
    SELECT c.phase, CASE WHEN c.heap_blks_total > 0 THEN c.heap_blks_scanned ELSE c.heap_tuples_written END,
           nullif(c.heap_blks_total, 0), CASE WHEN c.heap_blks_total > 0 THEN 'blocks' ELSE 'rows' END
    FROM pg_catalog.pg_stat_progress_cluster AS c WHERE c.pid = $1::int
    UNION ALL
    SELECT i.phase || CASE WHEN i.lockers_total > 0 AND i.phase LIKE 'waiting%'
                           THEN pg_catalog.format(' (session %s; %s of %s)', nullif(i.current_locker_pid, 0), i.lockers_done, i.lockers_total) ELSE '' END
               || coalesce(' of ' || x.relname, ''),
           CASE WHEN i.blocks_total > 0 THEN i.blocks_done WHEN i.tuples_total > 0 THEN i.tuples_done END,
           coalesce(nullif(i.blocks_total, 0), nullif(i.tuples_total, 0)), CASE WHEN i.blocks_total > 0 THEN 'blocks' ELSE 'rows' END
    FROM pg_catalog.pg_stat_progress_create_index AS i LEFT JOIN pg_catalog.pg_class AS x ON x.oid = i.index_relid WHERE i.pid = $1::int
    UNION ALL
    SELECT a.phase, coalesce(nullif(a.child_tables_done, 0), a.sample_blks_scanned), coalesce(nullif(a.child_tables_total, 0), a.sample_blks_total),
           CASE WHEN a.child_tables_total > 0 THEN 'tables' ELSE 'blocks' END
    FROM pg_catalog.pg_stat_progress_analyze AS a WHERE a.pid = $1::int
    UNION ALL
    SELECT 'waiting for ' || CASE WHEN b.pids = '{}' THEN 'others' ELSE 'session ' || pg_catalog.array_to_string(b.pids, ', ') END, NULL, NULL, NULL
    FROM pg_catalog.pg_stat_activity AS w, pg_catalog.pg_blocking_pids(w.pid) AS b (pids) WHERE w.pid = $1::int AND w.wait_event_type = 'Lock'
) AS p LIMIT 1
