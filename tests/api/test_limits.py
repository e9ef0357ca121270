"""What one caller may take of the console without an account."""
import contextlib
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def slow_bodies(platform):
    """Opens requests whose bodies never come; nobody has signed in for them."""
    with contextlib.ExitStack() as opened:
        def start(path, count):
            context = ssl.create_default_context(cafile=platform.nginx.certificate)
            head = f'POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{'.encode()
            for _ in range(count):
                plain = opened.enter_context(socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=10))
                opened.enter_context(context.wrap_socket(plain, server_hostname='localhost')).sendall(head)
        yield start


def test_bodies_that_do_not_come_take_nothing_of_the_stream_pool(platform, api, slow_bodies):
    slow_bodies('/database/query', 4 * platform.workers['stream'])
    assert api.post('/database/query', {'sql': 'SELECT 1'}).json['rows'] == [[1]]


def test_bodies_that_do_not_come_take_nothing_of_the_short_pool(platform, api, slow_bodies):
    slow_bodies('/auth/refresh', 2 * int(platform.nginx.values['SHORT_LIMIT']))
    api.get('/database/overview')


def test_what_does_not_fit_into_the_stream_pool_is_refused_as_busy(platform, api):
    count = 3 * platform.workers['stream']
    with ThreadPoolExecutor(count) as threads:
        replies = list(threads.map(lambda _: api.clone().call('POST', '/database/query', {'sql': 'SELECT pg_sleep(1)'}), range(count)))
    refused = [reply for reply in replies if reply.status != 200]
    assert refused and len(replies) - len(refused) >= platform.workers['stream']
    assert all((reply.status, reply.json['code'], reply.headers['Retry-After']) == (503, 'busy', '1') for reply in refused)


def test_what_fits_into_the_short_pool_finds_room_in_the_workers_queue(platform, api):
    count = int(platform.nginx.values['SHORT_LIMIT'])
    with ThreadPoolExecutor(count) as threads:
        platform.short.pause()
        try:
            calls = [threads.submit(lambda: api.clone().send('GET', '/health/live').status_code) for _ in range(count)]
            time.sleep(1)
        finally:
            platform.short.resume()
        assert [call.result() for call in calls] == [200] * count
