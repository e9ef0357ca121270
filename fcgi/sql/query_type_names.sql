-- SPDX-License-Identifier: MIT
-- $1: an array of type OIDs. Their names as format_type() writes them.
SELECT o.type_oid::text AS oid, pg_catalog.format_type(o.type_oid, NULL) AS name
FROM pg_catalog.unnest($1::oid[]) AS o (type_oid)
