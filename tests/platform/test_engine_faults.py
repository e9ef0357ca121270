"""The Engine API is a stand-in here (engine.py): a generated swarm of 100 nodes and 10,000 tasks, and every way to answer wrongly."""
import os
import time

import pytest

import api_conftest
from iotplatform import free_port
from iotplatform.engine import Upstream, generated


@pytest.fixture(scope='module')
def large():
    """A console over a hundred nodes with ten thousand tasks."""
    engine = Upstream(generated())
    with api_conftest.small_platform('large', workers=(1, 1), config={'docker': {'address': engine.address}}) as made:
        made.engine = engine
        yield made
    engine.close()


def when_heard(made):
    """A client, once the worker hears the engine: one that was late is not asked for a second, and then again."""
    client = made.client()
    api_conftest.wait_for(lambda: client.send('GET', '/swarm/overview').json().get('stale') is False, 20, 'the engine in use')
    return client


@pytest.mark.parametrize('path', ['overview', 'nodes', 'services', 'services/stack_service-7', 'topology'])
def test_ten_thousand_tasks_are_answered(large, path):
    """How quickly is measured by ./dev bench swarm."""
    reply = when_heard(large).get(f'/{path}' if path == 'topology' else f'/swarm/{path}').json
    assert reply['configured'] and not reply['stale'] and 'swarm' not in [m['what'] for m in reply['missing']]
    if path == 'overview':
        assert (reply['data']['nodes']['total'], reply['data']['tasks']['running']) == (100, 10_000)


def test_one_service_of_many_is_shown_without_the_tasks_of_all_others(large):
    client = when_heard(large)
    large.engine.sent = 0
    reply = client.get('/swarm/services/stack_service-7').json
    assert reply['data']['tasks_total'] == len(reply['data']['tasks']) == reply['data']['service']['replicas_running'] == 50
    assert large.engine.sent < len(large.engine.answers['/v1.41/tasks']) / 20


def test_ten_thousand_tasks_do_not_stay_in_memory(large):
    api = when_heard(large)

    def resident():
        return sum(int(line.split()[1]) for pid in large.serving(large.short)
                   for line in open(f'/proc/{pid}/status') if line.startswith('VmRSS'))
    for _ in range(4):
        api.get('/swarm/services')
    before = resident()
    for _ in range(8):
        api.get('/swarm/services')
    assert resident() - before < 20_000, 'kB more after eight more calls'


@pytest.fixture(scope='module')
def engine():
    made = Upstream(generated(6, 4, 12))
    yield made
    made.close()


@pytest.fixture(scope='module')
def console(engine):
    with api_conftest.small_platform('engine', workers=(1, 1), config={'docker': {'address': engine.address}, 'request_timeout_ms': 3000}) as made:
        yield made


@pytest.fixture
def api(console, engine):
    engine.mode = 'well'
    yield when_heard(console)
    engine.mode = 'well'


def test_a_page_that_has_not_changed_is_not_sent_again(console, api):
    first = api.get('/swarm/services')
    again = api.call('GET', '/swarm/services', headers={'If-None-Match': first.headers['ETag']})
    assert (again.status, again.body) == (304, b'')


def test_a_page_that_has_changed_is_sent_with_another_tag(console, api, engine):
    first, tasks = api.get('/swarm/services'), engine.answers['/v1.41/tasks']
    engine.answers['/v1.41/tasks'] = tasks.replace(b'"State": "running"', b'"State": "failed"', 1)
    try:
        again = api.call('GET', '/swarm/services', headers={'If-None-Match': first.headers['ETag']})
        assert again.status == 200 and again.headers['ETag'] != first.headers['ETag']
    finally:
        engine.answers['/v1.41/tasks'] = tasks


WRONG = {'closed': 'upstream_unavailable', 'not_http': 'upstream_garbage', 'html': 'upstream_garbage', 'half': 'upstream_garbage',
         'broken_off': 'upstream_garbage', 'deep': 'upstream_garbage', 'wrong_kind': 'upstream_garbage', 'redirect': 'upstream_garbage',
         'error': 'upstream_refused', 'endless': 'upstream_garbage', 'silent': 'upstream_unavailable', 'trickle': 'upstream_unavailable'}


@pytest.mark.parametrize('mode', WRONG)
def test_a_wrong_answer_is_named_in_time_and_the_last_known_state_is_shown_with_its_age(console, api, engine, mode):
    known = api.get('/swarm/nodes').json
    engine.mode = mode
    start = time.monotonic()
    reply = api.get('/swarm/nodes').json
    assert time.monotonic() - start < 10
    assert reply['stale'] and reply['as_of'] == known['as_of'] and reply['items'] == known['items']
    assert [m['what'] for m in reply['missing']] == ['all'] and 'Docker' in reply['missing'][0]['why'] and '<script' not in reply['missing'][0]['why']
    problem = api.call('GET', f'/swarm/services/never-asked-{mode}').json
    # 64 MB may take longer than the deadline on a busy machine.
    codes = {WRONG[mode], 'upstream_unavailable'} if mode == 'endless' else {WRONG[mode]}
    assert problem['code'] in codes and problem['detail'].startswith('Docker'), problem
    assert api.call('POST', '/swarm/nodes/node-5/availability', {'availability': 'drain'}).json['code'] in codes, 'no steering on old facts'


def test_a_server_that_is_down_is_not_waited_for_twice(console, api, engine):
    engine.mode = 'silent'

    def second_is_told_without_a_call():
        """It is remembered for a second, which a busy machine may let pass between the two."""
        api.get('/swarm/nodes')
        before = engine.calls
        assert api.get('/swarm/nodes').json['stale']
        return engine.calls == before
    api_conftest.wait_for(second_is_told_without_a_call, 20, 'an answer from memory')


def test_nothing_of_a_proxy_in_the_environment_is_used(console, engine):
    from iotplatform import Worker
    from client import Direct
    os.environ['http_proxy'] = os.environ['HTTP_PROXY'] = f'http://127.0.0.1:{free_port()}'
    (console.home / 'state' / 'proxied').mkdir(exist_ok=True)
    try:
        worker = Worker(console.home, 'short', console.build / 'guardian-fcgi',
                        lambda: {**console.config(), 'state_dir': str(console.home / 'state' / 'proxied')}, name='proxied')
        worker.start()
    finally:
        del os.environ['http_proxy'], os.environ['HTTP_PROXY']
    try:
        engine.mode = 'well'
        assert Direct(worker, console.client().token).get('/swarm/overview').json['stale'] is False
    finally:
        worker.stop()


def test_what_is_not_configured_says_how_to_configure_it():
    with api_conftest.small_platform('bare', workers=(1, 1)) as made:
        client = made.client()
        for path in ('overview', 'nodes', 'services', 'services/x', 'networks', 'secrets', 'configs', 'drift'):
            reply = client.get(f'/swarm/{path}').json
            assert reply['configured'] is False and 'docker.' in reply['how'] and not reply.get('data') and not reply.get('items')
        client.problem('not_configured', 'POST', '/swarm/services/x/rollback')
