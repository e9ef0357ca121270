"""What nobody should send: always an answer in the words of the contract, and never one worker less."""
import base64
import json
import os
import random
import socket
import string
import threading
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import fastcgi
from client import CONTRACT, Client, Direct, raw_exchange
from contract import PREFIX

SOME_ID = '6c1f3f6e-0000-4000-8000-000000000000'
BODIES = [(method, path.replace('{operation}', 'vacuum').replace('{id}', SOME_ID).replace('{job_id}', SOME_ID)) for method, path, operation in CONTRACT.operations()
          if 'application/json' in operation.get('requestBody', {}).get('content', {})]
LISTS = ['/database/tables', '/audit', '/database/query/history', '/database/sessions', '/database/overview', '/database/schema']
EXAMPLES = int(os.environ.get('HYPOTHESIS_EXAMPLES', 60))
many = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


@pytest.fixture(scope='module', autouse=True)
def the_workers_are_the_same(platform, signed_in):
    """Not one worker died of any of it."""
    Client(platform, signed_in.token).get('/auth/me')
    before = platform.worker_pids()
    yield
    assert platform.worker_pids() == before


@pytest.fixture(scope='module')
def fuzzed(platform, signed_in):
    """Both pools without nginx, and nginx: whatever comes must be an answer of the contract."""
    token = signed_in.token
    return {'short': Direct(platform.short, token), 'stream': Direct(platform.stream, token), 'nginx': Client(platform, token)}


def refused(reply):
    assert 400 <= reply.status < 500 and reply.json['code'] in CONTRACT.codes, reply.body[:300]
    return reply.json['code']


# -- bodies -----------------------------------------------------------------------------------------------------------------------

DEEP = 100_000

NOT_JSON = {
    'nothing but space': b'   ', 'cut': b'{"sql": "SELECT 1"', 'a word': b'hello', 'single quotes': b"{'sql': 1}", 'a trailing comma': b'{"sql": "SELECT 1",}',
    'a comment': b'{"sql": "SELECT 1" /* x */}', 'two values': b'{} {}', 'a bare key': b'{sql: 1}', 'NaN': b'{"max_rows": NaN}', 'infinity': b'{"max_rows": Infinity}',
    'a leading zero': b'{"max_rows": 01}', 'a plus': b'{"max_rows": +1}', 'hexadecimal': b'{"max_rows": 0x10}', 'a control character in a string': b'{"sql": "\x01"}',
    'a NUL byte': b'{"sql": "SELECT\x00 1"}', 'a NUL byte behind it': b'{"sql": "SELECT 1"}\x00', 'an escaped NUL': b'{"sql": "SELECT \\u0000 1"}', 'an escaped NUL in a key': b'{"s\\u0000ql": 1}',
    'a lone surrogate': b'{"sql": "\\ud800"}', 'a reversed pair': b'{"sql": "\\udc00\\ud800"}', 'invalid UTF-8': b'{"sql": "\xff\xfe"}', 'overlong UTF-8': b'{"sql": "\xc0\xaf"}',
    'a surrogate in UTF-8': b'{"sql": "\xed\xa0\x80"}', 'beyond Unicode': b'{"sql": "\xf4\x90\x80\x80"}', 'half a character': b'{"sql": "\xe8\xae"}', 'UTF-16': '{"sql": "x"}'.encode('utf-16'),
    'a byte order mark': b'\xef\xbb\xbf{"sql": "SELECT 1"}', 'an unknown escape': b'{"sql": "\\x41"}', 'a key twice': b'{"sql": "SELECT 1", "sql": "DELETE FROM devices"}',
    'an array': b'[]', 'null': b'null', 'a string': b'"SELECT 1"', 'a number': b'1', 'true': b'true', 'a number beyond all': b'{"max_rows": 1e999}', 'an integer beyond all': b'{"max_rows": 99999999999999999999999}',
    'deep arrays': b'{"sql": ' + b'[' * DEEP + b']' * DEEP + b'}', 'deep objects': b'{"a":' * DEEP + b'1' + b'}' * DEEP, 'deep and cut': b'[' * DEEP, 'a deep key': b'{"sql": {"a": ' * 40 + b'1' + b'}}' * 40,
}


@pytest.mark.parametrize('case', NOT_JSON)
@pytest.mark.parametrize('pool, path', [('short', '/auth/login'), ('stream', '/database/query')])
def test_a_body_that_is_no_json_object_is_refused(fuzzed, pool, path, case):
    assert fuzzed[pool].problem('bad_json', 'POST', path, body=NOT_JSON[case])


WRONG = [None, True, 1, 1.5, -1, 'x' * 10, [], {}, [[]], {'a': 1}, '', 2**63 - 1, -2**63, 1e308, ['a'], {'sql': 'SELECT 1'}]


def body_schema(operation):
    return CONTRACT.resolve(operation['requestBody']['content']['application/json']['schema'])


FIELDS = [(method, path, name) for method, path in BODIES for name in body_schema(CONTRACT.find(method, path))['properties']]
# Those that need something in their body.
NEEDY = [(method, path) for method, path in BODIES if body_schema(CONTRACT.find(method, path)).get('required')]


def valid_body(path):
    schedule = {'database': 'iot_guardian', 'cron': '0 3 * * *'}
    return {'/auth/login': {'username': 'nobody-at-all', 'password': 'x'}, '/database/query': {'sql': 'SELECT 1'}, '/database/query/explain': {'sql': 'SELECT 1'},
            '/database/query/self-test': {}, '/database/backup': {'database': 'iot_guardian'}, '/database/schedules': schedule,
            f'/database/backups/{SOME_ID}': {}, f'/database/schedules/{SOME_ID}': schedule,
            '/database/restore': {'backup_id': SOME_ID, 'database': 'iot_guardian'}, f'/database/restore/{SOME_ID}/keep': {'kept_until': '2030-01-01T00:00:00Z'},
            '/database/maintenance/vacuum': {'database': 'second'}, '/database/pitr/restore': {'time': '2026-01-01T00:00:00Z'},
            f'/swarm/services/{SOME_ID}/update': {'image': 'a'}, f'/swarm/services/{SOME_ID}/scale': {'replicas': 1},
            f'/swarm/nodes/{SOME_ID}/availability': {'availability': 'active'}, '/replication/switchover': {'leader': 'a', 'candidate': 'b'},
            '/replication/reinitialize': {'member': 'a'}, '/alerts/silences': {'alert': 'a', 'minutes': 1, 'comment': 'c'}}[path]


@pytest.mark.parametrize('method, path, name', FIELDS, ids=[f'{method} {path} {name}' for method, path, name in FIELDS])
def test_a_field_of_a_wrong_type_is_a_bad_field(fuzzed, method, path, name):
    schema = CONTRACT.resolve(body_schema(CONTRACT.find(method, path))['properties'][name])
    validator = CONTRACT._validator(schema)
    pool = 'short' if path == '/auth/login' else 'stream'
    for value in WRONG:
        if not validator.is_valid(value):
            assert fuzzed[pool].problem('bad_field', method, path, {**valid_body(path), name: value})['field'] == name


@pytest.mark.parametrize('method, path', BODIES)
def test_an_unknown_field_is_a_bad_field(fuzzed, method, path):
    pool = 'short' if path == '/auth/login' else 'stream'
    for name in ('unknown', 'SQL', 'sql ', '__proto__', 'constructor', '设备', 'x' * 5000, '"', '\n'):
        assert fuzzed[pool].problem('bad_field', method, path, {**valid_body(path), name: 1})


@pytest.mark.parametrize('method, path', NEEDY)
def test_a_missing_field_is_a_bad_field(fuzzed, method, path):
    for name in body_schema(CONTRACT.find(method, path))['required']:
        body = {k: v for k, v in valid_body(path).items() if k != name}
        pool = 'short' if path == '/auth/login' else 'stream'
        assert fuzzed[pool].problem('bad_field', method, path, body)['field'] == name


@pytest.mark.parametrize('method, path', NEEDY)
def test_a_missing_body_is_a_bad_field(fuzzed, method, path):
    fuzzed['nginx'].problem('bad_field', method, path)


@pytest.mark.parametrize('kind', ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/json-patch+json', 'text/json', 'json', '', 'application/'])
def test_another_media_type_is_refused(fuzzed, kind):
    fuzzed['nginx'].problem('media_type', 'POST', '/database/query', body=b'{"sql": "SELECT 1"}', headers={'Content-Type': kind})


@pytest.mark.parametrize('kind', ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset=UTF-8', 'application/json ; x=y'])
def test_json_is_taken_with_parameters_and_in_any_case(fuzzed, kind):
    assert fuzzed['nginx'].call('POST', '/database/query', body=b'{"sql": "SELECT 1"}', headers={'Content-Type': kind}).status == 200


def test_a_body_of_ten_megabytes_is_refused(fuzzed):
    fuzzed['nginx'].problem('too_large', 'POST', '/database/query', body=b'{"sql": "' + b'x' * 10_000_000 + b'"}')


def test_a_body_of_ten_megabytes_is_refused_by_the_worker_too(fuzzed):
    """It may close before it was sent everything: nobody should have to read what is too large."""
    try:
        fuzzed['stream'].problem('too_large', 'POST', '/database/query', body=b'{"sql": "' + b'x' * 10_000_000 + b'"}')
    except (BrokenPipeError, ConnectionResetError):
        pass


def test_a_body_just_within_the_limit_is_taken(fuzzed):
    body = json.dumps({'sql': 'SELECT 1 /* ' + 'x' * 999_900 + ' */'}).encode()
    assert fuzzed['nginx'].call('POST', '/database/query', body=body).status == 200


@pytest.mark.parametrize('length', ['-1', 'x', '1e3', '99999999999999999999', '0x10', '10 ', ' '])
def test_a_wrong_content_length_is_refused(fuzzed, length):
    reply = fuzzed['short'].call('POST', '/auth/login', body=b'{"a": 1}', CONTENT_LENGTH=length)
    assert refused(reply) in ('bad_request', 'too_large', 'bad_json')


def test_a_body_that_is_shorter_than_said_is_refused(fuzzed):
    fuzzed['short'].problem('bad_request', 'POST', '/auth/login', body=b'{"username": "x"', CONTENT_LENGTH='100')


def test_a_body_where_none_belongs_is_held_against_the_fields(fuzzed):
    fuzzed['short'].problem('bad_field', 'GET', '/auth/me', body=b'{"x": 1}')


def test_ten_thousand_fields_are_refused(fuzzed):
    fuzzed['stream'].problem('bad_field', 'POST', '/database/query', {f'field{i}': i for i in range(10_000)})


# -- paths and methods -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('path', ['/nothing', '/', '', '/auth', '/auth/', '/auth/me/', '/auth//me', '/AUTH/ME', '/auth/me/x', '/database/tables/a/b', '/database/query/x', '/database/sessions/1', '/auth/me%2f',
                                  '/%61uth/me', '/auth%2fme', '/database/sessions/1/kill', '/.', '/..', '/database/./overview', '/*', '/{table_name}', '/database/query/{id}/cancel/x', '/设备'])
def test_an_unknown_path_is_not_found(fuzzed, path):
    for pool in ('short', 'stream'):
        assert refused(fuzzed[pool].call('GET', path)) in ('not_found', 'method_not_allowed')


@pytest.mark.parametrize('path', ['/database/tables/%', '/database/tables/%2', '/database/tables/%zz', '/database/tables/%ff', '/database/tables/%c3%28', '/database/tables/%00', '/database/tables/a%00b',
                                  '/database/tables/%ed%a0%80', '/database/tables/%c0%af', '/database/query/%ff%ff%ff%ff%ff%ff%ff%ff/cancel', '/database/sessions/%00/cancel'])
def test_bad_percent_encoding_is_a_bad_request(fuzzed, path):
    fuzzed['short'].problem('bad_request', 'POST' if path.endswith('cancel') else 'GET', path)


@pytest.mark.parametrize('path', [b'/database/tables/\xff\xfe', b'/\xff', b'/database/tables/\x01', b'/database/tables/ ', b'/database/tables/\xe8\xae'])
def test_raw_bytes_in_a_path_are_refused(fuzzed, path):
    assert refused(fuzzed['short'].call('GET', path)) in ('bad_request', 'not_found', 'bad_field')


@pytest.mark.parametrize('query', ['limit=%', 'limit=%zz', 'search=%ff', 'search=%00', 'limit=%2', '%ff=1', 'search=\xff'])
def test_bad_percent_encoding_in_the_query_string_is_a_bad_request(fuzzed, query):
    assert refused(fuzzed['short'].call('GET', b'/database/tables?' + query.encode('latin-1'))) in ('bad_request', 'bad_field')


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'FOO', 'G' * 1000])
def test_a_method_that_is_not_allowed_is_told_which_are(fuzzed, method):
    for path, item in CONTRACT.document['paths'].items():
        if method.lower() in item and method.isupper():
            continue
        path = path.replace('{pid}', '1').replace('{id}', 'some-query-id').replace('{table_name}', 'x')
        reply = fuzzed['short'].call(method, path)
        assert reply.status == 405 and sorted(reply.headers['Allow'].split(', ')) == sorted(m.upper() for m in item)


@pytest.mark.parametrize('params, field', [
    ({'limit': '0'}, 'limit'), ({'limit': '1001'}, 'limit'), ({'limit': '-1'}, 'limit'), ({'limit': 'x'}, 'limit'), ({'limit': ''}, 'limit'), ({'limit': '1.0'}, 'limit'), ({'limit': ' 1'}, 'limit'), ({'limit': '1e2'}, 'limit'),
    ({'limit': '99999999999999999999'}, 'limit'), ({'limit': '１'}, 'limit'), ({'limit': '+5'}, 'limit'), ({'sort': 'size'}, 'sort'), ({'sort': 'name;DROP'}, 'sort'), ({'order': 'ASC'}, 'order'), ({'kind': 'index'}, 'kind'),
    ({'partitions': '1'}, 'partitions'), ({'partitions': 'TRUE'}, 'partitions'), ({'unknown': '1'}, 'unknown'), ({'search': 'x' * 2000}, 'search'), ({'database': ''}, 'database'), ({'LIMIT': '1'}, 'LIMIT'), ({'': 'x'}, ''),
])
def test_a_wrong_parameter_is_a_bad_field(fuzzed, params, field):
    problem = fuzzed['nginx'].problem('bad_field', 'GET', '/database/tables', params=params)
    assert problem.get('field', '') == field


def test_a_parameter_given_twice_is_a_bad_field(fuzzed):
    fuzzed['nginx'].problem('bad_field', 'GET', '/database/tables?limit=1&limit=2')


def test_a_hundred_thousand_parameters_are_refused(fuzzed):
    assert refused(fuzzed['short'].call('GET', '/database/tables?' + '&' * 60_000 + 'x=1&' * 10_000)) == 'bad_field'


# -- headers ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('name', ['Authorization', 'Cookie', 'Accept', 'If-None-Match', 'User-Agent', 'X-Confirmation-Token', 'X-Confirmation-Phrase', 'X-Request-Id'])
@pytest.mark.parametrize('value', ['x' * 12_000, '%00' * 100, '\xff\xfe', "';--", '{"a":', '\t', ',' * 3000, ';' * 3000, '"' * 999])
def test_an_absurd_header_does_no_harm(fuzzed, name, value):
    for method, path in (('GET', '/database/tables'), ('POST', '/auth/refresh'), ('POST', '/database/sessions/2147483647/terminate')):
        fuzzed['short'].call(method, path, headers={name: value.encode('latin-1')})


def test_a_thousand_headers_do_no_harm(fuzzed):
    fuzzed['short'].get('/auth/me', headers={f'X-Header-{i}': 'x' * 50 for i in range(1000)})


@pytest.mark.parametrize('params', [{'REQUEST_METHOD': None}, {'REQUEST_URI': None}, {'REQUEST_URI': ''}, {'REQUEST_URI': '/api/v1'}, {'REQUEST_URI': '?'}, {'REQUEST_METHOD': ''}, {'REMOTE_ADDR': None},
                                    {'REMOTE_ADDR': 'x' * 5000}, {'CONTENT_TYPE': None}, {'REQUEST_URI': 'http://localhost/api/v1/auth/me'}, {'REQUEST_URI': '*'}, {'QUERY_STRING': 'x' * 9000}])
def test_odd_fastcgi_parameters_do_no_harm(fuzzed, params):
    answer = fastcgi.call(fuzzed['short'].address, 'GET', PREFIX + '/health/live', **params)
    assert answer.complete and 200 <= answer.status < 500


@pytest.mark.parametrize('data', [b'', b'\x00', b'GET / HTTP/1.1\r\n\r\n', b'\x01' * 8, b'\xff' * 65536, b'\x01\x01\x00\x01\xff\xff\x00\x00' + b'x' * 10, os.urandom(1) * 1000, b'\x02\x01\x00\x01\x00\x08\x00\x00' + bytes(8)],
                         ids=['nothing', 'a NUL', 'HTTP', 'ones', 'all ones', 'a short record', 'one byte often', 'another version'])
def test_bytes_that_are_no_fastcgi_do_no_harm(platform, fuzzed, data):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(15)
        connection.connect(str(platform.short.link))
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
        except OSError:
            pass
    fuzzed['short'].get('/auth/me')


def test_a_request_smuggled_in_a_body_is_not_a_request(platform, token):
    inner = b'GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\n\r\n'
    answer = raw_exchange(platform, b'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n' % len(inner) + inner)
    assert answer[0] == 400 and json.loads(answer[2])['code'] == 'bad_json'


# -- absurd names ------------------------------------------------------------------------------------------------------------------

IDENTIFIERS = ["'; DROP TABLE devices; --", '"; DROP TABLE devices; --', '$$', '\\', '\\x00', '%s%n', '${x}', '{{7*7}}', '../../etc/passwd', '\u202e', '\u0000'.replace('\x00', '\x01'), '\uffff', '😀' * 15, 'a' * 63, 'a' * 64,
               'a.b.c.d', '..', '.', '"', '""', '""""', 'public.', '.devices', '"public"."devices', 'pg_catalog.pg_authid', 'information_schema.tables', 'public.devices::regclass', 'devices LIMIT 1', 'null', 'NULL', '0', '-1', ' ']


@pytest.mark.parametrize('name', IDENTIFIERS)
def test_an_absurd_table_name_is_found_or_not_and_nothing_else(fuzzed, name):
    reply = fuzzed['nginx'].call('GET', '/database/tables/' + quote(name, safe=''))
    assert reply.status in (200, 400, 404)


@pytest.mark.parametrize('name', IDENTIFIERS)
def test_an_absurd_database_is_not_found(fuzzed, name):
    for reply in (fuzzed['nginx'].call('GET', '/database/overview', params={'database': name}), fuzzed['nginx'].call('POST', '/database/query', {'sql': 'SELECT 1', 'database': name})):
        assert refused(reply) in ('not_found', 'bad_field', 'bad_request')


# -- whatever comes ------------------------------------------------------------------------------------------------------------------

values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=40),
                      lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4), max_leaves=12)
names = st.sampled_from(['sql', 'database', 'max_rows', 'timeout_ms', 'target', 'analyze', 'username', 'password']) | st.text(max_size=8)


def harmless(reply):
    assert reply.status in (200, 204, 304, 428) or reply.json['code'] in CONTRACT.codes
    assert reply.status != 500, reply.body[:300]


@many
@given(body=st.binary(max_size=200))
@example(body=b'\x00')
def test_random_bytes_as_a_body_are_bad_json(fuzzed, body):
    reply = fuzzed['stream'].call('POST', '/database/query', body=body)
    assert refused(reply) in (('bad_json', 'bad_field') if body else ('bad_field',))


@many
@given(body=st.dictionaries(names, values, max_size=6))
def test_random_json_as_a_body_is_answered(fuzzed, body):
    body = {**body, 'timeout_ms': 50} if isinstance(body.get('sql'), str) else body
    for path in ('/database/query', '/database/query/explain'):
        harmless(fuzzed['stream'].call('POST', path, body))


@many
@given(sql=st.text(alphabet=string.printable, min_size=1, max_size=60) | st.text(min_size=1, max_size=30))
def test_random_text_as_a_statement_is_answered(fuzzed, sql):
    harmless(fuzzed['stream'].call('POST', '/database/query', {'sql': sql, 'timeout_ms': 200}))


WORDS = ['SELECT', 'FROM', 'WHERE', 'devices', '*', ',', '(', ')', '1', "'x'", '"', "'", '$$', '--', '/*', '*/', ';', 'UNION', 'WITH', 'AS', 'DELETE', 'INTO', 'ROW', '::int', 'NULL', '[1]', '||', '设备', 'E\'\\', 'U&"', 'GROUP BY',
         'ORDER BY', 'LIMIT', 'OVER', 'LATERAL', 'generate_series', 'FOR UPDATE', 'COPY', 'EXPLAIN', 'VALUES', 'TABLE', 'pg_sleep', '\\', '{', '}', ':=', '=>']


@many
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_random_sql_words_are_answered(fuzzed, words):
    harmless(fuzzed['stream'].call('POST', '/database/query', {'sql': ' '.join(words), 'timeout_ms': 200}))


@many
@given(path=st.sampled_from(LISTS), query=st.text(alphabet=string.ascii_letters + string.digits + '=&%+;.:/?#[]@!$\'()*,-_~ <>"{}|\\^`', max_size=80))
def test_a_random_query_string_is_answered(fuzzed, path, query):
    harmless(fuzzed['short'].call('GET', f'{path}?{query}'))


@many
@given(path=st.sampled_from(LISTS), params=st.dictionaries(st.sampled_from(['limit', 'cursor', 'search', 'sort', 'order', 'database', 'kind', 'schema', 'actor', 'from', 'to', 'mine', 'outcome', 'background']), st.text(max_size=30), max_size=4))
def test_random_values_of_real_parameters_are_answered(fuzzed, path, params):
    harmless(fuzzed['short'].call('GET', f'{path}?{urlencode(params)}'))


@many
@given(cursor=st.binary(max_size=120))
def test_a_random_cursor_is_answered(fuzzed, cursor):
    text = base64.urlsafe_b64encode(cursor).rstrip(b'=').decode()
    for path in ('/database/tables', '/audit', '/database/query/history'):
        harmless(fuzzed['short'].call('GET', f'{path}?cursor={text}'))


cursor_values = st.none() | st.integers() | st.text(max_size=12) | st.booleans() | st.floats() | st.lists(st.integers(), max_size=2)


@many
@given(members=st.fixed_dictionaries({}, optional={'b': cursor_values, 'k': cursor_values, 'n': cursor_values, 's': cursor_values, 'x': cursor_values}))
def test_a_forged_cursor_is_refused(fuzzed, members):
    text = base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b'=').decode()
    fuzzed['short'].problem('bad_cursor', 'GET', f'/database/tables?cursor={text}')


@many
@given(name=st.text(min_size=1, max_size=70))
def test_a_random_table_name_is_answered(fuzzed, name):
    reply = fuzzed['short'].call('GET', '/database/tables/' + quote(name, safe='', errors='replace'))
    harmless(reply)


@many
@given(target=st.binary(max_size=100))
def test_random_bytes_as_a_path_are_answered(fuzzed, target):
    harmless(fuzzed['short'].call('GET', b'/' + target.replace(b'\x00', b'')))


@many
@given(token=st.text(alphabet=string.ascii_letters + string.digits + '-_.', max_size=120))
def test_a_random_token_is_refused(fuzzed, token):
    reply = fuzzed['short'].call('GET', '/auth/me', headers={'Authorization': f'Bearer {token}'})
    assert reply.status == 401


def test_many_bad_requests_at_once_leave_the_workers_alone(platform, token):
    rng = random.Random(1)
    bodies = [bytes(rng.randrange(256) for _ in range(rng.randrange(1, 200))) for _ in range(120)]
    failures = []

    def send(part):
        client = Client(platform, token)
        for body in part:
            try:
                client.problem('bad_json', 'POST', '/database/query', body=body)
            except BaseException as error:
                failures.append(error)
    threads = [threading.Thread(target=send, args=(bodies[i::4],)) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert failures == []


def test_a_problem_names_the_path_that_was_asked_for(api):
    assert api.problem('not_found', 'GET', '/nothing/here')['instance'] == '/api/v1/nothing/here'
