"""One picture of a real swarm beside Patroni and Redis; Patroni's REST API is a stand-in here (engine.py), so that it can be made to disagree."""
import json

import pytest

import api_conftest
from iotplatform import Worker, wait_for
from iotplatform.engine import Upstream
from test_swarm import Services, swarm_kill


def member(name, role, state='streaming', lag=0):
    return {'name': name, 'role': role, 'state': state, 'host': name, 'port': 5432, 'api_url': f'http://{name}:8008/patroni', 'timeline': 3, 'lag': lag}


def patroni(name, role, members):
    return Upstream({'/patroni': {'state': 'running', 'role': role, 'server_version': 150020, 'timeline': 3, 'patroni': {'name': name, 'scope': 's'}},
                     '/cluster': {'members': members}, '/config': {'synchronous_mode': False}, '/history': []}, prefix='')


@pytest.fixture(scope='module')
def members(swarm):
    made = Services(swarm)
    labels = {'com.docker.stack.namespace': 'demo', 'iot_guardian.quorum': 'postgresql'}
    ids = {name: made(f'demo_{name}', labels=labels) for name in ('pg-1', 'pg-2', 'pg-3')}
    for service in ids.values():
        swarm.settled(service, 1)
    yield ids
    made.remove()


@pytest.fixture(scope='module')
def world(proxy, members):
    upstreams = [patroni('pg-1', 'master', []), patroni('pg-2', 'replica', []), patroni('pg-3', 'replica', [])]
    with api_conftest.small_platform('topology', workers=(1, 1), config={
            'docker': {'address': proxy.address}, 'patroni': {'addresses': ','.join(u.address for u in upstreams)}}) as made:
        made.upstreams = upstreams
        yield made
    for upstream in upstreams:
        upstream.close()


def tell(world, members, roles=('master', 'replica', 'replica')):
    for upstream, (name, role) in zip(world.upstreams, zip(('pg-1', 'pg-2', 'pg-3'), roles)):
        upstream.answers.update(patroni_answers(name, role, members))


def patroni_answers(name, role, members):
    made = patroni(name, role, members)
    made.close()
    return made.answers


def topology(world):
    return world.client().get('/topology').json['data']


WELL = [member('pg-1', 'leader', 'running'), member('pg-2', 'replica', lag=7), member('pg-3', 'replica')]


def test_a_task_has_the_role_and_the_lag_that_its_leader_gives_it(world):
    tell(world, WELL)
    data = topology(world)
    tasks = {t['service']: (t['role'], t['lag_bytes'], t['group'], t['state']) for node in data['nodes'] for t in node['tasks']}
    assert tasks == {'demo_pg-1': ('leader', 0, 'postgresql', 'running'), 'demo_pg-2': ('replica', 7, 'postgresql', 'running'),
                     'demo_pg-3': ('replica', 0, 'postgresql', 'running')}
    assert data['disagreements'] == []


@pytest.mark.parametrize('members_told, roles, about, sentence', [
    ([*WELL[:2], member('pg-3', 'replica', 'stopped')], ('master', 'replica', 'replica'), 'pg-3',
     'Swarm says that pg-3 runs on node-1, Patroni says that it is stopped: Swarm sees the container alone, PostgreSQL in it is down. Believe Patroni.'),
    (WELL[:2], ('master', 'replica', 'replica'), 'pg-3',
     'Swarm runs pg-3 on node-1, but Patroni does not count it among its members: it has not joined yet, or cannot reach etcd.'),
    (WELL, ('master', 'replica', 'master'), 'pg-3',
     "pg-3 says that it is the primary, the cluster's key names pg-1: pg-3 is wrong and must not take writes."),
    (WELL, ('replica', 'replica', 'replica'), 'pg-1',
     "The cluster's key names pg-1 the leader, it says that it is a replica: it is being promoted, or has just lost its role.")])
def test_a_disagreement_is_judged_in_a_sentence(world, members_told, roles, about, sentence):
    tell(world, members_told, roles)
    assert [(d['about'], d['sentence']) for d in topology(world)['disagreements']] == [(about, sentence)]


def test_dns_that_is_behind_is_found_out(swarm, world, members, tmp_path):
    """The resolver's answers come from a file that only this worker sees; the services have no network of their own, so every answer is a stale one."""
    tell(world, WELL)
    hosts = tmp_path / 'hosts'
    hosts.write_text('127.0.0.1 localhost\n10.0.9.9 tasks.pg-2\n')
    program = tmp_path / 'guardian-fcgi'
    program.write_text(f'#!/bin/sh\nexec unshare --mount sh -c \'mount --bind {hosts} /etc/hosts && exec {world.build}/guardian-fcgi "$@"\' sh "$@"\n')
    program.chmod(0o755)
    (world.home / 'state' / 'dns').mkdir(exist_ok=True)
    worker = Worker(world.home, 'short', program, lambda: {**world.config(), 'dns_names': 'pg-2', 'state_dir': str(world.home / 'state' / 'dns')}, name='dns')
    worker.start()
    try:
        found = api_conftest.Direct(worker, world.client().token).get('/topology').json['data']['disagreements']
        assert [d['sentence'] for d in found] == [
            'DNS gives 10.0.9.9 for pg-2, but no running task has this address: DNS is behind Swarm, and calls to it wait in vain.',
            'Swarm runs 1 tasks of pg-2, DNS names 0 of them: the others are not healthy yet, or DNS is behind.']
    finally:
        worker.stop()


def test_a_member_that_patroni_still_counts_but_swarm_lost_is_named(swarm, world, members):
    tell(world, WELL)
    swarm_kill(swarm, members['pg-2'])
    wait_for(lambda: topology(world)['disagreements'], 10, 'the disagreement', poll_s=0.2)
    assert [d['about'] for d in topology(world)['disagreements']] == ['pg-2']


def test_a_member_that_says_no_name_and_is_listed_by_its_number_is_found_by_the_host_of_its_postgresql():
    upstream = patroni('pg-1', 'master', [{**member('pg-1', 'leader', 'running'), 'host': 'localhost', 'api_url': 'http://10.0.1.44:8008/patroni'}])
    nameless = {'state': 'running', 'role': 'master', 'server_version': 150020, 'patroni': {'scope': 's'}}
    upstream.answers['/patroni'] = json.dumps(nameless).encode()
    try:
        with api_conftest.small_platform('by-host', workers=(1, 1), config={'patroni': {'addresses': upstream.address.replace('127.0.0.1', 'localhost')}}) as made:
            (only,) = made.client().get('/replication').json['data']['members']
    finally:
        upstream.close()
    assert (only['name'], only['reachable'], only['server_version']) == ('pg-1', True, '15.20')
