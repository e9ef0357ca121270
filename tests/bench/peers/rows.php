<?php
// A million rows through a cursor, the way PHP reads what does not fit into its memory.
require __DIR__ . '/database.php';

const BATCH = 5000;

set_time_limit(0);
$csv = str_ends_with($_SERVER['DOCUMENT_URI'], '.csv');
$database = database('READER');
$database->beginTransaction();
$database->exec('DECLARE rows NO SCROLL CURSOR FOR ' . file_get_contents(getenv('BENCH_ROWS_SQL')));
header($csv ? 'Content-Type: text/csv; charset=utf-8' : 'Content-Type: application/json');
$out = fopen('php://output', 'w');
$count = 0;
do {
    $statement = $database->query('FETCH ' . BATCH . ' FROM rows');
    if ($count === 0 && $csv) {
        $names = [];
        for ($i = 0; $i < $statement->columnCount(); $i++) {
            $names[] = $statement->getColumnMeta($i)['name'];
        }
        fputcsv($out, $names, escape: '');
    }
    $rows = $statement->fetchAll(PDO::FETCH_NUM);
    if ($csv) {
        foreach ($rows as $row) {
            $row[4] = $row[4] ? 't' : 'f';
            fputcsv($out, $row, escape: '');
        }
    } elseif ($rows) {
        echo $count === 0 ? '{"rows":[' : ',', substr(json_encode($rows, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), 1, -1);
    }
    $count += count($rows);
} while (count($rows) === BATCH);
$database->rollBack();
if (!$csv) {
    echo '],"row_count":', $count, '}';
}
