"""Point-in-time recovery with the real Barman, over a cluster of its own."""
import fcntl
import json
import socket
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import psycopg2
import pytest

from conftest import small_platform

UTC = timezone.utc


def job(api, job_id):
    return api.get(f'/database/jobs/{job_id}').json


def finished(api, wait, job_id, timeout_s=300):
    return wait(lambda: (j := job(api, job_id))['state'] not in ('queued', 'running') and j, timeout_s, f'the end of the job {job_id}')


def pitr(api):
    return api.get('/database/pitr').json


def now(platform):
    return platform.postgres.sql('SELECT clock_timestamp()')[0][0].astimezone(UTC)


def text(moment):
    return moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ')


@pytest.fixture(scope='module')
def world():
    """A console whose first runner has a Barman beside it."""
    with small_platform('pitr', pitr=True, workers=(2, 2)) as made:
        made.postgres.sql('CREATE TABLE history (what text)', database='iot_guardian')
        made.postgres.sql('GRANT SELECT ON history TO guardian_reader', database='iot_guardian')
        yield made


@pytest.fixture(scope='module')
def admin(world):
    return world.client()


@pytest.fixture(scope='module')
def patient():
    from iotplatform import wait_for
    return wait_for


@pytest.fixture(scope='module')
def empty(world, admin, patient):
    """What is said before the first base backup."""
    return patient(lambda: (p := pitr(admin))['configured'] and p, 60, 'the first look at Barman')


@pytest.fixture(scope='module')
def backup(world, admin, patient, empty):
    """The first base backup: its job."""
    return finished(admin, patient, admin.post('/database/pitr/backup', {}).json['job_id'])


@pytest.fixture(scope='module')
def restored(world, admin, patient, backup):
    """The moment between two rows, restored: (moment, job)."""
    def note(what):
        world.postgres.sql('INSERT INTO history VALUES (%s)', what, database='iot_guardian')
    note('before')
    world.postgres.sql('CREATE TABLE dropped_later AS SELECT 1 AS one', database='iot_guardian')
    moment = now(world)
    patient(lambda: now(world) > moment + timedelta(milliseconds=20), 5, 'the next moment')
    note('after')
    world.postgres.sql('DROP TABLE dropped_later', database='iot_guardian')
    eastern = moment.astimezone(timezone(timedelta(hours=8))).isoformat()
    ended = finished(admin, patient, admin.post('/database/pitr/restore', {'time': eastern}).json['job_id'])
    assert ended['state'] == 'succeeded', ended
    return moment, ended


def connect(world, port, role='reader'):
    return psycopg2.connect(host='127.0.0.1', port=port, user=f'guardian_{role}', password=world.secrets.text(f'{role}_password'), dbname='iot_guardian')


def folders(world):
    return [path.name for path in world.barman.work.iterdir()]


# -- without ----------------------------------------------------------------------------------------------------------------------

def test_without_barman_it_is_said_how_to_get_there(api):
    said = pitr(api)
    assert (said['configured'], said['server'], said['backups'], said['instances']) == (False, None, [], []) and 'docs/operations.md' in said['reason']
    assert 'not set up' in api.problem('conflict', 'POST', '/database/pitr/backup')['detail']
    api.problem('conflict', 'POST', '/database/pitr/restore', {'time': '2026-01-01T00:00:00Z'})


def test_before_the_first_base_backup_there_is_nothing_to_go_back_to(admin, world, empty):
    assert (empty['window'], empty['backups']) == ({'from': None, 'to': None}, []) and empty['server']['runner'] == 'a'
    admin.problem('conflict', 'POST', '/database/pitr/restore', {'time': text(now(world))})


# -- base backups -------------------------------------------------------------------------------------------------------------------

def test_a_base_backup_is_barmans_own(admin, world, backup):
    assert backup['state'] == 'succeeded', backup
    told = json.loads(world.barman.call('-f', 'json', 'list-backups', 'main').stdout)['main']
    said = pitr(admin)
    assert [(b['id'], b['status'], b['usable']) for b in said['backups']] == [(told[0]['backup_id'], 'DONE', True)] and backup['result']['backup_id'] == told[0]['backup_id']
    assert said['window']['from'] and said['wal']['last_archived'] and said['wal']['receiving']


def test_the_lag_is_that_of_the_receiver(admin, world, backup, wait):
    wait(lambda: pitr(admin)['wal']['lag_bytes'] < 1 << 20, 30, 'little lag')
    world.barman.pause()
    try:
        world.postgres.sql("SELECT pg_logical_emit_message(false, 'lag', repeat('x', 1000000)) FROM generate_series(1, 3)")
        wait(lambda: pitr(admin)['wal']['lag_bytes'] > 2 << 20, 20, 'the lag')
    finally:
        world.barman.resume()
    wait(lambda: pitr(admin)['wal']['lag_bytes'] < 1 << 20, 30, 'little lag')


# -- moments ------------------------------------------------------------------------------------------------------------------------

@contextmanager
def listed(world, line):
    """One more line in Barman's list of WAL, for a while; under Barman's own lock, since it writes the list too."""
    path = world.barman.folder / 'home' / 'main' / 'wals' / 'xlog.db'

    def change(how):
        with (world.barman.folder / 'lock' / '.main-xlogdb.lock').open('r+') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path.write_text(how(path.read_text()))
    change(lambda text: text + line)
    try:
        yield
    finally:
        change(lambda text: text.replace(line, ''))


def test_the_partial_end_of_an_old_timeline_is_not_the_last_segment(admin, world, backup, wait):
    """As Barman lists it after a failover."""
    last = pitr(admin)['wal']['last_archived']
    with listed(world, f'{last}.partial\t16777216\t{time.time()}\tNone\n'):
        seen = pitr(admin)['server']['seen_at']
        wait(lambda: pitr(admin)['server']['seen_at'] > seen, 90, 'the next look')
        assert len(pitr(admin)['wal']['last_archived']) == 24 and pitr(admin)['wal']['last_archived'] >= last


@pytest.mark.parametrize('bad', ['', 'yesterday', '2026-11-25', '2026-11-25 22:00:00Z', '2026-11-25T22:00:00', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z',
                                 '2026-11-25T24:00:00Z', '2026-11-25T22:60:00Z', '2026-11-25T22:00:00+25:00', '2026-11-25T22:00:00.Z', "2026-11-25T22:00:00Z'; --",
                                 '２026-11-25T22:00:00Z', 1764108000, None])
def test_a_moment_that_is_none_is_a_bad_field(admin, bad):
    assert admin.problem('bad_field', 'POST', '/database/pitr/restore', {'time': bad})['field'] == 'time'


def test_the_future_cannot_be_restored(admin, world, backup):
    assert 'future' in admin.problem('bad_field', 'POST', '/database/pitr/restore', {'time': text(now(world) + timedelta(minutes=5))})['detail']


def test_a_moment_before_the_window_is_refused_and_the_window_is_said(admin, backup):
    begins = pitr(admin)['window']['from']
    moment = datetime.fromisoformat(begins.replace('Z', '+00:00')) - timedelta(seconds=1)
    assert begins in admin.problem('bad_field', 'POST', '/database/pitr/restore', {'time': text(moment)})['detail']


# -- a recovery -----------------------------------------------------------------------------------------------------------------------

def test_what_was_there_at_the_moment_is_there_and_what_came_later_is_not(world, restored):
    moment, ended = restored
    assert ended['result']['target_time'] == text(moment) and ended['result']['last_commit'] <= text(moment)
    connection = connect(world, ended['result']['port'])
    cursor = connection.cursor()
    cursor.execute('SELECT what FROM history')
    assert cursor.fetchall() == [('before',)]
    cursor.execute('SELECT count(*) FROM pg_class WHERE relname = %s', ('dropped_later',))
    assert cursor.fetchone() == (1,)
    connection.close()


def test_the_running_server_goes_on_untouched(world, restored):
    assert world.postgres.sql('SELECT what FROM history ORDER BY 1 DESC', database='iot_guardian') == [('before',), ('after',)]
    assert not world.postgres.sql('SELECT pg_is_in_recovery()')[0][0]


def test_a_restored_cluster_is_read_only_and_on_loopback_alone(world, restored):
    port = restored[1]['result']['port']
    connection = connect(world, port, 'monitor')
    cursor = connection.cursor()
    cursor.execute("SELECT pg_is_in_recovery(), current_setting('listen_addresses'), current_setting('archive_mode'), current_setting('shared_preload_libraries')")
    assert cursor.fetchone() == (True, '127.0.0.1', 'off', '')
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute('CREATE TEMP TABLE x (id int)')
    connection.close()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(host='127.0.0.1', port=port, user='postgres', dbname='postgres')


def test_a_restored_cluster_is_listed_with_the_way_in(admin, restored):
    [said] = pitr(admin)['instances']
    assert (said['id'], said['state'], said['port'], said['target_time']) == (restored[1]['id'], 'ready', restored[1]['result']['port'], text(restored[0]))
    assert f"port={said['port']}" in said['connect'] and said['expires_at'] > said['created_at']


# -- ends -----------------------------------------------------------------------------------------------------------------------------

def begin(admin, world, wait):
    """A recovery that has begun to write files."""
    job_id = admin.post('/database/pitr/restore', {'time': text(now(world))}).json['job_id']
    wait(lambda: job_id in folders(world), 120, 'its folder')
    return job_id


def test_a_cancelled_recovery_leaves_nothing(admin, world, restored, wait):
    job_id = begin(admin, world, wait)
    admin.call('POST', f'/database/jobs/{job_id}/cancel')
    assert finished(admin, wait, job_id)['state'] == 'cancelled'
    wait(lambda: folders(world) == [restored[1]['id']] and [i['id'] for i in pitr(admin)['instances']] == [restored[1]['id']], 60, 'the end of what was begun')


def test_a_recovery_whose_runner_is_killed_leaves_nothing(admin, world, restored, wait):
    job_id = begin(admin, world, wait)
    runner = world.runners[0]
    runner.kill()
    runner.start()
    ended = finished(admin, wait, job_id)
    assert (ended['state'], ended['error']['code']) == ('failed', 'runner_lost')
    wait(lambda: folders(world) == [restored[1]['id']], 60, 'the end of what was begun')
    assert connect(world, restored[1]['result']['port']).closed == 0      # the other one lives on


def test_a_restored_cluster_is_removed_in_two_steps(admin, world, restored, wait):
    path = f"/database/pitr/instances/{restored[1]['id']}/remove"
    made = admin.call('POST', path)
    assert made.status == 428 and restored[1]['id'] in folders(world)
    done = admin.post(path, headers={'X-Confirmation-Token': made.json['confirmation_token'], 'X-Confirmation-Phrase': quote(made.json['phrase'])})
    assert finished(admin, wait, done.json['job_id'])['state'] == 'succeeded'
    assert (pitr(admin)['instances'], folders(world)) == ([], [])
    with pytest.raises(OSError):
        socket.create_connection(('127.0.0.1', restored[1]['result']['port']), timeout=2)
    admin.problem('not_found', 'POST', path)


def test_a_restored_cluster_goes_away_when_its_time_is_over(admin, world, backup, wait):
    """Its folder alone: that a server in it is stopped is shown above."""
    gone = '00000000-0000-4000-8000-00000000beef'
    (world.barman.work / gone / 'data').mkdir(parents=True)
    world.audit("""INSERT INTO pitr_instance VALUES (%s, 'a', 'none', now(), 1, 'ready', 'test', now() - interval '1 day', now() - interval '1 second')
                   RETURNING id""", gone)
    wait(lambda: not pitr(admin)['instances'] and gone not in folders(world), 30, 'its end')


@pytest.mark.parametrize('path', ['not-a-uuid-but-thirty-six-characters', '00000000-0000-4000-8000-000000000000'])
def test_a_restored_cluster_that_is_not_there_is_not_found(admin, path):
    admin.problem('not_found', 'POST', f'/database/pitr/instances/{path}/remove')


def test_a_barman_that_is_broken_is_said_and_a_backup_fails_with_its_words(admin, world, backup, wait):
    away = world.barman.conf.with_name('away.conf')
    world.barman.conf.rename(away)
    try:
        ended = finished(admin, wait, admin.post('/database/pitr/backup', {}).json['job_id'])
        assert ended['state'] == 'failed' and 'does not exist' in ended['error']['detail'], ended
        said = wait(lambda: (p := pitr(admin))['reason'] and not p['server']['ok'] and p, 60, 'the complaint')
        assert said['configured'] and 'does not exist' in said['reason'] and said['server']['problems'][0]['check'] == 'barman'
    finally:
        away.rename(world.barman.conf)
