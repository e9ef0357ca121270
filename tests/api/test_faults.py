"""PostgreSQL, Redis, the wire between, and the workers themselves gone wrong: clear answers in time, and well again by themselves.
Deadlines are short here (request_timeout_ms 2000, connect_timeout_s 1), so every answer is due within 4 seconds: of a machine that
is not kept busy by others."""
import os
import signal
import socket
import threading
import time

import psycopg2
import pytest

import fastcgi
from client import CONTRACT, Client, Direct, fresh_id
from conftest import wired_platform
from iotplatform import Worker, slowness, wait_for
from test_confirm import challenge, confirmed, terminate

pytestmark = pytest.mark.shipped
DUE_S = 4
BACK_S = 2


def within(seconds, limit_s):
    return seconds < limit_s * slowness()


UNAVAILABLE = {'db_unavailable', 'deadline', 'cache_unavailable', 'audit_unavailable'}


@pytest.fixture(scope='module')
def wire():
    with wired_platform('faults', config={'audit': {'seal_interval_s': 1}}) as made:
        yield made


@pytest.fixture(scope='module')
def session(wire):
    return wire.platform.client().token


@pytest.fixture
def api(wire, session):
    """A signed-in administrator of a console that is well; afterwards it is made well again."""
    client = Client(wire.platform, session)
    before = wire.platform.worker_pids()
    yield client
    wire.heal()
    wait_until_well(client)
    assert wire.platform.worker_pids() == before, 'a worker died of it'


def ailing(client):
    """What is not well; None when all is."""
    for method, path, value in (('GET', '/health/ready', None), ('GET', '/database/tables', None), ('POST', '/database/query', {'sql': 'SELECT 1'})):
        try:
            answer = client.send(method, path, value, timeout_s=5 * slowness())
        except OSError as error:
            return f'{path}: {error}'
        if answer.status_code != 200:
            return f'{path} → {answer.status_code} {answer.text[:400]}'
    return None


def wait_until_well(client, within_s=10):
    """How long it took."""
    start = time.monotonic()
    while trouble := ailing(client):
        assert within(time.monotonic() - start, within_s), f'not well again: {trouble}'
    return time.monotonic() - start


def timed(client, method, path, value=None, **options):
    """(reply, seconds)."""
    start = time.monotonic()
    reply = client.call(method, path.format(fresh_id()), value, **options)
    return reply, time.monotonic() - start


def answered_in_time(client, method, path, value=None):
    reply, seconds = timed(client, method, path, value)
    assert reply.status in (503, 504) and reply.json['code'] in UNAVAILABLE, reply.body[:300]
    assert within(seconds, DUE_S), f'{path}: {seconds:.1f} s'
    return reply.json['code']


# One for each role in PostgreSQL, and one that is confirmed. A list may be some hundred milliseconds old: this one is asked for anew.
CALLS = [('GET', '/database/overview', None), ('GET', '/database/tables?search={}', None), ('GET', '/audit', None), ('POST', '/database/query', {'sql': 'SELECT 1', 'timeout_ms': 1000}),
         ('POST', terminate(1), None)]


DATABASE_FAULTS = {
    'killed': lambda wire: wire.platform.postgres.kill(),
    'stopped in its tracks': lambda wire: wire.platform.postgres.pause(),
    'refusing connections': lambda wire: wire.postgres.refuse(),
    'behind a silent wire': lambda wire: wire.postgres.drop(),
}
REDIS_FAULTS = {
    'killed': lambda wire: wire.platform.redis.kill(),
    'stopped in its tracks': lambda wire: wire.platform.redis.pause(),
    'refusing connections': lambda wire: wire.redis.refuse(),
    'behind a silent wire': lambda wire: wire.redis.drop(),
    'answering with half a sentence': lambda wire: wire.redis.cut(1),
}


# -- PostgreSQL ---------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('fault', DATABASE_FAULTS)
def test_every_call_that_needs_postgresql_is_answered_in_time_while_it_is(wire, api, fault):
    DATABASE_FAULTS[fault](wire)
    for method, path, value in CALLS:
        answered_in_time(api, method, path, value)


@pytest.mark.parametrize('fault', DATABASE_FAULTS)
def test_the_console_is_well_within_two_seconds_of_postgresqls_return_after_it_was(wire, api, fault):
    DATABASE_FAULTS[fault](wire)
    answered_in_time(api, 'GET', '/database/overview')
    wire.heal()
    assert within(wait_until_well(api), BACK_S)


@pytest.mark.parametrize('fault', DATABASE_FAULTS)
def test_readiness_says_that_postgresql_is_down_while_it_is(wire, api, fault):
    DATABASE_FAULTS[fault](wire)
    reply, seconds = timed(api, 'GET', '/health/ready')
    assert (reply.status, reply.json['checks']) == (503, {'postgres': 'down', 'redis': 'ok'}) and within(seconds, DUE_S)


def test_liveness_does_not_depend_on_postgresql_or_redis(wire, api):
    wire.platform.postgres.kill()
    wire.platform.redis.kill()
    reply, seconds = timed(api, 'GET', '/health/live')
    assert reply.status == 200 and within(seconds, 1)


def test_who_is_signed_in_is_known_without_postgresql(wire, api):
    api.get('/auth/me')
    wire.platform.postgres.kill()
    assert api.get('/auth/me').json['username'] == wire.platform.username


def test_signing_in_without_postgresql_is_answered_in_time(wire, api):
    wire.platform.postgres.pause()
    answered_in_time(api, 'POST', '/auth/login', {'username': wire.platform.username, 'password': wire.platform.password})


def test_a_dangerous_call_without_postgresql_is_refused(wire, api):
    wire.platform.postgres.kill()
    answered_in_time(api, 'POST', terminate(1))


def test_a_statement_whose_server_is_killed_is_answered_in_time(wire, api):
    call = api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    until(lambda: wire.platform.running(call.request_id))
    start = time.monotonic()
    wire.platform.postgres.kill()
    assert call.join().json['code'] in UNAVAILABLE and within(time.monotonic() - start, DUE_S)


def test_a_statement_whose_server_stops_in_its_tracks_ends_at_its_deadline(wire, api):
    call = api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)', 'timeout_ms': 1000})
    until(lambda: wire.platform.running(call.request_id))
    wire.platform.postgres.pause()
    assert call.join(8).json['code'] in UNAVAILABLE


def test_a_wire_that_is_cut_in_the_middle_of_an_answer_is_a_clear_503(wire, api):
    api.get('/database/tables')
    wire.postgres.cut(2000)
    assert answered_in_time(api, 'GET', '/database/tables?limit=1000') in ('db_unavailable',)


def test_a_stale_connection_costs_no_request(wire, api):
    """All connections were closed while they were idle: the next call of each worker makes a new one."""
    for _ in range(4):
        api.get('/database/overview')
    wire.platform.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'guardian%'")
    until(lambda: not wire.platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'guardian_monitor'"))
    for _ in range(6):
        api.get('/database/overview')
        api.query('SELECT 1')


def test_a_connection_on_which_the_server_said_goodbye_costs_no_request_even_before_it_ends(wire, api):
    for _ in range(4):
        api.get('/database/overview')
        api.query('SELECT 1')
    wire.postgres.linger()
    ended = wire.platform.postgres.sql("SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'guardian%'")
    until(lambda: not wire.platform.postgres.sql('SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)', [pid for pid, _ in ended]))
    for _ in range(6):
        api.get('/database/overview')
        api.query('SELECT 1')


def test_a_statement_whose_preparation_was_given_up_can_be_prepared_again(wire, api):
    """The server may have prepared what the worker no longer waited for."""
    wire.platform.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guardian_monitor'")
    until(lambda: not wire.platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'guardian_monitor'"))
    for _ in range(6):      # connections of the role, on which nobody has asked for the overview yet
        api.get(f'/database/tables?search={fresh_id()}')
    wire.postgres.delay(1.2)
    for _ in range(3):
        api.call('GET', '/database/overview')
    wire.heal()
    wait_until_well(api)
    for _ in range(8):
        api.get('/database/overview')


def test_a_cancellation_that_comes_late_does_not_hit_the_next_call(wire, api):
    """Both workers give up a statement that ends by itself at that moment; what tells the server so is still on its way when they work again."""
    workers = range(len(wire.platform.serving(wire.platform.short)))
    wire.postgres.hold_cancellations()
    before, replies = wire.postgres.cancellations, []

    def ask():
        replies.append(Client(wire.platform, api.token).call('GET', '/database/schedules').status)

    def all_ask():
        callers = [threading.Thread(target=ask) for _ in workers]
        for caller in callers:
            caller.start()
        return callers
    holder = wire.platform.postgres.connect('guardian')

    def lock():
        holder.cursor().execute('BEGIN; LOCK TABLE schedule IN ACCESS EXCLUSIVE MODE')
    try:
        for _ in range(5):      # so that both have prepared the statement, and wait in it
            for caller in all_ask():
                caller.join()
        replies.clear()
        lock()
        callers = all_ask()
        until(lambda: wire.postgres.cancellations - before >= len(workers))
        holder.cursor().execute('ROLLBACK')
        for caller in callers:
            caller.join()
        assert set(replies) == {504}
        replies.clear()
        lock()
        callers = all_ask()
        until(lambda: len(wire.platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%public.schedule%'")) >= len(workers))
        wire.postgres.restore()
        until(lambda: wire.postgres.cancellations_done - before >= len(workers))
        holder.cursor().execute('ROLLBACK')
        for caller in callers:
            caller.join()
        assert replies == [200 for _ in workers]
    finally:
        holder.close()


def test_a_slow_wire_is_slow_and_nothing_worse(wire, api):
    wire.postgres.delay(0.1)
    assert api.call('GET', '/database/tables').status in (200, 503, 504)


def test_a_server_without_free_connections_is_a_503(wire, api):
    """Every place is taken by others: what the console does not have yet it cannot get."""
    platform = wire.platform
    platform.postgres.sql("ALTER ROLE guardian_monitor CONNECTION LIMIT 0; ALTER ROLE guardian_reader CONNECTION LIMIT 0")
    try:
        platform.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('guardian_monitor', 'guardian_reader')")
        until(lambda: not platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE usename IN ('guardian_monitor', 'guardian_reader')"))
        for method, path, value in (('GET', '/database/overview', None), ('POST', '/database/query', {'sql': 'SELECT 1'})):
            reply = api.call(method, path, value)
            assert reply.status == 503 and reply.json['code'] in ('busy', 'db_unavailable')
    finally:
        platform.postgres.sql("ALTER ROLE guardian_monitor CONNECTION LIMIT -1; ALTER ROLE guardian_reader CONNECTION LIMIT 64")


# -- the time that a call waits for a worker ---------------------------------------------------------------------------------------------

def test_however_much_is_asked_of_it_a_service_knocks_ten_times_a_second_at_a_server_that_is_not_there(wire, api):
    """Two pools, two runners, each with its own look at the primary and at a standby."""
    wire.postgres.refuse()
    answered_in_time(api, 'GET', '/database/overview')
    before, start, asked = wire.postgres.connections, time.monotonic(), 0

    def ask(client):
        nonlocal asked
        while time.monotonic() - start < 3:
            client.call('GET', '/audit')
            asked += 1
    askers = [threading.Thread(target=ask, args=(api.clone(),)) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    knocks, looks = wire.postgres.connections - before, 2 * 2 + 2
    assert asked > 6 and knocks <= looks * (10 * (time.monotonic() - start) + 2), f'{knocks} for {asked} calls'


def test_calls_that_had_to_wait_for_a_worker_are_answered_when_the_others_are(wire, api):
    """PostgreSQL stopped in its tracks holds every worker up to its deadline; the calls behind have waited as long already."""
    workers = len(wire.platform.serving(wire.platform.short))
    wire.platform.postgres.pause()
    start = time.monotonic()
    ends = []

    def ask():
        answered_as(Client(wire.platform, api.token), {'deadline', 'db_unavailable'})
        ends.append(time.monotonic() - start)
    callers = [threading.Thread(target=ask) for _ in range(3 * workers)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(ends) == 3 * workers and within(max(ends), 2 + 1), ends


def answered_as(client, codes):
    reply = client.call('GET', f'/database/tables?search={fresh_id()}')
    assert reply.status in (503, 504) and reply.json['code'] in codes, reply.body[:300]


def held_s(wire, api, **params):
    """How long a worker tries to reach a PostgreSQL that does not answer."""
    start = time.monotonic()
    reply = Direct(wire.platform.short, api.token).call('GET', f'/database/tables?search={fresh_id()}', **params)
    assert reply.json['code'] in UNAVAILABLE
    return time.monotonic() - start


@pytest.mark.parametrize('ago_s, left_s', [(1.5, 0.5), (29, 0.25), (-5, 2), (31, 2), (1e9, 2)])
def test_the_deadline_is_counted_from_when_nginx_sent_the_request_if_its_clock_can_be_right(wire, api, ago_s, left_s):
    wire.platform.postgres.pause()
    seconds = held_s(wire, api, GUARDIAN_SENT=f'{time.time() - ago_s:.3f}')
    least_s = min(left_s, 1)    # a worker without a connection gives up on making one after a second
    assert least_s - 0.1 < seconds and within(seconds, left_s + 0.8), seconds


@pytest.mark.parametrize('text', ['', 'yesterday', '1', '-1.000', '9' * 40 + '.000', 'nan', 'inf', '1e308'])
def test_a_time_of_sending_that_is_none_is_ignored(wire, api, text):
    assert Direct(wire.platform.short, api.token).call('GET', '/health/live', GUARDIAN_SENT=text).status == 200


# -- the audit log while PostgreSQL is away --------------------------------------------------------------------------------------------

def spool(wire):
    return ''.join(path.read_text() for path in (wire.platform.home / 'state').glob('*/audit.spool'))


def test_what_is_tried_while_postgresql_is_down_is_spooled(wire, api):
    wire.platform.postgres.kill()
    request_id = fresh_id()
    api.call('POST', '/database/query', {'sql': "SELECT 'spooled 1'"}, headers={'X-Request-Id': request_id})
    assert spool(wire).count(request_id) == 2


def test_what_was_spooled_is_merged_once_and_in_order(wire, api):
    wire.platform.postgres.kill()
    request_ids = [fresh_id() for _ in range(3)]
    for request_id in request_ids:
        api.call('POST', '/database/query', {'sql': "SELECT 'spooled 2'"}, headers={'X-Request-Id': request_id})
    wire.heal()
    until(lambda: not spool(wire), 10)
    rows = wire.platform.audit('SELECT request_id, outcome FROM audit_event WHERE request_id = ANY(%s) ORDER BY id', request_ids)
    assert rows == [(request_id, outcome) for request_id in request_ids for outcome in ('intent', 'failed')]


def test_the_chain_is_whole_after_a_merge(wire, api):
    wire.platform.postgres.kill()
    api.call('POST', '/database/query', {'sql': "SELECT 'spooled 3 设备'"})
    wire.heal()
    until(lambda: not spool(wire), 10)
    wait_until_well(api)
    assert api.get('/audit/verify').json['ok']


def test_a_spool_that_was_merged_but_not_emptied_is_not_merged_again(wire, api):
    """As after a crash between the commit and the truncation."""
    wire.platform.postgres.kill()
    request_id = fresh_id()
    api.call('POST', '/database/query', {'sql': 'SELECT 1'}, headers={'X-Request-Id': request_id})
    path, text = next((p, p.read_text()) for p in (wire.platform.home / 'state').glob('*/audit.spool') if request_id in p.read_text())
    wire.heal()
    until(lambda: not spool(wire), 10)
    path.write_text(text)
    until(lambda: not spool(wire), 10)
    assert wire.platform.audit('SELECT count(*) FROM audit_event WHERE request_id = %s', request_id) == [(2,)]


def test_a_torn_last_line_of_the_spool_does_not_stop_the_merge(wire, api):
    wire.platform.postgres.kill()
    request_id = fresh_id()
    api.call('POST', '/database/query', {'sql': 'SELECT 1'}, headers={'X-Request-Id': request_id})
    path = next(p for p in (wire.platform.home / 'state').glob('*/audit.spool') if request_id in p.read_text())
    with path.open('a') as file:
        file.write('{"action":"torn')
    wire.heal()
    until(lambda: not spool(wire), 10)
    assert wire.platform.audit('SELECT count(*) FROM audit_event WHERE request_id = %s', request_id) == [(2,)]


def test_without_database_and_without_spool_nothing_is_run(wire, api):
    """No audit, no operation."""
    state = wire.platform.home / 'state' / 'stream'
    moved = state.with_name('moved')
    wire.platform.postgres.kill()
    state.rename(moved)
    try:
        api.problem('audit_unavailable', 'POST', '/database/query', {'sql': 'SELECT 1'})
    finally:
        moved.rename(state)


def test_the_spool_can_be_read_by_nobody_else(wire, api):
    wire.platform.postgres.kill()
    api.call('POST', '/database/query', {'sql': 'SELECT 1'})
    assert {p.stat().st_mode & 0o777 for p in (wire.platform.home / 'state').glob('*/audit.spool')} == {0o600}


# -- Redis ----------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('fault', REDIS_FAULTS)
def test_no_call_passes_without_redis_while_it_is(wire, api, fault):
    REDIS_FAULTS[fault](wire)
    for method, path, value in CALLS:
        reply, seconds = timed(api, method, path, value)
        assert (reply.status, reply.json['code']) == (503, 'cache_unavailable') and within(seconds, DUE_S)


@pytest.mark.parametrize('fault', REDIS_FAULTS)
def test_the_console_is_well_within_two_seconds_of_rediss_return_after_it_was(wire, api, fault):
    REDIS_FAULTS[fault](wire)
    api.problem('cache_unavailable', 'GET', '/auth/me')
    wire.heal()
    assert within(wait_until_well(api), BACK_S)


def test_readiness_says_that_redis_is_down(wire, api):
    wire.platform.redis.kill()
    reply = api.call('GET', '/health/ready')
    assert (reply.status, reply.json['checks']) == (503, {'postgres': 'ok', 'redis': 'down'})


def test_nobody_can_sign_in_without_redis(wire, api):
    wire.platform.redis.kill()
    api.problem('cache_unavailable', 'POST', '/auth/login', {'username': wire.platform.username, 'password': wire.platform.password})


def test_a_confirmation_without_redis_is_never_a_pass(wire, api):
    victim = wire.platform.postgres.connect('iot_guardian')
    try:
        victim.cursor().execute('SET SESSION AUTHORIZATION guardian_reader')
        pid = victim.info.backend_pid
        made = api.call('POST', terminate(pid))
        wire.platform.redis.kill()
        headers = confirmed(made.json) if made.status == 428 else {'X-Confirmation-Token': 'A' * 43, 'X-Confirmation-Phrase': 'x'}
        api.problem('cache_unavailable', 'POST', terminate(pid), headers=headers)
        assert wire.platform.postgres.sql('SELECT 1 FROM pg_stat_activity WHERE pid = %s', pid)
    finally:
        victim.close()


def test_a_confirmation_that_redis_lost_in_a_restart_is_refused(wire, api):
    wire.platform.postgres.sql("DO $$ BEGIN CREATE ROLE victim LOGIN PASSWORD 'victim'; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    victim = psycopg2.connect(host=str(wire.platform.postgres.socket_folder), port=wire.platform.postgres.port, user='victim', password='victim', dbname='iot_guardian')
    try:
        made = challenge(api, terminate(victim.info.backend_pid))
        wire.platform.redis.kill()
        wire.heal()
        wait_until_well(api)
        api.problem('confirmation_invalid', 'POST', terminate(victim.info.backend_pid), headers=confirmed(made))
    finally:
        victim.close()


def test_a_session_that_was_ended_stays_ended_when_redis_has_forgotten(wire, api):
    """The server that forgot is COLD until PostgreSQL has reminded it: never taken for "not revoked"."""
    ended = wire.platform.client()
    ended.post('/auth/logout')
    wire.platform.redis.kill()
    wire.heal()
    for worker in (wire.platform.short, wire.platform.stream):
        for _ in range(4):
            Direct(worker, ended.token).problem('token_revoked', 'GET', '/auth/me')


def test_a_session_that_lives_goes_on_when_redis_has_forgotten(wire, api):
    wire.platform.redis.kill()
    wire.heal()
    api.get('/auth/me')


def test_flushing_redis_revives_no_session(wire, api):
    ended = wire.platform.client()
    ended.post('/auth/logout')
    wire.platform.redis.client().flushall()
    ended.problem('token_revoked', 'GET', '/auth/me')


def test_a_redis_that_has_forgotten_is_not_trusted_while_postgresql_is_down(wire, api):
    wire.platform.postgres.kill()
    wire.platform.redis.kill()
    wire.platform.redis.start()
    answered_in_time(api, 'GET', '/auth/me')


def test_a_logout_that_redis_did_not_hear_of_can_be_repeated(wire, api):
    leaving = wire.platform.client()
    wire.redis.drop()
    leaving.problem('cache_unavailable', 'POST', '/auth/logout')
    wire.heal()
    wait_until_well(api)
    reply = leaving.call('POST', '/auth/logout')
    assert reply.status == 204 or reply.json['code'] == 'token_revoked'
    leaving.problem('token_revoked', 'GET', '/auth/me')


# -- the workers ------------------------------------------------------------------------------------------------------------------------

def until(condition, timeout_s=20):
    return wait_for(condition, timeout_s, 'what was waited for')


def test_a_killed_worker_costs_its_request_and_is_replaced(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    worker = platform.serving(platform.stream)[0]
    call = client.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    until(lambda: platform.running(call.request_id))
    os.kill(worker, signal.SIGKILL)     # the stream pool has this one
    reply = call.join(5)
    assert (reply.status, reply.json['code']) == (502, 'worker_unavailable')
    assert client.query('SELECT 1')['row_count'] == 1
    assert worker not in platform.children(platform.stream)


def test_the_statement_of_a_killed_worker_ends_on_the_server(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    call = client.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    until(lambda: platform.running(call.request_id))
    os.kill(platform.serving(platform.stream)[0], signal.SIGKILL)
    call.join(5)
    until(lambda: not platform.running(call.request_id), 4)


def test_a_killed_housekeeper_is_replaced(wire, session):
    platform = wire.platform
    keeper = platform.housekeeper(platform.short)
    count = len(platform.children(platform.short))
    os.kill(keeper, signal.SIGKILL)
    until(lambda: len(platform.children(platform.short)) == count and keeper not in platform.children(platform.short))


def test_a_worker_lost_is_counted_in_the_metrics(wire, session):
    platform = wire.platform
    text = lambda: fastcgi.call(platform.stream.address, 'GET', '/metrics', GUARDIAN_INTERNAL='1').body.decode()
    lost = lambda: next(float(line.split()[-1]) for line in text().splitlines() if 'lost' in line and not line.startswith('#'))
    before = lost()
    os.kill(platform.serving(platform.stream)[-1], signal.SIGKILL)
    until(lambda: lost() == before + 1)


def test_a_full_pool_answers_503_with_retry_after(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    call = client.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    until(lambda: platform.running(call.request_id))
    try:
        reply, seconds = timed(client, 'POST', '/database/query', {'sql': 'SELECT 1'})
        assert (reply.status, reply.json['code']) == (503, 'busy') and int(reply.headers['Retry-After']) >= 1 and within(seconds, 1)
    finally:
        client.post(f'/database/query/{call.request_id}/cancel')
        call.join(5)


def test_a_full_stream_pool_leaves_the_short_pool_alone(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    call = client.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    until(lambda: platform.running(call.request_id))
    try:
        for _ in range(10):
            reply, seconds = timed(client, 'GET', '/database/overview')
            assert reply.status == 200 and within(seconds, 1)
    finally:
        client.post(f'/database/query/{call.request_id}/cancel')
        call.join(5)


def test_no_worker_at_all_is_a_problem_too(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    platform.short.kill()
    try:
        reply, seconds = timed(client, 'GET', '/health/live')
        assert reply.status in (502, 503) and reply.json['code'] in ('worker_unavailable', 'busy') and within(seconds, DUE_S)
    finally:
        platform.short.start()
    wait_until_well(client)


def test_a_peer_that_says_nothing_does_not_keep_a_worker_for_long(wire, session):
    """As many silent connections as there are workers, and one more call."""
    platform = wire.platform
    silent = []
    for _ in range(2):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(platform.short.link))
        silent.append(connection)
    try:
        reply, seconds = timed(Client(platform, session), 'GET', '/auth/me')
        assert reply.status == 200 and within(seconds, 15)
    finally:
        for connection in silent:
            connection.close()


# -- leaving and being replaced ----------------------------------------------------------------------------------------------------------

def load(client, stop, failures, count):
    """Calls without a pause; anything but success is a failure."""
    client = client.clone()
    while not stop.is_set():
        for method, path, value in (('GET', '/health/live', None), ('GET', '/auth/me', None), ('GET', '/database/tables', None)):
            try:
                reply = client.call(method, path, value)
                count.append(1)
                if reply.status != 200:
                    failures.append((path, reply.status, reply.body[:200]))
            except BaseException as error:
                failures.append((path, repr(error)))


def under_load(client, action, threads=3):
    """Runs action() while calls come in; (calls, failures)."""
    stop, failures, count = threading.Event(), [], []
    running = [threading.Thread(target=load, args=(client, stop, failures, count), daemon=True) for _ in range(threads)]
    [t.start() for t in running]
    until(lambda: len(count) > 30)
    action()
    seen = len(count)
    until(lambda: len(count) > seen + 30 or failures)
    stop.set()
    [t.join() for t in running]
    return len(count), failures


def test_a_replaced_service_loses_no_request(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    calls, failures = under_load(client, lambda: (platform.short.restart(), platform.short.restart(), platform.short.restart()))
    assert failures == [] and calls > 60


def test_nginx_can_be_reloaded_under_load(wire, session):
    client = Client(wire.platform, session)
    wait_until_well(client)
    calls, failures = under_load(client, lambda: (wire.platform.nginx.reload(), wire.platform.nginx.reload()))
    # nginx may close a kept connection at the moment it is used: the client, not the request, sees that.
    assert [f for f in failures if 'Connection' not in f[-1]] == []


def test_a_service_that_is_told_to_stop_finishes_what_it_has(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    call = client.background('POST', '/database/query', {'sql': "SELECT 'finished', pg_sleep(1.5)"})
    until(lambda: platform.running(call.request_id))
    os.kill(platform.stream.pid, signal.SIGTERM)
    try:
        assert call.join(6).json['rows'][0][0] == 'finished'
        until(lambda: not platform.stream.running, 5)
    finally:
        platform.stream.start()
    wait_until_well(client)


def test_an_idle_service_leaves_at_once(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    start = time.monotonic()
    os.kill(platform.short.pid, signal.SIGTERM)
    until(lambda: not platform.short.running, 5)
    seconds = time.monotonic() - start
    platform.short.start()
    wait_until_well(client)
    assert within(seconds, 1)       # of which drain_ms are 0.2


def test_a_service_that_drains_says_that_it_is_not_ready(wire, session, tmp_path):
    platform = wire.platform
    (platform.home / 'state' / 'draining').mkdir(exist_ok=True)
    worker = Worker(platform.home, 'short', platform.build / 'guardian-fcgi',
                    lambda: {**platform.config(), 'drain_ms': 3000, 'workers': 1, 'state_dir': str(platform.home / 'state' / 'draining')}, name='worker-draining')
    worker.start()
    try:
        direct = Direct(worker)
        assert direct.get('/health/ready').json['status'] == 'ready'
        os.kill(worker.pid, signal.SIGTERM)
        reply = until(lambda: (r := direct.call('GET', '/health/ready')).json['status'] == 'draining' and r)
        assert reply.status == 503 and direct.get('/health/live').status == 200
    finally:
        worker.stop()


def test_the_children_leave_with_their_parent(wire, session):
    platform, client = wire.platform, Client(wire.platform, session)
    wait_until_well(client)
    children = platform.children(platform.short)
    os.kill(platform.short.pid, signal.SIGKILL)
    try:
        until(lambda: not [pid for pid in children if os.path.exists(f'/proc/{pid}') and open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[0] != 'Z'], 5)
    finally:
        platform.short.start()
    wait_until_well(client)


def test_every_code_of_a_fault_is_in_the_contract():
    assert UNAVAILABLE <= set(CONTRACT.codes)
