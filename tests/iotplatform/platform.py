"""The whole console on one machine: PostgreSQL with the demonstration data, Redis, two pools of workers, two runners of jobs, nginx."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import yaml

from . import demo
from .barman import Barman
from .nginx import BackupFiles, Nginx
from .postgres import Postgres, binary_folder
from .process import Failed, write
from .redis import Redis
from .runner import Runner
from .secrets import Secrets
from .worker import Worker

SOURCE = Path(__file__).resolve().parents[2]
ADMINISTRATOR = 'admin'


class Platform:
    """`home` holds everything it makes. Each part can also be used alone; `config` overrides guardian.yaml's sections,
    `nginx` the template's values. With `tcp` the databases listen on loopback (for faults on the wire)."""

    def __init__(self, home, port=8443, build=None, web_root=None, standby=False, pitr=False, tcp_port=None, durable=True,
                 workers=(4, 8), config=None, nginx=None):
        self.home = Path(home).resolve()
        self.build = Path(build or os.environ.get('GUARDIAN_BUILD') or SOURCE / '.dev' / 'build').resolve()
        self.secrets = Secrets(self.home)
        self.postgres = Postgres(self.home, port=tcp_port or 5432, tcp=bool(tcp_port), durable=durable)
        self.with_standby = standby
        self.with_pitr = pitr
        self.standby = None
        self.barman = Barman(self.home, self.postgres)
        self.redis = Redis(self.home, port=tcp_port + 2 if tcp_port else 0, password=self.secrets.text('redis_password'), durable=durable)
        self.overrides = config or {}
        self.workers = dict(zip(('short', 'stream'), workers))
        self.short = self._worker('short')
        self.stream = self._worker('stream')
        self.nginx = Nginx(self.home, port, self.short.address, self.stream.address, web_root or SOURCE / 'frontend' / 'dist',
                           USER='user root;' if os.geteuid() == 0 else '', SHORT_LIMIT=16 * self.workers['short'],
                           STREAM_LIMIT=self.workers['stream'], **(nginx or {}))
        self.runners = [Runner(self.home, name, self.build / 'guardian-jobs', lambda name=name: self.runner_config(name)) for name in ('a', 'b')]
        self.backup_files = BackupFiles(self.home, self.secrets.text('copy_token'), user='user root;' if os.geteuid() == 0 else '')
        self.url = self.nginx.url
        self.username = ADMINISTRATOR

    @property
    def password(self):
        return self.secrets.text('admin_password')

    # -- configuration -------------------------------------------------------------------------------------------------

    def config(self, pool='short'):
        """guardian.yaml as nested dictionaries."""
        secret = self.secrets
        hosts = [self.postgres.address] + ([self._standby().address] if self.with_standby else [])
        made = {
            'workers': self.workers[pool], 'drain_ms': 200, 'state_dir': str(self.home / 'state' / pool),
            'postgres': {
                'hosts': ','.join(hosts), 'managed_databases': demo.DATABASE,
                'app_password_file': str(secret.file('app_password')), 'monitor_password_file': str(secret.file('monitor_password')),
                'reader_password_file': str(secret.file('reader_password')), 'maintainer_password_file': str(secret.file('maintainer_password'))},
            'redis': {'address': self.redis.address, 'password_file': str(secret.file('redis_password'))},
            'auth': {'keys_file': str(self.keys_file)},
            'audit': {'seal_key_file': str(secret.hex_file('seal_key'))},
            'jobs': {'copy_url': 'http://backups/{runner}/{file}', 'copy_socket': str(self.backup_files.socket),
                     'copy_token_file': str(self.secrets.file('copy_token'))},
        }
        for section, values in self.overrides.items():
            made[section] = {**made.get(section, {}), **values} if isinstance(values, dict) else values
        return made

    def runner_config(self, name):
        """guardian.yaml of one runner: that of the workers, and what is its own."""
        made = self.config()
        made['jobs'] = {'runner': name, 'backup_dir': str(self.home / 'backups' / name), 'pg_bindir': str(binary_folder()),
                        **made.get('jobs', {})}
        if self.with_pitr and name == 'a':      # one of them is beside Barman
            made['pitr'] = {**self.barman.runner_config(), **made.get('pitr', {})}
        return {'listen': 'none', **made}

    @property
    def keys_file(self):
        return self.home / 'etc' / 'keys.yaml'

    def write_keys(self, keys=None):
        """keys.yaml: the console's own key, and one of an outside issuer. Both kinds are thus in use from the start."""
        private, public = self.secrets.key_pair('platform_es256')
        write(self.keys_file, yaml.safe_dump({'keys': keys or [
            {'kid': 'console-1', 'algorithm': 'HS256', 'secret_file': str(self.secrets.hex_file('console_hs256', 48)), 'sign': True,
             'issuer': 'iot-guardian', 'audience': 'iot-guardian-console'},
            {'kid': 'platform-1', 'algorithm': 'ES256', 'public_key_file': str(public),
             'issuer': 'iot-platform', 'audience': 'iot-guardian-console'}]}, sort_keys=False), 0o600)

    def _worker(self, pool):
        return Worker(self.home, pool, self.build / 'guardian-fcgi', lambda: self.config(pool))

    def _standby(self):
        return Postgres(self.home, 'standby', self.postgres.port + 1, self.postgres.tcp, self.postgres.durable)

    def ctl(self, *arguments, stdin=''):
        """guardianctl with the short pool's configuration; the finished process."""
        self.write_keys()
        for pool in self.workers:
            (self.home / 'state' / pool).mkdir(parents=True, exist_ok=True, mode=0o700)
        return subprocess.run([self.build / 'guardianctl', '-c', self.short.write_config(), *map(str, arguments)],
                              input=stdin, capture_output=True, text=True)

    # -- life ----------------------------------------------------------------------------------------------------------

    def start_data(self, load=True):
        """PostgreSQL (with the demonstration data) and Redis."""
        self.redis.start()
        self.postgres.create().start()
        if load:
            demo.load(self.postgres)
        if self.with_standby:
            self.standby = self.postgres.standby()
        if self.with_pitr:
            self.barman.start()

    def migrate(self):
        """Roles, the console's database, the first administrator. Does nothing that is done already."""
        done = self.ctl('migrate', '--admin', self.postgres.conninfo())
        if done.returncode:
            raise Failed(f'guardianctl migrate failed ({done.returncode}):\n{done.stderr}{done.stdout}')
        done = self.ctl('admin', 'create', self.username, stdin=self.password + '\n')
        if done.returncode not in (0, 3):       # 3: there already
            raise Failed(f'guardianctl admin create failed ({done.returncode}):\n{done.stderr}{done.stdout}')

    def start_web(self):
        """Workers, runners and nginx; workers with an older program or configuration are replaced in flight."""
        self.write_keys()
        for worker in (self.short, self.stream):
            (self.home / 'state' / worker.pool).mkdir(parents=True, exist_ok=True, mode=0o700)
            worker.start() if not worker.running else None if worker.current else worker.restart()
        self.backup_files.start()
        for runner in self.runners:
            runner.start()
        self.nginx.start()

    def start(self):
        self.start_data()
        self.migrate()
        self.start_web()
        return self

    def daemons(self):
        """All that may run here, in the order in which to stop them."""
        return [self.nginx, self.short, self.stream, *self.runners, self.backup_files, self.barman, self.redis, self._standby(), self.postgres]

    def stop(self):
        """nginx lets its requests finish, then the workers, then what they stand on."""
        for daemon in self.daemons():
            daemon.stop()

    def purge(self):
        """Stops everything and forgets it."""
        for daemon in self.daemons():
            daemon.kill()
        for cluster in (self.barman, self._standby(), self.postgres):
            cluster.remove()
        for name in ('etc', 'logs', 'run', 'secrets', 'state', 'redis.data', 'nginx.data', 'nginx-backups.data', 'backups', 'session.json'):
            path = self.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    # -- who is asking ---------------------------------------------------------------------------------------------------

    def session(self):
        """What ./dev writes to session.json."""
        arguments = [*self.postgres.arguments, '-d', demo.DATABASE]
        return {'url': self.url, 'username': self.username, 'password': self.password, 'database': demo.DATABASE,
                'psql': ['psql', '-X', *arguments], 'pg_dump': ['pg_dump', *arguments]}

    def write_session(self):
        path = self.home / 'session.json'
        write(path, json.dumps(self.session(), indent=2, ensure_ascii=False) + '\n', 0o600)
        return path
