-- What two databases are compared by: [rows, counted?] of tables, positions of sequences, versions, owners and rights.
-- $1 how many bytes of tables, the small ones first, are counted; of what is beyond the server's estimate is told
WITH member AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), space AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, c.reltuples, c.relispopulated, pg_catalog.format('%I.%I', s.nspname, c.relname) AS name
    FROM pg_catalog.pg_class AS c JOIN space AS s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
), sized AS (
    SELECT name, reltuples, pg_catalog.sum(size) OVER (ORDER BY size, oid) <= $1::numeric AS counted
    FROM (SELECT r.*, pg_catalog.pg_relation_size(r.oid) AS size FROM relation AS r
          WHERE r.relkind IN ('r', 'm') AND r.relispopulated AND NOT EXISTS (SELECT FROM member AS m WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = r.oid)) AS r
), routine AS (
    SELECT p.oid, p.proowner, p.proacl, p.oid::pg_catalog.regprocedure::text AS name, s.oid IS NOT NULL AS ours
    FROM pg_catalog.pg_proc AS p LEFT JOIN space AS s ON s.oid = p.pronamespace
    WHERE s.oid IS NOT NULL OR p.proacl IS NOT NULL
), owner AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, oid AS objid,
           CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END
           || ' ' || name AS name, relowner AS id
    FROM relation
    UNION ALL SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, pg_catalog.format('schema %I', nspname), nspowner FROM space
    UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, 'function ' || name, proowner FROM routine WHERE ours
    UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, pg_catalog.format('type %I.%I', s.nspname, t.typname), t.typowner
    FROM pg_catalog.pg_type AS t JOIN space AS s ON s.oid = t.typnamespace
    WHERE t.typrelid = 0 AND t.typcategory <> 'A' AND t.typtype <> 'm'   -- a multirange type has no owner of its own to keep
), access AS (
    SELECT CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END
           || ' ' || name AS name,
           coalesce(relacl, pg_catalog.acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) AS acl FROM relation
    UNION ALL SELECT pg_catalog.format('schema %I', nspname), coalesce(nspacl, pg_catalog.acldefault('n', nspowner)) FROM space
    UNION ALL SELECT 'function ' || name, coalesce(proacl, pg_catalog.acldefault('f', proowner)) FROM routine
    UNION ALL SELECT pg_catalog.format('default privileges of %s in %s on %s', d.defaclrole::pg_catalog.regrole,
                                       CASE d.defaclnamespace WHEN 0 THEN 'every schema' ELSE d.defaclnamespace::pg_catalog.regnamespace::text END, d.defaclobjtype),
                     d.defaclacl FROM pg_catalog.pg_default_acl AS d
)
SELECT pg_catalog.json_build_object(
    'tables', (SELECT coalesce(pg_catalog.json_object_agg(name, pg_catalog.json_build_array(
                   CASE WHEN counted THEN pg_catalog.substring(
                            pg_catalog.query_to_xml('SELECT count(*) AS c FROM ' || name, false, true, '')::text, '<c>([0-9]+)</c>')::bigint
                        WHEN reltuples >= 0 THEN reltuples::bigint END, counted)), '{}') FROM sized),
    'sequences', (SELECT coalesce(pg_catalog.json_object_agg(pg_catalog.format('%I.%I', schemaname, sequencename), coalesce(last_value::text, 'unused')), '{}')
                  FROM pg_catalog.pg_sequences),
    'extensions', (SELECT coalesce(pg_catalog.json_object_agg(extname, extversion), '{}') FROM pg_catalog.pg_extension),
    'owners', (SELECT coalesce(pg_catalog.json_object_agg(o.name, pg_catalog.pg_get_userbyid(o.id)), '{}') FROM owner AS o
               WHERE NOT EXISTS (SELECT FROM member AS m WHERE m.classid = o.classid AND m.objid = o.objid)),
    'grants', (SELECT coalesce(pg_catalog.json_object_agg(name, (SELECT coalesce(pg_catalog.string_agg(item, ' ' ORDER BY item), '')
                                                                 FROM pg_catalog.unnest(acl::text[]) AS item)), '{}') FROM access))::text
