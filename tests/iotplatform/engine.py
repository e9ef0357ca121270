"""A stand-in for the Engine API (and any HTTP upstream): a generated swarm, and every way to answer wrongly."""
import json
import random
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'


def identifier(rng):
    return ''.join(rng.choices(ALPHABET, k=25))


def generated(nodes=100, services=200, tasks=10_000):
    """The Engine's answers for a swarm of that size, as long as the Engine's own (2.5 kB a task)."""
    rng = random.Random(7)
    padding = {f'label.{i}': 'v' * 60 for i in range(8)}
    node_list = [{
        'ID': identifier(rng), 'Version': {'Index': i + 10}, 'CreatedAt': '2026-11-01T00:00:00.123456789Z', 'UpdatedAt': '2026-11-01T00:00:00Z',
        'Spec': {'Labels': {'zone': f'z{i % 3}'}, 'Role': 'manager' if i < 3 else 'worker', 'Availability': 'active'},
        'Description': {'Hostname': f'node-{i}', 'Resources': {'NanoCPUs': 64 * 10**9, 'MemoryBytes': 256 << 30},
                        'Engine': {'EngineVersion': '20.10.24', 'Plugins': [{'Type': 'Log', 'Name': f'p{k}'} for k in range(20)]}},
        'Status': {'State': 'ready', 'Addr': f'10.0.0.{i}'},
        **({'ManagerStatus': {'Leader': i == 0, 'Reachability': 'reachable', 'Addr': '10.0.0.1:2377'}} if i < 3 else {})} for i in range(nodes)]
    service_list = [{
        'ID': identifier(rng), 'Version': {'Index': i + 500}, 'CreatedAt': '2026-11-01T00:00:00Z', 'UpdatedAt': '2026-11-02T00:00:00Z',
        'Spec': {'Name': f'stack_service-{i}', 'Labels': {'com.docker.stack.namespace': 'stack'}, 'Mode': {'Replicated': {'Replicas': tasks // services}},
                 'TaskTemplate': {'ContainerSpec': {'Image': f'registry/service-{i}:1@sha256:{"0" * 64}', 'Env': ['A=1', 'B=2'], 'Labels': padding}},
                 'UpdateConfig': {'Parallelism': 1, 'Order': 'start-first', 'FailureAction': 'rollback'}},
        'Endpoint': {'Spec': {}}} for i in range(services)]
    task_list = [{
        'ID': identifier(rng), 'Version': {'Index': i}, 'CreatedAt': '2026-11-20T10:00:00.123456789Z', 'UpdatedAt': '2026-11-20T10:00:00Z', 'Labels': {},
        'Spec': {'ContainerSpec': {'Image': 'registry/service:1', 'Env': [f'VARIABLE_{k}={"x" * 40}' for k in range(12)], 'Labels': padding},
                 'Resources': {'Reservations': {'NanoCPUs': 10**8, 'MemoryBytes': 64 << 20}}, 'Placement': {'Constraints': ['node.role == worker']}},
        'ServiceID': service_list[i % services]['ID'], 'Slot': i // services + 1, 'NodeID': node_list[i % nodes]['ID'],
        'Status': {'Timestamp': '2026-11-20T10:00:01.5Z', 'State': 'running', 'Message': 'started',
                   'ContainerStatus': {'ContainerID': '0' * 64, 'PID': 7, 'ExitCode': 0}},
        'DesiredState': 'running', 'NetworksAttachments': [{'Network': {'ID': identifier(rng), 'Spec': {'Name': 'n', 'Labels': padding}},
                                                            'Addresses': ['10.0.1.2/24']}]} for i in range(tasks)]
    info = {'Name': 'node-0', 'ServerVersion': '20.10.24', 'Swarm': {'NodeID': node_list[0]['ID'], 'LocalNodeState': 'active', 'Cluster': {'ID': identifier(rng)}}}
    return {'/info': info, '/nodes': node_list, '/services': service_list, '/tasks': task_list, '/networks': [], '/secrets': [], '/configs': []}


class Upstream:
    """`answers`: path without the API's version → JSON value. `mode` says how to answer."""

    def __init__(self, answers=None, prefix='/v1.41'):
        self.answers = {prefix + path: json.dumps(value).encode() for path, value in (answers or {}).items()}
        # Made once: to look through 25 MB at each call would hold up all that this process answers.
        self.tasks_of = {}
        for task in (answers or {}).get('/tasks', []):
            self.tasks_of.setdefault(task['ServiceID'], []).append(task)
        self.mode, self.calls, self.sent, self.seen = 'well', 0, 0, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                outer.calls += 1
                outer.seen.append((self.command, self.path, dict(self.headers)))
                size = int(self.headers.get('Content-Length') or 0)
                self.body = self.rfile.read(size)
                try:
                    getattr(outer, 'do_' + outer.mode)(self)
                except OSError:
                    self.close_connection = True
            do_POST = do_PATCH = do_DELETE = do_GET

            def log_message(self, *arguments):
                pass
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.address = f'http://127.0.0.1:{self.server.server_port}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def send(handler, body, status=200, headers=()):
        handler.send_response(status)
        for name, value in (('Content-Type', 'application/json'), ('Content-Length', len(body)), *headers):
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(body)

    def raw(self, handler, data):
        handler.wfile.write(data)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    def do_well(self, handler):
        path, _, query = handler.path.partition('?')
        body, filters = self.answers.get(path), parse_qs(query).get('filters')
        if body and filters and path.endswith('/tasks'):
            services = json.loads(filters[0]).get('service', [])    # as the Engine filters them; by service alone
            body = json.dumps([task for service in services for task in self.tasks_of.get(service, [])]).encode()
        self.sent += len(body or b'')
        self.send(handler, body if body is not None else b'{"message":"page not found"}', 200 if body is not None else 404)

    def do_silent(self, handler):
        time.sleep(20)

    def do_trickle(self, handler):
        handler.send_response(200)
        handler.send_header('Content-Length', '1000000')
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b'[')
            time.sleep(0.1)

    def do_closed(self, handler):
        self.raw(handler, b'')

    def do_not_http(self, handler):
        self.raw(handler, b'SSH-2.0-OpenSSH_9.2\r\n')

    def do_html(self, handler):
        self.send(handler, b'<html><script>alert(1)</script></html>')

    def do_half(self, handler):
        self.send(handler, b'[{"ID": "abc", "Spec": {"Na')

    def do_broken_off(self, handler):
        self.raw(handler, b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[{"ID"')

    def do_deep(self, handler):
        self.send(handler, b'[' * 100_000)

    def do_wrong_kind(self, handler):
        self.send(handler, b'"a text"')

    def do_redirect(self, handler):
        self.send(handler, b'', 302, [('Location', 'http://127.0.0.1:1/elsewhere')])

    def do_error(self, handler):
        self.send(handler, b'{"message":"rpc error: the swarm does not have a leader"}', 500)

    def do_endless(self, handler):
        handler.send_response(200)
        handler.end_headers()
        piece = b'[' + b' ' * 1_000_000
        for _ in range(200):
            handler.wfile.write(piece)
        handler.close_connection = True
