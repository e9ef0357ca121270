"""Schedules and retention: what starts by the clock, once, and what is then kept."""
from datetime import datetime, timedelta, timezone

import pytest

from jobs_world import SMALL, Works, jobs_platform, lock
from iotplatform import wait_for

NEVER_SOON = '0 0 1 1 *'


@pytest.fixture(scope='module')
def works():
    with jobs_platform('schedules', {'small': SMALL, 'other': SMALL}) as platform:
        yield Works(platform)


@pytest.fixture(autouse=True)
def no_schedules(works):
    yield
    for runner in works.platform.runners:
        runner.start()
    works.platform.audit('DELETE FROM schedule')
    wait_for(lambda: works.platform.audit("SELECT 1 FROM job WHERE state IN ('queued', 'running')") == [], 30, 'the jobs')


def make(works, database='small', cron=NEVER_SOON, **fields):
    reply = works.api.call('POST', '/database/schedules', {'database': database, 'cron': cron, **fields})
    assert reply.status == 201, reply.body
    return reply.json


def due(works, schedule, ago='1 second'):
    """Its time has come; the time that it was for."""
    return works.platform.audit("UPDATE schedule SET next_run_at = date_trunc('second', now() - %s::interval) WHERE id = %s RETURNING next_run_at",
                                ago, schedule['id'])[0][0]


def jobs_of(works, schedule):
    return works.platform.audit('SELECT id::text, state, scheduled_for FROM job WHERE schedule_id = %s ORDER BY seq', schedule['id'])


# -- the list ---------------------------------------------------------------------------------------------------------------------------------

def test_a_schedule_is_made_shown_changed_and_deleted(works):
    made = make(works, cron='30 2 * * mon-fri', time_zone='Europe/Berlin', note='nightly', retention={'daily': 7, 'weekly': 4})
    assert made['kind'] == 'backup' and made['enabled'] and made['retention'] == {'daily': 7, 'weekly': 4} and made['created_by'] == 'admin'
    assert made['last_job_id'] is None and len(made['next_runs']) == 5
    path = f'/database/schedules/{made["id"]}'
    assert works.api.get(path).json == made and works.api.get('/database/schedules').json['items'] == [made]
    changed = works.api.call('PUT', path, {'database': 'other', 'cron': NEVER_SOON, 'enabled': False}).json
    assert changed['database'] == 'other' and changed['next_runs'] == [] and changed['retention'] is None and changed['time_zone'] == 'UTC' and changed['note'] is None
    assert works.api.get('/database/schedules', params={'database': 'small'}).json['items'] == []
    step = works.api.call('DELETE', path)
    assert step.status == 428 and step.json['impact']['schedules_remaining'] == 0
    assert works.confirmed('DELETE', path).status == 204
    works.api.problem('not_found', 'GET', path)


def test_the_next_runs_are_those_of_the_wall_clock_in_the_zone(works):
    zone = timezone(timedelta(hours=8))
    for text in make(works, cron='15 3 * * *', time_zone='Asia/Shanghai')['next_runs']:
        local = datetime.fromisoformat(text.replace('Z', '+00:00')).astimezone(zone)
        assert (local.hour, local.minute) == (3, 15)


@pytest.mark.parametrize('fields, field', [
    ({'cron': '61 * * * *'}, 'cron'), ({'cron': '* * * * * *'}, 'cron'), ({'cron': '@reboot xxxx'}, 'cron'), ({'cron': '0 0 30 2 *'}, 'cron'),
    ({'time_zone': 'Mars/Olympus'}, 'time_zone'), ({'time_zone': '../../../etc/passwd'}, 'time_zone'), ({'retention': {}}, 'retention'),
    ({'retention': {'daily': 0}}, 'retention'), ({'retention': {'hourly': 1}}, 'retention'), ({'retention': []}, 'retention'), ({'note': 'x' * 501}, 'note')])
def test_a_schedule_that_makes_no_sense_is_refused(works, fields, field):
    assert works.api.problem('bad_field', 'POST', '/database/schedules', {'database': 'small', 'cron': NEVER_SOON, **fields})['field'] == field


def test_a_database_that_is_not_managed_gets_no_schedule(works):
    works.api.problem('not_found', 'POST', '/database/schedules', {'database': 'guardian', 'cron': NEVER_SOON})


def test_changes_of_schedules_are_written_down(works):
    made = make(works)
    works.confirmed('DELETE', f'/database/schedules/{made["id"]}')
    for action in ('create', 'delete'):
        assert works.api.get('/audit', params={'action': f'database.schedule.{action}', 'outcome': 'succeeded'}).json['items']


# -- the clock --------------------------------------------------------------------------------------------------------------------------------

def test_a_schedule_starts_its_job_once_though_two_runners_look(works):
    for _ in range(3):
        schedule = make(works, note='by the clock')
        at = due(works, schedule)
        wait_for(lambda: jobs_of(works, schedule), 15, 'the job')
        job = works.end(jobs_of(works, schedule)[0][0])
        assert job['state'] == 'succeeded' and job['created_by'] == 'schedule' and job['parameters']['note'] == 'by the clock'
        assert [row[2] for row in jobs_of(works, schedule)] == [at]
        shown = works.api.get(f'/database/schedules/{schedule["id"]}').json
        assert shown['last_job_id'] == job['id'] and shown['last_state'] == 'succeeded'
        assert works.get(job['result']['backup_id'])['origin'] == 'schedule'
        works.platform.audit('DELETE FROM schedule')


def test_a_run_that_was_missed_is_made_up_for_once(works):
    for runner in works.platform.runners:
        runner.stop()
    schedule = make(works, cron='* * * * *')
    works.platform.audit("UPDATE schedule SET cron = %s WHERE id = %s", NEVER_SOON, schedule['id'])
    at = due(works, schedule, '3 days')
    for runner in works.platform.runners:
        runner.start()
    wait_for(lambda: jobs_of(works, schedule), 15, 'the job')
    assert works.end(jobs_of(works, schedule)[0][0])['state'] == 'succeeded'
    assert [row[2] for row in jobs_of(works, schedule)] == [at]
    assert works.platform.audit('SELECT next_run_at > now() FROM schedule WHERE id = %s', schedule['id']) == [(True,)]


def test_a_schedule_that_is_not_enabled_starts_nothing(works):
    off = make(works, enabled=False)
    works.platform.audit("UPDATE schedule SET next_run_at = now() - interval '1 hour' WHERE id = %s", off['id'])
    on = make(works)
    due(works, on)
    wait_for(lambda: jobs_of(works, on), 15, 'the other one')
    assert jobs_of(works, off) == []


def test_a_run_is_left_out_while_the_one_before_is_still_at_work(works):
    schedule = make(works)
    with lock(works.platform, 'small'):
        due(works, schedule, '2 seconds')
        wait_for(lambda: jobs_of(works, schedule), 15, 'the job')
        due(works, schedule)
        wait_for(lambda: works.platform.audit('SELECT next_run_at > now() FROM schedule WHERE id = %s', schedule['id']) == [(True,)], 15, 'the second time')
        assert len(jobs_of(works, schedule)) == 1
    works.end(jobs_of(works, schedule)[0][0])


def test_what_a_schedule_starts_is_written_down(works):
    schedule = make(works)
    due(works, schedule)
    wait_for(lambda: jobs_of(works, schedule), 15, 'the job')
    job_id = jobs_of(works, schedule)[0][0]
    works.end(job_id)

    def written():
        events = works.api.get('/audit', params={'actor': 'schedule', 'action': 'database.backup'}).json['items']
        return [e for e in events if e['parameters'].get('job_id') == job_id]
    event = wait_for(written, 15, 'the event')[0]
    intent = next(e for e in works.api.get('/audit', params={'actor': 'schedule'}).json['items'] if e['id'] == event['parameters']['intent'])
    assert intent['outcome'] == 'intent' and intent['target'] == 'small' and intent['parameters']['schedule_id'] == schedule['id'] and intent['id'] < event['id']
    assert works.api.get('/audit/verify').json['ok']


# -- retention --------------------------------------------------------------------------------------------------------------------------------

def preview(works, database):
    return {item['backup_id']: item for item in works.api.get('/database/retention', params={'database': database}).json['items']}


def runs(works, schedule, count):
    """Backups of a schedule, oldest first."""
    made = []
    for i in range(count):
        due(works, schedule, f'{count - i} seconds')
        wait_for(lambda: len(jobs_of(works, schedule)) == i + 1, 15, 'the job')
        made.append(works.end(jobs_of(works, schedule)[-1][0])['result']['backup_id'])
    return made


def test_the_preview_says_what_is_then_done(works):
    kept_by_hand = works.backup('other')['id']
    schedule = make(works, 'other')
    made = runs(works, schedule, 4)
    works.api.call('PATCH', f'/database/backups/{made[0]}', {'pinned': True})
    assert all(item['keep'] for item in preview(works, 'other').values())
    for runner in works.platform.runners:
        runner.stop()       # so that the preview is read before it is done
    works.api.call('PUT', f'/database/schedules/{schedule["id"]}', {'database': 'other', 'cron': NEVER_SOON, 'retention': {'keep_last': 2}})
    plan = preview(works, 'other')
    assert [plan[i]['keep'] for i in (kept_by_hand, *made)] == [True, True, False, True, True]
    assert plan[made[0]]['reason'] == 'pinned' and plan[made[3]]['reason'] and plan[made[1]]['size_bytes'] > 0
    expiring = works.get(made[3])['expires']
    assert expiring and expiring['reason'] and works.get(kept_by_hand)['expires'] is None
    for runner in works.platform.runners:
        runner.start()
    wait_for(lambda: made[1] not in preview(works, 'other'), 40, 'the deed')
    assert set(preview(works, 'other')) == {i for i, item in plan.items() if item['keep']}
    wait_for(lambda: not [1 for runner in works.platform.runners if list(runner.folder.glob(f'{made[1]}*'))], 15, 'the files gone')
    event = works.api.get('/audit', params={'actor': 'retention', 'outcome': 'intent'}).json['items'][0]
    assert event['target'] == made[1] and event['parameters']['database'] == 'other' and event['action'] == 'database.backup.delete'


def test_retention_never_deletes_the_last_verified_backup(works):
    works.platform.audit("UPDATE backup SET deleted_at = now() WHERE database = 'small'")
    schedule = make(works, retention={'keep_days': 1})
    made = runs(works, schedule, 2)
    works.platform.audit("UPDATE backup SET created_at = created_at - interval '100 days' WHERE id = ANY (%s::uuid[])", made)
    wait_for(lambda: made[0] not in preview(works, 'small'), 40, 'the older one deleted')
    assert preview(works, 'small')[made[1]] == {**preview(works, 'small')[made[1]], 'keep': True, 'reason': 'the last verified backup'}
