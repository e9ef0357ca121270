"""Every row of the API that is not public, called without a token and with one that is too weak. The rows come from the contract."""
import time
import uuid

import jwt
import pytest
import yaml

from client import CONTRACT, Client, Direct
from contract import PREFIX

ROWS = [(method, path) for method, path, operation in CONTRACT.operations() if CONTRACT.needs_token(operation)]
PUBLIC = [(method, path) for method, path, operation in CONTRACT.operations() if not CONTRACT.needs_token(operation)]
IDS = [f'{method} {path}' for method, path in ROWS]


def filled(path):
    for name, value in {'{table_name}': 'devices', '{id}': 'some-query-id', '{job_id}': 'some-job-id', '{pid}': '1', '{operation}': 'vacuum', '{request_id}': 'some-request-id', '{name}': 'switchover'}.items():
        path = path.replace(name, value)
    assert '{' not in path
    return path


def weak_token(platform, **changes):
    secret = platform.secrets.text('console_hs256')
    claims = {'iss': 'iot-guardian', 'aud': 'iot-guardian-console', 'sub': 'someone', 'role': 'operator', 'jti': str(uuid.uuid4()),
              'exp': int(time.time()) + 300, **changes}
    return jwt.encode(claims, secret, 'HS256', {'kid': yaml.safe_load(platform.keys_file.read_text())['keys'][0]['kid']})


def test_only_signing_in_refreshing_and_probing_are_public():
    assert sorted(PUBLIC) == [('GET', '/health/live'), ('GET', '/health/ready'), ('POST', '/auth/login'), ('POST', '/auth/refresh')]


@pytest.mark.parametrize('method, path', ROWS, ids=IDS)
def test_a_row_is_closed_without_a_token(anyone, method, path):
    reply = anyone.call(method, filled(path), {} if method == 'POST' else None)
    assert (reply.status, reply.json['code']) == (401, 'unauthenticated')
    assert reply.headers['WWW-Authenticate'] == 'Bearer'


@pytest.mark.parametrize('method, path', ROWS, ids=IDS)
def test_a_row_is_closed_with_a_token_too_weak(platform, method, path):
    Client(platform, weak_token(platform)).problem('forbidden', method, filled(path), {} if method == 'POST' else None)


@pytest.mark.parametrize('method, path', ROWS, ids=IDS)
def test_a_row_is_closed_in_either_pool(platform, method, path):
    for worker in (platform.short, platform.stream):
        Direct(worker).problem('unauthenticated', method, filled(path), {} if method == 'POST' else None)


@pytest.mark.parametrize('method, path', ROWS, ids=IDS)
def test_a_row_is_closed_with_an_expired_token(platform, method, path):
    token = weak_token(platform, role='superadmin', exp=int(time.time()) - 5)
    Client(platform, token).problem('token_expired', method, filled(path), {} if method == 'POST' else None)


def test_a_refusal_comes_before_the_fields_are_looked_at(anyone):
    anyone.problem('unauthenticated', 'POST', '/database/query', {'no such field': 1})


def test_the_metrics_are_not_there_from_outside(api):
    api.problem('not_found', 'GET', '/metrics')


@pytest.mark.parametrize('headers', [{'Guardian-Internal': '1'}, {'GUARDIAN_INTERNAL': '1'}, {'X-Guardian-Internal': '1'}])
def test_a_header_does_not_open_the_internal_paths(api, headers):
    api.problem('not_found', 'GET', '/metrics', headers=headers)


@pytest.mark.parametrize('path', ['/api/v1/../../metrics', '/api/v1//metrics', '/api/v1/%2e%2e/metrics', '//metrics'])
def test_no_spelling_of_the_path_opens_the_internal_paths(platform, path):
    answer = Client(platform).http.get(platform.url + path, timeout=60)
    assert 'guardian_requests' not in answer.text and '# HELP' not in answer.text


def test_the_metrics_are_on_the_internal_listener(platform):
    import http.client
    import socket
    connection = http.client.HTTPConnection('localhost')
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(platform.nginx.internal))
    connection.request('GET', '/metrics')
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200 and answer.headers['Content-Type'].startswith('text/plain')
    assert 'route="GET /auth/me"' in text.replace(PREFIX, '') or '/auth/me' in text


# -- floods -----------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def flooding(platform):
    """An address that has had as many refused attempts as a minute takes: all but two of them written straight into the count."""
    client = Client(platform, address='127.0.4.1')
    store = platform.redis.client()
    before = set(store.scan_iter('guardian:throttle:refused:*'))
    client.problem('unauthenticated', 'POST', '/database/query', {'sql': 'SELECT 1'})
    key = (set(store.scan_iter('guardian:throttle:refused:*')) - before).pop()
    store.set(key, 600, keepttl=True)
    yield client
    store.delete(key)


def test_a_flood_of_refused_attempts_is_turned_away(flooding):
    problem = flooding.problem('throttled', 'POST', '/database/query', {'sql': 'SELECT 1'})
    assert 0 < problem['retry_after'] <= 60


def test_a_flood_of_refused_attempts_does_not_fill_the_audit_log(flooding, platform):
    request_id = flooding.problem('throttled', 'POST', '/database/query', {'sql': 'SELECT 1'})['request_id']
    assert platform.audit('SELECT count(*) FROM audit_event WHERE request_id = %s', request_id) == [(0,)]


def test_a_flood_from_an_address_leaves_those_with_a_token_there_alone(flooding, token):
    flooding.token = token
    assert flooding.scalar('SELECT 1') == 1


def test_a_flood_from_one_address_leaves_another_alone(flooding, anyone):
    anyone.problem('unauthenticated', 'POST', '/database/query', {'sql': 'SELECT 1'})
