"""nginx/docker-proxy.conf before a real Docker Engine: what the console calls passes, everything else is refused."""
import json
import socket

import pytest

SERVICE = 'a' * 25
TASKS_OF = '/v1.41/tasks?filters=%7B%22service%22%3A%5B%22'


def ask(proxy, line, body=b'', headers=b''):
    """One request, its first line as given; the status."""
    with socket.create_connection(('127.0.0.1', proxy.port), timeout=20) as connection:
        connection.sendall(line.encode('latin-1') + b' HTTP/1.1\r\nHost: docker\r\nConnection: close\r\nContent-Type: application/json\r\n'
                           + headers + b'Content-Length: %d\r\n\r\n' % len(body) + body)
        data = b''
        while piece := connection.recv(65536):
            data += piece
    return int(data.split()[1]), data.partition(b'\r\n\r\n')[2]


@pytest.mark.parametrize('path', ['info', 'nodes', 'services', 'tasks', 'networks', 'secrets', 'configs'])
def test_what_the_console_reads_passes(proxy, path):
    assert ask(proxy, f'GET /v1.41/{path}')[0] == 200


@pytest.mark.parametrize('line', [f'GET /v1.41/services/{SERVICE}', f'GET /v1.41/nodes/{SERVICE}',
                                  f'POST /v1.41/services/{SERVICE}/update?version=7&registryAuthFrom=spec',
                                  f'POST /v1.41/services/{SERVICE}/update?version=7&rollback=previous&registryAuthFrom=previous-spec',
                                  f'POST /v1.41/nodes/{SERVICE}/update?version=7',
                                  f'GET /v1.41/services/{SERVICE}/logs?stdout=true&tail=1', f'GET {TASKS_OF}{SERVICE}%22%5D%7D',
                                  f'GET {TASKS_OF}{SERVICE}%22%2C%22{SERVICE}%22%5D%7D'])
def test_what_the_console_calls_reaches_the_engine(proxy, line):
    """There is no such service: the answer is the Engine's own."""
    status, body = ask(proxy, line, b'{}' if line.startswith('POST') else b'')
    assert status in (400, 404, 500) and b'message' in body, (status, body)


FORBIDDEN = [
    'POST /v1.41/containers/create', 'POST /containers/create', 'GET /v1.41/containers/json', 'POST /v1.41/containers/x/exec', 'POST /v1.41/exec/x/start',
    'POST /v1.41/secrets/create', f'GET /v1.41/secrets/{SERVICE}', f'GET /v1.41/configs/{SERVICE}', 'POST /v1.41/configs/create',
    f'DELETE /v1.41/secrets/{SERVICE}', f'POST /v1.41/secrets/{SERVICE}/update?version=1', 'POST /v1.41/swarm/leave', 'POST /v1.41/swarm/leave?force=1',
    'POST /v1.41/swarm/update?version=1', 'GET /v1.41/swarm', 'GET /v1.41/swarm/unlockkey', 'POST /v1.41/swarm/init', 'POST /v1.41/swarm/join',
    'POST /v1.41/services/create', f'DELETE /v1.41/services/{SERVICE}', f'DELETE /v1.41/nodes/{SERVICE}', f'POST /v1.41/services/{SERVICE}/update',
    f'POST /v1.41/services/{SERVICE}/update?version=1&registryAuthFrom=spec&x=1', f'POST /v1.41/nodes/{SERVICE}/update?version=-1',
    f'PUT /v1.41/services/{SERVICE}/update?version=1&registryAuthFrom=spec', f'GET /v1.41/services/{SERVICE}/update?version=1&registryAuthFrom=spec',
    'HEAD /v1.41/info', 'POST /v1.41/info', 'OPTIONS /v1.41/info', 'TRACE /v1.41/info', 'CONNECT /v1.41/info', 'get /v1.41/info',
    'GET /info', 'GET /v1.24/info', 'GET /v1.41/version', 'GET /_ping', 'GET /v1.41/events', 'GET /v1.41/system/df', 'POST /v1.41/build',
    'POST /v1.41/images/create?fromImage=x', 'POST /v1.41/plugins/pull', 'GET /v1.41/volumes', 'POST /v1.41/volumes/create', 'POST /v1.41/session',
    'POST /v1.41/auth', 'GET /', 'GET //v1.41/info', 'GET /v1.41//info', 'GET /v1.41/info/', 'GET /v1.41/info?x', 'GET /v1.41/nodes/../containers/json',
    'GET /v1.41/info/../containers/json', f'GET /v1.41/services/{SERVICE}/../../containers/json', 'GET /v1.41/./info',
    'GET /v1.41/services/%2e%2e/containers/json', 'GET /v1.41/services%2F..%2Fcontainers/json', f'GET /v1.41/nodes/{SERVICE}%2f..%2f..%2fcontainers%2fjson',
    'GET /v1%2e41/info', 'GET /v1.41/inf%6f', 'GET /v1.41/info%00', 'GET /v1.41/info%20', 'GET /v1.41/services/..%5c..%5ccontainers',
    f'POST /v1.41/services/{SERVICE}/update?version=1&registryAuthFrom=spec%0d%0aX:1', f'POST /v1.41/services/{"A" * 25}/update?version=1&registryAuthFrom=spec',
    f'GET /v1.41/services/{"a" * 24}', f'GET /v1.41/services/{"a" * 26}', f'GET /v1.41/services/{SERVICE}/logs', f'GET /v1.41/tasks/{SERVICE}',
    f'GET /v1.41/containers/{SERVICE}/logs?stdout=true', f'GET /v1.41/services/{SERVICE}/logs?stdout=true&x=%2e', 'GET /v1.41/tasks?filters=%7B%7D', f'GET {TASKS_OF}{SERVICE}%22%5D%7D&x=1', f'GET {TASKS_OF}x%22%5D%7D', f'POST {TASKS_OF}{SERVICE}%22%5D%7D',
    'GET http://docker/v1.41/containers/json', 'GET http://docker/v1.41/info/../containers/json', 'GET info', 'GET *', f'POST /v1.41/nodes/{SERVICE}/update?version=1#',
]


@pytest.mark.parametrize('line', FORBIDDEN)
def test_everything_else_is_refused(proxy, line):
    status, body = ask(proxy, line, b'{}' if line.startswith(('POST', 'PUT')) else b'')
    assert status in (400, 403, 405), (status, body[:200])
    assert b'"message"' not in body, 'the Engine answered'


def test_a_connection_cannot_be_turned_into_another_protocol(proxy):
    assert ask(proxy, 'POST /v1.41/session', headers=b'Upgrade: h2c\r\n')[0] == 403


def test_a_second_request_in_the_body_of_the_first_is_none(proxy, swarm):
    """Two lengths, or a length and chunks, are how one request hides in another."""
    inner = b'POST /v1.41/swarm/leave?force=1 HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n'
    with socket.create_connection(('127.0.0.1', proxy.port), timeout=20) as connection:
        connection.sendall(b'GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' % len(inner) + inner)
        connection.settimeout(5)
        data = b''
        try:
            while piece := connection.recv(65536):
                data += piece
                if data.count(b'HTTP/1.1 ') >= 2:
                    break
        except TimeoutError:
            pass
    statuses = [int(part.split()[0]) for part in data.split(b'HTTP/1.1 ')[1:] if part[:3].isdigit()]
    assert all(status in (200, 400, 403) for status in statuses) and (len(statuses) < 2 or statuses[1] == 403), statuses
    assert swarm.get('/info')['Swarm']['LocalNodeState'] == 'active'


def test_a_large_body_is_refused(proxy):
    assert ask(proxy, f'POST /v1.41/nodes/{SERVICE}/update?version=1', json.dumps({'x': 'y' * (1 << 20)}).encode())[0] == 413
