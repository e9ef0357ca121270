"""A console of its own for the browser tests: started, described in one line of JSON, and forgotten when standard input ends.

Whoever started it may die in any way: its end of the pipe closes, and nothing is left behind. Lines on standard input that name
a fault are carried out and answered with an empty line."""
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from iotplatform import Failed, Platform, Redis, Sentinel, free_port  # noqa: E402

SOURCE = HERE.parents[1]
STACK = 'services: {guardian-fcgi: {image: "registry.local/guardian-fcgi:1.1.0"}, archive: {image: "registry.local/archive:1.0.0"}}\n'


class Watched:
    """Redis as it is deployed: a primary, two replicas, three Sentinels. They are patient, for the machine may be slow: only who asks
    for a failover gets one."""

    def __init__(self):
        self.ports = [free_port() for _ in range(6)]
        self.config = {'address': '', 'sentinels': ','.join(f'127.0.0.1:{port}' for port in self.ports[3:]), 'sentinel_primary': 'mymaster'}
        self.daemons = []

    def start(self, platform):
        primary = platform.redis = Redis(platform.home, port=self.ports[0], password=platform.redis.password, durable=False).start()
        self.daemons += [primary.replica(f'redis-{i + 2}', port) for i, port in enumerate(self.ports[1:3])]
        sentinels = [Sentinel(platform.home, primary, f'sentinel-{i + 1}', port, down_after_ms=60_000).start() for i, port in enumerate(self.ports[3:])]
        self.daemons += sentinels
        for sentinel in sentinels:
            sentinel.knows(2, 2, timeout_s=60)

    def stop(self):
        for daemon in self.daemons:
            daemon.kill()


class Standby:
    """A streaming replica that the console does not ask, but that PostgreSQL tells of."""

    def __init__(self, platform):
        self.platform, self.server = platform, None

    def start(self):
        self.server = self.server or self.platform.postgres.standby('standby')
        self.server.start()

    def stop(self):
        if self.server:
            self.server.stop()


def main(home):
    shutil.copytree(os.environ.get('E2E_WEB_ROOT') or SOURCE / 'frontend' / 'dist', home / 'web')   # a build meanwhile must not mix two
    stack = home / 'stack.yml'
    stack.write_text(STACK)
    watched = Watched()
    platform = Platform(home, port=free_port(), build=os.environ.get('GUARDIAN_BUILD'), web_root=home / 'web', durable=False, pitr=True,
                        config={'postgres': {'connect_timeout_s': 10}, 'redis': watched.config, 'docker': {'address': os.environ['E2E_DOCKER'], 'stack_file': str(stack), 'stack_name': 'iot'},
                                'watch': {'prometheus': os.environ['E2E_DOCKER'], 'alertmanager': os.environ['E2E_DOCKER']}},
                        nginx={'LOGIN_RATE': '1000r/s', 'LOGIN_BURST': 1000})
    standby = Standby(platform)
    faults = {'pause postgres': platform.postgres.pause, 'resume postgres': platform.postgres.resume,
              'start standby': standby.start, 'stop standby': standby.stop}
    try:
        watched.start(platform)
        platform.start()
        print(json.dumps(platform.session()), flush=True)
        for line in sys.stdin:
            faults[line.strip()]()
            print(flush=True)
    finally:
        keep_logs(platform)
        standby.stop()
        watched.stop()
        platform.purge()


def keep_logs(platform):
    """The logs of the last run stay where ./dev keeps its own."""
    target = Path(os.environ.get('DEV_HOME') or SOURCE / '.dev') / 'logs' / 'e2e'
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(platform.home / 'logs', target)


folder = Path(tempfile.mkdtemp(prefix='guardian-e2e-'))
folder.chmod(0o711)     # PostgreSQL's account walks through it
try:
    main(folder)
except Failed as failure:
    sys.exit(str(failure))
finally:
    shutil.rmtree(folder, ignore_errors=True)
