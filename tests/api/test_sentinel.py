"""Redis under Sentinel: the primary dies, another takes over, and the console goes on without forgetting who was signed out."""
import pytest

from conftest import TestPlatform, free_port, keep_logs, make_small_data, new_folder
from iotplatform import Redis, Sentinel, wait_for


class Watched:
    def __init__(self, platform, replica, sentinels):
        self.platform, self.replica, self.sentinels = platform, replica, sentinels


@pytest.fixture(scope='module')
def watched():
    """A primary, a replica, three Sentinels that agree about them, and a console that asks the Sentinels."""
    ports = [free_port() for _ in range(5)]
    with new_folder('sentinel') as home:
        platform = TestPlatform(home, workers=(2, 1), config={
            'request_timeout_ms': 4000,
            'redis': {'address': '', 'sentinels': ','.join(f'127.0.0.1:{port}' for port in ports[:3]), 'sentinel_primary': 'mymaster',
                      'sentinel_password_file': str(home / 'secrets' / 'sentinel_password')}})
        password = platform.secrets.text('sentinel_password')
        platform.redis = Redis(home, port=ports[3], password=platform.secrets.text('redis_password'), durable=False)
        started = [platform.redis]
        try:
            platform.redis.start()
            started.append(replica := platform.redis.replica('redis-2', ports[4]))
            sentinels = [Sentinel(home, platform.redis, f'sentinel-{i}', port, down_after_ms=500, password=password).start() for i, port in enumerate(ports[:3])]
            started += sentinels
            for sentinel in sentinels:
                sentinel.knows(2, 1)
            platform.postgres.create().start()
            make_small_data(platform)
            platform.migrate()
            platform.start_web()
            yield Watched(platform, replica, sentinels)
        finally:
            keep_logs(platform, 'sentinel')
            for daemon in started:
                daemon.kill()
            platform.stop()
            platform.purge()


def test_the_console_finds_the_primary_by_asking_the_sentinels(watched):
    assert watched.platform.client().get('/health/ready').json['checks']['redis'] == 'ok'


def test_one_sentinel_less_is_not_noticed(watched):
    watched.sentinels[0].kill()
    client = watched.platform.client()
    for _ in range(6):
        client.get('/auth/me')
    watched.sentinels[0].start()


def test_after_the_primary_died_the_replica_is_used_and_no_session_is_revived(watched):
    platform = watched.platform
    promoted = lambda: watched.replica.client().info('replication')['role'] == 'master'
    living, ended = platform.client(), platform.client()
    ended.post('/auth/logout')
    for sentinel in watched.sentinels:
        sentinel.knows(2, 1)
    platform.redis.kill()
    reply = living.call('GET', '/auth/me')
    assert reply.status == 503 and reply.json['code'] == 'cache_unavailable' or reply.status == 200 and promoted()      # on a slow machine it may be so soon
    wait_for(lambda: living.send('GET', '/auth/me').status_code == 200, 30, 'the replica promoted and in use')
    assert promoted()
    for _ in range(6):
        ended.problem('token_revoked', 'GET', '/auth/me')


def test_sentinels_that_hang_do_not_keep_the_console_from_the_primary(watched):
    """Last: a Sentinel that slept does nothing for half a minute."""
    client = watched.platform.client()
    hanging = watched.sentinels[:2]
    for sentinel in hanging:
        sentinel.pause()
    try:
        watched.replica.client().client_kill_filter(_type='normal', skipme=True)
        for _ in range(6):
            client.get('/auth/me')
    finally:
        for sentinel in hanging:
            sentinel.resume()
