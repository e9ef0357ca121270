"""Reads go to a standby where there is one, say so, and go on without it."""
import pytest

from client import Client
from conftest import small_platform
from iotplatform import wait_for


@pytest.fixture(scope='module')
def pair():
    """A primary and a standby that follows it."""
    with small_platform('standby', workers=(2, 2), standby=True) as made:
        yield made


@pytest.fixture
def api(pair):
    client = Client(pair, pair.client().token)
    yield client
    pair.standby.resume()
    pair.standby.start()
    pair.postgres.caught_up(pair.standby)


def on_standby(client):
    return client.query('SELECT pg_is_in_recovery()')['rows'] == [[True]]


def test_a_query_runs_on_the_standby(pair, api):
    reply = api.query('SELECT pg_is_in_recovery()')
    assert reply['rows'] == [[True]] and reply['server']['role'] == 'standby'


def test_the_standby_is_named(pair, api):
    assert str(pair.standby.port) in api.query('SELECT 1')['server']['host']


def test_the_lag_of_the_standby_is_told(pair, api):
    pair.postgres.caught_up(pair.standby)
    assert 0 <= api.query('SELECT 1')['server']['lag_bytes'] < 100_000      # the query's own audit row may be on its way


def test_a_standby_that_lags_tells_by_how_much(pair, api):
    pair.standby.sql('SELECT pg_wal_replay_pause()')
    try:
        pair.postgres.sql('CREATE TABLE lagging AS SELECT generate_series(1, 20000)', database='iot_guardian')
        position = pair.postgres.sql('SELECT pg_current_wal_lsn()::text')[0][0]
        wait_for(lambda: pair.standby.sql('SELECT pg_last_wal_receive_lsn() >= %s::pg_lsn', position)[0][0], 10, 'the standby receiving')
        server = api.query('SELECT 1')['server']
        assert server['role'] == 'standby' and server['lag_bytes'] > 100_000
    finally:
        pair.standby.sql('SELECT pg_wal_replay_resume()')
        pair.postgres.sql('DROP TABLE lagging', database='iot_guardian')


def test_the_primary_runs_what_asks_for_it(pair, api):
    reply = api.query('SELECT pg_is_in_recovery()', target='primary')
    assert reply['rows'] == [[False]] and reply['server'] == {'host': pair.postgres.address, 'role': 'primary', 'lag_bytes': 0}


def test_a_stream_names_the_standby(pair, api):
    assert 'standby' in api.stream('/database/query', {'sql': 'SELECT 1'}, 'text/csv').headers['X-Guardian-Server']


def test_an_explain_runs_on_the_standby(pair, api):
    assert api.post('/database/query/explain', {'sql': 'SELECT * FROM readings'}).json['server']['role'] == 'standby'


def test_a_query_on_the_standby_is_cancelled_there(pair, api):
    call = api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)'})
    wait_for(lambda: pair.standby.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state = 'active'", call.request_id), 5, 'the statement')
    assert api.post(f'/database/query/{call.request_id}/cancel').json['cancelled'] is True
    assert call.join(5).json['code'] == 'cancelled'


def test_a_query_past_its_time_is_gone_from_the_standby(pair, api):
    call = api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(20)', 'timeout_ms': 300})
    assert call.join(5).json['code'] == 'deadline'
    wait_for(lambda: not pair.standby.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state = 'active'", call.request_id), 3, 'its end')


def test_the_self_test_is_content_on_the_standby(pair, api):
    report = api.post('/database/query/self-test', timeout_s=300).json
    assert report['ok'], [i for i in report['items'] if not i['ok']][:3]


def test_a_write_on_the_standby_is_refused_as_everywhere(pair, api):
    api.problem('sql_read_only', 'POST', '/database/query', {'sql': 'DELETE FROM readings'})


def test_the_overview_is_that_of_the_primary_and_shows_the_standby(pair, api):
    overview = api.get('/database/overview').json
    assert overview['server']['role'] == 'primary'
    replica = overview['replication']['replicas'][0]
    assert (replica['name'], replica['state']) == ('standby', 'streaming') and replica['lag_bytes'] is not None
    assert overview['replication']['slots'][0]['active']


def test_the_primary_answers_when_the_standby_is_stopped(pair, api):
    pair.standby.stop()
    reply = api.query('SELECT pg_is_in_recovery()')
    assert reply['rows'] == [[False]] and reply['server']['role'] == 'primary'


def test_the_primary_answers_when_the_standby_is_killed(pair, api):
    wait_for(lambda: on_standby(api), 20, 'the standby in use', poll_s=0.2)
    pair.standby.kill()
    assert api.query('SELECT 1')['server']['role'] == 'primary'


def test_the_primary_answers_when_the_standby_does_not(pair, api):
    """Stopped in its tracks: it takes connections and says nothing."""
    pair.standby.pause()
    reply = api.call('POST', '/database/query', {'sql': 'SELECT 1', 'timeout_ms': 8000})
    if reply.status == 504:     # the statement went out on a connection that was there before
        reply = api.call('POST', '/database/query', {'sql': 'SELECT 1', 'timeout_ms': 8000})
    assert reply.status == 200 and reply.json['server']['role'] == 'primary'


def test_the_standby_answers_again_after_its_return(pair, api):
    pair.standby.stop()
    api.query('SELECT 1')
    pair.standby.start()
    wait_for(lambda: all(on_standby(api) for _ in range(4)), 20, 'the standby in use', poll_s=0.2)


def test_a_primary_that_is_down_leaves_reads_on_the_standby_but_not_unseen(pair, api):
    """The audit is spooled, the statement runs on the standby."""
    api.get('/auth/me')
    pair.postgres.kill()
    try:
        reply = api.call('POST', '/database/query', {'sql': 'SELECT 1'})
        assert reply.status == 200 and reply.json['server']['role'] == 'standby'
        assert any(reply.json['id'] in path.read_text() for path in (pair.home / 'state').glob('*/audit.spool'))
    finally:
        pair.postgres.start()


def test_after_a_switchover_the_new_primary_is_found(tmp_path):
    with small_platform('promoted', workers=(2, 2), standby=True) as made:
        client = made.client()
        assert on_standby(client)
        made.postgres.kill()
        made.standby.promote()
        wait_for(lambda: made.standby.sql('SELECT NOT pg_is_in_recovery()')[0][0], 20, 'the promotion')

        def well():
            answer = client.send('GET', '/database/overview')
            return answer.status_code == 200 and str(made.standby.port) in answer.json()['server']['host']
        wait_for(well, 4, 'the new primary in use')
        assert client.query('SELECT 1', target='primary')['server']['role'] == 'primary'
