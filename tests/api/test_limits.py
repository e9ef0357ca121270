"""What one caller may take of the console without an account."""
import contextlib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest


@pytest.fixture
def slow_bodies(platform):
    """Opens requests whose bodies never come; nobody has signed in for them."""
    with contextlib.ExitStack() as opened:
        def start(path, count):
            context = ssl.create_default_context(cafile=platform.nginx.certificate)
            head = f'POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{'.encode()
            for _ in range(count):
                plain = opened.enter_context(socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=60))
                opened.enter_context(context.wrap_socket(plain, server_hostname='localhost')).sendall(head)
        yield start


def test_bodies_that_do_not_come_take_nothing_of_the_stream_pool(platform, api, slow_bodies):
    slow_bodies('/database/query', 4 * platform.workers['stream'])
    assert api.post('/database/query', {'sql': 'SELECT 1'}).json['rows'] == [[1]]


def test_bodies_that_do_not_come_take_nothing_of_the_short_pool(platform, api, slow_bodies):
    slow_bodies('/auth/refresh', 2 * int(platform.nginx.values['SHORT_LIMIT']))
    api.get('/database/overview')


def test_what_does_not_fit_into_the_stream_pool_is_refused_as_busy(platform, api, wait):
    count = platform.workers['stream']
    calls = [api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(50)', 'timeout_ms': 60000}) for _ in range(count)]
    try:
        for call in calls:
            wait(lambda: platform.running(call.request_id), 20, 'the statement running')
        with ThreadPoolExecutor(count) as threads:
            refused = list(threads.map(lambda _: api.clone().call('POST', '/database/query', {'sql': 'SELECT 1'}), range(2 * count)))
        assert [(reply.status, reply.json['code'], reply.headers['Retry-After']) for reply in refused] == [(503, 'busy', '1')] * (2 * count)
    finally:
        for call in calls:
            api.post(f'/database/query/{call.request_id}/cancel')
    assert [call.join().json['code'] for call in calls] == ['cancelled'] * count


def test_what_fits_into_the_short_pool_finds_room_in_the_workers_queue(platform, api, wait):
    listening = f'/{platform.short.link.name}.'     # of the socket and of each connection to it
    waiting = lambda: sum(listening in line for line in Path('/proc/net/unix').read_text().splitlines() if str(platform.home) in line)
    count = int(platform.nginx.values['SHORT_LIMIT'])
    with ThreadPoolExecutor(count) as threads:
        platform.short.pause()
        try:
            calls = [threads.submit(lambda: api.clone().send('GET', '/health/live').status_code) for _ in range(count)]
            wait(lambda: waiting() > count, 20, 'all calls in the queue')
        finally:
            platform.short.resume()
        assert [call.result() for call in calls] == [200] * count
