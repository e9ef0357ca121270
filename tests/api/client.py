"""The caller of the API in the tests. No answer gets past the contract."""
import json
import socket
import ssl
import threading
import uuid
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

import fastcgi
from contract import PREFIX, Contract, error_statuses
from iotplatform import wait_for

CONTRACT = Contract()
STATUS_OF = error_statuses()
# Everything that must be found nowhere: not in the audit log, not in a log file.
SECRETS = set()


class SourceAddress(HTTPAdapter):
    """Calls from another address of the loopback network."""
    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


class Reply:
    def __init__(self, status, headers, body, value):
        self.status, self.headers, self.body, self.json = status, headers, body, value

    @property
    def text(self):
        return self.body.decode()


def fresh_id():
    return str(uuid.uuid4())


class Client:
    """`token` is sent as the bearer. Cookies stay between calls, as in a browser."""

    def __init__(self, platform, token=None, address=None):
        self.platform = platform
        self.token = token
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = str(platform.nginx.certificate)
        if address:
            self.http.mount('https://', SourceAddress(address))

    def clone(self, **changes):
        return Client(self.platform, **{'token': self.token, **changes})

    def url(self, path):
        return self.platform.url + PREFIX + path

    def send(self, method, path, value=None, headers=None, params=None, body=None, stream=False, timeout_s=60):
        """A requests.Response, unchecked. `value` is sent as JSON, `body` as it is."""
        sent = {'X-Request-Id': fresh_id(), **({'Authorization': f'Bearer {self.token}'} if self.token else {}), **(headers or {})}
        if value is not None:
            body = json.dumps(value).encode()
        if body is not None:
            sent.setdefault('Content-Type', 'application/json')
        return self.http.request(method, self.url(path), data=body, headers={k: v for k, v in sent.items() if v is not None}, params=params,
                                 stream=stream, timeout=timeout_s, allow_redirects=False)

    def call(self, method, path, value=None, **options):
        """Any answer that the contract allows."""
        answer = self.send(method, path, value, **options)
        return self._checked(method, answer)

    def _checked(self, method, answer):
        sent_id = answer.request.headers.get('X-Request-Id')
        sent_id = sent_id if sent_id and len(sent_id) == 36 else None
        value = CONTRACT.check(method, answer.request.path_url, answer.status_code, answer.headers, answer.content, sent_id)
        self._learn(answer, value)
        return Reply(answer.status_code, answer.headers, answer.content, value)

    def _learn(self, answer, value):
        for name in ('access_token', 'confirmation_token'):
            if isinstance(value, dict) and name in value:
                SECRETS.add(value[name])
        if cookie := answer.cookies.get('guardian_refresh'):
            SECRETS.add(cookie)

    def get(self, path, **options):
        return self._succeeded(self.call('GET', path, **options), path)

    def post(self, path, value=None, **options):
        return self._succeeded(self.call('POST', path, value, **options), path)

    @staticmethod
    def _succeeded(reply, path):
        assert reply.status < 400, f'{path} → {reply.status}: {reply.body[:1500]!r}'
        return reply

    def problem(self, code, method, path, value=None, **options):
        """The problem that the call must end in."""
        reply = self.call(method, path, value, **options)
        assert reply.status >= 400 and isinstance(reply.json, dict) and 'code' in reply.json, f'{path} → {reply.status}: {reply.body[:500]!r}'
        assert reply.json['code'] == code, f'{path} → {reply.json}'
        assert reply.status == STATUS_OF[code]
        return reply.json

    def stream(self, path, value, accept, **options):
        """The open answer of a streamed result, checked but for its body."""
        answer = self.send('POST', path, value, stream=True, headers={'Accept': accept, **options.pop('headers', {})}, **options)
        if answer.status_code != 200:
            self._checked('POST', answer)
            raise AssertionError(f'{path} → {answer.status_code}: {answer.content[:500]!r}')
        CONTRACT.check('POST', answer.request.path_url, 200, answer.headers, None, answer.request.headers['X-Request-Id'])
        return answer

    # -- what tests do again and again ---------------------------------------------------------------------------------------

    def login(self, username=None, password=None):
        """Signs in; this client then has the token and the cookie."""
        password = password or self.platform.password
        SECRETS.add(password)
        reply = self.post('/auth/login', {'username': username or self.platform.username, 'password': password})
        self.token = reply.json['access_token']
        return reply

    def query(self, sql, **options):
        return self.post('/database/query', {'sql': sql, **options}).json

    def scalar(self, sql, **options):
        return self.query(sql, **options)['rows'][0][0]

    def csv(self, sql, **options):
        return self.stream('/database/query', {'sql': sql, **options}, 'text/csv').content.decode()

    def table(self, name, **params):
        return self.get('/database/tables/' + quote(name, safe=''), params=params).json

    def background(self, *arguments, **options):
        """The call in a thread of its own; its `answer` is there once it is joined. An exception is raised by join()."""
        return Background(self.clone(), arguments, options)


class Background:
    def __init__(self, client, arguments, options):
        self.request_id = options.setdefault('headers', {}).setdefault('X-Request-Id', fresh_id())
        self.answer, self.error = None, None
        self._thread = threading.Thread(target=self._run, args=(client, arguments, options), daemon=True)
        self._thread.start()

    def _run(self, client, arguments, options):
        try:
            self.answer = client.call(*arguments, **options)
        except BaseException as error:      # raised again by join()
            self.error = error

    @property
    def done(self):
        return not self._thread.is_alive()

    def join(self, timeout_s=30):
        wait_for(lambda: self.done, timeout_s, 'the end of the call')
        self._thread.join()
        if self.error:
            raise self.error
        return self.answer


class Direct:
    """Calls one worker service without nginx; as strict about answers."""

    def __init__(self, worker, token=None):
        self.address = worker.address
        self.token = token

    def call(self, method, path, value=None, headers=None, body=b'', **params):
        if value is not None:
            body = json.dumps(value).encode()
        sent = {'X-Request-Id': fresh_id(), **({'Authorization': f'Bearer {self.token}'} if self.token else {}), **(headers or {})}
        target = PREFIX.encode() + path if isinstance(path, bytes) else PREFIX + path
        answer = fastcgi.call(self.address, method, target, {k: v for k, v in sent.items() if v is not None}, body, **params)
        assert answer.complete, f'{method} {path}: the answer broke off'
        name = target.decode('latin-1') if isinstance(target, bytes) else target
        value = CONTRACT.check(method, name, answer.status, answer.headers, answer.body)
        return Reply(answer.status, answer.headers, answer.body, value)

    def get(self, path, **options):
        return Client._succeeded(self.call('GET', path, **options), path)

    def post(self, path, value=None, **options):
        return Client._succeeded(self.call('POST', path, value, **options), path)

    def problem(self, code, method, path, value=None, **options):
        reply = self.call(method, path, value, **options)
        assert reply.json and reply.json.get('code') == code and reply.status == STATUS_OF[code], f'{method} {path} → {reply.body[:500]!r}'
        return reply.json


def raw_exchange(platform, data, timeout_s=60, leave=False):
    """Bytes to nginx over TLS, whatever they are; (status, headers, body) of the first answer, or None when there was none. Who means
    to `leave` does not wait until nginx closes: it gives a client that has more to send some seconds to read why it may not."""
    context = ssl.create_default_context(cafile=platform.nginx.certificate)
    with socket.create_connection(('127.0.0.1', platform.nginx.port), timeout=timeout_s) as plain:
        with context.wrap_socket(plain, server_hostname='localhost') as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass        # it may have answered and closed before it read all
            return read_answer(connection, leave)


def read_answer(connection, leave=False):
    data = bytearray()
    try:
        while piece := connection.recv(65536):
            data += piece
            if leave and is_whole(data):
                break
    except OSError:
        pass
    head, separator, body = bytes(data).partition(b'\r\n\r\n')
    if not separator:
        return None
    lines = head.decode('latin-1').split('\r\n')
    headers = fastcgi.Headers(line.split(': ', 1) for line in lines[1:] if ': ' in line)
    if headers.get('Transfer-Encoding') == 'chunked':
        body = unchunked(body)
    return int(lines[0].split()[1]), headers, body


def is_whole(data):
    """Have we as much of it as it says it has?"""
    head, separator, body = bytes(data).partition(b'\r\n\r\n')
    sizes = [line.partition(b':')[2] for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:')]
    return bool(separator and sizes) and len(body) >= int(sizes[0])


def unchunked(data):
    out = bytearray()
    while data:
        size, _, data = data.partition(b'\r\n')
        count = int(size, 16)
        if count == 0:
            break
        out += data[:count]
        data = data[count + 2:]
    return bytes(out)
