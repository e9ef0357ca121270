"""The audit log: nothing unseen, nothing changed unseen."""
import hashlib
import json
import re
from pathlib import Path

import psycopg2
import pytest

from client import SECRETS, Client, fresh_id
from conftest import small_platform
from iotplatform import wait_for
from test_confirm import challenge, confirmed, terminate

ZERO = '0' * 64


def rows(platform, request_id):
    """Outcomes of a request's rows, oldest first."""
    return [r[0] for r in platform.audit('SELECT outcome FROM audit_event WHERE request_id = %s ORDER BY id', request_id)]


def event(platform, request_id, outcome):
    names = ('id', 'actor', 'token_id', 'source_ip', 'action', 'target', 'parameters', 'status', 'duration_ms')
    found = platform.audit(f"SELECT {', '.join(names)} FROM audit_event WHERE request_id = %s AND outcome = %s", request_id, outcome)
    return dict(zip(names, found[0])) if found else None


def call_id(client, method, path, value=None, **options):
    request_id = fresh_id()
    headers = {'X-Request-Id': request_id, **options.pop('headers', {})}
    client.call(method, path, value, headers=headers, **options)
    return request_id


# -- what is written --------------------------------------------------------------------------------------------------------------

def test_the_intent_is_committed_while_the_operation_runs(api, platform, wait):
    call = api.background('POST', '/database/query', {'sql': 'SELECT pg_sleep(30)'})
    wait(lambda: platform.running(call.request_id), 5, 'the statement running')
    try:
        assert rows(platform, call.request_id) == ['intent']
    finally:
        api.post(f'/database/query/{call.request_id}/cancel')
        call.join(5)


def test_the_outcome_follows_the_intent(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 'SELECT 1'})
    assert rows(platform, request_id) == ['intent', 'succeeded']


def test_the_outcome_names_its_intent(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 'SELECT 1'})
    assert event(platform, request_id, 'succeeded')['parameters']['intent'] == event(platform, request_id, 'intent')['id']


def test_the_intent_tells_who_what_and_on_what(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 'SELECT 42', 'max_rows': 7})
    intent = event(platform, request_id, 'intent')
    assert (intent['actor'], intent['source_ip'], intent['action'], intent['target']) == (platform.username, '127.0.0.1', 'database.query', 'iot_guardian')
    assert intent['parameters']['sql'] == 'SELECT 42' and intent['parameters']['max_rows'] == 7 and intent['token_id']


def test_the_outcome_tells_status_duration_and_rows(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 'SELECT * FROM generate_series(1, 5)'})
    outcome = event(platform, request_id, 'succeeded')
    assert outcome['status'] == 200 and outcome['duration_ms'] >= 0 and outcome['parameters']['row_count'] == 5


@pytest.mark.parametrize('method, path, value, outcome', [
    ('POST', '/database/query', {'sql': 'DELETE FROM devices'}, 'refused'),
    ('POST', '/database/query', {'sql': 'SELECT 1/0'}, 'failed'),
    ('POST', '/database/query/explain', {'sql': 'DELETE FROM devices'}, 'refused'),
    ('POST', '/database/query', {'sql': 'SELECT pg_sleep(9)', 'timeout_ms': 100}, 'failed'),
    ('POST', '/database/sessions/2147483647/terminate', None, 'refused'),
])
def test_an_attempt_that_does_not_succeed_is_there(api, platform, method, path, value, outcome):
    assert rows(platform, call_id(api, method, path, value))[-1] == outcome


def test_an_attempt_without_a_token_is_there(anyone, platform):
    request_id = call_id(anyone, 'POST', '/database/query', {'sql': 'SELECT 1'})
    refused = event(platform, request_id, 'refused')
    assert (refused['actor'], refused['status'], refused['parameters']['code']) == ('anonymous', 401, 'unauthenticated')


def test_an_attempt_with_wrong_fields_is_there(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 1})
    assert event(platform, request_id, 'refused')['parameters']['code'] == 'bad_field'


def test_a_login_is_there_with_the_name_and_without_the_password(anyone, platform):
    request_id = call_id(anyone, 'POST', '/auth/login', {'username': platform.username, 'password': platform.password})
    intent = event(platform, request_id, 'intent')
    assert intent['parameters'] == {'username': platform.username, 'password': '***'} and rows(platform, request_id) == ['intent', 'succeeded']


def test_a_failed_login_is_there_with_the_name_that_was_tried(anyone, platform):
    SECRETS.add('a-wrong-password-0815')
    request_id = call_id(anyone, 'POST', '/auth/login', {'username': 'mallory', 'password': 'a-wrong-password-0815'})
    assert event(platform, request_id, 'refused')['actor'] == 'mallory'
    platform.forget_throttles()


def test_a_logout_is_there(own_session, platform):
    assert rows(platform, call_id(own_session, 'POST', '/auth/logout')) == ['intent', 'succeeded']


def test_a_reused_refresh_token_is_there(own_session, platform):
    old = own_session.http.cookies.get('guardian_refresh')
    own_session.post('/auth/refresh')
    request_id = call_id(Client(platform), 'POST', '/auth/refresh', headers={'Cookie': f'guardian_refresh={old}'})
    assert event(platform, request_id, 'refused')['parameters']['code'] == 'refresh_reused'


def test_the_challenge_and_its_confirmation_are_there(api, platform, victim):
    pid = victim().info.backend_pid
    first = fresh_id()
    made = challenge(api, terminate(pid), headers={'X-Request-Id': first})
    second = call_id(api, 'POST', terminate(pid), headers=confirmed(made))
    assert rows(platform, first) == ['challenged'] and rows(platform, second) == ['intent', 'succeeded']
    assert event(platform, second, 'intent')['target'] == str(pid)


def test_a_refused_confirmation_is_there(api, platform, victim):
    pid = victim().info.backend_pid
    request_id = call_id(api, 'POST', terminate(pid), headers=confirmed(challenge(api, terminate(pid)), 'wrong'))
    assert rows(platform, request_id) == ['refused']


def test_the_self_test_of_the_chain_is_itself_audited(api, platform):
    assert rows(platform, call_id(api, 'GET', '/audit/verify')) == ['intent', 'succeeded']


def test_reading_the_overview_is_not_audited(api, platform):
    assert rows(platform, call_id(api, 'GET', '/database/overview')) == []


def test_a_statement_beyond_ascii_is_there_as_it_was(api, platform):
    sql = "SELECT '设备 😀 \u2028 \\\" \t'"
    assert event(platform, call_id(api, 'POST', '/database/query', {'sql': sql}), 'intent')['parameters']['sql'] == sql


def test_the_times_of_the_log_do_not_go_back(platform):
    assert platform.audit("""SELECT count(*) FROM (SELECT at - lag(at) OVER (ORDER BY id) AS step FROM audit_event) AS x WHERE step < interval '-5 s'""") == [(0,)]


# -- the list ---------------------------------------------------------------------------------------------------------------------

def listed(api, **params):
    return api.get('/audit', params=params).json['items']


def test_the_list_is_newest_first(api):
    ids = [e['id'] for e in listed(api, limit=50)]
    assert ids == sorted(ids, reverse=True) and len(ids) > 20


def test_the_list_equals_the_table(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': "SELECT '设备'"})
    said = [(e['id'], e['actor'], e['action'], e['outcome'], e['hash'], e['prev_hash'], e['parameters']) for e in listed(api, request_id=request_id)]
    assert said == platform.audit("""SELECT id, actor, action, outcome, encode(hash, 'hex'), encode(prev_hash, 'hex'), parameters FROM audit_event
                                     WHERE request_id = %s ORDER BY id DESC""", request_id)


@pytest.mark.parametrize('name, value', [('actor', 'admin'), ('action', 'auth.login'), ('outcome', 'refused')])
def test_the_list_filters(api, platform, name, value):
    events = listed(api, limit=1000, **{name: value})
    assert len(events) == min(1000, platform.audit(f'SELECT count(*) FROM audit_event WHERE {name} = %s', value)[0][0]) > 0
    assert {e[name] for e in events} == {value}


def test_the_list_filters_by_phase(api, platform):
    request_id = call_id(api, 'POST', '/database/query', {'sql': 'SELECT 1'})
    for phase, outcomes in (({}, ['succeeded', 'intent']), ({'phase': 'all'}, ['succeeded', 'intent']), ({'phase': 'intent'}, ['intent']), ({'phase': 'outcome'}, ['succeeded'])):
        assert [e['outcome'] for e in listed(api, request_id=request_id, **phase)] == outcomes, phase


def test_a_page_of_outcomes_is_full(api):
    for _ in range(6):
        api.query('SELECT 1')
    page = api.get('/audit', params={'phase': 'outcome', 'limit': 3}).json
    older = api.get('/audit', params={'phase': 'outcome', 'limit': 3, 'cursor': page['next_cursor']}).json
    assert len(page['items']) == len(older['items']) == 3
    assert 'intent' not in {e['outcome'] for e in page['items'] + older['items']}


def test_a_phase_that_is_none_is_a_bad_field(api):
    api.problem('bad_field', 'GET', '/audit', params={'phase': 'later'})


def test_the_list_filters_by_time(api):
    newest = listed(api, limit=20)
    middle = newest[10]['at']
    assert all(e['at'] < middle for e in listed(api, to=middle, limit=5)) and all(e['at'] >= middle for e in listed(api, **{'from': middle}, limit=1000))


@pytest.mark.parametrize('time', ['yesterday', '2026-11-23', 'now', '2026-13-01T00:00:00Z', '2026-11-23T25:00:00Z', '2026-02-30T00:00:00Z', '2026-11-23T00:00:00', "'", 'infinity', '9999999-01-01T00:00:00Z',
                                  '2026-11-23T00:00:00+25:00', '2026-11-23T00:00:00+01:99', '2025-02-29T00:00:00Z', ' 026-11-23T00:00:00Z', '2026-11-23T00:00:00.Z', '0000-01-01T00:00:00Z'])
@pytest.mark.parametrize('name', ['from', 'to'])
def test_a_time_that_is_none_is_a_bad_field(api, name, time):
    api.problem('bad_field', 'GET', '/audit', params={name: time})


def test_the_list_pages_to_the_first_event(api, platform):
    until = platform.audit('SELECT max(id) FROM audit_event')[0][0]
    seen, cursor = [], None
    while True:
        page = api.get('/audit', params={'limit': 1000, **({'cursor': cursor} if cursor else {})}).json
        seen += [e['id'] for e in page['items']]
        cursor = page['next_cursor']
        if cursor is None:
            break
    assert [i for i in seen if i <= until] == list(range(until, 0, -1))


@pytest.mark.parametrize('cursor', ['x', 'aWQ6', 'aWQ6LTE', '%20', 'e30', 'aWQ6MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0', 'aWQ6MSc'])
def test_a_cursor_that_is_none_is_refused(api, cursor):
    api.problem('bad_cursor', 'GET', '/audit', params={'cursor': cursor})


# -- the chain --------------------------------------------------------------------------------------------------------------------

def recompute(export_lines):
    """The chain by the book, in a few lines of another language: (events, id and reason of the first bad one)."""
    last_hash, last_id = ZERO, 0
    for line in export_lines:
        made = json.loads(line)
        if 'anchor' in made:
            continue
        canonical = {k: v for k, v in made.items() if k not in ('id', 'prev_hash', 'hash')}
        text = json.dumps(canonical, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
        if made['id'] != last_id + 1 or made['prev_hash'] != last_hash:
            return last_id, made['id']
        if made['hash'] != hashlib.sha256(bytes.fromhex(last_hash) + text.encode()).hexdigest():
            return last_id, made['id']
        last_hash, last_id = made['hash'], made['id']
    return last_id, None


def test_the_chain_of_all_these_tests_is_whole(api, platform):
    verdict = api.get('/audit/verify').json
    assert verdict['ok'] and verdict['first_bad'] is None and verdict['checked'] >= platform.audit('SELECT count(*) FROM audit_event')[0][0] - 5


def test_anybody_can_recompute_the_chain_from_an_export(api):
    checked, bad = recompute(api.get('/audit/export').text.rstrip('\n').split('\n'))
    assert bad is None and checked > 20


def test_the_heads_are_countersigned(api, wait):
    wait(lambda: api.get('/audit/verify').json['anchors']['checked'] > 0, 10, 'a countersigned head')


def test_guardianctl_agrees(platform):
    done = platform.ctl('audit', 'verify')
    assert done.returncode == 0 and json.loads(done.stdout)['ok'] is True


@pytest.mark.parametrize('statement', ["UPDATE audit_event SET actor = 'x'", 'DELETE FROM audit_event', 'TRUNCATE audit_event', 'ALTER TABLE audit_event DISABLE TRIGGER ALL',
                                       'DROP TABLE audit_event', 'UPDATE audit_anchor SET hash = hash', 'DELETE FROM audit_anchor', 'TRUNCATE audit_anchor',
                                       'INSERT INTO audit_event SELECT * FROM audit_event LIMIT 1', "SET session_replication_role = replica", 'SET ROLE guardian_owner',
                                       'CREATE OR REPLACE FUNCTION audit_append(text) RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$', 'CREATE TABLE x ()',
                                       'DROP TRIGGER audit_event_immutable ON audit_event'])
def test_the_consoles_own_role_cannot_touch_the_log(platform, statement):
    connection = psycopg2.connect(host=str(platform.postgres.socket_folder), port=platform.postgres.port, user='guardian_app',
                                  password=platform.secrets.text('app_password'), dbname='guardian')
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            connection.cursor().execute(statement)
    finally:
        connection.close()


@pytest.mark.parametrize('statement', ["UPDATE audit_event SET actor = 'x' WHERE id = 1", 'DELETE FROM audit_event WHERE id = 1', 'TRUNCATE audit_event', 'DELETE FROM audit_anchor'])
def test_even_a_superuser_is_stopped_by_the_trigger(platform, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        platform.audit(statement)


# -- a chain that was tampered with, on a console of its own ------------------------------------------------------------------------

@pytest.fixture(scope='module')
def broken():
    """A console with a few dozen events and countersigned heads, and no workers that write any more."""
    with small_platform('tampered', workers=(1, 1), config={'audit': {'seal_interval_s': 1}}) as made:
        client = made.client()
        for i in range(12):
            client.query(f"SELECT {i}, '设备'")
        head = lambda: made.audit('SELECT max(id) FROM audit_event')[0][0]
        wait_for(lambda: made.audit('SELECT max(event_id) FROM audit_anchor')[0][0] == head(), 10, 'the head countersigned')
        for i in range(3):
            client.query(f'SELECT {i}')
        wait_for(lambda: made.audit('SELECT max(event_id) FROM audit_anchor')[0][0] == head(), 10, 'the head countersigned')
        made.export = client.get('/audit/export').text
        wait_for(lambda: made.audit('SELECT max(event_id) FROM audit_anchor')[0][0] == head(), 10, 'the head countersigned')
        made.nginx.stop(), made.short.stop(), made.stream.stop()
        made.audit('CREATE TABLE kept_event AS SELECT * FROM audit_event')
        made.audit('CREATE TABLE kept_anchor AS SELECT * FROM audit_anchor')
        yield made


@pytest.fixture
def tamper(broken):
    """Changes rows as a superuser who has switched the trigger off; all is put back afterwards."""
    def run(*statements):
        broken.audit('; '.join(['SET session_replication_role = replica', *statements]))
        return verdict(broken)
    yield run
    broken.audit("""SET session_replication_role = replica; DELETE FROM audit_event; DELETE FROM audit_anchor;
                    INSERT INTO audit_event SELECT * FROM kept_event; INSERT INTO audit_anchor SELECT * FROM kept_anchor""")
    assert verdict(broken)['ok']


def verdict(platform, *arguments, expect_ok=None):
    done = platform.ctl('audit', 'verify', *arguments)
    assert done.returncode in (0, 1), done.stderr
    made = json.loads(done.stdout)
    assert made['ok'] == (done.returncode == 0)
    return made


@pytest.mark.parametrize('change', ["actor = 'somebody'", "at = at + interval '1 us'", 'token_id = NULL', "source_ip = '10.0.0.1'", "request_id = 'another-request'", "action = 'database.explain'",
                                    "target = 'other'", "parameters = parameters || '{\"sql\": \"SELECT 0\"}'", "parameters = parameters || '{\"added\": null}'", "parameters = parameters - 'sql'",
                                    "outcome = 'refused'", 'status = 201', 'duration_ms = 12345', "hash = sha256('x')", "prev_hash = sha256('x')"])
def test_a_changed_column_is_found_at_its_row(tamper, change):
    assert tamper(f'UPDATE audit_event SET {change} WHERE id = 7')['first_bad']['id'] == 7


def test_a_changed_row_with_its_own_hash_made_anew_is_found_at_the_next(tamper, broken):
    """Who knows the algorithm and rewrites one row breaks the link to the row behind it."""
    assert tamper("UPDATE audit_event SET actor = 'x', hash = sha256('made anew') WHERE id = 7")['first_bad']['id'] == 7


@pytest.mark.parametrize('row', [1, 7])
def test_a_removed_row_is_found(tamper, row):
    found = tamper(f'DELETE FROM audit_event WHERE id = {row}')['first_bad']
    assert found['id'] == row and 'missing' in found['reason']


def test_a_removed_row_behind_which_all_ids_moved_up_is_found(tamper):
    assert tamper('DELETE FROM audit_event WHERE id = 7', 'UPDATE audit_event SET id = -id WHERE id > 7', 'UPDATE audit_event SET id = -id - 1 WHERE id < 0')['first_bad']['id'] == 7


def test_two_swapped_rows_are_found(tamper):
    assert tamper('UPDATE audit_event SET id = 1000 WHERE id = 7', 'UPDATE audit_event SET id = 7 WHERE id = 8', 'UPDATE audit_event SET id = 8 WHERE id = 1000')['first_bad']['id'] == 7


def test_an_inserted_row_is_found(tamper):
    assert not tamper("""INSERT INTO audit_event SELECT (SELECT max(id) + 1 FROM audit_event), at, 'forged', token_id, source_ip, request_id, action, target, parameters, outcome, status, duration_ms, hash, hash
                         FROM audit_event ORDER BY id DESC LIMIT 1""")['ok']


@pytest.mark.parametrize('rows_cut', [1, 5])
def test_a_cut_tail_is_found_by_the_countersigned_heads(tamper, rows_cut):
    found = tamper(f'DELETE FROM audit_event WHERE id > (SELECT max(id) - {rows_cut} FROM audit_event)')
    assert not found['ok'] and 'cut' in found['first_bad']['reason']


def test_a_log_emptied_of_everything_is_found(tamper):
    assert not tamper('DELETE FROM audit_event')['ok']


def test_a_rewritten_end_of_the_chain_is_found_by_the_countersigned_heads(tamper, broken):
    """All hashes made anew from row 20 on: a chain that is right in itself, and not the one that was signed."""
    rewritten = """DO $$ DECLARE r record; last bytea; BEGIN
        SELECT hash INTO last FROM audit_event WHERE id = 19;
        FOR r IN SELECT * FROM audit_event WHERE id >= 20 ORDER BY id LOOP
            UPDATE audit_event SET prev_hash = last, hash = sha256(last || r.hash) WHERE id = r.id RETURNING hash INTO last;
        END LOOP; END $$"""
    assert not tamper(rewritten)['ok']


def test_a_chain_rewritten_by_its_own_function_is_found_by_the_countersigned_heads(tamper):
    found = tamper('DELETE FROM audit_event WHERE id > 10', *[
        """SELECT audit_append('{"action":"auth.login","actor":"forged","at":"2026-11-23T00:00:00.000000Z","duration_ms":null,"outcome":"intent","parameters":{},"request_id":"forged-request","source_ip":null,"status":null,"target":null,"token_id":null}')"""] * 60)
    assert not found['ok'] and 'countersigned' in found['first_bad']['reason']


def test_a_forged_head_is_found(tamper):
    assert not tamper("UPDATE audit_anchor SET signature = decode(repeat('00', 64), 'hex')")['ok']


def test_a_head_signed_with_another_key_is_found_when_the_key_is_named(broken):
    public = broken.audit("SELECT encode(public_key, 'hex') FROM audit_anchor LIMIT 1")[0][0]
    assert verdict(broken, '--public-key', public)['ok'] and not verdict(broken, '--public-key', '0' * 64)['ok']


# -- an export -------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def export(broken, tmp_path):
    """Writes the export, changed by a function over its lines, and returns the verdict on it."""
    def write(change=lambda lines: lines):
        path = tmp_path / 'audit.ndjson'
        path.write_text('\n'.join(change(broken.export.rstrip('\n').split('\n'))) + '\n')
        return verdict(broken, '--file', path)
    return write


def events_of(lines):
    return [i for i, line in enumerate(lines) if 'anchor' not in json.loads(line)]


def without(lines, index):
    return lines[:index] + lines[index + 1:]


def test_an_export_verifies_without_the_database(export):
    made = export()
    assert made['ok'] and made['checked'] > 20 and made['anchors']['checked'] >= 1


def test_an_export_verifies_from_standard_input(broken):
    done = broken.ctl('audit', 'verify', '--file', '-', stdin=broken.export)
    assert done.returncode == 0 and json.loads(done.stdout)['ok']


def test_a_changed_line_of_an_export_is_found(export):
    def change(lines):
        index = events_of(lines)[6]
        return lines[:index] + [lines[index].replace('"admin"', '"nobody"')] + lines[index + 1:]
    assert export(change)['first_bad']['id'] == 7


def test_a_removed_line_of_an_export_is_found(export):
    assert export(lambda lines: without(lines, events_of(lines)[6]))['first_bad']['id'] == 7


def test_swapped_lines_of_an_export_are_found(export):
    def change(lines):
        a, b = events_of(lines)[6:8]
        lines[a], lines[b] = lines[b], lines[a]
        return lines
    assert not export(change)['ok']


def test_a_cut_export_is_found(export):
    assert not export(lambda lines: lines[:events_of(lines)[-3]])['ok']


@pytest.mark.parametrize('line', ['not json', '[]', '{"a": 1, "a": 2}', '"text"', '{"anchor": 1', ''])
def test_a_line_that_is_none_makes_the_export_unreadable(broken, tmp_path, line):
    path = tmp_path / 'audit.ndjson'
    path.write_text(broken.export + line + '\n')
    assert broken.ctl('audit', 'verify', '--file', path).returncode == 2


def test_an_export_that_is_not_there_is_said(broken):
    done = broken.ctl('audit', 'verify', '--file', '/nowhere')
    assert done.returncode == 2 and '/nowhere' in done.stderr


# -- secrets ----------------------------------------------------------------------------------------------------------------------

def leaks(text):
    return [secret[:6] + '…' for secret in SECRETS if len(secret) >= 8 and secret in text]


def test_no_secret_that_these_tests_used_is_in_the_audit_log(platform, api):
    text = '\n'.join(r[0] for r in platform.audit('SELECT e::text FROM audit_event AS e'))
    assert len(SECRETS) > 10 and leaks(text) == []


def test_no_secret_that_these_tests_used_is_in_a_log_file(platform):
    """Workers', nginx's, PostgreSQL's and Redis' alike."""
    assert leaks(platform.log_text()) == []


def test_no_statement_is_in_the_logs_of_the_workers(api, platform):
    api.query("SELECT 'a-literal-that-is-private'")
    api.problem('sql_error', 'POST', '/database/query', {'sql': "SELECT 'a-literal-that-is-private'::int"})
    api.problem('sql_syntax', 'POST', '/database/query', {'sql': "SELEC 'a-literal-that-is-private'"})
    assert not re.search('a-literal-that-is-private', platform.short.log_file.read_text() + platform.stream.log_file.read_text())


def test_every_line_of_the_workers_logs_is_json(platform):
    for worker in (platform.short, platform.stream):
        for line in worker.log_file.read_text().splitlines():
            assert {'time', 'level', 'event'} <= set(json.loads(line))


def test_no_password_is_an_argument_of_a_process(platform):
    arguments = ''
    for worker in (platform.short, platform.stream):
        for pid in [worker.pid, *platform.children(worker)]:
            arguments += Path(f'/proc/{pid}/cmdline').read_text() + Path(f'/proc/{pid}/environ').read_text()
    assert leaks(arguments) == []
