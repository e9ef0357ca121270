"""A FastCGI client of few lines, to speak to one worker service without nginx: a chosen replica, or words that nginx would not say."""
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


class Answer:
    def __init__(self, status, headers, body, complete):
        self.status, self.headers, self.body, self.complete = status, headers, body, complete


class Headers(dict):
    """Case-insensitive."""
    def __init__(self, pairs):
        super().__init__((k.lower(), v) for k, v in pairs)

    def get(self, name, preset=None):
        return super().get(name.lower(), preset)

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __contains__(self, name):
        return super().__contains__(name.lower())


def record(kind, content=b''):
    return struct.pack('!BBHHBB', 1, kind, 1, len(content), 0, 0) + content


def pair(name, value):
    name, value = (text if isinstance(text, bytes) else text.encode() for text in (name, value))
    size = lambda n: struct.pack('!B', n) if n < 128 else struct.pack('!I', n | 0x80000000)
    return size(len(name)) + size(len(value)) + name + value


def stream(kind, content):
    return b''.join(record(kind, content[i:i + 65000]) for i in range(0, len(content), 65000)) + record(kind)


def begin(address, params, body=b'', timeout_s=30):
    """Sends a request; the connected socket."""
    path = address.removeprefix('unix:')
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout_s)
    connection.connect(str(path))
    request = record(BEGIN, struct.pack('!HB5x', 1, 0))
    request += stream(PARAMS, b''.join(pair(name, value) for name, value in params.items())) + stream(STDIN, body)
    connection.sendall(request)
    return connection


def finish(connection):
    """Reads the whole answer."""
    data = bytearray()
    while piece := connection.recv(65536):
        data += piece
    connection.close()
    out, complete, at = bytearray(), False, 0
    while at + 8 <= len(data):
        _, kind, _, size, padding, _ = struct.unpack_from('!BBHHBB', data, at)
        content = data[at + 8:at + 8 + size]
        at += 8 + size + padding
        if kind == STDOUT:
            out += content
        complete = complete or kind == END
    head, _, body = bytes(out).partition(b'\r\n\r\n')
    headers = Headers(line.split(': ', 1) for line in head.decode().split('\r\n') if ': ' in line)
    return Answer(int(headers.get('Status', '0').split()[0]), headers, body, complete)


def parameters(method, target, headers=None, body=b'', **params):
    """As nginx makes them."""
    made = {'REQUEST_METHOD': method, 'REQUEST_URI': target, 'QUERY_STRING': target.partition('?')[2] if isinstance(target, str) else '',
            'CONTENT_TYPE': 'application/json' if body else '', 'CONTENT_LENGTH': str(len(body)) if body else '',
            'SERVER_PROTOCOL': 'HTTP/2.0', 'REMOTE_ADDR': '127.0.0.1', 'HTTPS': 'on'}
    made.update({'HTTP_' + name.upper().replace('-', '_'): value for name, value in (headers or {}).items()})
    made.update(params)
    return {name: value for name, value in made.items() if value is not None}


def call(address, method, target, headers=None, body=b'', timeout_s=30, **params):
    return finish(begin(address, parameters(method, target, headers, body, **params), body, timeout_s))
