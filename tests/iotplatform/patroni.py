"""PostgreSQL under Patroni with etcd, all of them real, on loopback."""
import json
import os
import shutil
import signal
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

import psycopg2
import yaml

from .postgres import ACCOUNT, SETTINGS, binary_folder, own_folder
from .process import Daemon, as_user, free_port, wait_for

REST_USER = 'patroni'
GUARDED = Path(__file__).resolve().parents[2] / 'stack' / 'postgres' / 'patroni'      # the program that the stack runs


class Etcd(Daemon):
    def __init__(self, home, name='etcd'):
        super().__init__(name, home)
        self.client_port, self.peer_port = free_port(), free_port()
        self.data = self.home / f'{name}.data'

    def start(self):
        client, peer = f'http://127.0.0.1:{self.client_port}', f'http://127.0.0.1:{self.peer_port}'
        self.spawn(['etcd', '--name', self.name, '--data-dir', self.data, '--listen-client-urls', client, '--advertise-client-urls', client,
                    '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', f'{self.name}={peer}',
                    '--log-level', 'warn', '--unsafe-no-fsync'], ready=self.answers)
        return self

    def answers(self):
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.client_port}/health', timeout=1) as answer:
                return json.load(answer).get('health') == 'true'
        except OSError:
            return False


class Member(Daemon):
    """One Patroni with its PostgreSQL."""
    stop_timeout_s = 30

    def __init__(self, cluster, name):
        super().__init__(name, cluster.home)
        self.cluster = cluster
        self.port, self.api_port = free_port(), free_port()
        self.api = f'http://127.0.0.1:{self.api_port}'
        self.data = cluster.base / name
        self.socket_folder = cluster.base / f'{name}.s'

    def config(self):
        parameters = {**{k: v for k, v in SETTINGS.items() if k not in ('wal_level', 'max_wal_senders', 'max_replication_slots', 'hot_standby', 'max_connections')},
                      'shared_buffers': '32MB', 'fsync': 'off', 'unix_socket_directories': str(self.socket_folder), 'unix_socket_permissions': '0700'}
        return {
            'scope': 'iot-guardian', 'namespace': '/service/', 'name': self.name,
            'etcd3': {'hosts': [f'127.0.0.1:{self.cluster.etcd.client_port}']},
            'restapi': {'listen': f'127.0.0.1:{self.api_port}', 'connect_address': f'127.0.0.1:{self.api_port}',
                        'authentication': {'username': REST_USER, 'password': self.cluster.rest_password}},
            'bootstrap': {
                'dcs': {'ttl': 20, 'loop_wait': 1, 'retry_timeout': 5, 'maximum_lag_on_failover': 1048576, 'master_start_timeout': 0,
                        'synchronous_mode': True, 'postgresql': {'use_pg_rewind': True, 'use_slots': True, 'parameters': {
                            'wal_level': 'replica', 'hot_standby': 'on', 'max_wal_senders': 10, 'max_replication_slots': 10, 'wal_log_hints': 'on',
                            'max_connections': 100}}},
                'initdb': [{'encoding': 'UTF8'}, {'locale': 'C.UTF-8'}, 'data-checksums', 'no-sync']},
            'postgresql': {
                'listen': f'127.0.0.1:{self.port}', 'connect_address': f'127.0.0.1:{self.port}', 'data_dir': str(self.data),
                'bin_dir': str(binary_folder()), 'pgpass': str(self.cluster.base / f'{self.name}.pgpass'), 'use_unix_socket': True, 'parameters': parameters,
                'authentication': {'superuser': {'username': 'postgres', 'password': self.cluster.password},
                                   'replication': {'username': 'replicator', 'password': self.cluster.password}},
                'pg_hba': ['local all postgres trust', 'local all all scram-sha-256', 'host replication replicator 127.0.0.1/32 scram-sha-256',
                           'host all all 127.0.0.1/32 scram-sha-256']},
            'watchdog': {'mode': 'off'}}

    def start(self, wait=True):
        self.socket_folder.mkdir(exist_ok=True)
        conf = self.cluster.base / f'{self.name}.yml'
        conf.write_text(yaml.safe_dump(self.config()))
        if as_user(ACCOUNT):
            for path in (self.socket_folder, conf):
                shutil.chown(path, ACCOUNT, ACCOUNT)
        self.socket_folder.chmod(0o700)
        conf.chmod(0o600)
        self.spawn([self.cluster.base / 'patroni', conf], user=ACCOUNT, env={'LC_ALL': 'C.UTF-8'}, ready=(lambda: self.get('/liveness') is not None) if wait else None, timeout_s=60)
        return self

    def freeze(self):
        """Patroni alone stops in its tracks; its PostgreSQL goes on."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def stand_still(self):
        """Patroni and all of its PostgreSQL: connections stay open, and nothing comes back."""
        self.freeze()
        self._signal_postgres(signal.SIGSTOP)

    def go_on(self):
        self._signal_postgres(signal.SIGCONT)
        self.thaw()

    def _signal_postgres(self, number):
        postmaster = (self.data / 'postmaster.pid').read_text().split()[0]
        os.kill(int(postmaster), number)
        for process in Path(f'/proc/{postmaster}/task/{postmaster}/children').read_text().split():
            os.kill(int(process), number)

    def get(self, path):
        """The JSON of an answer of whatever status, or None."""
        try:
            with urllib.request.urlopen(self.api + path, timeout=2) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            text = error.read()
        except OSError:
            return None
        return json.loads(text) if text[:1] in (b'{', b'[') else {}

    def patch(self, **values):
        request = urllib.request.Request(self.api + '/config', json.dumps(values).encode(), method='PATCH', headers={
            'Content-Type': 'application/json', 'Authorization': 'Basic ' + b64encode(f'{REST_USER}:{self.cluster.rest_password}'.encode()).decode()})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)


class PatroniCluster:
    """Stands where a Platform has its Postgres."""
    port = 0
    tcp = True
    durable = False

    def __init__(self, home, password, rest_password, size=3):
        self.home = home
        self.password, self.rest_password = password, rest_password
        self.base = own_folder(home) / 'patroni'
        self.etcd = Etcd(home)
        self.members = [Member(self, f'pg-{i + 1}') for i in range(size)]

    def start(self):
        self.base.mkdir(parents=True, exist_ok=True)
        shutil.copy(GUARDED, self.base)     # where its user may read
        if as_user(ACCOUNT):
            shutil.chown(self.base, ACCOUNT, ACCOUNT)
        self.etcd.start()
        self.members[0].start()
        wait_for(lambda: self.leader() is not None, 60, 'a leader', poll_s=0.2)
        for member in self.members[1:]:
            member.start()
        self.whole()
        return self

    def create(self):
        return self

    def cluster(self):
        return next((found for member in self.members if (found := member.get('/cluster')) and found.get('members')), {'members': []})

    def leader(self):
        name = next((m['name'] for m in self.cluster()['members'] if m['role'] == 'leader' and m['state'] == 'running'), None)
        return next((m for m in self.members if m.name == name), None)

    def roles(self):
        return {m['name']: m['role'] for m in self.cluster()['members']}

    def whole(self, timeout_s=90):
        """Waits until all members run, one leads and one is synchronous."""
        def is_whole():
            found = self.cluster()['members']
            return len(found) == len(self.members) and all(m['state'] in ('running', 'streaming') for m in found) and \
                sorted(m['role'] for m in found) == sorted(['leader', 'sync_standby'] + ['replica'] * (len(self.members) - 2)) and \
                all(m['role'] == 'leader' or m.get('lag') == 0 for m in found)
        wait_for(is_whole, timeout_s, f'all members: {self.cluster()}', poll_s=0.2)

    @property
    def pid(self):
        return self.members[0].pid

    @property
    def running(self):
        return any(member.running for member in self.members)

    @property
    def address(self):
        return ','.join(f'127.0.0.1:{member.port}' for member in self.members)

    def conninfo(self, database='postgres'):
        leader = wait_for(self.leader, 30, 'a leader', poll_s=0.2)
        return f"host='{leader.socket_folder}' port={leader.port} user=postgres dbname={database}"

    def sql(self, statement, *values, database='postgres'):
        connection = psycopg2.connect(self.conninfo(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def stop(self):
        for daemon in [*self.members, self.etcd]:
            daemon.kill()

    kill = stop

    def remove(self):
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)


