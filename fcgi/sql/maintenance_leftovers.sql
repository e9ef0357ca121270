-- Invalid indexes that a broken off REINDEX CONCURRENTLY of a table has left: those that were not there before.
-- $1 oid of the table, $2 JSON array of the oids of indexes that were invalid before
SELECT n.nspname AS schema, c.relname AS index
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND i.indrelid IN (SELECT t.oid FROM pg_catalog.pg_class AS t WHERE t.oid = $1::oid
                     UNION ALL SELECT t.reltoastrelid FROM pg_catalog.pg_class AS t WHERE t.oid = $1::oid AND t.reltoastrelid <> 0)
  AND i.indexrelid::text NOT IN (SELECT pg_catalog.json_array_elements_text($2::json))
ORDER BY n.nspname, c.relname
