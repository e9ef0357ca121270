"""Three real Patroni members over etcd: what the console says of them, and how it steers them."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from conftest import Steering, patroni_console
from iotplatform import wait_for


@pytest.fixture(scope='module')
def console():
    with patroni_console('patroni') as made:
        yield made


@pytest.fixture(scope='module')
def cluster(console):
    return console.cluster


@pytest.fixture
def api(console, cluster):
    cluster.whole()
    client = console.client()
    wait_for(lambda: client.send('GET', '/auth/me').status_code == 200, 30, 'the console at work')
    return client


@pytest.fixture
def steer(api):
    return Steering(api)


def read(api):
    return api.get('/replication').json


def member(data, role):
    return next(m for m in data['members'] if m['role'] == role)


def test_members_are_shown_in_patronis_words(api, cluster):
    reply = read(api)
    data = reply['data']
    assert reply['configured'] and not reply['stale'] and reply['missing'] == []
    assert {m['name']: m['role'] for m in data['members']} == cluster.roles()
    assert (data['source'], data['scope'], data['paused'], data['synchronous_mode']) == ('patroni', 'iot-guardian', False, True)
    assert data['leader'] == cluster.leader().name and data['timeline'] >= 1
    for each in data['members']:
        assert each['reachable'] and each['state'] in ('running', 'streaming') and each['timeline'] == data['timeline'] and each['server_version'].startswith('15.')
        assert each['lag_bytes'] is not None and each['replayed_lsn']
    assert member(data, 'sync_standby')['synchronous'] and data['attention'] == []
    assert {slot['name'] for slot in data['slots']} == {m['name'].replace('-', '_') for m in data['members'] if m['role'] != 'leader'}
    assert all(slot['retained_bytes'] is not None and slot['active'] for slot in data['slots'])
    assert data['archiver'] == {'enabled': False, 'archived': 0, 'failed': 0, 'last_archived_wal': None, 'last_archived_at': None, 'last_failed_wal': None,
                                'last_failed_at': None}


def test_with_synchronous_mode_the_synchronous_standby_would_be_promoted_and_nothing_lost(api):
    data = read(api)['data']
    assert data['promotion'] == {'candidate': member(data, 'sync_standby')['name'], 'lost_bytes': 0,
                                 'why': 'it is the synchronous standby: it has every commit'}


def test_a_member_that_does_not_answer_is_missing_and_slows_nobody(api, cluster):
    """Stopped, not ended: its port takes connections and nothing comes back."""
    stopped = next(m for m in cluster.members if cluster.roles()[m.name] == 'replica')
    stopped.freeze()
    try:
        start = time.monotonic()
        reply = read(api)
        assert time.monotonic() - start < 5
        assert [m['what'] for m in reply['missing']] == [stopped.api] and 'did not answer in time' in reply['missing'][0]['why']
        assert next(m for m in reply['data']['members'] if m['name'] == stopped.name)['reachable'] is False
    finally:
        stopped.thaw()


def test_a_standby_that_runs_and_receives_nothing_is_named(api, cluster):
    standby = next(m for m in cluster.members if cluster.roles()[m.name] == 'replica')
    connection = psycopg2.connect(f"host='{standby.socket_folder}' port={standby.port} user=postgres dbname=postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'")
    cursor.execute('SELECT pg_reload_conf()')
    try:
        said = {'severity': 'warning', 'what': f'{standby.name} receives no WAL from {cluster.leader().name}', 'why': 'its log says why; reinitialize it if it stays so'}
        wait_for(lambda: said in read(api)['data']['attention'], 30, 'that it is named')
    finally:
        cursor.execute('ALTER SYSTEM RESET primary_conninfo')
        cursor.execute('SELECT pg_reload_conf()')
        connection.close()
    wait_for(lambda: read(api)['data']['attention'] == [], 30, 'WAL flowing again')


def test_a_switchover_promotes_the_candidate_without_a_lost_write(api, steer, cluster):
    data = read(api)['data']
    before, candidate = data['leader'], data['promotion']['candidate']
    cluster.sql('CREATE TABLE IF NOT EXISTS kept (n int)', database='iot_guardian')
    cluster.sql('INSERT INTO kept SELECT generate_series(1, 1000)', database='iot_guardian')
    body = {'leader': before, 'candidate': candidate}
    made = steer.challenge('/replication/switchover', body)
    assert made['phrase'] == f'switchover {candidate}' and made['impact']['synchronous'] is True
    reply = steer.confirm('/replication/switchover', body, made)
    assert reply.status == 200 and 'Successfully switched over' in reply.json['message'], reply.body
    wait_for(lambda: (found := cluster.leader()) and found.name == candidate, 30, 'the new leader')
    cluster.whole()
    assert cluster.sql('SELECT count(*) FROM kept', database='iot_guardian')[0][0] >= 1000
    client = api
    wait_for(lambda: client.send('GET', '/replication').json().get('data', {}).get('leader') == candidate, 30, 'the console seeing it')
    after = read(client)['data']
    assert after['timeline'] == data['timeline'] + 1 and after['history'][0]['timeline'] == data['timeline']


def test_a_switchover_is_refused_before_it_begins_where_it_cannot_succeed(api, cluster):
    data = read(api)['data']
    leader, replica, sync = data['leader'], member(data, 'replica')['name'], member(data, 'sync_standby')['name']
    for body, word in (({'leader': sync, 'candidate': sync}, 'is not the leader'), ({'leader': leader, 'candidate': leader}, 'leads already'),
                       ({'leader': leader, 'candidate': replica}, 'not the synchronous standby')):
        assert word in api.problem('conflict', 'POST', '/replication/switchover', body)['detail']
    assert api.problem('bad_field', 'POST', '/replication/switchover', {'leader': leader, 'candidate': 'nobody'})['field'] == 'candidate'


def test_a_switchover_waits_for_no_maintenance_it_refuses(api, cluster):
    data = read(api)['data']
    connection = psycopg2.connect(cluster.conninfo('iot_guardian'))
    connection.autocommit = True
    blocker = psycopg2.connect(cluster.conninfo('iot_guardian'))
    blocker.cursor().execute("INSERT INTO readings VALUES (-1, 'open', 0)")     # CREATE INDEX CONCURRENTLY waits for its end
    thread = threading.Thread(target=lambda: connection.cursor().execute('CREATE INDEX CONCURRENTLY readings_value ON readings (value)'), daemon=True)
    thread.start()
    try:
        wait_for(lambda: cluster.sql('SELECT 1 FROM pg_stat_progress_create_index'), 20, 'the index under way')
        problem = api.problem('conflict', 'POST', '/replication/switchover', {'leader': data['leader'], 'candidate': data['promotion']['candidate']})
        assert '1 maintenance operation or base backup is under way' in problem['detail']
    finally:
        blocker.close()
        thread.join(30)
        connection.close()


@pytest.fixture
def running(cluster):
    """A row of a job that a runner, which is not here, is doing."""
    def run(kind, phase, percent=None):
        return cluster.sql("""INSERT INTO job (kind, database, exclusive, state, runner, lease_until, progress, created_by, request_id, started_at)
                              VALUES (%s, 'iot_guardian', false, 'running', 'elsewhere', now() + interval '1 hour',
                                      jsonb_build_object('percent', %s::int, 'done', null, 'total', null, 'unit', null, 'phase', %s::text), 'admin', 'a-test-00', now())
                              RETURNING id::text""", kind, percent, phase, database='guardian')[0][0]
    yield run
    cluster.sql("DELETE FROM job WHERE runner = 'elsewhere'", database='guardian')


def order(api):
    data = read(api)['data']
    return {'leader': data['leader'], 'candidate': data['promotion']['candidate']}


def test_a_switchover_names_the_consoles_jobs_that_it_cuts_and_how_far_they_are(api, steer, running):
    assert steer.challenge('/replication/switchover', order(api))['impact']['jobs_cut'] == []
    job_id = running('backup', 'dumping', 40)
    made = steer.challenge('/replication/switchover', order(api))
    assert made['impact']['jobs_cut'] == [{'id': job_id, 'kind': 'backup', 'database': 'iot_guardian', 'percent': 40, 'phase': 'dumping'}]
    assert '1 job of the console is cut' in made['summary']


def test_a_confirmation_of_a_switchover_is_stale_when_a_job_has_begun_since(api, steer, running):
    body = order(api)
    made = steer.challenge('/replication/switchover', body)
    running('vacuum', 'vacuuming')
    reply = steer.confirm('/replication/switchover', body, made)
    assert reply.status == 409 and reply.json['code'] == 'confirmation_stale'


@pytest.mark.parametrize('kind, phase', [('restore', 'swapping'), ('restore_swap', 'swapping'), ('restore_undo', 'swapping back')])
def test_a_switchover_is_refused_while_a_restore_exchanges_names(api, running, kind, phase):
    body = order(api)
    job_id = running(kind, phase)
    detail = api.problem('conflict', 'POST', '/replication/switchover', body)['detail']
    assert 'A restore of iot_guardian is exchanging it' in detail and job_id in detail


def test_a_confirmation_of_a_switchover_is_stale_after_another(api, steer, cluster):
    data = read(api)['data']
    body = {'leader': data['leader'], 'candidate': data['promotion']['candidate']}
    made = steer.challenge('/replication/switchover', body)
    steer.do('/replication/switchover', body)
    wait_for(lambda: (found := cluster.leader()) and found.name == body['candidate'], 30, 'the new leader')
    wait_for(lambda: steer.client.send('GET', '/replication').json().get('data', {}).get('leader') == body['candidate'], 30, 'the console seeing it')
    reply = steer.confirm('/replication/switchover', body, made)
    assert reply.status == 409 and reply.json['code'] in ('conflict', 'confirmation_stale')


def test_who_found_the_new_primary_spares_the_others_the_one_that_stands_still(api, cluster):
    """Each worker has a connection to the old one, which takes all that is sent and never answers."""
    def at_once(count):
        with ThreadPoolExecutor(count) as pool:
            return [reply.status_code for reply in pool.map(lambda _: api.send('GET', '/health/ready'), range(count))]
    wait_for(lambda: set(at_once(8)) == {200}, 30, 'workers with connections')
    old = cluster.leader()
    old.stand_still()
    try:
        wait_for(lambda: (found := cluster.leader()) and found is not old, 60, 'another leader', poll_s=0.2)
        wait_for(lambda: api.send('GET', '/health/ready').status_code == 200, 60, 'one worker at the new primary')
        assert at_once(8) == [200] * 8
    finally:
        old.go_on()
    cluster.whole()


def test_pause_and_resume_are_patronis_own(api, steer, cluster):
    steer.do('/replication/pause')
    wait_for(lambda: cluster.cluster().get('pause') is True, 20, 'the pause')
    data = read(api)['data']
    assert data['paused'] and data['promotion']['candidate'] is None
    assert any(a['what'] == 'automatic failover is paused' for a in data['attention'])
    api.problem('conflict', 'POST', '/replication/pause')
    assert api.post('/replication/resume').json['message'] == 'Automatic failover works again.'
    wait_for(lambda: not cluster.cluster().get('pause'), 20, 'the end of the pause')
    api.problem('conflict', 'POST', '/replication/resume')


def test_a_replica_is_reinitialized_but_the_last_healthy_one_is_not(api, steer, cluster):
    data = read(api)['data']
    replica, sync, leader = member(data, 'replica')['name'], member(data, 'sync_standby')['name'], data['leader']
    api.problem('conflict', 'POST', '/replication/reinitialize', {'member': leader})
    made = steer.do('/replication/reinitialize', {'member': replica})
    assert 'reinitialize started' in made['message']
    cluster.whole()
    down = next(m for m in cluster.members if m.name == replica)
    down.kill()
    try:
        wait_for(lambda: not any(m['name'] == replica and m['state'] in ('running', 'streaming') for m in cluster.cluster()['members']), 60,
                 'the member being gone', poll_s=0.2)
        problem = api.problem('quorum', 'POST', '/replication/reinitialize', {'member': sync})
        assert f'Reinitializing {sync} would leave 1 of' in problem['detail']
    finally:
        down.start()
        cluster.whole()


def test_with_every_patroni_gone_the_last_known_state_is_shown(console, api, cluster):
    known = read(api)
    for each in cluster.members:
        each.freeze()
    try:
        reply = api.send('GET', '/replication').json()
        assert reply.get('stale') is True and reply['data']['leader'] == known['data']['leader'], reply
    finally:
        for each in cluster.members:
            each.thaw()
