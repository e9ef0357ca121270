-- SPDX-License-Identifier: MIT
-- Known ways out of read-only SQL, run by the self-test against the real server: first the parser is asked, then the server
-- alone. Every write aims at canaries in the schema guardian_selftest (fcgi/managed/selftest.sql) and would be harmless.
-- "--# name | class" starts an entry; its text goes to the next one. A third column "unseen" marks what the parser cannot
-- refuse, because it only shows when the server runs it: there the server stands alone.

--# commit | transaction control
COMMIT
--# commit_and_chain | transaction control
COMMIT AND CHAIN
--# end | transaction control
END
--# rollback | transaction control
ROLLBACK
--# rollback_and_chain | transaction control
ROLLBACK AND CHAIN
--# abort | transaction control
ABORT
--# begin_read_write | transaction control
BEGIN READ WRITE
--# start_transaction_read_write | transaction control
START TRANSACTION READ WRITE
--# savepoint | transaction control
SAVEPOINT guardian_selftest
--# release | transaction control
RELEASE SAVEPOINT guardian_selftest
--# rollback_to | transaction control
ROLLBACK TO SAVEPOINT guardian_selftest
--# prepare_transaction | transaction control
PREPARE TRANSACTION 'guardian_selftest'
--# commit_prepared | transaction control
COMMIT PREPARED 'guardian_selftest'
--# rollback_prepared | transaction control
ROLLBACK PREPARED 'guardian_selftest'

--# set_transaction_read_write | settings
SET TRANSACTION READ WRITE
--# set_transaction_snapshot | settings
SET TRANSACTION SNAPSHOT '00000003-0000001B-1'
--# set_session_characteristics | settings
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
--# set_transaction_read_only_off | settings
SET transaction_read_only = off
--# set_local_transaction_read_only_off | settings
SET LOCAL transaction_read_only TO 'off'
--# set_default_transaction_read_only_off | settings
SET default_transaction_read_only = off
--# reset_default_transaction_read_only | settings
RESET default_transaction_read_only
--# reset_all | settings
RESET ALL
--# set_statement_timeout | settings
SET statement_timeout = 0
--# set_work_mem | settings
SET SESSION work_mem = '64MB'
--# set_search_path | settings
SET search_path = guardian_selftest, pg_catalog
--# set_custom_setting | settings
SET guardian_selftest.left_behind = 'yes'
--# set_session_replication_role | settings
SET session_replication_role = replica
--# set_row_security_off | settings
SET row_security = off
--# set_standard_conforming_strings | settings
SET standard_conforming_strings = off
--# set_client_encoding | settings
SET client_encoding = 'SJIS'
--# set_constraints | settings
SET CONSTRAINTS ALL DEFERRED
--# set_application_name | settings
SET application_name = 'guardian_selftest'
--# set_time_zone | settings
SET TIME ZONE 'Asia/Shanghai'
--# discard_all | settings
DISCARD ALL
--# discard_plans | settings
DISCARD PLANS
--# set_config_read_only | settings
SELECT set_config('transaction_read_only', 'off', false)
--# set_config_local_read_only | settings
SELECT pg_catalog.set_config('transaction_read_only', 'off', true)
--# set_config_timeout | settings
SELECT "set_config"('statement_timeout', '0', false)
--# set_config_role | settings
SELECT set_config('role', 'guardian_selftest', false)
--# set_config_in_from | settings
SELECT * FROM set_config('work_mem', '64MB', false) AS s(v)
--# set_config_in_where | settings
SELECT 1 WHERE set_config('work_mem', '64MB', false) IS NOT NULL
--# set_config_in_lateral | settings
SELECT * FROM generate_series(1, 1) AS g, LATERAL set_config('work_mem', '64MB', false) AS s
--# set_config_rows_from | settings
SELECT * FROM ROWS FROM (set_config('work_mem', '64MB', false), generate_series(1, 2)) AS s
--# set_config_values | settings
VALUES (1, set_config('work_mem', '64MB', false))
--# set_config_order_by | settings
SELECT 1 ORDER BY set_config('work_mem', '64MB', false)
--# set_config_limit | settings
SELECT 1 LIMIT length(set_config('work_mem', '64MB', false))
--# set_config_unicode_identifier | settings
SELECT U&"\0073et\005fconfig"('work_mem', '64MB', false)
--# set_config_unicode_escape_character | settings
SELECT U&"!0073et_config" UESCAPE '!' ('work_mem', '64MB', false)
--# set_config_named_arguments | settings
SELECT pg_catalog . "set_config" /* where? */ (
  'work_mem', '64MB', false)
--# setseed | settings
SELECT setseed(0.5)
--# alter_system | settings
ALTER SYSTEM SET guardian_selftest.left_behind = 'yes'
--# alter_system_reset | settings
ALTER SYSTEM RESET guardian_selftest.left_behind
--# alter_database_set | settings
ALTER DATABASE guardian_selftest SET work_mem = '64MB'
--# alter_role_set | settings
ALTER ROLE guardian_reader SET guardian_selftest.left_behind = 'yes'
--# alter_role_set_read_write | settings
ALTER ROLE CURRENT_USER SET application_name = 'guardian_selftest'

--# two_statements | several statements
SELECT 1; INSERT INTO guardian_selftest.canary_writable VALUES (10, 'two statements')
--# commit_then_insert | several statements
COMMIT; INSERT INTO guardian_selftest.canary_writable VALUES (11, 'commit first')
--# set_then_insert | several statements
SET TRANSACTION READ WRITE; INSERT INTO guardian_selftest.canary_writable VALUES (12, 'set first')
--# rollback_begin_insert_commit | several statements
ROLLBACK; BEGIN READ WRITE; INSERT INTO guardian_selftest.canary_writable VALUES (13, 'own'); COMMIT
--# semicolon_in_comment | several statements
SELECT 1 /* ; */ ; DELETE FROM guardian_selftest.canary_writable
--# semicolon_after_line_comment | several statements
SELECT 1 --
; DELETE FROM guardian_selftest.canary_writable
--# nested_comment_end | several statements
SELECT 1 /* /* */ ; */ ; DELETE FROM guardian_selftest.canary_writable -- */
--# backslash_quote | several statements
SELECT '\'; DELETE FROM guardian_selftest.canary_writable; --'
--# escape_string_quote | several statements
SELECT E'\'' ; DELETE FROM guardian_selftest.canary_writable; --'
--# dollar_quote_end | several statements
SELECT $a$ $$ $a$; DELETE FROM guardian_selftest.canary_writable; -- $$
--# carriage_return_line_comment | several statements
SELECT 1 -- only a comment?; DELETE FROM guardian_selftest.canary_writable
--# explain_then_delete | several statements
EXPLAIN SELECT 1; DELETE FROM guardian_selftest.canary_writable
--# with_then_commit | several statements
WITH a AS (SELECT 1) SELECT * FROM a; COMMIT
--# standard_conforming_strings_off | several statements
SET standard_conforming_strings = off; SELECT '\'; DELETE FROM guardian_selftest.canary_writable; --'

--# insert | writing rows
INSERT INTO guardian_selftest.canary_writable VALUES (20, 'insert')
--# insert_no_grant | writing rows
INSERT INTO guardian_selftest.canary VALUES (20, 'insert')
--# insert_default_values | writing rows
INSERT INTO guardian_selftest.canary_log DEFAULT VALUES
--# insert_on_conflict | writing rows
INSERT INTO guardian_selftest.canary_writable VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = excluded.note
--# insert_select_nothing | writing rows
INSERT INTO guardian_selftest.canary_writable SELECT 21, 'x' WHERE false
--# insert_through_view | writing rows
INSERT INTO guardian_selftest.canary_view_writable VALUES (22, 'view')
--# insert_through_rule | writing rows
INSERT INTO guardian_selftest.canary_ruled VALUES (23)
--# insert_partial_comment | writing rows
/* SELECT */ INSERT /**/ INTO guardian_selftest.canary_writable VALUES (24, 'comment')
--# insert_odd_white_space | writing rows
INSERT	INTO guardian_selftest.canary_writableVALUES(25,'tab')
--# insert_mixed_case | writing rows
iNsErT iNtO guardian_selftest.canary_writable vAlUeS (26, 'case')
--# update | writing rows
UPDATE guardian_selftest.canary_writable SET note = 'update'
--# update_nothing | writing rows
UPDATE guardian_selftest.canary_writable SET note = 'update' WHERE false
--# update_from_only | writing rows
UPDATE ONLY guardian_selftest.canary_writable AS c SET (id, note) = (SELECT 27, 'x') FROM guardian_selftest.canary WHERE c.id = 1
--# delete | writing rows
DELETE FROM guardian_selftest.canary_writable
--# delete_using | writing rows
DELETE FROM guardian_selftest.canary_writable AS w USING guardian_selftest.canary AS c WHERE w.id = c.id
--# delete_returning | writing rows
DELETE FROM guardian_selftest.canary_writable RETURNING *
--# truncate | writing rows
TRUNCATE guardian_selftest.canary_writable CASCADE
--# truncate_restart_identity | writing rows
TRUNCATE TABLE guardian_selftest.canary_log RESTART IDENTITY
--# merge | writing rows
MERGE INTO guardian_selftest.canary_writable AS w USING guardian_selftest.canary AS c ON w.id = c.id
WHEN MATCHED THEN UPDATE SET note = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (28, 'merged')
--# copy_from_stdin | writing rows
COPY guardian_selftest.canary_writable FROM STDIN
--# select_into | writing rows
SELECT * INTO guardian_selftest.left_behind FROM guardian_selftest.canary
--# select_into_temp | writing rows
SELECT 1 AS a INTO TEMP left_behind
--# create_table_as | writing rows
CREATE TABLE guardian_selftest.left_behind AS SELECT 1 AS a
--# create_table_as_execute | writing rows
CREATE TABLE guardian_selftest.left_behind AS EXECUTE guardian_selftest

--# with_insert | writing common table expressions
WITH w AS (INSERT INTO guardian_selftest.canary_writable VALUES (30, 'cte') RETURNING *) SELECT * FROM w
--# with_update_unused | writing common table expressions
WITH w AS (UPDATE guardian_selftest.canary_writable SET note = 'cte') SELECT 1
--# with_delete_nested | writing common table expressions
WITH a AS (SELECT 1), b AS (DELETE FROM guardian_selftest.canary_writable RETURNING id) SELECT * FROM a, b
--# with_delete_recursive | writing common table expressions
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3),
  d AS (DELETE FROM guardian_selftest.canary_writable WHERE id IN (SELECT n FROM r) RETURNING id) SELECT count(*) FROM d
--# with_before_insert | writing common table expressions
WITH a AS (SELECT 31 AS id) INSERT INTO guardian_selftest.canary_writable SELECT id, 'cte' FROM a
--# with_insert_in_union | writing common table expressions
SELECT 1 UNION ALL (WITH w AS (INSERT INTO guardian_selftest.canary_writable VALUES (32, 'x') RETURNING id) SELECT id FROM w)
--# explain_analyze_insert | writing common table expressions
EXPLAIN ANALYZE INSERT INTO guardian_selftest.canary_writable VALUES (33, 'explain')
--# explain_analyze_delete_json | writing common table expressions
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) DELETE FROM guardian_selftest.canary_writable
--# explain_analyze_with_update | writing common table expressions
EXPLAIN (ANALYZE true) WITH w AS (UPDATE guardian_selftest.canary_writable SET note = 'x' RETURNING 1) SELECT * FROM w
--# explain_analyze_create_table_as | writing common table expressions
EXPLAIN ANALYZE CREATE TABLE guardian_selftest.left_behind AS SELECT 1 AS a
--# explain_analyze_execute | writing common table expressions
EXPLAIN ANALYZE EXECUTE guardian_selftest
--# explain_declare | writing common table expressions
EXPLAIN ANALYZE DECLARE left_behind CURSOR FOR SELECT 1

--# for_update | locks
SELECT * FROM guardian_selftest.canary_writable FOR UPDATE
--# for_no_key_update | locks
SELECT * FROM guardian_selftest.canary_writable FOR NO KEY UPDATE NOWAIT
--# for_share | locks
SELECT * FROM guardian_selftest.canary_writable FOR SHARE SKIP LOCKED
--# for_key_share_in_subquery | locks
SELECT * FROM (SELECT id FROM guardian_selftest.canary_writable FOR KEY SHARE) AS s
--# for_update_in_cte | locks
WITH a AS (SELECT id FROM guardian_selftest.canary_writable FOR UPDATE) SELECT count(*) FROM a
--# lock_table | locks
LOCK TABLE guardian_selftest.canary_writable IN ACCESS EXCLUSIVE MODE
--# lock_table_share | locks
LOCK guardian_selftest.canary_writable IN ROW SHARE MODE NOWAIT
--# advisory_lock | locks
SELECT pg_advisory_lock(7165489399)
--# advisory_lock_shared | locks
SELECT pg_advisory_lock_shared(71654, 89399)
--# try_advisory_lock | locks
SELECT pg_try_advisory_lock(7165489399)
--# advisory_xact_lock | locks
SELECT pg_advisory_xact_lock(7165489399)
--# advisory_lock_attribute_notation | locks
SELECT (7165489399::bigint).pg_advisory_lock
--# advisory_lock_column_notation | locks
SELECT k.pg_advisory_lock FROM int8(7165489399) AS k
--# advisory_lock_array_notation | locks
SELECT (ARRAY[7165489399::bigint])[1].pg_advisory_lock
--# advisory_lock_subquery_notation | locks
SELECT (SELECT 7165489399::bigint).pg_try_advisory_lock
--# advisory_lock_filter | locks
SELECT count(*) FILTER (WHERE pg_try_advisory_lock(7165489399)) FROM guardian_selftest.canary
--# advisory_lock_window | locks
SELECT sum(1) OVER (PARTITION BY pg_try_advisory_lock(7165489399)) FROM guardian_selftest.canary
--# advisory_lock_case | locks
SELECT CASE WHEN true THEN pg_try_advisory_lock(7165489399) END
--# advisory_lock_join | locks
SELECT 1 FROM guardian_selftest.canary AS a JOIN guardian_selftest.canary AS b ON pg_try_advisory_lock(7165489399)
--# advisory_lock_tablesample | locks
SELECT 1 FROM guardian_selftest.canary TABLESAMPLE bernoulli ((SELECT 100 WHERE pg_try_advisory_lock(7165489399)))
--# advisory_lock_grouping | locks
SELECT count(*) FROM guardian_selftest.canary GROUP BY ROLLUP (pg_try_advisory_lock(7165489399))
--# advisory_unlock_all | locks
SELECT pg_advisory_unlock_all()

--# nextval | sequences
SELECT nextval('guardian_selftest.canary_sequence')
--# setval | sequences
SELECT setval('guardian_selftest.canary_sequence', 1000)
--# setval_not_called | sequences
SELECT pg_catalog.setval('guardian_selftest.canary_sequence'::regclass, 1000, false)
--# nextval_attribute_notation | sequences
SELECT ('guardian_selftest.canary_sequence'::regclass).nextval
--# alter_sequence | sequences
ALTER SEQUENCE guardian_selftest.canary_sequence RESTART WITH 500

--# lo_create | large objects
SELECT lo_create(0)
--# lo_creat | large objects
SELECT lo_creat(-1)
--# lo_create_attribute_notation | large objects
SELECT (0::oid).lo_create
--# lo_from_bytea | large objects
SELECT lo_from_bytea(0, '\x6c656674')
--# lo_put | large objects
SELECT lo_put(lo_create(0), 0, '\x6c656674')
--# lowrite | large objects
SELECT lowrite(lo_open(lo_create(0), 131072), '\x6c656674')
--# lo_truncate | large objects
SELECT lo_truncate(lo_open(lo_create(0), 131072), 10)
--# lo_unlink | large objects
SELECT lo_unlink(0)
--# lo_import | large objects
SELECT lo_import('/etc/hostname')
--# lo_export | large objects
SELECT lo_export(0, '/tmp/guardian_selftest')
--# comment_on_large_object | large objects
COMMENT ON LARGE OBJECT 0 IS 'guardian_selftest'

--# copy_to_program | files and programs
COPY (SELECT 1) TO PROGRAM 'true'
--# copy_from_program | files and programs
COPY guardian_selftest.canary_writable FROM PROGRAM 'echo 40'
--# copy_to_file | files and programs
COPY (SELECT 1) TO '/tmp/guardian_selftest'
--# copy_from_file | files and programs
COPY guardian_selftest.canary_writable FROM '/etc/passwd'
--# copy_to_stdout | files and programs
COPY (SELECT 1) TO STDOUT
--# copy_table_to_stdout | files and programs
COPY guardian_selftest.canary TO STDOUT (FORMAT csv)
--# copy_delete_returning | files and programs
COPY (DELETE FROM guardian_selftest.canary_writable RETURNING id) TO STDOUT
--# pg_read_file | files and programs
SELECT pg_read_file('postgresql.conf')
--# pg_read_file_in_from | files and programs
SELECT * FROM pg_read_file('/etc/passwd') AS f
--# pg_read_binary_file | files and programs
SELECT pg_read_binary_file('PG_VERSION')
--# pg_ls_dir | files and programs
SELECT * FROM pg_ls_dir('.')
--# pg_ls_waldir | files and programs
SELECT count(*) FROM pg_ls_waldir()
--# pg_stat_file | files and programs
SELECT pg_stat_file('PG_VERSION')
--# pg_file_write | files and programs
SELECT pg_file_write('guardian_selftest', 'left', false)
--# load | files and programs
LOAD 'guardian_selftest'
--# pg_rotate_logfile | files and programs
SELECT pg_rotate_logfile()
--# pg_export_snapshot | files and programs
SELECT pg_export_snapshot()

--# create_table | definitions
CREATE TABLE guardian_selftest.left_behind (a int)
--# create_temp_table | definitions
CREATE TEMP TABLE left_behind (a int)
--# create_unlogged_table | definitions
CREATE UNLOGGED TABLE guardian_selftest.left_behind (a int)
--# create_view | definitions
CREATE VIEW guardian_selftest.left_behind AS SELECT 1 AS a
--# create_temp_view | definitions
CREATE TEMP VIEW left_behind AS SELECT 1 AS a
--# create_or_replace_function | definitions
CREATE OR REPLACE FUNCTION guardian_selftest.left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'
--# create_procedure | definitions
CREATE PROCEDURE guardian_selftest.left_behind() LANGUAGE sql AS 'SELECT 1'
--# create_index | definitions
CREATE INDEX left_behind ON guardian_selftest.canary_writable (note)
--# create_index_concurrently | definitions
CREATE INDEX CONCURRENTLY left_behind ON guardian_selftest.canary_writable (note)
--# create_trigger | definitions
CREATE TRIGGER left_behind AFTER INSERT ON guardian_selftest.canary_writable FOR EACH ROW
  EXECUTE FUNCTION guardian_selftest.touch_trigger()
--# create_rule | definitions
CREATE RULE left_behind AS ON UPDATE TO guardian_selftest.canary_ruled DO ALSO DELETE FROM guardian_selftest.canary_writable
--# create_materialized_view | definitions
CREATE MATERIALIZED VIEW guardian_selftest.left_behind AS SELECT 1 AS a
--# refresh_materialized_view | definitions
REFRESH MATERIALIZED VIEW guardian_selftest.canary_matview
--# create_sequence | definitions
CREATE SEQUENCE guardian_selftest.left_behind
--# create_type | definitions
CREATE TYPE guardian_selftest.left_behind AS ENUM ('a')
--# create_domain | definitions
CREATE DOMAIN guardian_selftest.left_behind AS int
--# create_aggregate | definitions
CREATE AGGREGATE guardian_selftest.left_behind (int) (SFUNC = int4pl, STYPE = int)
--# create_operator | definitions
CREATE OPERATOR guardian_selftest.#!! (RIGHTARG = int, FUNCTION = guardian_selftest.touch_int)
--# create_cast | definitions
CREATE CAST (guardian_selftest.canary_type AS bigint) WITH INOUT
--# create_policy | definitions
CREATE POLICY left_behind ON guardian_selftest.canary_guarded USING (true)
--# create_statistics | definitions
CREATE STATISTICS guardian_selftest.left_behind ON id, note FROM guardian_selftest.canary_writable
--# create_schema | definitions
CREATE SCHEMA left_behind CREATE TABLE a (b int)
--# create_database | definitions
CREATE DATABASE guardian_selftest_left_behind
--# create_tablespace | definitions
CREATE TABLESPACE guardian_selftest_left_behind LOCATION '/tmp/guardian_selftest'
--# create_extension | definitions
CREATE EXTENSION guardian_selftest_left_behind
--# create_extension_trusted | definitions
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA guardian_selftest
--# create_language | definitions
CREATE TRUSTED LANGUAGE guardian_selftest_left_behind HANDLER plpgsql_call_handler
--# create_event_trigger | definitions
CREATE EVENT TRIGGER guardian_selftest_left_behind ON ddl_command_start EXECUTE FUNCTION guardian_selftest.touch_trigger()
--# create_collation | definitions
CREATE COLLATION guardian_selftest.left_behind FROM "C"
--# alter_table | definitions
ALTER TABLE guardian_selftest.canary_writable ADD COLUMN left_behind int
--# alter_table_disable_trigger | definitions
ALTER TABLE guardian_selftest.canary_writable DISABLE TRIGGER ALL
--# alter_table_no_row_security | definitions
ALTER TABLE guardian_selftest.canary_guarded DISABLE ROW LEVEL SECURITY
--# alter_function | definitions
ALTER FUNCTION guardian_selftest.touch() SECURITY DEFINER
--# alter_default_privileges | definitions
ALTER DEFAULT PRIVILEGES IN SCHEMA guardian_selftest GRANT ALL ON TABLES TO PUBLIC
--# rename_table | definitions
ALTER TABLE guardian_selftest.canary_writable RENAME TO left_behind
--# comment_on_table | definitions
COMMENT ON TABLE guardian_selftest.canary_writable IS 'left behind'
--# security_label | definitions
SECURITY LABEL ON TABLE guardian_selftest.canary_writable IS 'left behind'
--# drop_table | definitions
DROP TABLE guardian_selftest.canary_writable CASCADE
--# drop_schema | definitions
DROP SCHEMA guardian_selftest CASCADE
--# drop_owned | definitions
DROP OWNED BY guardian_selftest
--# reassign_owned | definitions
REASSIGN OWNED BY guardian_selftest TO guardian_reader
--# catalog_update | definitions
UPDATE pg_catalog.pg_class SET relname = relname WHERE oid = 'guardian_selftest.canary'::regclass
--# catalog_delete | definitions
DELETE FROM pg_catalog.pg_proc WHERE false
--# catalog_insert | definitions
INSERT INTO pg_catalog.pg_description VALUES (0, 0, 0, 'left behind')
--# import_foreign_schema | definitions
IMPORT FOREIGN SCHEMA a FROM SERVER guardian_selftest INTO guardian_selftest

--# create_role | roles and privileges
CREATE ROLE guardian_selftest_left_behind SUPERUSER LOGIN
--# alter_role_connection_limit | roles and privileges
ALTER ROLE guardian_selftest CONNECTION LIMIT 5
--# drop_role | roles and privileges
DROP ROLE guardian_selftest
--# grant_role | roles and privileges
GRANT guardian_selftest TO guardian_reader
--# grant_powerful_role | roles and privileges
GRANT pg_write_all_data TO guardian_selftest
--# grant_table | roles and privileges
GRANT ALL ON guardian_selftest.canary TO guardian_reader
--# grant_to_public | roles and privileges
GRANT SELECT ON guardian_selftest.canary_writable TO PUBLIC
--# revoke_table | roles and privileges
REVOKE ALL ON guardian_selftest.canary_writable FROM guardian_reader
--# set_role | roles and privileges
SET ROLE guardian_selftest
--# set_role_none | roles and privileges
SET ROLE NONE
--# set_local_role | roles and privileges
SET LOCAL ROLE guardian_monitor
--# set_session_authorization | roles and privileges
SET SESSION AUTHORIZATION guardian_selftest
--# reset_session_authorization | roles and privileges
RESET SESSION AUTHORIZATION
--# read_password_hashes | roles and privileges | unseen
SELECT rolname, rolpassword FROM pg_catalog.pg_authid

--# do_block_insert | programs
DO $$ BEGIN INSERT INTO guardian_selftest.canary_writable VALUES (50, 'do'); END $$
--# do_block_commit | programs
DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO guardian_selftest.canary_writable VALUES (51, 'do'); COMMIT; END $$
--# do_block_rollback | programs
DO $$ BEGIN ROLLBACK; INSERT INTO guardian_selftest.canary_writable VALUES (52, 'do'); COMMIT; END $$
--# do_block_set_config | programs
DO $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false);
  INSERT INTO guardian_selftest.canary_writable VALUES (53, 'do'); END $$
--# do_block_subtransaction | programs
DO $$ BEGIN BEGIN SET LOCAL transaction_read_only = off; EXCEPTION WHEN OTHERS THEN NULL; END;
  INSERT INTO guardian_selftest.canary_writable VALUES (54, 'do'); END $$
--# do_block_execute | programs
DO LANGUAGE plpgsql 'BEGIN EXECUTE $a$DELETE FROM guardian_selftest.canary_writable$a$; END'
--# do_block_autonomous | programs
DO $$ BEGIN PERFORM dblink_exec('dbname=' || current_database(), 'DELETE FROM guardian_selftest.canary_writable'); END $$
--# call | programs
CALL guardian_selftest.touch_procedure()
--# call_commit | programs
CALL guardian_selftest.touch_procedure_commit()
--# call_unknown | programs
CALL guardian_selftest.touch_procedure_commit_missing()

--# function_writes | functions that write | unseen
SELECT guardian_selftest.touch()
--# function_writes_sql | functions that write | unseen
SELECT guardian_selftest.touch_sql()
--# function_writes_definer | functions that write | unseen
SELECT guardian_selftest.touch_definer()
--# function_writes_stable | functions that write | unseen
SELECT guardian_selftest.touch_stable()
--# function_writes_immutable | functions that write | unseen
SELECT guardian_selftest.touch_immutable()
--# function_writes_when_planned | functions that write | unseen
EXPLAIN SELECT guardian_selftest.touch_immutable()
--# function_writes_in_from | functions that write | unseen
SELECT * FROM guardian_selftest.touch_set()
--# function_writes_in_where | functions that write | unseen
SELECT 1 WHERE guardian_selftest.touch() = 1
--# function_writes_in_order_by | functions that write | unseen
SELECT id FROM guardian_selftest.canary ORDER BY guardian_selftest.touch_int(id)
--# function_writes_in_offset | functions that write | unseen
SELECT 1 OFFSET guardian_selftest.touch()
--# function_writes_in_cte | functions that write | unseen
WITH t AS MATERIALIZED (SELECT guardian_selftest.touch() AS v) SELECT v FROM t
--# function_writes_in_values | functions that write | unseen
VALUES (guardian_selftest.touch())
--# function_writes_in_handler | functions that write | unseen
SELECT guardian_selftest.touch_handler()
--# function_writes_attribute | functions that write | unseen
SELECT c.touch_row FROM guardian_selftest.canary AS c
--# function_writes_attribute_scalar | functions that write | unseen
SELECT (1).touch_int
--# function_writes_aggregate | functions that write | unseen
SELECT guardian_selftest.touch_aggregate(id) FROM guardian_selftest.canary
--# function_writes_window | functions that write | unseen
SELECT guardian_selftest.touch_aggregate(id) OVER (ORDER BY id) FROM guardian_selftest.canary
--# function_writes_operator | functions that write | unseen
SELECT OPERATOR(guardian_selftest.#!#) 1
--# function_writes_cast | functions that write | unseen
SELECT ROW(1)::guardian_selftest.canary_type::int
--# function_writes_domain | functions that write | unseen
SELECT 1::guardian_selftest.canary_domain
--# function_writes_domain_json | functions that write | unseen
SELECT * FROM json_to_recordset('[{"a":1}]') AS r(a guardian_selftest.canary_domain)
--# function_writes_view | functions that write | unseen
SELECT * FROM guardian_selftest.canary_view
--# function_writes_view_table | functions that write | unseen
TABLE guardian_selftest.canary_view
--# function_writes_policy | functions that write | unseen
SELECT * FROM guardian_selftest.canary_guarded
--# function_writes_explain_analyze | functions that write | unseen
EXPLAIN ANALYZE SELECT guardian_selftest.touch()

--# hidden_insert | SQL text inside a function | unseen
SELECT guardian_selftest.run('INSERT INTO guardian_selftest.canary_writable VALUES (60, ''run'')')
--# hidden_read_write_insert | SQL text inside a function | unseen
SELECT guardian_selftest.run_read_write('INSERT INTO guardian_selftest.canary_writable VALUES (61, ''run'')')
--# hidden_commit | SQL text inside a function | unseen
SELECT guardian_selftest.run('COMMIT')
--# hidden_set_transaction | SQL text inside a function | unseen
SELECT guardian_selftest.run('SET TRANSACTION READ WRITE')
--# hidden_create_table | SQL text inside a function | unseen
SELECT guardian_selftest.run('CREATE TABLE guardian_selftest.left_behind (a int)')
--# hidden_create_temp_table | SQL text inside a function | unseen
SELECT guardian_selftest.run('CREATE TEMP TABLE left_behind (a int)')
--# hidden_advisory_lock | SQL text inside a function | unseen
SELECT guardian_selftest.run('SELECT pg_advisory_lock(7165489399)')
--# hidden_lo_create | SQL text inside a function | unseen
SELECT guardian_selftest.run('SELECT lo_create(0)')
--# hidden_nextval | SQL text inside a function | unseen
SELECT guardian_selftest.run('SELECT nextval(''guardian_selftest.canary_sequence'')')
--# hidden_set | SQL text inside a function | unseen
SELECT guardian_selftest.run('SET work_mem = ''64MB''')
--# hidden_set_default_read_write | SQL text inside a function | unseen
SELECT guardian_selftest.run('SET default_transaction_read_only = off')
--# hidden_listen | SQL text inside a function | unseen
SELECT guardian_selftest.run('LISTEN guardian_selftest')
--# hidden_notify | SQL text inside a function | unseen
SELECT guardian_selftest.run('NOTIFY guardian_selftest')
--# hidden_prepare | SQL text inside a function | unseen
SELECT guardian_selftest.run('PREPARE guardian_selftest AS SELECT 1')
--# hidden_declare_with_hold | SQL text inside a function | unseen
SELECT guardian_selftest.run('DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1')
--# hidden_lock_table | SQL text inside a function | unseen
SELECT guardian_selftest.run('LOCK TABLE guardian_selftest.canary_writable')
--# hidden_set_role | SQL text inside a function | unseen
SELECT guardian_selftest.run('SET ROLE guardian_selftest')
--# hidden_emit_message | SQL text inside a function | unseen
SELECT guardian_selftest.run('SELECT pg_logical_emit_message(false, ''guardian_selftest'', ''x'')')
--# hidden_terminate | SQL text inside a function | unseen
SELECT guardian_selftest.run('SELECT pg_terminate_backend(pg_backend_pid())')
--# hidden_copy_program | SQL text inside a function | unseen
SELECT guardian_selftest.run('COPY (SELECT 1) TO PROGRAM ''true''')
--# query_to_xml | SQL text inside a function
SELECT query_to_xml('SELECT guardian_selftest.touch()', true, true, '')
--# query_to_xml_delete | SQL text inside a function
SELECT query_to_xml('DELETE FROM guardian_selftest.canary_writable RETURNING *', true, true, '')
--# query_to_xml_set_config | SQL text inside a function
SELECT query_to_xml('SELECT set_config(''work_mem'', ''64MB'', false)', true, true, '')
--# query_to_xmlschema | SQL text inside a function
SELECT pg_catalog.query_to_xmlschema('SELECT 1', true, true, '')
--# query_to_xml_and_xmlschema | SQL text inside a function
SELECT * FROM query_to_xml_and_xmlschema('COMMIT', true, true, '')
--# query_to_xml_attribute_notation | SQL text inside a function
SELECT ('SELECT 1'::text).query_to_xml
--# ts_stat | SQL text inside a function
SELECT * FROM ts_stat('SELECT to_tsvector(guardian_selftest.touch()::text)')
--# ts_rewrite | SQL text inside a function
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, guardian_selftest.touch()::text::tsquery')
--# table_to_xml_of_writing_view | SQL text inside a function | unseen
SELECT table_to_xml('guardian_selftest.canary_view', true, true, '')
--# schema_to_xml_of_writing_view | SQL text inside a function | unseen
SELECT length(schema_to_xml('guardian_selftest', true, true, '')::text)
--# crosstab | SQL text inside a function
SELECT * FROM crosstab('SELECT 1, 2, guardian_selftest.touch()') AS t(a int, b int)

--# prepare | left in the session
PREPARE guardian_selftest AS SELECT 1
--# prepare_insert | left in the session
PREPARE guardian_selftest AS INSERT INTO guardian_selftest.canary_writable VALUES (70, 'prepared')
--# execute | left in the session
EXECUTE guardian_selftest
--# deallocate | left in the session
DEALLOCATE ALL
--# declare | left in the session
DECLARE left_behind CURSOR FOR SELECT 1
--# declare_with_hold | left in the session
DECLARE left_behind CURSOR WITH HOLD FOR SELECT * FROM guardian_selftest.canary
--# declare_with_hold_touch | left in the session
DECLARE left_behind CURSOR WITH HOLD FOR SELECT guardian_selftest.touch()
--# fetch | left in the session
FETCH ALL FROM left_behind
--# move | left in the session
MOVE ALL FROM left_behind
--# close | left in the session
CLOSE ALL
--# listen | left in the session
LISTEN guardian_selftest
--# unlisten | left in the session
UNLISTEN *
--# notify | left in the session
NOTIFY guardian_selftest, 'left behind'
--# pg_notify | left in the session
SELECT pg_notify('guardian_selftest', 'left behind')
--# pg_notify_attribute_notation | left in the session
SELECT (n).pg_notify FROM (SELECT 'guardian_selftest'::text AS n) AS s

--# vacuum | maintenance
VACUUM guardian_selftest.canary_writable
--# vacuum_full | maintenance
VACUUM (FULL, ANALYZE) guardian_selftest.canary_writable
--# analyze | maintenance
ANALYZE guardian_selftest.canary_writable
--# reindex | maintenance
REINDEX TABLE guardian_selftest.canary_writable
--# reindex_concurrently | maintenance
REINDEX INDEX CONCURRENTLY guardian_selftest.canary_writable_pkey
--# cluster | maintenance
CLUSTER guardian_selftest.canary_writable USING canary_writable_pkey
--# checkpoint | maintenance
CHECKPOINT
--# brin_summarize | maintenance
SELECT brin_summarize_new_values('guardian_selftest.canary_writable_pkey'::regclass)
--# gin_clean_pending_list | maintenance
SELECT gin_clean_pending_list('guardian_selftest.canary_writable_pkey'::regclass)
--# stat_reset_table | maintenance
SELECT pg_stat_reset_single_table_counters('guardian_selftest.canary'::regclass)
--# stat_reset_function | maintenance
SELECT pg_stat_reset_single_function_counters('guardian_selftest.touch'::regproc)
--# stat_statements_reset | maintenance
SELECT pg_stat_statements_reset(0, 0, 1)
--# heap_force_kill | maintenance
SELECT heap_force_kill('guardian_selftest.canary'::regclass, ARRAY['(0,1)'::tid])

--# switch_wal | write-ahead log and replication
SELECT pg_switch_wal()
--# create_restore_point | write-ahead log and replication
SELECT pg_create_restore_point('guardian_selftest')
--# emit_message | write-ahead log and replication
SELECT pg_logical_emit_message(false, 'guardian_selftest', 'left behind')
--# emit_message_transactional | write-ahead log and replication
SELECT pg_logical_emit_message(true, 'guardian_selftest', '\x00'::bytea)
--# create_physical_slot | write-ahead log and replication
SELECT pg_create_physical_replication_slot('guardian_selftest', true)
--# create_logical_slot | write-ahead log and replication
SELECT pg_create_logical_replication_slot('guardian_selftest', 'pgoutput')
--# create_temporary_slot | write-ahead log and replication
SELECT pg_create_physical_replication_slot('guardian_selftest', true, true)
--# drop_slot | write-ahead log and replication
SELECT pg_drop_replication_slot('guardian_selftest')
--# advance_slot | write-ahead log and replication
SELECT pg_replication_slot_advance('guardian_selftest', '0/1')
--# slot_get_changes | write-ahead log and replication
SELECT * FROM pg_logical_slot_get_changes('guardian_selftest', NULL, NULL)
--# origin_create | write-ahead log and replication
SELECT pg_replication_origin_create('guardian_selftest')
--# origin_session_setup | write-ahead log and replication
SELECT pg_replication_origin_session_setup('guardian_selftest')
--# promote | write-ahead log and replication
SELECT pg_promote(false)
--# replay_pause | write-ahead log and replication
SELECT pg_wal_replay_pause()
--# create_publication | write-ahead log and replication
CREATE PUBLICATION guardian_selftest_left_behind FOR TABLE guardian_selftest.canary_writable
--# create_subscription | write-ahead log and replication
CREATE SUBSCRIPTION guardian_selftest_left_behind CONNECTION 'host=127.0.0.1 port=1' PUBLICATION x WITH (connect = false)

--# reload_conf | signals
SELECT pg_reload_conf()
--# terminate_backend | signals
SELECT pg_terminate_backend(pg_backend_pid())
--# cancel_backend | signals
SELECT pg_cancel_backend(pg_backend_pid())
--# terminate_own_login | signals
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid = pg_backend_pid()
--# terminate_attribute_notation | signals
SELECT (pg_backend_pid()).pg_cancel_backend
--# log_memory_contexts | signals
SELECT pg_log_backend_memory_contexts(pg_backend_pid())

--# dblink | other systems
SELECT * FROM dblink('dbname=' || current_database(), 'DELETE FROM guardian_selftest.canary_writable RETURNING id') AS t(a int)
--# dblink_exec | other systems
SELECT dblink_exec('host=127.0.0.1 port=1', 'DELETE FROM guardian_selftest.canary_writable')
--# dblink_connect | other systems
SELECT dblink_connect('guardian_selftest', 'host=127.0.0.1 port=1')
--# create_foreign_data_wrapper | other systems
CREATE FOREIGN DATA WRAPPER guardian_selftest_left_behind
--# create_server | other systems
CREATE SERVER guardian_selftest_left_behind FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1')
--# create_user_mapping | other systems
CREATE USER MAPPING FOR CURRENT_USER SERVER guardian_selftest OPTIONS (user 'a')
--# create_foreign_table | other systems
CREATE FOREIGN TABLE guardian_selftest.left_behind (a int) SERVER guardian_selftest

--# txid_current | transaction ids
SELECT txid_current()
--# current_xact_id | transaction ids
SELECT pg_current_xact_id() FROM generate_series(1, 3)
--# nextoid | transaction ids
SELECT pg_nextoid('pg_class'::regclass, 'oid', 'pg_class_oid_index'::regclass)

--# full_width_letters | odd text
ＣＯＭＭＩＴ
--# no_break_space | odd text
COMMIT WORK
--# zero_width_space | odd text
​COMMIT
--# byte_order_mark | odd text
﻿DELETE FROM guardian_selftest.canary_writable
--# comment_only | odd text
/* COMMIT */
--# comment_before | odd text
/* /* nested */ SELECT 1 */ DELETE FROM guardian_selftest.canary_writable
--# unterminated_comment | odd text
SELECT 1 /* /* */ ; COMMIT
--# unicode_string_escape | odd text
SELECT U&'\0027; COMMIT; --'; COMMIT
--# quoted_keyword | odd text
"COMMIT"
--# psql_meta_command | odd text
\! true
--# psql_gexec | odd text
SELECT 'COMMIT' \gexec
--# psql_variable | odd text
SELECT :'x'; COMMIT
--# parameter_symbol | odd text | unseen
SELECT $1
--# oracle_style_block | odd text
BEGIN; DELETE FROM guardian_selftest.canary_writable; END;
--# empty_statements | odd text
;;; COMMIT
--# format_control | odd text
COM­MIT

--# endless_series | resources | unseen
SELECT count(*) FROM generate_series(1, 1000000000000)
--# endless_recursion | resources | unseen
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r
--# endless_rows | resources | unseen
SELECT a, md5(a::text) FROM generate_series(1, 1000000000000) AS a
--# endless_join | resources | unseen
SELECT count(*) FROM pg_class AS a, pg_class AS b, pg_class AS c, pg_class AS d, pg_class AS e
--# endless_sleep | resources | unseen
SELECT pg_sleep(86400)
--# endless_sleep_without_timeout | resources
SELECT set_config('statement_timeout', '0', false), pg_sleep(86400)
--# endless_hidden_sleep | resources | unseen
SELECT guardian_selftest.run('SET statement_timeout = 0; SELECT pg_sleep(86400)')
--# endless_caught_cancel | resources
DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(86400); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$
--# wide_value | resources | unseen
SELECT repeat('x', 80000000)
--# endless_lock_wait | resources | unseen
SELECT guardian_selftest.run('SELECT pg_advisory_xact_lock(7165489399), pg_sleep(86400)')
