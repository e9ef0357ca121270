"""The second step before what is dangerous, shown on ending a session."""
import os
import threading
from datetime import datetime, timezone
from urllib.parse import quote

import pytest

from client import CONTRACT, Direct

# The other dangerous rows are tested with what they work on.
DANGEROUS = [(method, path) for method, path, operation in CONTRACT.operations() if '428' in operation['responses'] and '{pid}' in path]
# Of the parts of the platform, which are not there beside this console; tests/platform shows their challenges.
ELSEWHERE = [path for _, path, operation in CONTRACT.operations() if '428' in operation['responses'] and not path.startswith('/database/')]
BODIES = {'/swarm/services/{id}/update': {'image': 'a'}, '/swarm/services/{id}/scale': {'replicas': 1},
          '/swarm/nodes/{id}/availability': {'availability': 'active'}, '/replication/switchover': {'leader': 'a', 'candidate': 'b'},
          '/replication/reinitialize': {'member': 'a'}}


def challenge(client, path, **options):
    reply = client.call('POST', path, **options)
    assert reply.status == 428, reply.body[:500]
    return reply.json


def confirmed(made, phrase=None):
    """The headers of the second call."""
    return {'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'] if phrase is None else phrase, safe='')}


def terminate(pid):
    return f'/database/sessions/{pid}/terminate'


def cancel(pid):
    return f'/database/sessions/{pid}/cancel'


def alive(platform, pid):
    return bool(platform.postgres.sql('SELECT 1 FROM pg_stat_activity WHERE pid = %s', pid))


@pytest.fixture
def pid(victim):
    """A session in the middle of a transaction."""
    connection = victim()
    connection.cursor().execute("SELECT count(*) FROM devices")
    return connection.info.backend_pid


@pytest.fixture
def busy(victim, wait, psql):
    """A session in the middle of a statement; its connection's pid."""
    connection = victim()
    connection.autocommit = True

    def run():
        try:
            connection.cursor().execute('SELECT pg_sleep(60)')
        except Exception:       # it is going to be cancelled or ended
            pass
    threading.Thread(target=run, daemon=True).start()
    pid = connection.info.backend_pid
    wait(lambda: psql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'", pid), 5, 'the statement')
    yield pid
    psql('SELECT pg_terminate_backend(%s)', pid)


@pytest.mark.parametrize('method, path', DANGEROUS, ids=[path for _, path in DANGEROUS])
def test_a_dangerous_row_answers_with_a_challenge_first(api, busy, method, path):
    challenge(api, path.replace('{pid}', str(busy)))


@pytest.mark.parametrize('path', ELSEWHERE)
def test_what_is_not_configured_is_not_steered(api, path):
    api.problem('not_configured', 'POST', path.replace('{id}', 'some').replace('{name}', 'switchover'), BODIES.get(path))


@pytest.mark.parametrize('method, path', DANGEROUS, ids=[path for _, path in DANGEROUS])
def test_nothing_happens_before_the_confirmation(api, busy, platform, method, path):
    challenge(api, path.replace('{pid}', str(busy)))
    assert platform.postgres.sql('SELECT state FROM pg_stat_activity WHERE pid = %s', busy) == [('active',)]


def test_the_challenge_names_the_session_in_its_summary(api, pid):
    assert str(pid) in challenge(api, terminate(pid))['summary']


def test_the_challenge_tells_the_effect_in_numbers(api, pid):
    impact = challenge(api, terminate(pid))['impact']
    assert [v for v in impact.values() if isinstance(v, (int, float)) and not isinstance(v, bool)]


def test_the_challenge_tells_whether_it_can_be_undone(api, pid):
    assert len(challenge(api, terminate(pid))['undo']) > 10


def test_the_challenge_expires_after_two_minutes(api, pid):

    expires = datetime.fromisoformat(challenge(api, terminate(pid))['expires_at'].replace('Z', '+00:00'))
    assert 115 <= (expires - datetime.now(timezone.utc)).total_seconds() <= 121


def test_redis_forgets_the_confirmation_after_two_minutes(api, pid, platform):
    client = platform.redis.client()
    before = set(client.scan_iter('guardian:confirm:*'))
    challenge(api, terminate(pid))
    new = set(client.scan_iter('guardian:confirm:*')) - before
    assert [0 < client.ttl(key) <= 120 for key in new] == [True]


def test_redis_does_not_hold_the_token_itself(api, pid, platform):
    token = challenge(api, terminate(pid))['confirmation_token']
    client = platform.redis.client()
    assert not any(token in key or token in client.get(key) for key in client.scan_iter('guardian:confirm:*'))


def test_a_confirmed_termination_ends_the_session(api, pid, platform):
    reply = api.post(terminate(pid), headers=confirmed(challenge(api, terminate(pid))))
    assert reply.json == {'pid': pid, 'signal': 'terminate', 'done': True} and not alive(platform, pid)


def test_a_confirmed_cancel_ends_the_statement_and_not_the_session(api, busy, platform):
    reply = api.post(cancel(busy), headers=confirmed(challenge(api, cancel(busy))))
    assert reply.json == {'pid': busy, 'signal': 'cancel', 'done': True}
    assert platform.postgres.sql('SELECT state FROM pg_stat_activity WHERE pid = %s', busy) == [('idle',)]


def test_a_confirmation_works_on_another_replica(api, pid, replica, token, platform):
    headers = confirmed(challenge(api, terminate(pid)))
    assert Direct(replica, token).post(terminate(pid), headers=headers).json['done'] and not alive(platform, pid)


def test_a_confirmation_works_once(api, busy):
    made = challenge(api, cancel(busy))
    api.post(cancel(busy), headers=confirmed(made))
    api.problem('confirmation_invalid', 'POST', cancel(busy), headers=confirmed(made))


def test_of_two_calls_with_one_confirmation_only_one_runs(api, pid, platform):
    headers, statuses = confirmed(challenge(api, terminate(pid))), []
    threads = [threading.Thread(target=lambda: statuses.append(api.clone().call('POST', terminate(pid), headers=headers).status)) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(statuses) == [200, 403, 403, 403]


@pytest.mark.parametrize('change', [lambda p: p + ' ', lambda p: p.upper() if p.upper() != p else p.lower(), lambda p: '', lambda p: p[:-1], lambda p: 'yes', lambda p: p + '\u200b'],
                         ids=['a space more', 'another case', 'empty', 'cut', 'another', 'an invisible character'])
def test_a_wrong_phrase_is_refused(api, pid, platform, change):
    made = challenge(api, terminate(pid))
    phrase = change(made['phrase'])
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(made, phrase))
    assert alive(platform, pid)


def test_a_missing_phrase_is_refused(api, pid):
    token = challenge(api, terminate(pid))['confirmation_token']
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers={'X-Confirmation-Token': token})


def test_a_confirmation_with_a_wrong_phrase_is_used_up(api, pid, platform):
    made = challenge(api, terminate(pid))
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(made, 'wrong'))
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(made))
    assert alive(platform, pid)


def test_a_confirmation_of_another_session_of_the_same_user_is_refused(api, pid, own_session, platform):
    own_session.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(challenge(api, terminate(pid))))
    assert alive(platform, pid)


def test_a_confirmation_of_another_token_of_the_same_session_is_refused(own_session, pid, platform):
    headers = confirmed(challenge(own_session, terminate(pid)))
    own_session.token = own_session.post('/auth/refresh').json['access_token']
    own_session.problem('confirmation_invalid', 'POST', terminate(pid), headers=headers)
    assert alive(platform, pid)


def test_a_confirmation_of_another_user_is_refused(api, pid, platform, anyone):
    platform.ctl('admin', 'create', 'second-admin', stdin='a password of the second admin\n')
    anyone.login('second-admin', 'a password of the second admin')
    anyone.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(challenge(api, terminate(pid))))
    assert alive(platform, pid)


def test_a_confirmation_for_another_target_is_refused(api, pid, victim, platform):
    other = victim().info.backend_pid
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(challenge(api, terminate(other))))
    assert alive(platform, pid) and alive(platform, other)


def test_a_confirmation_for_another_action_is_refused(api, busy, platform):
    api.problem('confirmation_invalid', 'POST', terminate(busy), headers=confirmed(challenge(api, cancel(busy))))
    assert alive(platform, busy)


def test_a_confirmation_for_another_spelling_of_the_path_is_refused(api, pid, platform):
    api.problem('confirmation_invalid', 'POST', terminate(f'0{pid}'), headers=confirmed(challenge(api, terminate(pid))))
    assert alive(platform, pid)


def test_a_confirmation_for_another_body_is_refused(api, pid, platform):
    api.problem('confirmation_invalid', 'POST', terminate(pid), body=b'{}', headers=confirmed(challenge(api, terminate(pid))))
    assert alive(platform, pid)


def test_a_body_that_was_there_before_must_be_there_again(api, pid):
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(challenge(api, terminate(pid), body=b'{}')))


def test_the_same_body_is_accepted(api, pid):
    headers = confirmed(challenge(api, terminate(pid), body=b'{}'))
    assert api.post(terminate(pid), body=b'{}', headers=headers).json['done']


@pytest.mark.parametrize('none', ['x', '', 'A' * 43, 'A' * 44, '=' * 43, 'guardian:confirm:*', "'; DROP TABLE x", 'A' * 128])
def test_a_token_that_is_none_confirms_nothing(api, pid, platform, none):
    reply = api.call('POST', terminate(pid), headers={'X-Confirmation-Token': none, 'X-Confirmation-Phrase': str(pid)})
    assert (reply.status, reply.json.get('code')) == (403, 'confirmation_invalid') or (none == '' and reply.status == 428)
    assert alive(platform, pid)


@pytest.mark.parametrize('phrase', ['%', '%zz', '%00', '%ff', '%c3%28'])
def test_a_phrase_that_is_no_percent_encoded_text_is_refused(api, pid, phrase):
    made = challenge(api, terminate(pid))
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers={**confirmed(made), 'X-Confirmation-Phrase': phrase})


def test_a_confirmation_that_redis_has_forgotten_is_refused(api, pid, platform, wait):
    """What its time to live does after two minutes, done at once."""
    made = challenge(api, terminate(pid))
    client = platform.redis.client()
    for key in client.scan_iter('guardian:confirm:*'):
        assert client.pexpire(key, 1)
    wait(lambda: not list(client.scan_iter('guardian:confirm:*')), 5, 'their end')
    api.problem('confirmation_invalid', 'POST', terminate(pid), headers=confirmed(made))
    assert alive(platform, pid)


def test_a_session_that_has_ended_makes_the_confirmation_stale(api, victim, platform, wait):
    connection = victim()
    pid = connection.info.backend_pid
    made = challenge(api, terminate(pid))
    connection.close()
    wait(lambda: not alive(platform, pid), 5, 'the end of the session')
    api.problem('confirmation_stale', 'POST', terminate(pid), headers=confirmed(made))


def reuse_pid(pid, open_session, tries=20):
    """A new session under the pid of one that has ended, or None: the kernel is told which number comes next, and somebody else may take it."""
    for _ in range(tries):
        with open('/proc/sys/kernel/ns_last_pid', 'w') as last:
            last.write(str(pid - 1))
        connection = open_session()
        if connection.info.backend_pid == pid:
            return connection
        connection.close()
    return None


def test_a_pid_that_another_session_has_got_makes_the_confirmation_stale(api, victim, platform, wait):
    for _ in range(20):
        connection = victim()
        pid = connection.info.backend_pid
        made = challenge(api, terminate(pid))
        connection.close()
        wait(lambda: not alive(platform, pid), 5, 'the end of the session')
        if os.geteuid() != 0 or reuse_pid(pid, victim):     # only root can have a pid used again: its absence is as stale
            break
    else:
        raise AssertionError('no session got the pid again')
    api.problem('confirmation_stale', 'POST', terminate(pid), headers=confirmed(made))
    assert os.geteuid() != 0 or alive(platform, pid)


def test_a_statement_that_has_been_followed_by_another_makes_the_cancel_stale(api, victim, platform, wait):
    connection = victim()
    connection.autocommit = True
    pid = connection.info.backend_pid

    def run(sql):
        try:
            connection.cursor().execute(sql)
        except Exception:
            pass

    def running(text):
        return platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND query = %s", pid, text)
    first = threading.Thread(target=run, args=('SELECT pg_sleep(30)',), daemon=True)
    first.start()
    wait(lambda: running('SELECT pg_sleep(30)'), 5, 'the first statement')
    made = challenge(api, cancel(pid))
    platform.postgres.sql('SELECT pg_cancel_backend(%s)', pid)
    first.join(5)
    second = threading.Thread(target=run, args=('SELECT pg_sleep(31)',), daemon=True)
    second.start()
    wait(lambda: running('SELECT pg_sleep(31)'), 5, 'the second statement')
    api.problem('confirmation_stale', 'POST', cancel(pid), headers=confirmed(made))
    assert running('SELECT pg_sleep(31)')
    platform.postgres.sql('SELECT pg_cancel_backend(%s)', pid)
    second.join(5)


def test_a_session_that_is_not_there_has_no_challenge(api):
    api.problem('not_found', 'POST', terminate(2147483647))


@pytest.mark.parametrize('bad', ['0', '-1', '2147483648', 'abc', '1.5', '1e3', '0x10', '99999999999999999999', '%20', '１'])
def test_a_pid_that_is_none_is_a_bad_field(api, bad):
    api.problem('bad_field', 'POST', terminate(quote(bad, safe='%')))


def test_a_session_of_a_superuser_is_not_the_consoles_to_end(api, platform):
    connection = platform.postgres.connect('iot_guardian')
    try:
        pid = connection.info.backend_pid
        reply = api.call('POST', terminate(pid))
        if reply.status == 428:
            reply = api.call('POST', terminate(pid), headers=confirmed(reply.json))
        assert reply.status in (403, 409) and alive(platform, pid)
    finally:
        connection.close()


def test_a_background_process_is_not_the_consoles_to_end(api, platform):
    pid = platform.postgres.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")[0][0]
    reply = api.call('POST', terminate(pid))
    if reply.status == 428:
        reply = api.call('POST', terminate(pid), headers=confirmed(reply.json))
    assert reply.status in (403, 404, 409, 422) and alive(platform, pid)


# -- the list of sessions ---------------------------------------------------------------------------------------------------------

def sessions(api, **params):
    return {s['pid']: s for s in api.get('/database/sessions', params=params).json['items']}


def test_the_sessions_equal_pg_stat_activity(api, psql, pid):
    said = sessions(api)[pid]
    told = psql("SELECT usename, datname, application_name, state, query, backend_type FROM pg_stat_activity WHERE pid = %s", pid)[0]
    assert (said['user'], said['database'], said['application'], said['state'], said['query'], said['backend_type']) == told


def test_all_client_sessions_are_listed(api, psql, pid):
    told = {r[0] for r in psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'victim'")}
    assert told <= set(sessions(api))


def test_the_sessions_of_one_database_can_be_asked_for(api, victim):
    here, there = victim().info.backend_pid, victim('second').info.backend_pid
    listed = sessions(api, database='second', all_databases='false')
    assert there in listed and here not in listed


def test_the_servers_own_processes_are_shown_when_asked(api):
    assert not [s for s in sessions(api).values() if s['backend_type'] != 'client backend']
    assert 'checkpointer' in {s['backend_type'] for s in sessions(api, background='true').values()}


def test_the_consoles_own_sessions_are_marked(api):
    listed = sessions(api).values()
    assert {s['user'] for s in listed if s['console']} <= {'guardian_app', 'guardian_monitor', 'guardian_reader'} and [s for s in listed if s['console']]


def test_the_blocking_tree_is_told_from_both_sides(api, victim, wait, psql):
    chain = [victim() for _ in range(3)]
    holder, middle, last = (c.info.backend_pid for c in chain)
    chain[0].cursor().execute('SELECT pg_advisory_lock(1)')
    chain[1].cursor().execute('SELECT pg_advisory_lock(2)')
    threads = [threading.Thread(target=lambda c=c, n=n: c.cursor().execute(f'SELECT pg_advisory_lock({n})'), daemon=True) for c, n in ((chain[1], 1), (chain[2], 2))]
    [t.start() for t in threads]
    for waiting in (middle, last):
        wait(lambda: psql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'", waiting), 5, 'the waiting')
    listed = sessions(api)
    assert (listed[holder]['blocks'], listed[middle]['blocked_by'], listed[middle]['blocks'], listed[last]['blocked_by']) == ([middle], [holder], [last], [middle])
    for waiting in (holder, middle, last):
        psql('SELECT pg_terminate_backend(%s)', waiting)


def test_ending_a_session_that_blocks_tells_how_many_it_blocks(api, victim, wait, psql):
    first, second = victim(), victim()
    first.cursor().execute('SELECT pg_advisory_lock(3)')
    threading.Thread(target=lambda: second.cursor().execute('SELECT pg_advisory_lock(3)'), daemon=True).start()
    wait(lambda: psql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'", second.info.backend_pid), 5, 'the waiting')
    impact = challenge(api, terminate(first.info.backend_pid))['impact']
    assert 1 in [v for k, v in impact.items() if 'block' in k or 'behind' in k or 'wait' in k], impact
    psql('SELECT pg_terminate_backend(%s)', first.info.backend_pid)


def test_the_query_of_a_session_is_shown_as_text(api, victim):
    connection = victim()
    connection.cursor().execute("SELECT '<script>alert(1)</script>', '设备'")
    assert sessions(api)[connection.info.backend_pid]['query'] == "SELECT '<script>alert(1)</script>', '设备'"
