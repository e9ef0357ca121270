-- What a restore of a database begins with. $1 managed database
SELECT pg_catalog.json_build_object(
    'oid', d.oid::text, 'template', t.datname,
    'owner', CASE WHEN pg_catalog.pg_has_role('guardian_maintainer', d.datdba, 'MEMBER') THEN pg_catalog.pg_get_userbyid(d.datdba)
                  ELSE 'guardian_maintainer' END)::text
FROM pg_catalog.pg_database AS d
LEFT JOIN pg_catalog.pg_database AS t
    ON t.datistemplate AND t.datname = 'guardian_template_' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), 'hex'), 12)
WHERE d.datname = $1
