-- A transaction with an id: its commit is a mark in the WAL behind every moment before it, where a recovery can stop.
SELECT pg_catalog.pg_current_xact_id()::text AS id
