"""The SQL runner: what comes back, in which form, and what happens to a statement that is not wanted any longer."""
import csv
import io
import json
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from client import Client, Direct, fresh_id
from conftest import SANITIZED
from iotplatform.postgres import binary_folder
from test_database import RELATIONS, quoted

WHOLE_NUMBERS = {'smallint', 'integer', 'bigint', 'oid'}


def value(api, expression):
    return api.scalar(f'SELECT {expression}')


# -- values ---------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('expression, expected', [
    ('NULL', None), ('true', True), ('false', False), ('NULL::boolean', None),
    ('1', 1), ('-1', -1), ('0', 0), ('32767::smallint', 32767), ('2147483647', 2147483647), ("'-2147483648'::int", -2147483648),
    ('9007199254740991', 9007199254740991), ('-9007199254740991', -9007199254740991),
    ('9007199254740993', '9007199254740993'), ('9223372036854775807', '9223372036854775807'), ("(-9223372036854775808)::bigint", '-9223372036854775808'),
    ('0.5::float8', 0.5), ('0.1::float8', 0.1), ('1e300::float8', 1e300), ('5e-324::float8', 5e-324), ('1e15::float8', 1e15),
    ('0.5::float4', 0.5), ("'NaN'::float8", 'NaN'), ("'Infinity'::float8", 'Infinity'), ("'-Infinity'::float8", '-Infinity'),
    ('0.1', '0.1'), ('1.10', '1.10'), ("'NaN'::numeric", 'NaN'), ('12345678901234567890.123456789', '12345678901234567890.123456789'),
    ("''", ''), ("'it''s'", "it's"), ("'\\\"'", '\\"'), ("E'a\\nb\\tc\\r'", 'a\nb\tc\r'), ("E'\\u0001\\u001f\\u007f'", '\x01\x1f\x7f'),
    ("'设备 😀 é'", '设备 😀 é'), ("E'\\u2028\\u2029'", '\u2028\u2029'), ("'</script>'", '</script>'),
    ("'\\x00ff'::bytea", '\\x00ff'), ("'2026-11-20 12:34:56.789012+00'::timestamptz", '2026-11-20 12:34:56.789012+00'),
    ("'infinity'::date", 'infinity'), ("'1 year 2 mons'::interval", '1 year 2 mons'), ("'{1,2,NULL}'::int[]", '{1,2,NULL}'),
    ("'{\"b\": 1, \"a\": 2}'::json", '{"b": 1, "a": 2}'), ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
    ("ROW(1, 'x', NULL)", '(1,x,)'), ("''::\"char\"", ''), ("B'101'", '101'), ("'[1,5)'::int4range", '[1,5)'), ("1234.5::money", '$1,234.50'),
])
def test_a_value_arrives_as_it_is(api, expression, expected):
    got = value(api, expression)
    assert got == expected and type(got) is type(expected)


def test_a_negative_zero_keeps_its_sign(api):
    assert '[-0]' in api.call('POST', '/database/query', {'sql': "SELECT '-0'::float8"}).text.replace(' ', '').replace('-0.0', '-0')


def test_every_value_of_every_type_arrives_as_psql_shows_it(api, psql):
    """Booleans, null, and numbers that JSON holds exactly are JSON's; all else is PostgreSQL's text."""
    reply = api.query('SELECT * FROM all_types ORDER BY id')
    columns = ', '.join(f'"{c["name"]}"::text' for c in reply['columns'])
    wrong = []
    for row, texts in zip(reply['rows'], psql(f'SELECT {columns} FROM all_types ORDER BY id')):
        for column, got, text in zip(reply['columns'], row, texts):
            if isinstance(got, bool):
                same = text == str(got).lower()
            elif isinstance(got, (int, float)):
                same = float(text) == got and (column['type'] in WHOLE_NUMBERS) == isinstance(got, int) or column['type'] == 'real' and float(text) == got
            else:
                same = got == text or (column['type'].startswith(('money', 'character', '"char"')) and got is not None and got.rstrip() == text.rstrip())
            if not same:
                wrong.append((column, got, text))
    assert wrong == []


def test_columns_tell_their_types_as_psql_does(api):
    columns = api.query("SELECT 1 AS a, 'x'::varchar(20) AS b, 1.5::numeric(5,2) AS c, NULL::text[] AS d, now() AS e")['columns']
    assert [c['name'] for c in columns] == list('abcde')
    assert [c['type'].split('(')[0] for c in columns] == ['integer', 'character varying', 'numeric', 'text[]', 'timestamp with time zone']


def test_types_of_the_database_are_named(api):
    types = [c['type'] for c in api.query('SELECT status, composite FROM all_types LIMIT 1')['columns']]
    assert [t.removeprefix('public.') for t in types] == ['device_status', 'postal_address']


def test_columns_of_the_same_name_are_all_there(api):
    reply = api.query('SELECT 1 AS x, 2 AS x, 3')
    assert [c['name'] for c in reply['columns']] == ['x', 'x', '?column?'] and reply['rows'] == [[1, 2, 3]]


def test_names_of_columns_arrive_as_they_are(api):
    assert [c['name'] for c in api.query('SELECT * FROM "--file=x"')['columns']] == \
        ['--file=x', '; DROP TABLE devices', 'select', ' leading space', "O'Brien", 'back\\slash', 'tab\there']


def test_a_result_without_columns_has_rows(api):
    reply = api.query('SELECT FROM generate_series(1, 3)')
    assert reply['columns'] == [] and reply['rows'] == [[], [], []]


def test_a_result_without_rows_has_columns(api):
    reply = api.query('SELECT 1 AS a WHERE false')
    assert [c['name'] for c in reply['columns']] == ['a'] and reply['rows'] == [] and reply['row_count'] == 0


def test_every_table_of_the_demonstration_data_can_be_read(api, psql):
    failed = []
    for schema, name, _ in psql(RELATIONS + " AND n.nspname <> 'guardian_selftest' AND (c.relkind <> 'm' OR c.relispopulated)"):
        reply = api.call('POST', '/database/query', {'sql': f'SELECT * FROM {quoted(schema, name)}', 'max_rows': 3})
        if reply.status != 200:
            failed.append((schema, name, reply.json))
    assert failed == []


def test_a_view_that_was_never_filled_says_so(api):
    problem = api.problem('sql_error', 'POST', '/database/query', {'sql': 'SELECT * FROM reporting.never_filled'})
    assert problem['sqlstate'] == '55000' and problem['hint']


# -- size -----------------------------------------------------------------------------------------------------------------------

def test_more_rows_than_wanted_are_cut_and_told(api):
    reply = api.query('SELECT * FROM generate_series(1, 100)', max_rows=10)
    assert (reply['row_count'], reply['truncated'], reply['rows']) == (10, True, [[i] for i in range(1, 11)])


def test_exactly_as_many_rows_as_wanted_are_not_cut(api):
    reply = api.query('SELECT * FROM generate_series(1, 10)', max_rows=10)
    assert (reply['row_count'], reply['truncated']) == (10, False)


def test_a_thousand_rows_come_when_no_number_is_named(api):
    reply = api.query('SELECT * FROM generate_series(1, 5000)')
    assert (reply['row_count'], reply['truncated'], len(reply['rows'])) == (1000, True, 1000)


# A page of so many rows, and any download, comes by COPY.
MANY = 10001


@pytest.mark.parametrize('sql', ['SELECT * FROM all_types ORDER BY id', 'SELECT FROM generate_series(1, 3)', 'SELECT 1 AS a WHERE false', 'TABLE "--file=x"', 'VALUES (1, NULL), (2, \'\')',
                                 r"SELECT E'a\tb\nc\\d\re\bf\fg\vh' AS odd, '\N' AS not_null, NULL AS empty, '' AS text, '\.' AS ended, '设备' AS word, E'\x01' AS control",
                                 'SELECT 1 AS a;', 'SELECT 1 AS a; -- done', '-- first\nSELECT 1 AS a -- last', '/* ; */ SELECT 1 AS a /* ) */', '/* 设备 */ SELECT 1 AS a  ;  '])
def test_a_page_of_many_rows_is_like_one_of_few(api, sql):
    few, many = api.query(sql, max_rows=MANY - 1), api.query(sql, max_rows=MANY)
    assert [many[key] for key in ('columns', 'rows', 'row_count', 'truncated')] == [few[key] for key in ('columns', 'rows', 'row_count', 'truncated')]


@pytest.mark.parametrize('sql', ['SELECT nowhere', "SELECT '设备', nowhere FROM devices", "SELECT 'x'::int", 'SELECT 1/0', "SELECT ('x' || g)::int FROM generate_series(1, 3) AS g",
                                 'SELECT * FROM devices FOR UPDATE', 'SELECT 1) TO STDOUT; SELECT (2', "SELECT 1) TO PROGRAM 'id' --", 'SELECT 1; SELECT 2'])
def test_what_is_wrong_with_many_rows_is_told_as_with_few(api, sql):
    few, many = (api.call('POST', '/database/query', {'sql': sql, 'max_rows': rows}).json for rows in (MANY - 1, MANY))
    same = ('code', 'detail', 'sqlstate', 'position', 'hint')
    assert few['status'] >= 400 and [many.get(key) for key in same] == [few.get(key) for key in same]


def test_many_rows_more_than_wanted_are_cut_and_told(api, platform, wait):
    request_id = fresh_id()
    reply = api.call('POST', '/database/query', {'sql': 'SELECT generate_series(1, 100000000)', 'max_rows': MANY}, headers={'X-Request-Id': request_id}).json
    assert (reply['row_count'], reply['truncated'], reply['rows'][-1]) == (MANY, True, [MANY])
    wait(lambda: platform.running(request_id) == [], 5, 'the statement to be gone')


def test_a_cut_result_does_not_run_on(api, platform, wait):
    request_id = fresh_id()
    api.call('POST', '/database/query', {'sql': 'SELECT generate_series(1, 100000000)', 'max_rows': 1}, headers={'X-Request-Id': request_id})
    wait(lambda: platform.running(request_id) == [], 5, 'the statement to be gone')


def test_a_value_of_a_megabyte_arrives_whole(api):
    assert value(api, "repeat('长', 1000000)") == '长' * 1_000_000


def test_a_statement_of_half_a_megabyte_runs(api):
    assert api.scalar('SELECT length(' + "'" + 'x' * 500_000 + "')") == 500_000


def test_a_statement_longer_than_the_limit_is_a_bad_field(api):
    api.problem('bad_field', 'POST', '/database/query', {'sql': 'SELECT ' + '1' * 1_000_000})


def test_the_reply_names_the_request_as_the_query(api):
    request_id = fresh_id()
    assert api.call('POST', '/database/query', {'sql': 'SELECT 1'}, headers={'X-Request-Id': request_id}).json['id'] == request_id


def test_the_reply_names_the_server(api):
    server = api.query('SELECT 1')['server']
    assert server['role'] == 'primary' and server['lag_bytes'] == 0 and server['host']


def test_another_managed_database_can_be_asked(api):
    assert api.scalar('SELECT current_database()', database='second') == 'second'


def test_a_database_that_is_not_managed_cannot_be_asked(api):
    for name in ('guardian', 'postgres', 'template1'):
        api.problem('not_found', 'POST', '/database/query', {'sql': 'SELECT 1', 'database': name})


def test_the_statement_runs_as_the_reader_in_a_read_only_transaction(api):
    assert api.query("SELECT session_user, current_user, current_setting('transaction_read_only')")['rows'] == [['guardian_reader', 'guardian_reader', 'on']]


@pytest.mark.parametrize('statement', ['SHOW server_version', 'VALUES (1), (2)', 'TABLE metrics', 'EXPLAIN SELECT 1', 'WITH x AS (SELECT 1) SELECT * FROM x',
                                       'SELECT 1;', ' ; SELECT 1 ; -- end', '/* a comment */ SELECT 1', "SELECT $$;$$"])
def test_a_statement_that_reads_runs(api, statement):
    assert api.query(statement)['row_count'] >= 1


# -- streams --------------------------------------------------------------------------------------------------------------------

def psql_copy(platform, sql):
    done = subprocess.run([binary_folder() / 'psql', '-X', '-q', *platform.postgres.arguments, '-d', 'iot_guardian', '-c', f'COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)'],
                          capture_output=True, check=True, env={'PGCLIENTENCODING': 'UTF8', 'PATH': '/usr/bin:/bin'})
    return done.stdout.decode()


def small_tables(psql):
    return psql(RELATIONS + " AND n.nspname <> 'guardian_selftest' AND c.relkind IN ('r', 'm') AND c.relispopulated AND pg_relation_size(c.oid) < 1500000 AND c.relnatts > 0")


def test_the_csv_of_every_small_table_equals_psqls_copy(api, platform, psql):
    different = []
    for schema, name, _ in small_tables(psql):
        sql = f'SELECT * FROM {quoted(schema, name)}'
        if api.csv(sql) != psql_copy(platform, sql):
            different.append((schema, name))
    assert different == []


@pytest.mark.parametrize('sql', [
    "SELECT '' AS empty, NULL AS nothing, 'a,b' AS comma, 'say \"hi\"' AS quote, E'two\\nlines' AS lines, E'cr\\rlf' AS cr",
    "SELECT '\\.' AS end_of_data", "SELECT NULL", "SELECT ''", "SELECT NULL::int AS a, NULL AS b", 'SELECT 1 AS "a,b", 2 AS "say ""hi"""', "SELECT ' leading', 'trailing '",
    'SELECT 1 WHERE false', "SELECT true, false, 1.5::float8, '{1,2}'::int[]", "SELECT '设备', '😀'", "SELECT '\\x00'::bytea", "SELECT E'a\\\\b'",
    "SELECT 'NULL', 'null', '\\N'",
])
def test_the_csv_equals_psqls_copy(api, platform, sql):
    assert api.csv(sql) == psql_copy(platform, sql)


def test_the_csv_is_told_as_utf_8_with_a_header(api):
    answer = api.stream('/database/query', {'sql': 'SELECT 1 AS a'}, 'text/csv')
    assert 'charset=utf-8' in answer.headers['Content-Type'].lower() and answer.content == b'a\n1\n'


def test_a_stream_has_all_rows_whatever_a_page_would_hold(api):
    assert api.csv('SELECT g FROM generate_series(1, 20000) AS g').count('\n') == 20001


def test_every_row_of_a_big_table_is_in_the_csv(api, psql):
    rows = csv.reader(io.StringIO(api.csv('SELECT id, email FROM users ORDER BY id')))
    assert [tuple(r) for r in rows][1:] == [(str(i), e) for i, e in psql('SELECT id, email FROM users ORDER BY id')]


def test_ndjson_is_one_object_a_row(api):
    answer = api.stream('/database/query', {'sql': "SELECT 1 AS a, NULL AS b, '设备' AS c, true AS d UNION ALL SELECT 2, 'x', '', false"}, 'application/x-ndjson')
    assert [json.loads(line) for line in answer.content.decode().splitlines()] == \
        [{'a': 1, 'b': None, 'c': '设备', 'd': True}, {'a': 2, 'b': 'x', 'c': '', 'd': False}]


def test_ndjson_of_every_type_is_json(api):
    lines = api.stream('/database/query', {'sql': 'SELECT * FROM all_types ORDER BY id'}, 'application/x-ndjson').content.decode().splitlines()
    page = api.query('SELECT * FROM all_types ORDER BY id')
    names = [c['name'] for c in page['columns']]
    assert [json.loads(line) for line in lines] == [dict(zip(names, row)) for row in page['rows']]


@pytest.mark.parametrize('accept', ['text/csv', 'application/x-ndjson'])
def test_a_stream_names_the_server(api, accept):
    assert 'primary' in api.stream('/database/query', {'sql': 'SELECT 1'}, accept).headers['X-Guardian-Server']


@pytest.mark.parametrize('accept, kind', [('*/*', 'application/json'), ('text/csv, */*;q=0.1', 'text/csv'), ('application/x-ndjson', 'application/x-ndjson'),
                                          ('application/json, text/plain, */*', 'application/json'), ('text/*', 'text/csv'), ('TEXT/CSV', 'text/csv')])
def test_the_accepted_type_is_sent(api, accept, kind):
    answer = api.send('POST', '/database/query', {'sql': 'SELECT 1'}, headers={'Accept': accept})
    assert answer.headers['Content-Type'].split(';')[0] == kind


@pytest.mark.parametrize('accept', ['image/png', 'application/xml', 'text/html'])
def test_no_acceptable_type_is_said(api, accept):
    api.problem('not_acceptable', 'POST', '/database/query', {'sql': 'SELECT 1'}, headers={'Accept': accept})


@pytest.mark.parametrize('accept', ['text/csv', 'application/x-ndjson'])
def test_an_error_before_the_first_row_is_a_problem_not_a_broken_stream(api, accept):
    api.problem('sql_error', 'POST', '/database/query', {'sql': 'SELECT 1/0'}, headers={'Accept': accept})


@pytest.mark.parametrize('accept', ['text/csv', 'application/x-ndjson'])
def test_an_error_in_the_middle_breaks_the_transfer_visibly(api, accept):
    answer = api.stream('/database/query', {'sql': 'SELECT 1000000 / (500000 - g) FROM (SELECT generate_series(1, 1000000) AS g) AS x'}, accept)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        answer.content


def test_a_backend_killed_in_the_middle_breaks_the_transfer_visibly(api, platform):
    answer = api.stream('/database/query', {'sql': 'SELECT generate_series(1, 2000000), repeat(md5(random()::text), 8)'}, 'text/csv')
    pieces = answer.iter_content(65536)
    next(pieces)
    request_id = answer.headers['X-Request-Id']
    platform.postgres.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s', request_id)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        for _ in pieces:
            pass


def test_a_broken_transfer_is_audited_as_failed(api, platform, wait):
    answer = api.stream('/database/query', {'sql': 'SELECT 1000000 / (500000 - g) FROM (SELECT generate_series(1, 1000000) AS g) AS x'}, 'text/csv')
    with pytest.raises(requests.exceptions.RequestException):
        answer.content
    wait(lambda: platform.audit("SELECT 1 FROM audit_event WHERE request_id = %s AND outcome = 'failed'", answer.headers['X-Request-Id']), 5, 'the outcome')


# -- memory ---------------------------------------------------------------------------------------------------------------------

def peak_kb(pids):
    """The most memory that any of the processes ever had, and who."""
    return max(int(next(line for line in Path(f'/proc/{pid}/status').read_text().splitlines() if line.startswith('VmHWM')).split()[1]) for pid in pids)


@pytest.mark.shipped
@pytest.mark.parametrize('accept', ['text/csv', 'application/x-ndjson'])
def test_the_memory_of_a_worker_stays_flat_over_a_million_rows(api, platform, accept):
    stream = lambda rows: api.stream('/database/query', {'sql': f'SELECT * FROM telemetry LIMIT {rows}', 'timeout_ms': 60000}, accept)
    for _ in range(8):      # every worker has streamed once
        assert len(stream(2000).content) > 50_000
    workers = platform.serving(platform.stream)
    before, size = peak_kb(workers), 0
    for piece in stream(1_000_000).iter_content(1 << 20):
        size += len(piece)
    grown = peak_kb(workers) - before
    assert size > 40_000_000 and grown < (64_000 if SANITIZED else 2_000), f'{grown} kB more for {size} bytes'


@pytest.mark.shipped
def test_a_million_rows_as_a_page_stay_within_the_memory_too(api, platform):
    body = {'sql': 'SELECT device_id, value FROM telemetry', 'max_rows': 1_000_000, 'timeout_ms': 60000}
    for _ in range(8):
        api.post('/database/query', {**body, 'max_rows': 2000})
    workers = platform.serving(platform.stream)
    before = peak_kb(workers)
    answer = api.send('POST', '/database/query', body, stream=True)
    size = sum(len(piece) for piece in answer.iter_content(1 << 20))
    assert size > 10_000_000 and peak_kb(workers) - before < (64_000 if SANITIZED else 2_000)


# -- errors -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('sql, word', [
    ('SELECT no_such_column FROM devices', 'no_such_column'),
    ("SELECT '设备', '😀', no_such_column FROM devices", 'no_such_column'),
    ("SELECT 'é',\n  '日本語' AS \"名\",\n  missing.x", 'missing.x'),
    ('SELECT * FROM "没有"', '"没有"'),
    ("SELECT '设备' FROM devices WHERE name ~~~ 1", '~~~'),
    ("SELECT '😀' || no_such_function(1)", 'no_such_function'),
])
def test_the_servers_error_tells_its_place_in_characters(api, sql, word):
    problem = api.problem('sql_error', 'POST', '/database/query', {'sql': sql})
    assert problem['position'] == sql.index(word) + 1 and len(problem['sqlstate']) == 5


@pytest.mark.parametrize('sql, word', [
    ("SELECT '设备' FORM devices", 'devices'),
    ("SELECT '😀', FROM devices", 'FROM'),
    ("SELECT '设备'; DROP TABLE devices", 'DROP'),
    ("/* 注释 */ DELETE FROM devices", 'DELETE'),
    ("SELECT '设备', pg_advisory_lock(1)", 'pg_advisory_lock'),
    ("WITH 甲 AS (DELETE FROM devices RETURNING *) SELECT * FROM 甲", 'DELETE'),
    ("SELECT '设备' INTO x", 'INTO'),
])
def test_the_parsers_refusal_tells_its_place_in_characters(api, sql, word):
    reply = api.call('POST', '/database/query', {'sql': sql})
    assert reply.json['code'] in ('sql_syntax', 'sql_read_only')
    assert reply.json['position'] == sql.index(word) + 1, reply.json


def test_the_parsers_refusal_tells_whose_grammar_spoke(api):
    assert api.problem('sql_syntax', 'POST', '/database/query', {'sql': 'SELEC 1'})['parser_version'] == '15'


@pytest.mark.parametrize('code, sql', [
    ('sql_syntax', 'SELEC 1'), ('sql_syntax', ''.ljust(3)), ('sql_syntax', ';'), ('sql_syntax', '-- nothing'), ('sql_syntax', "SELECT 'open"), ('sql_syntax', 'SELECT (1'),
    ('sql_read_only', 'INSERT INTO metrics VALUES (9)'), ('sql_read_only', 'UPDATE devices SET name = NULL'), ('sql_read_only', 'DELETE FROM devices'), ('sql_read_only', 'TRUNCATE devices'),
    ('sql_read_only', 'DROP TABLE devices'), ('sql_read_only', 'CREATE TABLE x ()'), ('sql_read_only', 'SELECT * INTO x FROM devices'), ('sql_read_only', 'SELECT 1; SELECT 2'),
    ('sql_read_only', 'COMMIT'), ('sql_read_only', 'SET statement_timeout = 0'), ('sql_read_only', "COPY devices TO '/tmp/x'"), ('sql_read_only', 'VACUUM'), ('sql_read_only', 'DO $$ BEGIN END $$'),
    ('sql_read_only', 'SELECT * FROM devices FOR UPDATE'), ('sql_read_only', 'LISTEN x'), ('sql_read_only', 'EXPLAIN ANALYZE DELETE FROM devices'), ('sql_read_only', 'PREPARE x AS SELECT 1'),
    ('sql_read_only', "SELECT touch_setting('banner')"), ('sql_read_only', "SELECT set_config('statement_timeout', '0', false)"),
    ('sql_permission', 'SELECT rolpassword FROM pg_authid'), ('sql_permission', 'SELECT * FROM pg_hba_file_rules'),
    ('sql_error', 'SELECT 1/0'), ('sql_error', "SELECT 'x'::int"), ('sql_error', 'SELECT * FROM nowhere'), ('sql_error', 'SELECT $1'),
])
def test_a_refusal_has_its_code(api, code, sql):
    api.problem(code, 'POST', '/database/query', {'sql': sql})


def test_a_write_that_only_the_server_sees_tells_the_sqlstate(api, psql):
    before = psql('SELECT * FROM ops.settings ORDER BY key')
    assert api.problem('sql_read_only', 'POST', '/database/query', {'sql': "SELECT touch_setting('banner')"})['sqlstate'] == '25006'
    assert psql('SELECT * FROM ops.settings ORDER BY key') == before


@pytest.mark.parametrize('secret', ['SELECT * FROM pg_authid', 'SELECT passwd FROM pg_shadow', 'SELECT subconninfo FROM pg_subscription', 'SELECT * FROM pg_user_mapping',
                                    'SELECT * FROM pg_largeobject', "SELECT pg_read_file('/etc/passwd')", 'SELECT * FROM pg_file_settings', 'SELECT * FROM pg_hba_file_rules'])
def test_what_is_secret_cannot_be_read(api, secret):
    assert api.call('POST', '/database/query', {'sql': secret}).json['code'] in ('sql_permission', 'sql_read_only')


def test_an_error_of_the_server_brings_its_hint(api):
    assert 'devices.name' in api.problem('sql_error', 'POST', '/database/query', {'sql': 'SELECT devices.nam FROM devices'})['hint']


def test_an_error_does_not_spoil_the_next_statement(api):
    for _ in range(6):
        api.problem('sql_error', 'POST', '/database/query', {'sql': 'SELECT 1/0'})
        assert api.scalar('SELECT 1') == 1


# -- statements that are not wanted any longer ------------------------------------------------------------------------------------

def test_a_statement_past_its_time_ends_in_504(api):
    api.problem('deadline', 'POST', '/database/query', {'sql': 'SELECT pg_sleep(30)', 'timeout_ms': 200})


def test_a_statement_past_its_time_is_gone_from_the_server(api, platform, wait):
    request_id = fresh_id()
    api.call('POST', '/database/query', {'sql': 'SELECT pg_sleep(30)', 'timeout_ms': 200}, headers={'X-Request-Id': request_id})
    wait(lambda: not platform.running(request_id), 2, 'the end of the statement')


def test_a_statement_that_burns_cpu_is_stopped_in_time(api):
    api.problem('deadline', 'POST', '/database/query', {'sql': 'SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 1000) b', 'timeout_ms': 300})


def test_a_stream_past_its_time_breaks_off(api):
    with pytest.raises(requests.exceptions.RequestException):
        answer = api.send('POST', '/database/query', {'sql': "SELECT g, pg_sleep(0.01), repeat('x', 1000) FROM generate_series(1, 100000) AS g", 'timeout_ms': 500},
                          headers={'Accept': 'text/csv'}, stream=True)
        assert answer.status_code == 200
        for _ in answer.iter_content(1 << 20):
            pass


def test_a_timeout_beyond_the_limit_is_a_bad_field(api):
    api.problem('bad_field', 'POST', '/database/query', {'sql': 'SELECT 1', 'timeout_ms': 600001})


@pytest.fixture
def sleeping(api, platform, wait):
    """A statement that would run for half a minute, seen running on the server."""
    started = []

    def start(sql='SELECT pg_sleep(30)', path='/database/query', **options):
        call = api.background('POST', path, {'sql': sql, **options})
        started.append(call)
        wait(lambda: platform.running(call.request_id), 5, 'the statement running')
        return call
    yield start
    for call in started:
        platform.postgres.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s', call.request_id)


def test_a_cancelled_query_ends_as_cancelled(api, sleeping):
    call = sleeping()
    assert api.post(f'/database/query/{call.request_id}/cancel').json == {'id': call.request_id, 'cancelled': True}
    reply = call.join(5)
    assert (reply.status, reply.json['code']) == (409, 'cancelled')


def test_a_query_is_cancelled_from_another_replica(sleeping, replica, token):
    call = sleeping()
    assert Direct(replica, token).post(f'/database/query/{call.request_id}/cancel').json['cancelled'] is True
    assert call.join(5).json['code'] == 'cancelled'


def test_another_administrator_can_cancel(sleeping, platform):
    call = sleeping()
    platform.client().post(f'/database/query/{call.request_id}/cancel')
    assert call.join(5).json['code'] == 'cancelled'


def test_an_explain_that_runs_can_be_cancelled(api, sleeping):
    call = sleeping(path='/database/query/explain', analyze=True)
    api.post(f'/database/query/{call.request_id}/cancel')
    assert call.join(5).json['code'] == 'cancelled'


def test_cancelling_leaves_other_queries_alone(api, sleeping, platform):
    first, second = sleeping(), sleeping()
    api.post(f'/database/query/{first.request_id}/cancel')
    first.join(5)
    assert platform.running(second.request_id) and not second.done
    api.post(f'/database/query/{second.request_id}/cancel')
    second.join(5)


def test_a_query_that_is_not_there_is_not_cancelled(api):
    assert api.post(f'/database/query/{fresh_id()}/cancel').json['cancelled'] is False


def test_a_query_that_has_ended_is_not_cancelled(api):
    assert api.post(f"/database/query/{api.query('SELECT 1')['id']}/cancel").json['cancelled'] is False


@pytest.mark.parametrize('query_id', ['short', 'x' * 64, 'with%20space-in-it', "quote'quote'quote", '设备设备设备', '*' * 10, 'id:with:colons'])
def test_an_id_that_is_none_cannot_be_cancelled(api, query_id):
    api.problem('bad_field', 'POST', f'/database/query/{query_id}/cancel')


def test_two_queries_of_one_id_do_not_run_at_once(api, sleeping):
    call = sleeping()
    api.problem('conflict', 'POST', '/database/query', {'sql': 'SELECT 1'}, headers={'X-Request-Id': call.request_id})
    assert not call.done


def test_a_query_can_still_be_cancelled_after_another_tried_its_id(api, sleeping):
    call = sleeping()
    for sql in ('SELECT 1', 'SELECT 1/0', 'SELEC', 'DELETE FROM devices'):
        api.call('POST', '/database/query', {'sql': sql}, headers={'X-Request-Id': call.request_id})
    assert api.post(f'/database/query/{call.request_id}/cancel').json['cancelled'] is True
    assert call.join(5).json['code'] == 'cancelled'


def open_query(platform, token, sql, accept):
    """A query over a connection of our own, that we can cut; (socket, request id)."""
    request_id = fresh_id()
    body = json.dumps({'sql': sql, 'timeout_ms': 60000}).encode()
    context = ssl.create_default_context(cafile=platform.nginx.certificate)
    connection = context.wrap_socket(socket.create_connection(('127.0.0.1', platform.nginx.port)), server_hostname='localhost')
    connection.sendall((f'POST /api/v1/database/query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nX-Request-Id: {request_id}\r\nAccept: {accept}\r\n'
                        f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n').encode() + body)
    return connection, request_id


def test_a_client_that_goes_away_cancels_its_statement(platform, token, wait):
    connection, request_id = open_query(platform, token, 'SELECT pg_sleep(50)', 'application/json')
    wait(lambda: platform.running(request_id), 5, 'the statement running')
    connection.close()
    wait(lambda: not platform.running(request_id), 3, 'the end of the statement')


def test_a_client_that_goes_away_in_mid_stream_cancels_its_statement(platform, token, wait):
    connection, request_id = open_query(platform, token, 'SELECT generate_series(1, 100000000) AS g, md5(random()::text)', 'text/csv')
    connection.recv(1000)
    wait(lambda: platform.running(request_id), 5, 'the statement running')
    connection.close()
    wait(lambda: not platform.running(request_id), 3, 'the end of the statement')


def test_a_client_that_goes_away_is_audited_as_cancelled(platform, token, wait):
    connection, request_id = open_query(platform, token, 'SELECT pg_sleep(50)', 'application/json')
    wait(lambda: platform.running(request_id), 5, 'the statement running')
    connection.close()
    wait(lambda: platform.audit("SELECT 1 FROM audit_event WHERE request_id = %s AND outcome = 'cancelled'", request_id), 5, 'the outcome')


def test_a_slow_reader_gets_every_byte(platform, token, psql):
    answer = Client(platform, token).stream('/database/query', {'sql': 'SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 20000) AS g'}, 'text/csv')
    size = 0
    pause = threading.Event()
    for piece in answer.iter_content(1 << 18):
        size += len(piece)
        pause.wait(0.05)
    assert size == len('g,repeat\n') + psql("SELECT sum(length(g::text) + 1 + 320 + 1) FROM generate_series(1, 20000) AS g")[0][0]


# -- explain --------------------------------------------------------------------------------------------------------------------

def test_explain_shows_the_plan_as_postgresql_does(api, psql):
    plan = api.post('/database/query/explain', {'sql': 'SELECT * FROM users WHERE id = 1'}).json['plan']
    assert plan[0]['Plan']['Node Type'] == 'Index Scan' and plan[0]['Plan']['Index Name'] == 'users_pkey'


def test_explain_alone_does_not_run_the_statement(api):
    reply = api.post('/database/query/explain', {'sql': 'SELECT pg_sleep(30)'}).json
    assert 'Actual Total Time' not in reply['plan'][0]['Plan'] and reply['duration_ms'] < 5000


def test_explain_analyze_measures_the_statement(api):
    plan = api.post('/database/query/explain', {'sql': 'SELECT count(*) FROM users', 'analyze': True}).json['plan'][0]
    assert plan['Plan']['Actual Rows'] == 1 and plan['Execution Time'] > 0


def test_explain_takes_a_timeout(api):
    api.problem('deadline', 'POST', '/database/query/explain', {'sql': 'SELECT pg_sleep(30)', 'analyze': True, 'timeout_ms': 200})


@pytest.mark.parametrize('sql', ['DELETE FROM devices', 'SELECT 1; SELECT 2', 'INSERT INTO metrics VALUES (1)', 'CREATE TABLE x ()', 'COMMIT',
                                 'SELECT 1) ; DROP TABLE devices --', "ANALYZE devices", 'VERBOSE DELETE FROM devices', '(FORMAT TEXT) DELETE FROM devices'])
@pytest.mark.parametrize('analyze', [False, True])
def test_explain_refuses_what_does_not_read(api, sql, analyze):
    assert api.call('POST', '/database/query/explain', {'sql': sql, 'analyze': analyze}).json['code'] in ('sql_read_only', 'sql_syntax')


def test_explain_tells_the_place_of_an_error_in_the_statement_itself(api):
    sql = "SELECT '设备', no_such_column FROM devices"
    assert api.problem('sql_error', 'POST', '/database/query/explain', {'sql': sql})['position'] == sql.index('no_such') + 1


# -- history --------------------------------------------------------------------------------------------------------------------

def history(api, **params):
    return api.get('/database/query/history', params=params).json['items']


def test_a_query_is_in_the_history_with_its_result(api):
    reply = api.query("SELECT 'history 1' FROM generate_series(1, 7)")
    item = next(i for i in history(api) if i['id'] == reply['id'])
    assert (item['username'], item['action'], item['sql'], item['outcome'], item['status'], item['row_count'], item['error_code']) == \
        (api.platform.username, 'database.query', "SELECT 'history 1' FROM generate_series(1, 7)", 'succeeded', 200, 7, None)


def test_the_history_is_newest_first(api):
    ids = [api.query('SELECT 1')['id'] for _ in range(3)]
    assert [i['id'] for i in history(api, limit=3)] == ids[::-1]


def test_a_refused_statement_is_in_the_history(api):
    problem = api.problem('sql_read_only', 'POST', '/database/query', {'sql': "DELETE FROM devices -- history 2"})
    item = next(i for i in history(api, search='history 2'))
    assert (item['id'], item['outcome'], item['error_code']) == (problem['request_id'], 'refused', 'sql_read_only')


def test_a_failed_statement_is_in_the_history(api):
    api.problem('sql_error', 'POST', '/database/query', {'sql': "SELECT 1/0 -- history 3"})
    assert history(api, search='history 3')[0]['outcome'] == 'failed'


def test_a_running_statement_is_in_the_history(api, sleeping):
    call = sleeping('SELECT pg_sleep(30) -- history 4')
    assert history(api, search='history 4')[0]['outcome'] == 'running'
    api.post(f'/database/query/{call.request_id}/cancel')
    call.join(5)
    assert history(api, search='history 4')[0]['outcome'] == 'cancelled'


def test_the_history_searches_without_patterns(api):
    api.query("SELECT '100% of_it' -- history 5")
    assert history(api, search='100% OF_IT') and not history(api, search='100%%of')


def test_the_history_of_another_is_shown_only_when_asked(api, platform):
    platform.ctl('admin', 'create', 'historian', stdin='a password of the historian\n')
    other = Client(platform)
    other.login('historian', 'a password of the historian')
    query_id = other.query("SELECT 'history 6'")['id']
    assert not history(api, search='history 6') and history(api, search='history 6', mine='false')[0]['id'] == query_id


def test_the_history_pages(api):
    for i in range(5):
        api.query(f'SELECT {i} AS "history 7"')
    first = api.get('/database/query/history', params={'search': 'history 7', 'limit': 2}).json
    second = api.get('/database/query/history', params={'search': 'history 7', 'limit': 2, 'cursor': first['next_cursor']}).json
    third = api.get('/database/query/history', params={'search': 'history 7', 'limit': 2, 'cursor': second['next_cursor']}).json
    assert [i['sql'][7] for page in (first, second, third) for i in page['items']] == list('43210') and third['next_cursor'] is None


def test_the_connection_that_ran_a_statement_holds_nothing_afterwards(api, psql):
    for _ in range(4):
        api.query('SELECT count(*) FROM devices')
    assert psql("""SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'guardian_reader'""")[0][0] == 0
    assert psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'guardian_reader' AND state LIKE 'idle in%'")[0][0] == 0
