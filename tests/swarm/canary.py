"""Writes without pause and remembers what was acknowledged. Runs inside the data network, in a container of the postgres image, as text given to
`python3 -c`: canary.py postgres|redis RUN HOSTS; it goes on until its standard input ends, then prints what it saw as JSON."""
import json
import select
import socket
import sys
import time

import psycopg2
import psycopg2.extensions

PAUSE_S = 0.01


def secret(name):
    with open(f'/run/secrets/{name}') as file:
        return file.read().strip()


def patient(connection, limit_s):
    """Waits for the server, but not for ever: one that stands still keeps its connections open."""
    end = time.monotonic() + limit_s
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        reading, writing = ([connection] if state == wanted else [] for wanted in (psycopg2.extensions.POLL_READ, psycopg2.extensions.POLL_WRITE))
        if not any(select.select(reading, writing, [], max(0, end - time.monotonic()))):
            raise OSError('the server does not answer')


class Postgres:
    """Asks one server after the other, a second at most each: libpq would wait for two, and see a new primary that much later."""

    def __init__(self, run, hosts):
        self.run, self.hosts = run, hosts.split(',')
        self.dsn = (f'port=5432 dbname=iot_guardian user=postgres tcp_user_timeout=2000 keepalives_idle=1 keepalives_interval=1 keepalives_count=2 sslmode=verify-full '
                    f'sslrootcert=/etc/guardian/ca.crt application_name=canary password={secret("pg_superuser_password")}')
        self.connection = None

    def _open(self, host):
        self.connection = psycopg2.connect(self.dsn, host=host, async_=True)
        patient(self.connection, 1)
        self.cursor = self.connection.cursor()
        self._execute('SHOW transaction_read_only', limit_s=1)
        if self.cursor.fetchone()[0] != 'off':
            raise OSError(f'{host} is not the primary')

    def _execute(self, *statement, limit_s=2.0):
        self.cursor.execute(*statement)
        patient(self.connection, limit_s)

    def connect(self):
        """The name of the server."""
        for host in self.hosts:
            try:
                self._open(host)
                return host
            except (OSError, psycopg2.Error):
                self.close()
        raise OSError('none of the servers is the primary')

    def prepare(self):
        self._execute('CREATE TABLE IF NOT EXISTS lab_canary (run text, n int, at timestamptz DEFAULT clock_timestamp(), PRIMARY KEY (run, n))')

    def write(self, number):
        self._execute('INSERT INTO lab_canary (run, n) VALUES (%s, %s)', (self.run, number))

    def close(self):
        if self.connection:
            self.connection.close()

    def read(self):
        self._execute('SELECT n FROM lab_canary WHERE run = %s', (self.run,))
        return [row[0] for row in self.cursor.fetchall()]


class Redis:
    """With HOSTS `sentinel` it asks the Sentinels on each connection; else HOSTS is the one server."""

    def __init__(self, run, hosts):
        self.run, self.hosts, self.socket = run, hosts, None

    def _open(self, host, port, password):
        self.socket = socket.create_connection((host, port), 1)
        self.socket.settimeout(1)
        self.file = self.socket.makefile('rb')
        self._call('AUTH', password)

    def _call(self, *words):
        self.socket.sendall(b'*%d\r\n' % len(words) + b''.join(b'$%d\r\n%s\r\n' % (len(str(w).encode()), str(w).encode()) for w in words))
        return self._reply()

    def _reply(self):
        line = self.file.readline()
        if not line:
            raise OSError('the connection ended')
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b'-':
            raise OSError(rest)
        if kind == b'*':
            return [self._reply() for _ in range(int(rest))]
        if kind == b'$':
            return self.file.read(int(rest) + 2)[:-2].decode() if rest != '-1' else None
        return rest

    def connect(self):
        host = self.hosts
        if host == 'sentinel':
            for sentinel in ('sentinel-1', 'sentinel-2', 'sentinel-3'):
                try:
                    self._open(sentinel, 26379, secret('sentinel_password'))
                    host = self._call('SENTINEL', 'get-master-addr-by-name', 'guardian')[0]
                    break
                except OSError:
                    continue
                finally:
                    self.close()
        self._open(host, 6379, secret('redis_password'))
        if self._call('ROLE')[0] != 'master':
            raise OSError(f'{host} is not the primary')
        return host

    def prepare(self):
        pass

    def write(self, number):
        self._call('RPUSH', f'canary:{self.run}', number)

    def close(self):
        if self.socket:
            self.socket.close()

    def read(self):
        return [int(n) for n in self._call('LRANGE', f'canary:{self.run}', 0, -1)]


def told_to_stop():
    return bool(select.select([sys.stdin], [], [], 0)[0]) and not sys.stdin.buffer.raw.read(1)


def watch(target):
    acknowledged, servers, errors, unsure, number, connected = [], [], {}, [], 0, False
    prepared = False
    while not told_to_stop():
        try:
            if not connected:
                server = target.connect()
                connected = True
                if not servers or servers[-1][1] != server:
                    servers.append((time.time(), server))
                if not prepared:
                    target.prepare()
                    prepared = True
            number += 1
            target.write(number)
            acknowledged.append((number, time.time()))
        except Exception as error:      # of two libraries and the network
            if connected:
                unsure.append(number)
            text = (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
            errors[text] = errors.get(text, 0) + 1
            connected = False
            target.close()
        time.sleep(PAUSE_S)
    return {'acknowledged': acknowledged, 'servers': servers, 'errors': errors, 'unsure': len(unsure)}


def read(target):
    deadline = time.time() + 30
    while True:
        try:
            target.connect()
            return target.read()
        except Exception:
            if time.time() > deadline:
                raise
            time.sleep(0.3)


if __name__ == '__main__':
    kind, command, run, hosts = sys.argv[1:5]
    made = {'postgres': Postgres, 'redis': Redis}[kind](run, hosts)
    print(json.dumps({'watch': watch, 'read': read}[command](made)))
