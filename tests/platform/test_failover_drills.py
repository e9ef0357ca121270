"""Drills on a real Patroni cluster and on Redis with Sentinels; the Docker Engine is a stand-in (engine.py), so that it can lack what they must not."""
import json
import signal

import pytest
import requests

from conftest import Steering, patroni_console
from iotplatform import Redis, Sentinel, free_port, wait_for
from iotplatform.engine import Upstream, generated
from iotplatform.process import Failed
from test_redis import Watched

OVER = ('succeeded', 'failed', 'cancelled')


def swarm_answers():
    """Six machines with PostgreSQL and etcd, three members each."""
    answers = generated(nodes=6, services=6, tasks=6)
    for service, (name, group) in zip(answers['/services'], [(f'{kind}-{i}', group) for kind, group in (('pg', 'postgresql'), ('etcd', 'etcd')) for i in (1, 2, 3)]):
        service['Spec'].update(Name=f'guardian_{name}', Labels={'iot_guardian.quorum': group})
    return answers


class Swarm(Upstream):
    def __init__(self):
        super().__init__(swarm_answers())
        self.whole = dict(self.answers)

    def without(self, *names):
        """Those services have no task that runs."""
        services = json.loads(self.whole['/v1.41/services'])
        gone = {s['ID'] for s in services if s['Spec']['Name'].removeprefix('guardian_') in names}
        assert len(gone) == len(names), names
        self.answers['/v1.41/tasks'] = json.dumps([t for t in json.loads(self.whole['/v1.41/tasks']) if t['ServiceID'] not in gone]).encode()


@pytest.fixture(scope='module')
def engine():
    made = Swarm()
    yield made
    made.close()


@pytest.fixture(scope='module')
def console(engine):
    ports = [free_port() for _ in range(6)]
    sentinels = ','.join(f'127.0.0.1:{port}' for port in ports[:3])

    def start_redis(platform):
        platform.redis = Redis(platform.home, port=ports[3], password=platform.secrets.text('redis_password'), durable=False)
        platform.redis.start()
        platform.others.extend(platform.redis.replica(f'redis-{i}', ports[2 + i]) for i in (2, 3))
        platform.others.extend(Sentinel(platform.home, platform.redis, f'sentinel-{i}', port, down_after_ms=1000).start() for i, port in enumerate(ports[:3]))
        platform.watched = Watched(platform, platform.others[:2], platform.others[2:])
        platform.watched.whole()
    config = {'docker': {'address': engine.address}, 'redis': {'address': '', 'sentinels': sentinels, 'sentinel_primary': 'mymaster'}}
    with patroni_console('drills', config, start_redis) as made:
        yield made


@pytest.fixture(scope='module')
def cluster(console):
    return console.cluster


@pytest.fixture
def api(console, cluster):
    cluster.whole()
    console.watched.whole()
    for runner in console.runners:
        runner.start()
    made = {}

    def signed_in():
        try:
            made['client'] = console.client()
            return made['client'].send('GET', '/drills').status_code == 200
        except (AssertionError, OSError, requests.RequestException):
            return False
    wait_for(signed_in, 60, 'the console at work')
    client = made['client']
    wait_for(lambda: not [r for r in runs(client) if r['state'] not in OVER], 120, 'no drill under way', poll_s=0.3)
    return client


@pytest.fixture
def steer(api):
    return Steering(api)


def told(condition, timeout_s, what, state):
    """wait_for, which says how it is when it fails."""
    try:
        return wait_for(condition, timeout_s, what, poll_s=0.2)
    except Failed as failed:
        raise Failed(f'{failed}: {state()}') from None


def drill(api, name):
    return next(d for d in api.get('/drills').json['items'] if d['name'] == name)


def ready(api, name):
    """The drill, once nothing speaks against it: a member that has come back is streaming before its lag is known."""
    return told(lambda: (found := drill(api, name))['ready'] and found, 60, f'{name} being ready', lambda: drill(api, name)['checks'])


def runs(api):
    return api.get('/drills/runs').json['items']


def look(api, run_id):
    """The run as it is now; None while the console cannot say."""
    reply = api.send('GET', f'/drills/runs/{run_id}')
    return reply.json() if reply.status_code == 200 else None


def until(api, run_id, condition, what, timeout_s=240):
    return told(lambda: (found := look(api, run_id)) and condition(found) and found, timeout_s, what, lambda: look(api, run_id))


def start(steer, name):
    path = f'/drills/{name}'
    reply = steer.confirm(path, None, steer.challenge(path))
    assert reply.status == 202, reply.body
    return reply.json['job_id']


def end(api, run_id):
    until(api, run_id, lambda run: run['state'] in OVER, 'the end of the drill')
    return api.get(f'/drills/runs/{run_id}').json       # checked against the contract


def sums(run):
    """Of the strip: writes that stayed, failed, were lost."""
    return tuple(sum(bin[i] for bin in run['strip']['bins']) for i in range(3))


def test_what_may_run_now_is_said_check_by_check(api, cluster):
    for name in ('switchover', 'primary-restart', 'redis-failover'):
        ready(api, name)
    items = {d['name']: d for d in api.get('/drills').json['items']}
    assert list(items) == ['switchover', 'primary-restart', 'redis-failover']
    plan = items['switchover']['plan']
    assert plan['from'] == cluster.leader().name and plan['to'] != plan['from'] and plan['members'] == 3 and plan['synchronous'] is True
    assert [c['name'] for c in items['switchover']['checks']] == ['leader', 'not_paused', 'spare', 'members', 'candidate', 'work', 'quorums', 'alone', 'jobs']
    assert items['primary-restart']['plan']['to'] == plan['from']
    assert all(c['ok'] for d in items.values() for c in d['checks'])


def test_a_switchover_is_measured_by_a_canary_and_no_acknowledged_write_is_lost(api, steer, cluster):
    plan = ready(api, 'switchover')['plan']
    made = steer.challenge('/drills/switchover')
    assert made['phrase'] == 'drill switchover' and made['impact']['from'] == plan['from'] and made['impact']['to'] == plan['to']
    assert made['impact']['expected_seconds'] > 0 and plan['to'] in made['summary']
    run_id = steer.confirm('/drills/switchover', None, made).json['job_id']
    run = end(api, run_id)
    report = run['report']
    assert run['state'] == 'succeeded' and report['healed'] and run['left_to_do'] is None, run
    assert report['writes']['acknowledged'] > 50 and report['writes']['lost'] == 0
    assert 0 < report['takeover_seconds'] <= 60 and 0 < report['recovery_seconds'] <= 60
    assert report['before'][plan['from']] == 'leader' and report['after'][plan['to']] == 'leader' and report['after'][plan['from']] != 'leader'
    assert cluster.leader().name == plan['to']
    assert sums(run) == (report['writes']['acknowledged'], report['writes']['failed'], 0)
    said = [t['what'] for t in run['timeline']]
    assert f'{plan["to"]} serves.' in said and 'Everything is at full strength.' in said
    assert report['kept'] == (report['recovery_seconds'] <= report['promise_seconds'])
    assert cluster.sql('SELECT count(*) FROM drill_write', database='guardian') == [(0,)]
    assert runs(api)[0]['id'] == run_id and drill(api, 'switchover')['last']['run_id'] == run_id
    assert drill(api, 'switchover')['last_recovery_seconds'] == report['recovery_seconds']
    assert cluster.sql("SELECT outcome FROM audit_event WHERE action = 'drill.run' AND target = 'switchover' ORDER BY id DESC LIMIT 1",
                       database='guardian') == [('succeeded',)]


def test_a_restart_of_the_primary_is_measured_and_the_same_member_leads(api, steer, cluster):
    plan = ready(api, 'primary-restart')['plan']
    run = end(api, start(steer, 'primary-restart'))
    assert run['state'] == 'succeeded' and run['report']['healed'] and run['report']['writes']['lost'] == 0, run
    assert cluster.leader().name == plan['from'] and run['report']['takeover_seconds'] is None
    assert run['report']['recovery_seconds'] > 0.1


def test_a_failover_of_redis_is_measured_and_lost_writes_are_counted(api, steer, console):
    plan = ready(api, 'redis-failover')['plan']
    run = end(api, start(steer, 'redis-failover'))
    report = run['report']
    assert run['state'] == 'succeeded' and report['healed'], run
    writes = report['writes']
    assert writes['acknowledged'] > 50 and sums(run) == (writes['acknowledged'] - writes['lost'], writes['failed'], writes['lost'])
    assert report['takeover_seconds'] > 0
    # What the former primary acknowledged after another was promoted is gone: no service was that.
    assert report['recovery_seconds'] >= writes['lost'] * 0.05 * 0.5
    assert report['after'][plan['from']] == 'replica' and list(report['after'].values()).count('primary') == 1
    assert f'127.0.0.1:{console.watched.primary().port}' != plan['from']


def test_a_confirmation_is_stale_when_the_leader_has_changed(api, steer, cluster):
    ready(api, 'switchover')
    made = steer.challenge('/drills/switchover')
    body = {'leader': made['impact']['from'], 'candidate': made['impact']['to']}
    steer.do('/replication/switchover', body)
    wait_for(lambda: (found := cluster.leader()) and found.name == body['candidate'], 30, 'the new leader')
    cluster.whole()
    ready(api, 'switchover')
    reply = steer.confirm('/drills/switchover', None, made)
    assert (reply.status, reply.json['code']) == (409, 'confirmation_stale')


def test_nobody_is_taken_away_who_cannot_be_spared(api, cluster):
    replica = next(m for m in cluster.members if cluster.roles()[m.name] == 'replica')
    leader = cluster.leader().name
    replica.kill()
    try:
        wait_for(lambda: not any(m['name'] == replica.name and m['state'] in ('running', 'streaming') for m in cluster.cluster()['members']), 60,
                 'the member being gone', poll_s=0.2)
        problem = api.problem('quorum', 'POST', '/drills/switchover')
        assert problem['detail'].startswith(f'Taking {leader} away leaves 1 of ') and problem['detail'].endswith('postgresql members healthy; 2 are needed.')
        api.problem('quorum', 'POST', '/drills/primary-restart')
        refused = drill(api, 'switchover')
        assert not refused['ready'] and 'spare' in [c['name'] for c in refused['checks'] if not c['ok']]
    finally:
        replica.start()
        cluster.whole()


def test_the_swarms_quorums_must_stand_while_one_is_taken_away(api, cluster, engine):
    ready(api, 'switchover')
    leader = cluster.leader().name
    standby = next(m.name for m in cluster.members if m.name != leader)
    try:
        engine.without('etcd-2', 'etcd-3')
        assert api.problem('quorum', 'POST', '/drills/switchover')['detail'] == 'etcd has no quorum: 1 of 3 are healthy, 2 are needed.'
        engine.without(standby)
        assert api.problem('quorum', 'POST', '/drills/switchover')['detail'].startswith(f'Taking {leader} away would leave 1 of 3 postgresql members healthy (')
        engine.mode = 'closed'
        api.problem('upstream_unavailable', 'POST', '/drills/switchover')
    finally:
        engine.mode = 'well'
        engine.answers = dict(engine.whole)


def test_with_one_replica_of_redis_left_none_is_taken_away(api, console):
    silent = next(s for s in console.watched.replicas if s is not console.watched.primary())
    silent.pause()
    try:
        assert 'of 3 redis members healthy; 2 are needed' in api.problem('quorum', 'POST', '/drills/redis-failover')['detail']
    finally:
        silent.resume()


def test_while_failover_is_paused_nothing_is_broken(api, steer, cluster):
    steer.do('/replication/pause')
    try:
        wait_for(lambda: cluster.cluster().get('pause') is True, 20, 'the pause')
        assert 'paused' in api.problem('conflict', 'POST', '/drills/switchover')['detail']
    finally:
        api.post('/replication/resume')
        wait_for(lambda: not cluster.cluster().get('pause'), 20, 'the end of the pause')


def test_jobs_that_it_would_cut_hold_a_drill_back(api, cluster):
    cluster.sql("INSERT INTO job (kind, exclusive, created_by, request_id, state, runner, lease_until) "
                "VALUES ('backup', false, 'somebody', 'drill-test', 'running', 'nobody', now() + interval '1 hour')", database='guardian')
    try:
        assert 'backup' in api.problem('conflict', 'POST', '/drills/switchover')['detail']
        assert drill(api, 'redis-failover')['ready']
    finally:
        cluster.sql("DELETE FROM job WHERE request_id = 'drill-test'", database='guardian')


def test_two_drills_never_run_at_once_and_a_cancelled_one_breaks_nothing(api, steer, cluster):
    leader = ready(api, 'switchover')['plan']['from']
    made = steer.challenge('/drills/primary-restart')
    run_id = start(steer, 'switchover')
    assert 'under way' in steer.confirm('/drills/primary-restart', None, made).json['detail']
    api.call('POST', f'/database/jobs/{run_id}/cancel')
    run = end(api, run_id)
    assert (run['state'], run['broke_at'], run['report'], run['left_to_do']) == ('cancelled', None, None, None)
    assert cluster.leader().name == leader
    assert cluster.sql('SELECT count(*) FROM drill_write', database='guardian') == [(0,)]


def test_a_runner_that_is_killed_in_the_middle_is_taken_over_and_nothing_is_broken_twice(api, steer, cluster, console):
    plan = ready(api, 'switchover')['plan']
    before = api.get('/replication').json['data']['timeline']
    run_id = start(steer, 'switchover')
    run = until(api, run_id, lambda r: r['broke_at'], 'the break')
    victim = next(r for r in console.runners if r.runner == run['runner'])
    victim.signal(signal.SIGKILL)
    wait_for(lambda: not victim.running, 10, 'the end of the runner')
    victim.start()      # it forsakes what it had: nobody waits for the lease
    run = end(api, run_id)
    report = run['report']
    assert run['attempt'] == 2 and run['state'] == 'succeeded' and report['healed'] and run['left_to_do'] is None, run
    assert report['kept'] is None and report['recovery_seconds'] is None
    assert cluster.leader().name == plan['to']
    assert api.get('/replication').json['data']['timeline'] == before + 1
    assert any('another has taken over, and breaks nothing' in t['what'] for t in run['timeline'])


def test_a_runner_that_is_stopped_in_the_middle_hands_the_mending_over(api, steer, cluster, console):
    ready(api, 'switchover')
    before = api.get('/replication').json['data']['timeline']
    console.overrides['jobs'] = {'drain_ms': 0}
    for runner in console.runners:
        runner.start()
    try:
        run_id = start(steer, 'switchover')
        run = until(api, run_id, lambda r: r['broke_at'], 'the break')
        next(r for r in console.runners if r.runner == run['runner']).stop()
        run = end(api, run_id)
        assert run['state'] == 'succeeded' and run['report']['healed'] and run['report']['kept'] is None, run
        assert api.get('/replication').json['data']['timeline'] == before + 1
    finally:
        del console.overrides['jobs']
        for runner in console.runners:
            runner.start()
