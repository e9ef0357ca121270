"""What nginx adds: TLS, headers, limits, and the page itself."""
import json
import socket
import ssl

import pytest

from client import CONTRACT, STATUS_OF, Client, raw_exchange
from conftest import free_port
from iotplatform import Nginx


@pytest.fixture(scope='module')
def page(platform):
    return Client(platform).http.get(platform.url + '/', timeout=60)


def test_the_page_is_served(page):
    assert page.status_code == 200 and 'IoT Guardian' in page.text


@pytest.mark.parametrize('path', ['/tables', '/login', '/database/query/deep/link', '/表'])
def test_the_pages_own_paths_lead_to_the_page(platform, page, path):
    assert Client(platform).http.get(platform.url + path, timeout=60).text == page.text


def test_an_asset_that_is_not_there_is_not_the_page(platform):
    assert Client(platform).http.get(platform.url + '/assets/nothing.js', timeout=60).status_code == 404


def test_an_asset_may_be_kept_for_ever(platform):
    assert 'immutable' in Client(platform).http.get(platform.url + '/assets/app-0123.js', timeout=60).headers['Cache-Control']


def test_the_page_is_asked_for_again(page):
    assert page.headers['Cache-Control'] == 'no-cache'


@pytest.mark.parametrize('path', ['/../etc/passwd', '/..%2f..%2fetc/passwd', '/assets/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/.git/config'])
def test_no_path_leads_out_of_the_pages_folder(platform, path):
    answer = raw_exchange(platform, f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
    assert b'root:' not in answer[2] and b'[core]' not in answer[2]


@pytest.mark.parametrize('path', ['/', '/api/v1/health/live', '/api/v1/nothing', '/assets/nothing.js', '/api/v1/auth/me'])
@pytest.mark.parametrize('name, value', [('X-Content-Type-Options', 'nosniff'), ('X-Frame-Options', 'DENY'), ('Referrer-Policy', 'no-referrer'),
                                         ('Cross-Origin-Opener-Policy', 'same-origin'), ('Cross-Origin-Resource-Policy', 'same-origin')])
def test_every_answer_has_the_header(platform, path, name, value):
    assert Client(platform).http.get(platform.url + path, timeout=60).headers[name] == value


@pytest.mark.parametrize('word', ['unsafe-inline', 'unsafe-eval', 'http:', '*'])
def test_the_content_security_policy_has_no_hole(page, word):
    assert word not in page.headers['Content-Security-Policy']


@pytest.mark.parametrize('directive', ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"])
def test_the_content_security_policy_says(page, directive):
    assert directive in page.headers['Content-Security-Policy']


def test_nobody_is_told_the_version_of_the_server(page):
    assert page.headers['Server'] == 'nginx'


@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(platform, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers('ALL:@SECLEVEL=0')
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=60) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain)


@pytest.mark.parametrize('version', [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_present_tls_is_spoken(platform, version):
    context = ssl.create_default_context(cafile=platform.nginx.certificate)
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=60) as plain, context.wrap_socket(plain, server_hostname='localhost') as connection:
        assert connection.version()


def test_plain_http_on_the_tls_port_is_a_problem(platform):
    with socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=60) as plain:
        plain.sendall(b'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        head = plain.recv(65536)
    assert head.startswith(b'HTTP/1.1 400') and b'application/problem+json' in head


def test_an_answer_is_compressed_when_asked_for(api):
    assert api.send('GET', '/database/tables', headers={'Accept-Encoding': 'gzip'}).headers['Content-Encoding'] == 'gzip'


@pytest.mark.parametrize('status, code, request_text', [
    (413, 'too_large', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n'),
    (400, 'bad_request', 'GET /api/v1/health/live HTTP/1.1\r\nConnection: close\r\n\r\n'),
    (400, 'bad_request', 'GET /api/v1/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    (400, 'bad_request', 'GET /api/v1/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    (400, 'bad_request', 'NONSENSE\r\n\r\n'),
    (414, None, 'GET /api/v1/' + 'a' * 70000 + ' HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    (431, None, 'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: ' + 'a' * 70000 + '\r\n\r\n'),
    (405, 'method_not_allowed', 'TRACE /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    (400, 'bad_request', 'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'),
    (400, 'bad_request', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'),
])
def test_what_nginx_itself_refuses_is_a_problem_too(platform, status, code, request_text):
    answer = raw_exchange(platform, request_text.encode(), leave=status == 413)
    if answer is None or answer[2].startswith(b'<'):
        raise AssertionError(f'no problem: {answer}')
    said_status, headers, body = answer
    problem = CONTRACT.check('GET', '/api/v1/', said_status, headers, body)
    assert said_status == status and (code is None or problem['code'] == code)


def test_a_chunked_body_is_taken(platform):
    body = b'{"username": "x", "password": "y"}'
    request = (b'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n'
               + b'%x\r\n%s\r\n0\r\n\r\n' % (len(body), body))
    status, headers, answer = raw_exchange(platform, request)
    assert status == STATUS_OF['credentials'], answer


def test_two_requests_on_one_connection_are_answered_in_order(platform):
    one = 'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: pipelined-{}\r\n{}\r\n'
    context = ssl.create_default_context(cafile=platform.nginx.certificate)
    with socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=60) as plain, context.wrap_socket(plain, server_hostname='localhost') as connection:
        connection.sendall((one.format(1, '') + one.format(2, 'Connection: close\r\n')).encode())
        data = b''
        while piece := connection.recv(65536):
            data += piece
    assert data.index(b'pipelined-1') < data.index(b'pipelined-2')


def test_signing_in_is_limited_by_nginx_before_a_worker_is_asked(platform):
    """The shared platform has no such limit: here with the template's own."""
    nginx = Nginx(platform.home, free_port(), platform.short.address, platform.stream.address, platform.home / 'web', name='nginx-limited',
                  USER=platform.nginx.values['USER'], LOGIN_RATE='1r/m', LOGIN_BURST=2)
    nginx.start()
    try:
        http = Client(platform).http
        http.verify = str(nginx.certificate)
        answers = [http.post(nginx.url + '/api/v1/auth/login', json={'username': 'x', 'password': 'y'}, timeout=60) for _ in range(5)]
        assert [a.status_code for a in answers[3:]] == [429, 429]
        problem = CONTRACT.check('POST', '/api/v1/auth/login', 429, answers[-1].headers, answers[-1].content)
        assert problem['code'] == 'throttled'
        assert http.get(nginx.url + '/api/v1/health/live', timeout=60).status_code == 200
    finally:
        nginx.stop()
        platform.forget_throttles()


def test_the_access_log_is_json_without_queries_of_bodies(platform, api, wait):
    request_id = 'access-log-test-1'
    api.call('GET', '/database/tables', headers={'X-Request-Id': request_id})
    log = platform.home / 'logs' / 'nginx.access.log'
    line = wait(lambda: next((line for line in log.read_text().splitlines() if request_id in line), None), 5, 'the line in the log')
    entry = json.loads(line)
    assert entry['status'] == 200 and api.token not in line
