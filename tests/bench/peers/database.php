<?php
// A connection that outlives the request, as the PHP contestant's pages use it.
function database(string $prefix): PDO
{
    return new PDO(
        sprintf('pgsql:host=%s;port=%s;dbname=%s', getenv('BENCH_PGHOST'), getenv('BENCH_PGPORT'), getenv('BENCH_PGDATABASE')),
        getenv("BENCH_{$prefix}_USER"),
        getenv("BENCH_{$prefix}_PASSWORD"),
        [
            PDO::ATTR_PERSISTENT => true,
            PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
            PDO::PGSQL_ATTR_DISABLE_PREPARES => true,   // one round trip instead of three
        ],
    );
}
