<?php
// The list of tables by the relational part of the console's statement; the JSON is made here.
require __DIR__ . '/database.php';

$sql = preg_replace('/\$(\d+)/', ':p$1', file_get_contents(getenv('BENCH_TABLES_ROWS_SQL')));
$statement = database('MONITOR')->prepare($sql);
[$oids, $table_bytes, $index_bytes] = json_decode(file_get_contents(getenv('BENCH_SIZES')));
$statement->execute(['p1' => null, 'p2' => 'bench', 'p3' => null, 'p4' => 'true', 'p5' => 'name', 'p6' => 'false',
    'p7' => (int) $_GET['limit'], 'p8' => '', 'p9' => null, 'p10' => null, 'p11' => null,
    'p12' => $oids, 'p13' => $table_bytes, 'p14' => $index_bytes]);
header('Content-Type: application/json');
header('Cache-Control: no-store');
echo json_encode(['items' => $statement->fetchAll(PDO::FETCH_ASSOC), 'next_cursor' => null], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
