"""The way of an edge to what is behind it. Stand-ins: a name server whose answers the test gives, tasks that are sockets of this machine."""
import http.server
import json
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from api_conftest import new_folder

from iotplatform import Nginx, free_port
from iotplatform.nginx import TEMPLATES
from swarm.names import answer

REACH = TEMPLATES.parent / 'stack' / 'edge' / 'reach'


class Names(threading.Thread):
    """Knows one name; `addresses` are those of its tasks, asked for anew each time."""

    def __init__(self, addresses):
        super().__init__(daemon=True)
        self.addresses = addresses
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        while True:
            query, caller = self.socket.recvfrom(4096)
            if not query:
                return
            self.socket.sendto(answer(query, self.addresses()), caller)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b'', self.socket.getsockname())
        self.join()
        self.socket.close()


class Unreachable:
    """A task whose first packets are lost: its queue is full, and the kernel says nothing to who connects."""

    def __init__(self, address, port):
        self.server = socket.create_server((address, port), backlog=0)
        self.callers = [socket.socket() for _ in range(2)]
        for caller in self.callers:
            caller.setblocking(False)
            caller.connect_ex((address, port))
        with pytest.raises(TimeoutError):
            socket.create_connection((address, port), timeout=0.3)

    def close(self):
        for each in (self.server, *self.callers):
            each.close()


class Task(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, port):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'the page')

            def log_message(self, *_):
                pass
        super().__init__((address, port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


LOST, WELL = '127.0.0.2', '127.0.0.3'


class Edge:
    """nginx with the way to the frontend that the image has. DNS names `then` from the second time on that it is asked."""

    def __init__(self, home, first, then):
        asked = iter([first])
        port = free_port()
        self.names = Names(lambda: next(asked, then))
        self.names.start()
        self.others = [Unreachable(LOST, port), Task(WELL, port)]
        web = Path(home) / 'web-service.conf'
        web.write_text((TEMPLATES / 'web-service.conf').read_text().replace('frontend:8080', f'frontend:{port}').replace('127.0.0.11', self.resolver))
        self.nginx = Nginx(home, free_port(), 'unix:/nobody', 'unix:/nobody', home, USER='user root;', WEB=web, RESOLVER=f'resolver {self.resolver} valid=1s ipv6=off;')
        self.nginx.start()

    @property
    def resolver(self):
        return f'127.0.0.1:{self.names.port}'

    def get(self, body=None):
        """(status, what was said)"""
        try:
            with urllib.request.urlopen(self.nginx.url, body, timeout=30, context=ssl.create_default_context(cafile=self.nginx.certificate)) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def close(self):
        self.nginx.stop()
        for each in (*self.others, self.names):
            each.close()


@pytest.fixture
def edge():
    with ExitStack() as stack:
        def made(first, then):
            each = Edge(stack.enter_context(new_folder('edge')), first, then)
            stack.callback(each.close)
            return each
        yield made


def test_a_page_whose_task_cannot_be_reached_comes_from_another(edge):
    assert edge([LOST, WELL], [LOST, WELL]).get() == (200, b'the page')


def test_a_page_comes_from_who_is_named_then_when_nobody_that_was_named_can_be_reached(edge):
    assert edge([LOST], [WELL]).get() == (200, b'the page')


def test_a_page_that_nobody_has_is_a_problem(edge):
    status, said = edge([LOST], [LOST]).get()
    assert (status, json.loads(said)['code']) == (504, 'deadline')


def test_a_name_that_nobody_has_is_a_problem(edge):
    status, said = edge([], []).get()
    assert (status, json.loads(said)['code']) == (502, 'worker_unavailable')


def test_a_body_that_is_too_large_for_a_page_is_a_problem(edge):
    status, said = edge([WELL], [WELL]).get(b'x' * (2 << 20))
    assert (status, json.loads(said)['code']) == (413, 'too_large')


# -- before it takes the address ----------------------------------------------------------------------------------------------

def reach(seconds, *tasks):
    return subprocess.Popen([REACH, str(seconds), *tasks], stderr=subprocess.PIPE, text=True)


def test_an_edge_waits_until_what_is_behind_it_takes_connections():
    port = free_port()
    waiting = reach(60, f'localhost:{port}')
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1)
    with socket.create_server(('127.0.0.1', port)):
        assert waiting.wait(30) == 0


def test_an_edge_waits_for_each_of_them():
    with socket.create_server(('127.0.0.1', 0)) as one:
        there, absent = one.getsockname()[1], free_port()
        waiting = reach(2, f'localhost:{there}', f'localhost:{absent}')
        assert (waiting.wait(30), waiting.stderr.read()) == (1, f'After 2 s localhost:{absent} is not reached.\n')


def test_an_edge_does_not_wait_for_longer_than_it_is_told():
    waiting = reach(1, 'nobody.invalid:80')
    assert (waiting.wait(30), waiting.stderr.read()) == (1, 'After 1 s nobody.invalid:80 is not reached.\n')
