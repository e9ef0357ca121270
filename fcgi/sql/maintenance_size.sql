-- What a table takes with its indexes. $1 oid
SELECT pg_catalog.pg_total_relation_size(c.oid)::text AS bytes FROM pg_catalog.pg_class AS c WHERE c.oid = $1::oid AND c.relkind IN ('r', 'm')
