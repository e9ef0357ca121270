"""The console as a whole for every test: real workers behind the real nginx, over a PostgreSQL and a Redis of their own."""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import psycopg2
import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import iotplatform.process  # noqa: E402
from iotplatform import Platform, Proxy, Worker, free_port, wait_for  # noqa: E402
from iotplatform.process import descendants, tail  # noqa: E402
from client import SECRETS, Client, Direct  # noqa: E402

BUILD = Path(os.environ.get('GUARDIAN_BUILD') or HERE.parents[1] / '.dev' / 'build')
SANITIZED = b'__asan_init' in (BUILD / 'guardian-fcgi').read_bytes() if (BUILD / 'guardian-fcgi').exists() else False
if SANITIZED:   # memory that is only kept to catch its reuse would look like memory that grows
    os.environ['ASAN_OPTIONS'] = os.environ.get('ASAN_OPTIONS', '') + ':quarantine_size_mb=8'
    iotplatform.process.instrumented = 2


def pytest_configure(config):
    config.addinivalue_line('markers', 'shipped: measures time or memory, and so is run on the programs that are shipped too')


@lru_cache
def guard():
    """Its standard input takes the folders in which nothing may run when we have ended, in whatever way."""
    return subprocess.Popen([sys.executable, HERE / 'guard.py'], stdin=subprocess.PIPE, start_new_session=True).stdin


@contextmanager
def new_folder(name):
    """Where a platform lives: short, so that sockets fit; PostgreSQL's account may walk there."""
    path = Path(tempfile.mkdtemp(prefix=f'guardian-{name}-'))
    path.chmod(0o711)
    guard().write(f'{path}\n'.encode())
    guard().flush()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def web_root(home):
    """A page of the SPA's shape: these tests are about what lies behind it."""
    folder = home / 'web'
    (folder / 'assets').mkdir(parents=True, exist_ok=True)
    (folder / 'index.html').write_text('<!doctype html><title>IoT Guardian</title><script src="/assets/app-0123.js"></script>\n')
    (folder / 'assets' / 'app-0123.js').write_text('console.log(1)\n')
    return folder


class TestPlatform(Platform):
    """As ./dev makes it, without what makes data survive a power cut, and with the login rate of a test."""
    __test__ = False

    def __init__(self, home, **options):
        self._housekeepers = {}
        options.setdefault('nginx', {}).setdefault('LOGIN_RATE', '1000r/s')
        options['nginx'].setdefault('LOGIN_BURST', 1000)
        super().__init__(home, port=free_port(), build=BUILD, web_root=web_root(Path(home)), durable=False, **options)
        SECRETS.update([self.password, *(self.secrets.text(f'{name}_password') for name in ('app', 'monitor', 'reader', 'maintainer', 'redis'))])

    def client(self, **options):
        client = Client(self, **options)
        client.login()
        return client

    def children(self, worker):
        """The pids of a service's children, oldest first: its workers and its housekeeper."""
        born = {}
        for pid in descendants(worker.pid) if worker.pid else []:
            try:
                born[pid] = int(Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[19])
            except OSError:     # it has just ended
                pass
        born.pop(worker.pid, None)
        return sorted(born, key=lambda pid: (born[pid], pid))

    def housekeeper(self, worker):
        """The child that serves nobody: the last one to be started with its service, until it is replaced itself."""
        known, count = self._housekeepers.get(worker.pid), worker.config()['workers'] + 1
        if known not in self.children(worker):
            known = self._housekeepers[worker.pid] = wait_for(lambda: len(all_ := self.children(worker)) == count and all_[-1], 30, f'all of {worker.name}')
        return known

    def serving(self, worker):
        """The pids of a service's workers, oldest first."""
        keeper = self.housekeeper(worker)
        return [pid for pid in self.children(worker) if pid != keeper]

    def worker_pids(self):
        return {worker.pool: sorted(self.children(worker)) for worker in (self.short, self.stream)}

    def log_text(self):
        return ''.join(path.read_text(errors='replace') for path in sorted((self.home / 'logs').glob('*')))

    def forget_throttles(self):
        client = self.redis.client()
        for key in client.scan_iter('guardian:throttle:*'):
            client.delete(key)
        for key in client.scan_iter('guardian:login-*'):
            client.delete(key)

    def audit(self, statement, *values):
        return self.postgres.sql(statement, *values, database='guardian')

    def running(self, request_id):
        """What PostgreSQL runs for a request: not the audit's part, not what goes before a statement."""
        return self.postgres.sql("SELECT pid, state FROM pg_stat_activity WHERE application_name = %s AND state <> 'idle' AND usename <> 'guardian_app' "
                                 r"AND query !~ '^(BEGIN|SET|SELECT \(?(SELECT )?pg_catalog\.)'", request_id)


SMALL_DATA = """
CREATE TABLE readings (id int PRIMARY KEY, label text NOT NULL, value numeric);
INSERT INTO readings SELECT i, 'label ' || i, i * 1.5 FROM generate_series(1, 1000) AS i;
CREATE TABLE "Order Details" ("Order ID" int PRIMARY KEY);
CREATE TABLE "设备" ("编号" int PRIMARY KEY);
ANALYZE;
"""


def make_small_data(platform, name='iot_guardian'):
    platform.postgres.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    platform.postgres.sql(SMALL_DATA, database=name)


@contextmanager
def small_platform(name, **options):
    """A console over a handful of rows: for tests that break what it stands on. `data` changes the cluster before the console comes."""
    data = options.pop('data', make_small_data)
    with new_folder(name) as home:
        platform = TestPlatform(home, **options)
        try:
            platform.redis.start()
            platform.postgres.create().start()
            data(platform)
            if platform.with_standby:
                platform.standby = platform.postgres.standby()
            if platform.with_pitr:
                platform.barman.start()
            platform.migrate()
            platform.start_web()
            for worker in (platform.short, platform.stream):
                platform.housekeeper(worker)
            yield platform
        finally:
            keep_logs(platform, name)
            platform.stop()
            platform.purge()


def keep_logs(platform, name):
    """The logs of the last run stay where ./dev keeps its own."""
    target = BUILD.parent / 'logs' / '-'.join(filter(None, ['api', name, os.environ.get('PYTEST_XDIST_WORKER')]))
    if BUILD.parent.name.startswith('.dev') or os.environ.get('DEV_HOME'):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(platform.home / 'logs', target, dirs_exist_ok=True)


@pytest.fixture(scope='session')
def platform():
    """The console over the whole demonstration data, shared by all tests that leave it as they found it."""
    from iotplatform import demo

    def data(made):
        demo.load(made.postgres)
        make_small_data(made, 'second')

    # Instrumented programs on a busy machine: a server that is there must not be taken for one that is not.
    with small_platform('shared', data=data, workers=(3, 4), config={
            'postgres': {'managed_databases': 'iot_guardian,second', 'connect_timeout_s': 10}, 'audit': {'seal_interval_s': 1}}) as made:
        yield made


class SignedIn:
    """An administrator for as long as a run takes: signs in again long before an access token has lived its 15 minutes."""

    def __init__(self, platform):
        self._platform, self._token, self._renew_at = platform, None, 0

    @property
    def token(self):
        if time.monotonic() > self._renew_at:
            self._token, self._renew_at = self._platform.client().token, time.monotonic() + 300
        return self._token


@pytest.fixture(scope='session')
def signed_in(platform):
    return SignedIn(platform)


@pytest.fixture
def token(signed_in):
    return signed_in.token


@pytest.fixture
def api(platform, token):
    """A signed-in administrator."""
    return Client(platform, token)


@pytest.fixture
def anyone(platform):
    """Somebody without a token."""
    return Client(platform)


@pytest.fixture
def own_session(platform):
    """A session of this test's own, to be ended or broken by it."""
    return platform.client()


@pytest.fixture(scope='session')
def psql(platform):
    """Rows as the superuser sees them."""
    def ask(statement, *values, database='iot_guardian'):
        return platform.postgres.sql(statement, *values, database=database)
    return ask


@pytest.fixture(scope='session')
def replica(platform):
    """A second service of the short pool, as another node would run it."""
    (platform.home / 'state' / 'replica').mkdir(parents=True, exist_ok=True)
    worker = Worker(platform.home, 'short', platform.build / 'guardian-fcgi',
                    lambda: {**platform.config(), 'workers': 2, 'state_dir': str(platform.home / 'state' / 'replica')}, name='worker-replica')
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def direct(platform, token):
    """The short pool without nginx."""
    return Direct(platform.short, token)


@pytest.fixture(scope='session')
def victim_role(platform):
    """A login without any power, for sessions that are there to be ended."""
    platform.postgres.sql("CREATE ROLE victim LOGIN PASSWORD 'victim'")
    platform.postgres.sql('GRANT pg_read_all_data TO victim')
    return 'victim'


@pytest.fixture
def victim(platform, victim_role):
    """An open session of that role: its connection, with `pid`."""
    opened = []

    def open_session(database='iot_guardian', application='victim'):
        connection = psycopg2.connect(host=str(platform.postgres.socket_folder), port=platform.postgres.port, user=victim_role,
                                      password='victim', dbname=database, application_name=application)
        opened.append(connection)
        return connection
    yield open_session
    for connection in opened:
        connection.close()


@pytest.fixture
def wait():
    return wait_for


class Wire:
    """A platform whose workers reach PostgreSQL and Redis through proxies that misbehave on command."""

    def __init__(self, platform, postgres, redis):
        self.platform, self.postgres, self.redis = platform, postgres, redis

    def heal(self):
        for proxy in (self.postgres, self.redis):
            proxy.restore()
        for daemon in (self.platform.postgres, self.platform.redis):
            daemon.resume()
            daemon.start()
        self.platform.forget_throttles()


@contextmanager
def wired_platform(name, **options):
    """Short deadlines, so that what must end within them ends soon."""
    with new_folder('wire') as folder:
        config = options.pop('config', {})
        config['postgres'] = {'hosts': f'{folder}:5432', 'connect_timeout_s': 1, **config.get('postgres', {})}
        config['redis'] = {'address': f'unix:{folder}/redis.sock', **config.get('redis', {})}
        config.setdefault('request_timeout_ms', 2000)
        options.setdefault('workers', (2, 1))
        proxies = []

        def data(platform):
            # Killed servers keep what they had committed: not even a test may lose that.
            platform.postgres.stop()
            platform.postgres.settings['synchronous_commit'] = 'on'
            platform.postgres.start()
            proxies.append(Proxy(f'{folder}/.s.PGSQL.5432', str(platform.postgres.socket)))
            proxies.append(Proxy(f'{folder}/redis.sock', str(platform.redis.socket)))
            make_small_data(platform)
        with small_platform(name, data=data, config=config, **options) as platform:
            yield Wire(platform, *proxies)
        for proxy in proxies:
            proxy.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the workers said meanwhile."""
    report = (yield).get_result()
    if report.when == 'call' and report.failed:
        for value in item.funcargs.values():
            made = getattr(value, 'platform', value)
            if isinstance(made, TestPlatform):
                for worker in (made.short, made.stream):
                    report.sections.append((f'end of {worker.name}.log', tail(worker.log_file, 12)))
                break


def pytest_collection_modifyitems(items):
    """Where files are run side by side: those first that wait much and use little, each over a console of its own."""
    first = ['test_restore', 'test_pitr', 'test_jobs', 'test_backups', 'test_faults', 'test_standby', 'test_sentinel']
    items.sort(key=lambda item: item.path.stem not in first)


__all__ = ['Direct', 'free_port']
