"""Jobs: claimed once, cancelled in every state, taken over from the dead; shown on backups, which have all of it."""
import hashlib
import os
import random
import signal
import subprocess
import time

import psycopg2
import pytest

from jobs_world import BIG, OVER, SMALL, Works, held, jobs_platform, lock, only_runner, parent_of, waiting
from iotplatform import wait_for

TAKEN_OVER_S = 30


@pytest.fixture(scope='module')
def works():
    with jobs_platform('jobs', {'small': SMALL, 'big': BIG, 'doomed': SMALL}) as platform:
        yield Works(platform)


@pytest.fixture(autouse=True)
def runners_run(works):
    yield
    for runner in works.platform.runners:
        runner.resume()
        runner.start()
    works.platform.postgres.start()
    works.platform.redis.start()


# -- what is told ---------------------------------------------------------------------------------------------------------------------------

def test_a_job_is_answered_at_once_and_shown_until_it_is_done(works):
    job_id = works.start('small', note='a note')
    job = works.job(job_id)
    assert job['kind'] == 'backup' and job['database'] == 'small' and job['created_by'] == 'admin' and job['parameters']['note'] == 'a note'
    done = works.end(job_id)
    assert done['state'] == 'succeeded' and done['progress']['percent'] == 100 and done['attempt'] == 1 and done['error'] is None
    assert done['runner'] in ('a', 'b') and done['started_at'] and done['finished_at'] and done['result']['backup_id']
    assert done['result']['backup_id'] in done['log_tail']


def test_jobs_are_listed_newest_first_by_state_kind_and_database_in_pages(works):
    made = [works.end(works.start('small'))['id'] for _ in range(3)]
    path = '/database/jobs'
    mine = {'state': 'succeeded', 'kind': 'backup', 'database': 'small', 'limit': 2}
    first = works.api.get(path, params=mine).json
    assert [j['id'] for j in first['items']] == made[:0:-1] and first['next_cursor']
    second = works.api.get(path, params={**mine, 'cursor': first['next_cursor']}).json
    assert second['items'][0]['id'] == made[0]
    assert works.api.get(path, params={'database': 'nobody'}).json['items'] == []
    assert works.api.get(path, params={'kind': 'no such'}).json['items'] == []


def test_the_trail_of_a_request_names_the_job_that_it_created(works):
    request_id = 'trail-of-a-backup-1'
    job_id = works.api.call('POST', '/database/backup', {'database': 'small'}, headers={'X-Request-Id': request_id}).json['job_id']
    works.end(job_id)
    data = works.api.get(f'/trail/{request_id}').json['data']
    assert [(j['id'], j['kind'], j['database'], j['state'], j['percent'], j['created_by']) for j in data['jobs']] == [
        (job_id, 'backup', 'small', 'succeeded', 100, 'admin')]
    assert data['jobs'][0]['created_at'] <= data['jobs'][0]['finished_at'] and {e['action'] for e in data['audit']} == {'database.backup'}
    assert works.api.get('/trail/no-such-request').json['data']['jobs'] == []


@pytest.mark.parametrize('job_id', ['6c1f3f6e-0000-4000-8000-000000000000', 'x' * 36, '6C1F3F6E-0000-4000-8000-000000000000'])
def test_a_job_that_is_not_there_is_not_found(works, job_id):
    works.api.problem('not_found', 'GET', f'/database/jobs/{job_id}')
    works.api.problem('not_found', 'POST', f'/database/jobs/{job_id}/cancel')


def test_progress_is_told_in_bytes_with_what_is_being_done(works):
    with held(works) as (job_id, _):
        job = works.until(job_id, lambda job: job['progress']['unit'] == 'bytes' and job['progress']['done'])
        progress = job['progress']
        assert progress['phase'] == 'dumping public.noise' and 0 < progress['done'] <= progress['total'] and 0 < progress['percent'] < 100
        assert job['state'] == 'running' and job['finished_at'] is None
    assert works.end(job_id)['state'] == 'succeeded'


def test_how_long_it_will_take_is_known_from_how_long_it_took(works):
    works.backup('small')
    with lock(works.platform, 'small'):
        job_id = works.start('small')
        assert works.until(job_id, lambda job: works.sessions(job_id) and job['state'] == 'running')['eta_seconds'] is not None
    works.end(job_id)


def test_a_job_says_nothing_secret(works):
    works.backup('small')
    text = works.api.get('/database/jobs').body.decode() + works.platform.log_text()
    for name in ('maintainer', 'app', 'monitor'):
        assert works.platform.secrets.text(f'{name}_password') not in text
    assert works.platform.secrets.text('copy_token') not in text


def test_a_password_is_in_no_argument_and_no_environment_of_a_program(works):
    password = works.platform.secrets.text('maintainer_password').encode()
    with held(works) as (job_id, pid):
        for name in ('cmdline', 'environ'):
            with open(f'/proc/{pid}/{name}', 'rb') as file:
                assert password not in file.read()
    works.end(job_id)


# -- cancelling -----------------------------------------------------------------------------------------------------------------------------

def cancel(works, job_id):
    reply = works.api.call('POST', f'/database/jobs/{job_id}/cancel')
    assert reply.status == 202, reply.body
    return reply.json


def test_a_queued_job_is_cancelled_at_once(works):
    for runner in works.platform.runners:
        runner.stop()
    job_id = works.start('small')
    assert works.job(job_id)['state'] == 'queued'
    job = cancel(works, job_id)
    assert job['state'] == 'cancelled' and job['finished_at'] and job['runner'] is None


def test_a_job_that_waits_for_a_lock_is_cancelled_and_its_session_is_gone(works):
    with lock(works.platform, 'small'):
        job_id = works.start('small')
        waiting(works, job_id)
        assert cancel(works, job_id)['cancel_requested']
        job = works.end(job_id)
        assert job['state'] == 'cancelled' and works.sessions(job_id) == []
    works.nothing_left(job_id)


def test_a_job_in_the_middle_of_its_data_is_cancelled(works):
    with held(works) as (job_id, _):
        cancel(works, job_id)
    assert works.end(job_id)['state'] == 'cancelled'
    works.nothing_left(job_id)


def test_a_program_that_does_not_hear_of_it_is_killed(works):
    """Stopped in its tracks, it takes no SIGTERM."""
    with held(works) as (job_id, _):
        cancel(works, job_id)
        assert works.end(job_id)['state'] == 'cancelled'
    works.nothing_left(job_id)


def test_a_job_that_is_over_cannot_be_cancelled(works):
    job_id = works.start('small')
    works.end(job_id)
    works.api.problem('conflict', 'POST', f'/database/jobs/{job_id}/cancel')


def test_a_cancelled_job_is_never_seen_cancelled_before_its_session_is_gone(works):
    with held(works) as (job_id, _):
        cancel(works, job_id)

        def look():
            """The state is read first: a session that is seen afterwards outlived it."""
            state = works.job(job_id)['state']
            assert state != 'cancelled' or works.sessions(job_id) == []
            return state == 'cancelled'
        wait_for(look, 30, 'the cancellation')


# -- the dead -------------------------------------------------------------------------------------------------------------------------------

def check_whole(works):
    """What has a final name is whole and known, with its SHA-256."""
    known = {b['id']: b for b in works.api.get('/database/backups', params={'limit': 1000}).json['items']}
    for (_, backup_id), path in works.files().items():
        if backup_id in known:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == known[backup_id]['sha256']


def test_a_job_of_a_killed_runner_is_taken_over_by_the_other(works):
    with held(works) as (job_id, _):
        runner = works.runner_of(job_id)
        runner.signal(signal.SIGKILL)
        start = time.monotonic()
        wait_for(lambda: not runner.running, 5, 'its death')
        job = works.until(job_id, lambda job: job['attempt'] == 2 or job['state'] in OVER, TAKEN_OVER_S)
        assert time.monotonic() - start < TAKEN_OVER_S
    done = works.end(job_id)
    assert done['state'] == 'succeeded' and done['attempt'] == 2 and done['runner'] != runner.runner, (job, done)
    runner.start()      # removes what it had been writing
    works.nothing_left(job_id)
    check_whole(works)


DICE = random.Random(7)
POINTS = [DICE.uniform(0, 1.5) for _ in range(10)]


@pytest.mark.parametrize('format, delay_s', [('custom', p) for p in POINTS] + [('directory', p) for p in POINTS[::2]])
def test_a_runner_that_is_killed_anywhere_leaves_nothing_half(works, format, delay_s):
    job_id = works.start('big', format=format)
    runner = works.runner_of(job_id)
    threshold = time.monotonic() + delay_s
    wait_for(lambda: time.monotonic() >= threshold or works.job(job_id)['state'] in OVER, 30, 'the moment')
    runner.signal(signal.SIGKILL)
    wait_for(lambda: not runner.running, 5, 'its death')
    runner.start()
    job = works.end(job_id, TAKEN_OVER_S + 30)
    assert job['state'] == 'succeeded', job
    works.nothing_left(job_id)
    check_whole(works)


def test_a_killed_child_of_a_runner_is_noticed_and_its_job_begun_again(works):
    with held(works) as (job_id, pid):
        os.kill(parent_of(pid), signal.SIGKILL)
    job = works.end(job_id)
    assert job['state'] == 'succeeded' and job['attempt'] == 2
    works.nothing_left(job_id)


def test_a_job_whose_children_keep_dying_fails_with_its_reason(works):
    with lock(works.platform, 'big', 'noise'):
        job_id = works.start('big')
        for attempt in (1, 2, 3):
            works.until(job_id, lambda job: job['attempt'] == attempt)
            os.kill(parent_of(waiting(works, job_id)), signal.SIGKILL)
        job = works.end(job_id)
    assert job['state'] == 'failed' and job['error']['code'] == 'runner_lost' and 'killed' in job['error']['detail']
    works.nothing_left(job_id)


def test_a_runner_that_was_paused_for_too_long_finds_its_job_with_another(works):
    with held(works) as (job_id, _):
        runner = works.runner_of(job_id)
        runner.pause()
        works.until(job_id, lambda job: job['attempt'] == 2 or job['state'] in OVER, TAKEN_OVER_S)
    runner.resume()
    job = works.end(job_id)
    assert job['state'] == 'succeeded' and job['attempt'] == 2 and job['runner'] != runner.runner
    works.nothing_left(job_id)
    check_whole(works)


def test_a_killed_program_fails_the_job_with_its_reason(works):
    with held(works) as (job_id, pid):
        os.kill(pid, signal.SIGKILL)
    job = works.end(job_id)
    assert job['state'] == 'failed' and 'signal 9' in job['error']['detail']
    works.nothing_left(job_id)


def test_a_stopping_runner_hands_back_what_it_cannot_finish(works):
    with only_runner(works.platform, drain_ms=0) as first, lock(works.platform, 'small'):
        job_id = works.start('small')
        waiting(works, job_id)
        first.stop()
        job = works.job(job_id)
        assert job['state'] == 'queued' and job['attempt'] == 0 and 'stopped' in job['log_tail']
        assert works.sessions(job_id) == []
    assert works.end(job_id)['state'] == 'succeeded'


def test_a_stopping_runner_finishes_what_it_can(works):
    job_id = works.start('big')
    runner = works.runner_of(job_id)
    runner.stop()
    job = works.job(job_id)
    assert job['state'] == 'succeeded' and job['attempt'] == 1 and job['runner'] == runner.runner


# -- what they stand on ---------------------------------------------------------------------------------------------------------------------

def test_jobs_go_on_while_redis_is_down(works):
    with held(works) as (job_id, _):
        works.platform.redis.stop()
    wait_for(lambda: works.platform.audit('SELECT state FROM job WHERE id = %s', job_id) == [('succeeded',)], 30, 'the job')
    works.platform.redis.start()


def test_a_job_fails_with_its_reason_when_postgresql_is_stopped_under_it(works):
    with held(works) as (job_id, _):
        works.platform.postgres.stop()
    works.platform.postgres.start()
    job = works.end(job_id, 60)
    assert job['state'] == 'failed' and 'pg_dump' in job['error']['detail'], job
    works.nothing_left(job_id)


def test_a_job_fails_with_its_reason_when_its_database_is_dropped(works):
    with lock(works.platform, 'doomed'):
        job_id = works.start('doomed')
        waiting(works, job_id)
        works.platform.postgres.sql('DROP DATABASE doomed WITH (FORCE)')
    job = works.end(job_id)
    assert job['state'] == 'failed' and job['error']['detail'], job
    works.nothing_left(job_id)
    gone = works.end(works.start('doomed'))
    assert gone['state'] == 'failed' and 'doomed' in gone['error']['detail']


def test_two_runners_share_the_work_and_never_do_it_twice(works):
    jobs = [works.start('small') for _ in range(12)]
    ends = [works.end(job_id) for job_id in jobs]
    assert [job['state'] for job in ends] == ['succeeded'] * len(jobs) and {job['attempt'] for job in ends} == {1}
    assert {job['runner'] for job in ends} == {'a', 'b'}
    assert len({job['result']['backup_id'] for job in ends}) == len(jobs)


def test_one_exclusive_job_runs_at_a_time_in_a_database(works):
    """Whatever the runners do, the table does not hold two."""
    insert = ("INSERT INTO job (kind, database, exclusive, created_by, request_id, state, runner, lease_until) "
              "VALUES ('vacuum', 'elsewhere', true, 'test', 'test-request', 'running', 'a', now() + interval '1 hour')")
    works.platform.audit(insert)
    try:
        with pytest.raises(psycopg2.errors.UniqueViolation):
            works.platform.audit(insert)
    finally:
        works.platform.audit("DELETE FROM job WHERE database = 'elsewhere'")


def test_two_runners_never_work_in_one_folder(works):
    runner = works.platform.runners[0]
    other = subprocess.Popen([runner.binary, '-c', runner.config_file], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1.5)     # it waits for the first to go
    finally:
        other.terminate()
        assert b'another runner works in' in other.communicate(timeout=10)[1]


# -- forgotten ----------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def past(works):
    """Jobs that are over, so many days ago; gone after the test, with what refers to them."""
    audit = works.platform.audit

    def make(days, kind='analyze', count=1, **more):
        names = ''.join(f', {name}' for name in more)
        holes = ', %s' * len(more)
        rows = audit(f"""INSERT INTO job (kind, database, exclusive, state, created_by, request_id, finished_at{names})
                         SELECT %s, 'small', false, 'succeeded', 'test', 'of-the-past', now() - make_interval(days => %s){holes} FROM generate_series(1, %s)
                         RETURNING id::text""", kind, days, *more.values(), count)
        return [row[0] for row in rows]
    yield make
    audit("DELETE FROM restore WHERE created_by = 'test'")
    audit("DELETE FROM schedule WHERE created_by = 'test'")
    audit("DELETE FROM job WHERE request_id = 'of-the-past'")


def kept(works):
    return {row[0] for row in works.platform.audit("SELECT id::text FROM job WHERE request_id = 'of-the-past'")}


def forget(works):
    """A keeper looks for what to forget when it begins, and once a minute."""
    runner = works.platform.runners[0]
    runner.stop()
    runner.start()


def test_jobs_that_have_been_over_for_long_are_forgotten_however_many_and_younger_ones_are_not(works, past):
    past(91, count=1300)
    young = past(89)
    forget(works)
    wait_for(lambda: kept(works) == set(young), 90, 'the old ones being forgotten')


def test_no_job_is_forgotten_that_a_backup_a_restore_its_undo_or_a_schedule_refers_to(works, past):
    audit = works.platform.audit
    backup = works.backup('small')
    audit("UPDATE job SET request_id = 'of-the-past', finished_at = now() - interval '100 days' WHERE id = %s", backup['job_id'])
    [restored], [gone] = past(100, 'restore'), past(100, 'restore')
    for job_id, state in ((restored, 'swapped'), (gone, 'discarded')):
        audit("""INSERT INTO restore (job_id, backup_id, database, swap, state, production_oid, new_database, new_oid, kept_database, kept_until, created_by)
                 VALUES (%s, %s, 'small', true, %s, 1, 'small_new', 2, 'small_old', now() + interval '1 year', 'test')""", job_id, backup['id'], state)
    [swapped] = past(100, 'restore_swap', parameters=f'{{"restore": "{restored}"}}')
    past(100, 'restore_discard', parameters=f'{{"restore": "{gone}"}}')
    schedule = audit("""INSERT INTO schedule (database, kind, cron, time_zone, enabled, next_run_at, created_by)
                        VALUES ('small', 'backup', '0 0 1 1 *', 'UTC', false, now() + interval '1 year', 'test') RETURNING id::text""")[0][0]
    past(120, schedule_id=schedule)
    [last_of_schedule] = past(100, schedule_id=schedule)
    drill = {'kind': 'restore_drill', 'parameters': f'{{"backup_id": "{backup["id"]}"}}'}
    past(120, **drill)
    [last_drill] = past(100, **drill)
    forget(works)
    wait_for(lambda: kept(works) == {backup['job_id'], restored, swapped, last_of_schedule, last_drill}, 90, 'the others being forgotten')
    assert works.api.get(f'/database/jobs/{restored}').json['id'] == restored
