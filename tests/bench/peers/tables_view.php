<?php
// The list of tables in PHP's usual way: the statistics view, not prepared, rows made into JSON here.
require __DIR__ . '/database.php';

$limit = (int) $_GET['limit'];
$rows = database('MONITOR')->query("
    SELECT s.schemaname AS schema, s.relname AS name,
           CASE c.relkind WHEN 'p' THEN 'partitioned_table' WHEN 'm' THEN 'materialized_view' ELSE 'table' END AS kind,
           nullif(c.reltuples, -1)::bigint AS row_estimate, pg_total_relation_size(s.relid) AS total_bytes,
           pg_table_size(s.relid) AS table_bytes, pg_indexes_size(s.relid) AS index_bytes, s.n_dead_tup AS dead_rows,
           greatest(s.last_vacuum, s.last_autovacuum) AS last_vacuum, greatest(s.last_analyze, s.last_autoanalyze) AS last_analyze,
           i.inhparent::regclass AS partition_of
    FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid
    LEFT JOIN pg_inherits AS i ON i.inhrelid = s.relid AND c.relispartition
    WHERE s.schemaname = 'bench' ORDER BY s.relname, s.schemaname LIMIT $limit")->fetchAll(PDO::FETCH_ASSOC);
header('Content-Type: application/json');
header('Cache-Control: no-store');
echo json_encode(['items' => $rows, 'next_cursor' => null], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
