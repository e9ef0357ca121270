"""The console beside the real parts of a platform: a Docker swarm, Patroni with etcd, Redis with Sentinels, Prometheus with its exporters.
Needs root and Debian's packages of all of them; nothing here is skipped."""
import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

API = Path(__file__).resolve().parents[1] / 'api'
sys.path[:0] = [str(API.parent), str(API)]
spec = importlib.util.spec_from_file_location('api_conftest', API / 'conftest.py')
api_conftest = sys.modules['api_conftest'] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(api_conftest)

from iotplatform import Docker, DockerProxy, PatroniCluster, free_port  # noqa: E402

assert os.geteuid() == 0, 'these tests need root: namespaces, dockerd'
pytest_runtest_makereport = api_conftest.pytest_runtest_makereport


@contextmanager
def patroni_console(name, config=None, start_redis=lambda platform: platform.redis.start()):
    """A console over three real Patroni members; `start_redis` gives its platform the Redis that it asks, and notes in `others` what goes with it."""
    with api_conftest.new_folder(name) as home:
        platform = api_conftest.TestPlatform(home, workers=(2, 1), config={'request_timeout_ms': 20000, **(config or {})})
        secrets, platform.others = platform.secrets, []
        cluster = platform.postgres = platform.cluster = PatroniCluster(home, secrets.text('pg_superuser'), secrets.text('patroni_rest'))
        platform.overrides['patroni'] = {'addresses': ','.join(m.api for m in cluster.members), 'username': 'patroni',
                                         'password_file': str(secrets.file('patroni_rest'))}
        platform.overrides['postgres'] = {'connect_timeout_s': 2}
        api_conftest.SECRETS.update([secrets.text('pg_superuser'), secrets.text('patroni_rest')])
        try:
            start_redis(platform)
            cluster.start()
            api_conftest.make_small_data(platform)
            platform.migrate()
            platform.start_web()
            yield platform
        finally:
            api_conftest.keep_logs(platform, name)
            for daemon in platform.others:
                daemon.kill()
            platform.stop()
            cluster.remove()
            platform.purge()


class Steering:
    """Two-step calls."""

    def __init__(self, client):
        self.client = client

    def challenge(self, path, value=None):
        reply = self.client.call('POST', path, value)
        assert reply.status == 428, reply.body[:800]
        return reply.json

    def confirm(self, path, value, made):
        headers = {'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'], safe='')}
        return self.client.call('POST', path, value, headers=headers)

    def do(self, path, value=None):
        """Both steps; the answer's JSON."""
        reply = self.confirm(path, value, self.challenge(path, value))
        assert reply.status == 200, reply.body[:800]
        return reply.json


@pytest.fixture(scope='session')
def swarm():
    """A swarm of one real node with a program to run."""
    with api_conftest.new_folder('swarm') as home:
        docker = Docker(home)
        try:
            docker.start()
            for tag in ('1', '2'):
                docker.make_image(f'guardian/app:{tag}')
            yield docker
        finally:
            docker.remove()


@pytest.fixture(scope='session')
def proxy(swarm):
    made = DockerProxy(swarm.home, swarm, free_port()).start()
    yield made
    made.stop()


@pytest.fixture(scope='session')
def console(swarm, proxy):
    """A console that reaches the swarm through the proxy, and compares it with a stack file."""
    stack = swarm.home / 'stack.yml'
    stack.write_text('services: {web: {image: "guardian/app:1"}}\n')
    with api_conftest.small_platform('platform', workers=(2, 2), config={
            'docker': {'address': proxy.address, 'stack_file': str(stack), 'stack_name': 'demo'}}) as made:
        made.stack_file = stack
        yield made


@pytest.fixture(scope='session')
def signed_in(console):
    return api_conftest.SignedIn(console)


@pytest.fixture
def api(console, signed_in):
    return api_conftest.Client(console, signed_in.token)


@pytest.fixture
def steer(api):
    return Steering(api)
