"""The known ways out of read-only SQL, every one through the real API against the real server: nothing may come of them."""
import re

import psycopg2
import pytest

import snapshot
from client import Client
from conftest import make_small_data, small_platform
from contract import ROOT

FILE = ROOT / 'fcgi' / 'data' / 'escapes.sql'


def entries():
    """(name, class, sql, unseen by the parser?) of every entry."""
    found, text = [], FILE.read_bytes().decode()        # as it is: some have carriage returns in them
    for head, sql in re.findall(r'^--# ([^\n]+)\n(.*?)(?=^--# |\Z)', text, re.M | re.S):
        parts = [part.strip() for part in head.split('|')]
        found.append((parts[0], parts[1], sql, 'unseen' in parts[2:]))
    return found


ENTRIES = entries()
DATABASES = ['iot_guardian', 'second']


@pytest.fixture(scope='module', autouse=True)
def nothing_changed(platform):
    """Taken before the first escape, compared after the last: also what a later one would have undone shows as a difference."""
    before = snapshot.take(platform.postgres, DATABASES)
    yield before
    assert snapshot.differences(before, snapshot.take(platform.postgres, DATABASES)) == {}
    assert snapshot.held(platform.postgres) == {}


@pytest.fixture(scope='module')
def self_test(platform, signed_in, nothing_changed):
    return Client(platform, signed_in.token).post('/database/query/self-test', {}, timeout_s=300).json


def test_there_are_at_least_150_escapes():
    assert len(ENTRIES) >= 150


def test_every_escape_has_a_name_of_its_own():
    names = [name for name, *_ in ENTRIES]
    assert len(names) == len(set(names))


def test_the_escapes_are_of_many_classes():
    assert len({kind for _, kind, *_ in ENTRIES}) >= 10


@pytest.mark.parametrize('name, kind, sql, unseen', ENTRIES, ids=[e[0] for e in ENTRIES])
def test_the_escape_is_refused(api, name, kind, sql, unseen):
    reply = api.call('POST', '/database/query', {'sql': sql, 'timeout_ms': 1000})
    if unseen:
        return assert_harmless(reply)
    assert reply.status in (422, 403) and reply.json['code'] in ('sql_read_only', 'sql_syntax'), reply.body[:300]


def assert_harmless(reply):
    """The parser cannot see it; then the server refuses it, or it does nothing that outlives the statement."""
    assert reply.status in (200, 403, 422, 504, 409), reply.body[:300]


def test_streaming_an_escape_is_refused_too(api):
    for accept in ('text/csv', 'application/x-ndjson'):
        for name, _, sql, unseen in ENTRIES[::7]:
            reply = api.send('POST', '/database/query', {'sql': sql, 'timeout_ms': 1000}, headers={'Accept': accept})
            assert unseen or reply.status_code in (403, 422), name


def test_explaining_an_escape_is_refused_too(api):
    for name, _, sql, unseen in ENTRIES[::5]:
        reply = api.call('POST', '/database/query/explain', {'sql': sql, 'analyze': True, 'timeout_ms': 1000})
        assert unseen or reply.status in (403, 422), name


def test_the_self_test_is_content(self_test):
    assert self_test['ok'], [i for i in self_test['items'] if not i['ok']][:5]


def test_the_self_test_runs_every_escape(self_test):
    assert (self_test['total'], self_test['failed']) == (len(ENTRIES), 0)
    assert {i['name'] for i in self_test['items']} >= {name for name, *_ in ENTRIES}


def test_the_self_test_counts_right(self_test):
    assert self_test['refused_by_parser'] == sum(i['parser']['refused'] for i in self_test['items'])
    assert self_test['total'] == len(self_test['items'])


def test_the_parser_refuses_all_but_those_it_cannot_see(self_test):
    unseen = {name for name, _, _, is_unseen in ENTRIES if is_unseen}
    assert {i['name'] for i in self_test['items'] if not i['parser']['refused']} <= unseen


def test_the_server_alone_held_every_one(self_test):
    """The same texts with the parser switched off: refused, or undone with nothing left."""
    assert [i['name'] for i in self_test['items'] if i['left_behind'] is not None] == []


def test_the_self_test_of_another_managed_database_is_content(platform, token):
    assert Client(platform, token).post('/database/query/self-test', {'database': 'second'}, timeout_s=300).json['ok']


def test_the_self_test_of_a_database_that_is_not_managed_is_refused(api):
    api.problem('not_found', 'POST', '/database/query/self-test', {'database': 'guardian'})


def test_the_self_test_is_audited(platform, self_test):
    rows = platform.audit("SELECT outcome FROM audit_event WHERE action = 'database.query.self_test' AND actor <> 'anonymous' AND outcome <> 'refused' ORDER BY id LIMIT 2")
    assert [r[0] for r in rows] == ['intent', 'succeeded']


def test_nothing_changed_so_far(platform, nothing_changed):
    assert snapshot.differences(nothing_changed, snapshot.take(platform.postgres, DATABASES)) == {}


def test_nothing_is_held_afterwards(platform, self_test):
    assert snapshot.held(platform.postgres) == {}


def test_a_statement_after_the_escapes_runs_in_a_clean_session(api):
    rows = api.query("""SELECT current_setting('transaction_read_only'), current_setting('default_transaction_read_only'), current_user,
                               (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors WHERE name <> ''), (SELECT count(*) FROM pg_listening_channels()),
                               (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())""")['rows']
    assert rows == [['on', 'on', 'guardian_reader', 0, 0, 0, 0]]


def test_the_snapshot_notices_a_change(platform):
    """A judge that never finds anything proves nothing."""
    before = snapshot.take(platform.postgres, ['second'])
    platform.postgres.sql('CREATE TABLE noticed ()', database='second')
    try:
        assert {'relations', 'dump of second'} <= set(snapshot.differences(before, snapshot.take(platform.postgres, ['second'])))
    finally:
        platform.postgres.sql('DROP TABLE noticed', database='second')


def test_the_reader_itself_cannot_write(platform):
    """The role enforces it without the console: its own login, straight to the server."""
    connection = psycopg2.connect(host=str(platform.postgres.socket_folder), port=platform.postgres.port, user='guardian_reader',
                                  password=platform.secrets.text('reader_password'), dbname='iot_guardian')
    try:
        cursor = connection.cursor()
        cursor.execute('SET TRANSACTION READ WRITE')
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("INSERT INTO metrics VALUES (99, 'x', 'x', '[0,1]')")
    finally:
        connection.close()


@pytest.mark.parametrize('attribute', ['rolsuper', 'rolcreaterole', 'rolcreatedb', 'rolreplication', 'rolbypassrls'])
@pytest.mark.parametrize('role', ['guardian_reader', 'guardian_monitor', 'guardian_app'])
def test_a_role_of_the_console_has_no_power(platform, role, attribute):
    assert platform.postgres.sql(f'SELECT {attribute} FROM pg_roles WHERE rolname = %s', role) == [(False,)]


def test_the_reader_is_a_member_of_nothing(platform):
    assert platform.postgres.sql("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'guardian_reader'::regrole") == []


def test_the_reader_cannot_enter_the_consoles_own_database(platform):
    assert platform.postgres.sql("SELECT has_database_privilege('guardian_reader', 'guardian', 'CONNECT')") == [(False,)]


def test_the_monitor_cannot_read_a_table(platform):
    rows = platform.postgres.sql("""SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'guardian_selftest') AND has_table_privilege('guardian_monitor', c.oid, 'SELECT')""", database='iot_guardian')
    assert rows == []


def test_the_file_of_escapes_is_the_one_that_was_built_in(self_test):
    said = {i['name']: i['sql'].strip() for i in self_test['items']}
    assert [name for name, _, sql, _ in ENTRIES if said[name] != sql.strip()] == []



# -- a server that takes prepared transactions: they outlive the session that made them ---------------------------------------

@pytest.fixture(scope='module')
def preparing():
    def data(made):
        made.postgres.stop()
        made.postgres.settings['max_prepared_transactions'] = 5
        made.postgres.start()
        make_small_data(made)
    with small_platform('prepared', data=data, workers=(1, 1), config={'postgres': {'connect_timeout_s': 10}}) as made:
        yield made


def prepared(platform):
    return platform.postgres.sql('SELECT gid, owner::text FROM pg_prepared_xacts')


def test_the_self_test_leaves_no_prepared_transaction(preparing):
    said = preparing.client().post('/database/query/self-test', {}, timeout_s=300).json
    assert prepared(preparing) == []
    assert (said['ok'], said['failed'], said['total']) == (True, 0, len(ENTRIES)), [i for i in said['items'] if not i['ok']][:5]
    item = next(i for i in said['items'] if i['name'] == 'prepare_transaction')
    assert (item['parser']['refused'], item['server']['refused'], item['left_behind']) == (True, False, None)
    assert item['server']['message'] == 'It left 1 prepared transaction; rolled back, and the session thrown away.'


def test_a_prepared_transaction_that_was_left_ends_with_the_next_new_session(preparing):
    connection = psycopg2.connect(host=str(preparing.postgres.socket_folder), port=preparing.postgres.port, user='guardian_reader',
                                  password=preparing.secrets.text('reader_password'), dbname='iot_guardian')
    connection.autocommit = True
    connection.cursor().execute('BEGIN READ ONLY')
    connection.cursor().execute('SELECT count(*) FROM readings')
    connection.cursor().execute("PREPARE TRANSACTION 'it''s \\ left'")
    connection.close()
    assert prepared(preparing) == [("it's \\ left", 'guardian_reader')]
    preparing.stream.restart()
    preparing.short.restart()
    assert preparing.client().post('/database/query/self-test', {}, timeout_s=300).json['failed'] == 0
    assert prepared(preparing) == []


def test_a_prepared_transaction_of_another_is_left_alone(preparing):
    connection = preparing.postgres.connect('iot_guardian')
    connection.cursor().execute('BEGIN')
    connection.cursor().execute("PREPARE TRANSACTION 'of another'")
    try:
        assert preparing.client().post('/database/query/self-test', {}, timeout_s=300).json['failed'] == 0
        assert prepared(preparing) == [('of another', 'postgres')]
    finally:
        connection.cursor().execute("ROLLBACK PREPARED 'of another'")
        connection.close()
