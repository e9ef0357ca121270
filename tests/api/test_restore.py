"""A restore that can be undone: what it makes is what was backed up, and until the swap nothing in use changes."""
import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import psycopg2
import pytest

from conftest import make_small_data, small_platform
from iotplatform import wait_for
from iotplatform.postgres import binary_folder

LONG = '数据库_' * 6 + 'xyz'       # 63 bytes
ODD = ['host=evil dbname=y', '--file=x', "'; drop", LONG]
assert len(LONG.encode()) == 63

DATA = """
CREATE EXTENSION pgcrypto;
CREATE SCHEMA ext AUTHORIZATION app_owner;
CREATE EXTENSION pg_stat_statements SCHEMA ext;
ALTER SCHEMA public OWNER TO app_owner;
SET SESSION AUTHORIZATION app_owner;
CREATE TABLE readings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, device int NOT NULL, value numeric, at timestamptz DEFAULT now());
CREATE INDEX readings_device ON readings (device);
INSERT INTO readings (device, value) SELECT i % 10, i * 1.5 FROM generate_series(1, 5000) AS i;
CREATE TABLE "--file=x" ("'; drop" text, "名称" text);
INSERT INTO "--file=x" VALUES ('a', 'b'), ('c', NULL);
CREATE TYPE span AS RANGE (subtype = int, subtype_opclass = int4_ops);
CREATE FUNCTION double_of(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE MATERIALIZED VIEW totals AS SELECT device, sum(double_of(value)) AS sum FROM readings GROUP BY device;
CREATE SCHEMA shared;
SELECT lo_from_bytea(4711, 'large');
GRANT USAGE, CREATE ON SCHEMA shared TO other_owner;
GRANT SELECT ON readings TO app_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shared GRANT SELECT ON TABLES TO app_reader;
SET SESSION AUTHORIZATION other_owner;
CREATE TABLE shared.theirs (id int PRIMARY KEY);
INSERT INTO shared.theirs SELECT generate_series(1, 100);
RESET SESSION AUTHORIZATION;
CREATE TABLE of_superuser (id serial PRIMARY KEY, reading bigint REFERENCES readings, note text DEFAULT 'x');
INSERT INTO of_superuser (reading) SELECT generate_series(1, 50);
CREATE VIEW view_of_superuser AS SELECT id FROM of_superuser;
GRANT SELECT ON of_superuser TO app_reader;
CREATE SCHEMA of_superuser_too;
CREATE FUNCTION of_superuser_too.plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE STATISTICS of_superuser_stats ON id, reading FROM of_superuser;
SELECT lo_from_bytea(4712, 'large, of a superuser');
ANALYZE;
"""


def make_data(platform):
    sql = platform.postgres.sql
    platform.postgres.stop()
    # Killed servers keep what they had committed: not even a test may lose that.
    platform.postgres.settings['synchronous_commit'] = 'on'
    platform.postgres.start()
    for role in ('app_owner', 'other_owner', 'app_reader'):
        sql(f'CREATE ROLE {role} NOLOGIN')
    sql("CREATE DATABASE iot_guardian TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' OWNER app_owner")
    sql(DATA, database='iot_guardian')
    sql("ALTER DATABASE iot_guardian SET work_mem = '5MB'")
    sql("""ALTER DATABASE iot_guardian SET search_path = "$user", public, shared""")
    sql("ALTER ROLE app_reader IN DATABASE iot_guardian SET work_mem = '6MB'")
    sql("REVOKE CONNECT ON DATABASE iot_guardian FROM PUBLIC")
    sql("GRANT CONNECT, TEMPORARY ON DATABASE iot_guardian TO app_reader WITH GRANT OPTION")
    sql("COMMENT ON DATABASE iot_guardian IS 'devices''s'")
    sql('ALTER DATABASE iot_guardian CONNECTION LIMIT 90')
    for name in ODD:
        sql('CREATE DATABASE "{}"'.format(name.replace('"', '""')))
        connection = platform.postgres.connect(name)
        connection.cursor().execute('CREATE TABLE t AS SELECT generate_series(1, 10) AS id')
        if name == LONG:        # as in databases that came from PostgreSQL before 15
            connection.cursor().execute('ALTER SCHEMA public OWNER TO postgres')
        connection.close()


@pytest.fixture(scope='module')
def platform():
    with small_platform('restore', data=make_data, workers=(2, 2),
                        config={
            'postgres': {'managed_databases': ['iot_guardian', *ODD], 'connect_timeout_s': 10}, 'request_timeout_ms': 55000}) as made:
        yield made


@pytest.fixture(scope='module')
def api(platform):
    return platform.client()


# -- what the tests do again and again ---------------------------------------------------------------------------------------

def two_step(api, method, path, value=None):
    """Confirms what the first call says; (the challenge, the second reply)."""
    challenge = api.call(method, path, value)
    assert challenge.status == 428, challenge.body
    made = challenge.json
    return made, api.call(method, path, value, headers={'X-Confirmation-Token': made['confirmation_token'],
                                                        'X-Confirmation-Phrase': quote(made['phrase'], safe='')})


def ended(api, job_id, timeout_s=300):
    """The job when it is over."""
    def over():
        job = api.get(f'/database/jobs/{job_id}').json
        return job if job['state'] not in ('queued', 'running') else None
    return wait_for(over, timeout_s, f'job {job_id}', poll_s=0.05)


def succeeded(api, reply):
    job = ended(api, reply.json['job_id'])
    assert job['state'] == 'succeeded', (job['kind'], job['error'], job['log_tail'])
    return job


def backup(api, database='iot_guardian', **fields):
    return succeeded(api, api.post('/database/backup', {'database': database, **fields}))['result']['backup_id']


def start_restore(api, backup_id, database='iot_guardian', **more):
    challenge, reply = two_step(api, 'POST', '/database/restore', {'backup_id': backup_id, 'database': database, **more})
    assert reply.status == 202, reply.body
    return challenge, reply.json['job_id']


def restore(api, backup_id, database='iot_guardian', **more):
    _, job_id = start_restore(api, backup_id, database, **more)
    job = ended(api, job_id)
    assert job['state'] == 'succeeded', (job['kind'], job['error'], job['log_tail'])
    return job


def step(api, restore_id, what):
    return succeeded(api, two_step(api, 'POST', f'/database/restore/{restore_id}/{what}')[1])


def dump(platform, database='iot_guardian'):
    """All that pg_dump says of a database, and what belongs to it and not to its contents."""
    name = "dbname='" + database.replace('\\', '\\\\').replace("'", "\\'") + "'"
    done = subprocess.run([binary_folder() / 'pg_dump', *platform.postgres.arguments, '-d', name], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = [line for line in done.stdout.splitlines() if not line.startswith(('\\restrict', '\\unrestrict'))]
    of_database = platform.postgres.sql("""
        SELECT pg_get_userbyid(datdba), datacl::text, datconnlimit, datallowconn, shobj_description(oid, 'pg_database'), datcollate,
               (SELECT json_agg(json_build_array(setrole::regrole, setconfig) ORDER BY setrole)::text FROM pg_db_role_setting WHERE setdatabase = d.oid)
        FROM pg_database AS d WHERE datname = %s""", database)
    return text, of_database


def databases(platform):
    return {name for name, in platform.postgres.sql("SELECT datname FROM pg_database WHERE NOT datistemplate")}


def destroy(platform):
    platform.postgres.sql('DELETE FROM readings WHERE id > 4000; DROP TABLE shared.theirs; ALTER TABLE of_superuser DROP COLUMN note;'
                          'CREATE TABLE planted AS SELECT 1 AS x; SELECT setval(\'readings_id_seq\', 99999)', database='iot_guardian')


def item(api, restore_id):
    return api.get(f'/database/restores/{restore_id}').json


@pytest.fixture(scope='module')
def whole(platform, api):
    """The data as it is backed up: (the backup's id, the dump)."""
    return backup(api), dump(platform)


# -- the whole of it ----------------------------------------------------------------------------------------------------------

def test_destroyed_data_come_back_and_undo_brings_back_the_destroyed_state(platform, api, whole):
    backup_id, before = whole
    destroy(platform)
    destroyed = dump(platform)
    assert destroyed != before
    job = restore(api, backup_id)
    result = job['result']
    assert dump(platform) == before
    assert result['swapped'] and result['kept_database'] in databases(platform) and result['new_database'] not in databases(platform)
    comparison = result['comparison']
    assert not comparison['equal']
    rows = {entry['name']: (entry['production_rows'], entry['restored_rows'], entry['difference']) for entry in comparison['tables']}
    assert rows['public.readings'] == (4000, 5000, 1000) and rows['shared.theirs'] == (None, 100, None) and rows['public.planted'] == (1, None, None)
    assert {'name': 'public.readings_id_seq', 'production': '99999', 'restored': '5000'} in comparison['sequences']
    assert comparison['extensions'] and comparison['differences']['extensions'] == 0
    assert item(api, job['id'])['state'] == 'swapped'

    step(api, job['id'], 'undo')
    assert dump(platform) == destroyed
    assert item(api, job['id'])['state'] == 'undone'
    step(api, job['id'], 'discard')
    assert item(api, job['id'])['state'] == 'discarded'
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


def test_the_console_works_on_what_was_swapped_in(platform, api, whole):
    job = restore(api, whole[0])
    assert api.scalar('SELECT count(*) FROM readings') == 5000
    assert {'readings', 'of_superuser'} <= {t['name'] for t in api.get('/database/tables').json['items']}
    # Those that never end are ended by the clock, which a busy machine is late for: they are not what a restore could break.
    proof = api.post('/database/query/self-test', {}).json
    assert proof['total'] > 300 and [i for i in proof['items'] if not i['ok'] and not i['name'].startswith('endless')] == []
    assert dump(platform) == whole[1]
    step(api, job['id'], 'undo')
    step(api, job['id'], 'discard')


def test_a_restore_beside_changes_nothing_until_it_is_swapped_in(platform, api, whole):
    before = dump(platform)
    job = restore(api, whole[0], swap=False)
    assert dump(platform) == before and not job['result']['swapped']
    found = item(api, job['id'])
    assert (found['state'], found['can_swap'], found['can_undo'], found['kept_database']) == ('beside', True, False, None)
    assert found['kept_bytes'] > 1_000_000 and found['new_database'] in databases(platform)
    assert any(entry['job_id'] == job['id'] for entry in api.get('/database/restores').json['items'])
    step(api, job['id'], 'swap')
    assert dump(platform) == whole[1]
    step(api, job['id'], 'undo')
    assert dump(platform) == before
    step(api, job['id'], 'discard')


def test_a_backup_in_the_directory_format_comes_back_the_same_and_is_undone(platform, api):
    before, backup_id = dump(platform), backup(api, format='directory')
    platform.postgres.sql('DELETE FROM readings WHERE id > 3000; CREATE TABLE planted_too AS SELECT 1 AS x', database='iot_guardian')
    destroyed = dump(platform)
    job = restore(api, backup_id)
    assert dump(platform) == before
    step(api, job['id'], 'undo')
    assert dump(platform) == destroyed
    step(api, job['id'], 'discard')
    drill = ended(api, api.post(f'/database/backups/{backup_id}/drill', {}).json['job_id'])
    assert drill['state'] == 'succeeded', (drill['error'], drill['log_tail'])
    assert [p for runner in platform.runners for p in runner.folder.glob('.job-*')] == []
    platform.postgres.sql('INSERT INTO readings (id, device, value, at) OVERRIDING SYSTEM VALUE SELECT i, i % 10, i * 1.5, now() FROM generate_series(3001, 4000) AS i;'
                          'DROP TABLE planted_too', database='iot_guardian')


def test_schema_public_is_its_superusers_again(platform, api):
    job = restore(api, backup(api, LONG), LONG)
    assert platform.postgres.sql("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'", database=LONG) == [('postgres',)]
    step(api, job['id'], 'undo')
    step(api, job['id'], 'discard')


@pytest.mark.parametrize('name', ODD)
def test_odd_names_of_databases_are_names(platform, api, name):
    backup_id = backup(api, name)
    before = dump(platform, name)
    connection = platform.postgres.connect(name)
    connection.cursor().execute('DELETE FROM t WHERE id > 3')
    connection.close()
    job = restore(api, backup_id, name)
    assert dump(platform, name) == before
    kept = job['result']['kept_database']
    assert len(kept.encode()) <= 63 and kept.startswith(name[:12])
    step(api, job['id'], 'discard')
    assert kept not in databases(platform)


# -- confirmation -------------------------------------------------------------------------------------------------------------

def test_the_first_step_says_what_would_be_lost(platform, api, whole):
    connection = platform.postgres.connect('iot_guardian')
    connection.cursor().execute('BEGIN')
    made = api.call('POST', '/database/restore', {'backup_id': whole[0], 'database': 'iot_guardian'}).json
    impact = made['impact']
    assert impact['database'] == 'iot_guardian' and impact['backup_id'] == whole[0] and impact['database_bytes'] > 1_000_000
    assert impact['sessions_cut'] >= 1 and impact['transactions_lost'] >= 1 and impact['backup_age_seconds'] >= 0
    assert impact['rows_in_backup_estimate'] > 5000 and impact['server_wal_bytes_since'] > 0
    assert 'iot_guardian' in made['summary'] and 'estimate' in made['summary'] and made['phrase'] == 'restore iot_guardian'
    connection.close()


def test_a_confirmation_is_stale_when_the_database_was_swapped_meanwhile(platform, api, whole):
    path, value = '/database/restore', {'backup_id': whole[0], 'database': 'iot_guardian'}
    made = api.call('POST', path, value).json
    job = restore(api, whole[0])
    api.problem('confirmation_stale', 'POST', path, value, headers={
        'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'], safe='')})
    step(api, job['id'], 'undo')
    step(api, job['id'], 'discard')


def test_what_cannot_be_restored_is_refused_at_once(api, whole):
    value = {'backup_id': whole[0], 'database': 'iot_guardian'}
    api.problem('not_found', 'POST', '/database/restore', {**value, 'backup_id': str(uuid.uuid4())})
    api.problem('not_found', 'POST', '/database/restore', {**value, 'backup_id': 'x' * 36})
    api.problem('not_found', 'POST', '/database/restore', {**value, 'database': 'postgres'})
    api.problem('conflict', 'POST', '/database/restore', {**value, 'database': '--file=x'})
    none = str(uuid.uuid4())
    for what in ('swap', 'undo', 'discard'):
        api.problem('not_found', 'POST', f'/database/restore/{none}/{what}')
    api.problem('not_found', 'GET', f'/database/restores/{none}')
    api.problem('not_found', 'POST', f'/database/backups/{none}/drill')


def test_a_prepared_transaction_is_said_before_anything_is_done(platform, api, whole):
    platform.postgres.stop()
    platform.postgres.settings['max_prepared_transactions'] = 5
    platform.postgres.start()
    wait_for(lambda: api.call('GET', '/health/ready').status == 200, 60, 'the console')
    connection = platform.postgres.connect('iot_guardian')
    connection.cursor().execute('BEGIN')
    connection.cursor().execute('CREATE TABLE prepared ()')
    connection.cursor().execute("PREPARE TRANSACTION 'left open'")
    try:
        said = api.problem('conflict', 'POST', '/database/restore', {'backup_id': whole[0], 'database': 'iot_guardian'})
        assert '1 prepared transaction open' in said['detail']
    finally:
        connection.cursor().execute("ROLLBACK PREPARED 'left open'")
        connection.close()


# -- time -------------------------------------------------------------------------------------------------------------------

def test_what_is_kept_is_kept_for_as_long_as_is_said(platform, api, whole):
    job = restore(api, whole[0], swap=False)
    until = (datetime.now(timezone.utc) + timedelta(days=30)).strftime('%Y-%m-%dT%H:%M:%SZ')
    assert api.call('PUT', f'/database/restore/{job["id"]}/keep', {'kept_until': until}).json['kept_until'].startswith(until[:-1])
    for wrong in ('yesterday-or-so-by-then', '2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', '2030-01-01T00:00:00+01'):
        api.problem('bad_field', 'PUT', f'/database/restore/{job["id"]}/keep', {'kept_until': wrong})
    step(api, job['id'], 'discard')
    api.problem('conflict', 'PUT', f'/database/restore/{job["id"]}/keep', {'kept_until': until})
    api.problem('conflict', 'POST', f'/database/restore/{job["id"]}/discard')
    api.problem('conflict', 'POST', f'/database/restore/{job["id"]}/swap')


def test_what_has_had_its_time_is_dropped_by_a_job_and_noted_in_the_audit_log(platform, api, whole):
    job = restore(api, whole[0], swap=False)
    platform.audit("UPDATE restore SET kept_until = now() WHERE job_id = %s", job['id'])
    wait_for(lambda: item(api, job['id'])['state'] == 'discarded', 60, 'the end of what was kept')
    assert job['result']['new_database'] not in databases(platform)
    made = [j for j in api.get('/database/jobs', params={'kind': 'restore_discard'}).json['items'] if j['parameters']['restore'] == job['id']]
    assert [j['created_by'] for j in made] == ['policy:restore.keep_days'] and ended(api, made[0]['id'])['state'] == 'succeeded'
    events = api.get('/audit', params={'action': 'database.restore.discard', 'request_id': f'expiry-{job["id"]}'}).json['items']
    assert [(e['outcome'], e['actor'], e['target']) for e in events] == [('succeeded', 'policy:restore.keep_days', 'iot_guardian'),
                                                                         ('intent', 'policy:restore.keep_days', 'iot_guardian')]
    assert events[1]['parameters']['database'] == job['result']['new_database'] and 'kept until' in events[1]['parameters']['reason']
    assert events[0]['parameters']['intent'] == events[1]['id']
    assert api.get('/audit/verify').json['ok']


# -- drills -----------------------------------------------------------------------------------------------------------------

def test_a_drill_restores_counts_and_drops(platform, api, whole):
    before = databases(platform)
    job = succeeded(api, api.post(f'/database/backups/{whole[0]}/drill'))
    assert job['result']['ok'] and job['result']['rows'] > 5000 and job['result']['differences'] == []
    assert databases(platform) == before
    assert all(entry['job_id'] != job['id'] for entry in api.get('/database/restores').json['items'])


# -- sessions ---------------------------------------------------------------------------------------------------------------

class Pool:
    """Clients that connect again as soon as they are cut, as superusers: nobody else may be kept out for them."""

    def __init__(self, platform, count):
        self.platform, self.stopped, self.statements, self.cuts = platform, False, 0, 0
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        while not self.stopped:
            try:
                connection = self.platform.postgres.connect('iot_guardian')
                while not self.stopped:
                    connection.cursor().execute('SELECT 1')
                    self.statements += 1
                    time.sleep(0.001)
                connection.close()
            except psycopg2.Error:
                self.cuts += 1

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


def test_pools_that_connect_again_at_once_do_not_prevent_a_swap(platform, api, whole):
    pool = Pool(platform, 6)
    try:
        wait_for(lambda: pool.statements > 100, 20, 'the pool at work')
        job = restore(api, whole[0])
        step(api, job['id'], 'undo')
        now = pool.statements
        wait_for(lambda: pool.statements > now + 100, 20, 'the pool at work again')
    finally:
        pool.stop()
    assert pool.cuts >= 6
    step(api, job['id'], 'discard')


def test_a_session_that_does_not_end_leaves_all_as_it_was(platform, api, whole):
    """SIGSTOP: the nearest that a test comes to a backend that does not react."""
    before = dump(platform)
    job = restore(api, whole[0], swap=False)
    connection = platform.postgres.connect('iot_guardian')
    pid = connection.get_backend_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        _, reply = two_step(api, 'POST', f'/database/restore/{job["id"]}/swap')
        failed = ended(api, reply.json['job_id'])
        assert failed['state'] == 'failed' and failed['error']['code'] == 'conflict' and 'iot_guardian' in failed['error']['detail']
    finally:
        os.kill(pid, signal.SIGCONT)
    assert item(api, job['id'])['state'] == 'beside'
    assert dump(platform) == before
    step(api, job['id'], 'swap')
    assert dump(platform) == whole[1]
    step(api, job['id'], 'undo')
    step(api, job['id'], 'discard')


def test_a_restore_that_fails_leaves_nothing_beside(platform, api):
    sql = platform.postgres.sql
    sql('CREATE ROLE leaver NOLOGIN')
    sql('GRANT SELECT ON readings TO leaver', database='iot_guardian')
    backup_id = backup(api)
    sql('DROP OWNED BY leaver; DROP ROLE leaver', database='iot_guardian')
    before = dump(platform)
    _, job_id = start_restore(api, backup_id)
    job = ended(api, job_id)
    assert job['state'] == 'failed' and 'leaver' in job['log_tail']
    assert dump(platform) == before
    found = item(api, job_id)
    assert (found['state'], found['new_database'], found['comparison']) == ('failed', None, None)
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


def test_an_archive_cannot_make_itself_a_superuser(platform, api):
    """A function planted by whoever owns a table runs during the restore. It knows of the helpers, but not the word."""
    sql = platform.postgres.sql
    sql('''CREATE FUNCTION public.planted(int) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'guardian_restore') THEN
                CREATE TABLE IF NOT EXISTS public.loot AS SELECT session_user::text AS who, ''::text AS said;
                BEGIN
                    PERFORM guardian_restore.note('x', 'postgres');
                EXCEPTION WHEN insufficient_privilege THEN
                    UPDATE public.loot SET said = SQLERRM;
                END;
            END IF;
            RETURN true;
        END $$;
        ALTER FUNCTION public.planted(int) OWNER TO app_owner;
        CREATE TABLE public.trap (id int CHECK (public.planted(id)));
        INSERT INTO public.trap VALUES (1);
        CREATE FUNCTION public.lent() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        CREATE FUNCTION public.code(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
        CREATE TABLE public.runs_code (id int);
        CREATE INDEX ON public.runs_code (public.code(id))''', database='iot_guardian')
    job = restore(api, backup(api), swap=False)
    new = job['result']['new_database']
    found = lambda statement: sql(statement, database=new)    # noqa: E731
    assert found('SELECT * FROM public.loot') == [('guardian_maintainer', 'that is not the word')]
    owners = dict(found("""SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname IN ('loot', 'trap', 'runs_code', 'of_superuser')
                            UNION SELECT proname, pg_get_userbyid(proowner) FROM pg_proc WHERE proname IN ('lent', 'code')"""))
    assert owners == {'loot': 'guardian_maintainer', 'trap': 'postgres', 'runs_code': 'guardian_maintainer', 'of_superuser': 'postgres',
                      'lent': 'guardian_maintainer', 'code': 'postgres'}
    assert found("SELECT count(*) FROM pg_namespace WHERE nspname = 'guardian_restore'") == [(0,)]
    assert 'lent()' in job['log_tail'] and 'runs_code' in job['log_tail']
    assert {e['name'] for e in job['result']['comparison']['owners']} >= {'function public.lent()', 'table public.runs_code', 'table public.loot'}
    step(api, job['id'], 'discard')
    sql('DROP TABLE public.trap, public.runs_code; DROP FUNCTION public.planted, public.lent, public.code', database='iot_guardian')


# -- everything that may die --------------------------------------------------------------------------------------------------

# The phase, and how long after its beginning.
MOMENTS = [('fetching the backup', 0), ('creating the database', 0.1), ('restoring', 0), ('restoring', 0.3), ('analyzing', 0), ('comparing', 0.1), ('swapping', 0)]


def production_is_whole(platform, before, after):
    """As it was, or swapped: never anything else."""
    found = dump(platform)
    assert found in (before, after)
    return found == after


@pytest.mark.parametrize('phase, late_s', MOMENTS)
def test_a_runner_that_is_killed_in_the_middle_leaves_it_as_it_was_or_swapped(platform, api, whole, phase, late_s):
    platform.postgres.sql("INSERT INTO readings (device) VALUES (-1)", database='iot_guardian')
    before = dump(platform)
    _, job_id = start_restore(api, whole[0])

    def there():
        job = api.get(f'/database/jobs/{job_id}').json
        return job if job['progress']['phase'] == phase or job['state'] not in ('queued', 'running') else None
    job = wait_for(there, 60, phase, poll_s=0.01)
    time.sleep(late_s)      # a moment within the phase
    try:
        for runner in platform.runners:
            runner.kill()
        swapped = production_is_whole(platform, before, whole[1])
    finally:
        for runner in platform.runners:
            runner.start()
    job = ended(api, job_id)
    assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
    assert production_is_whole(platform, before, whole[1]) or not swapped
    assert dump(platform) == whole[1]
    step(api, job_id, 'undo')
    assert dump(platform) == before
    step(api, job_id, 'discard')
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


@pytest.mark.parametrize('phase', ['restoring', 'comparing', 'swapping'])
def test_a_cancelled_restore_leaves_it_as_it_was_or_swapped(platform, api, whole, phase):
    before = dump(platform)
    _, job_id = start_restore(api, whole[0])
    wait_for(lambda: (j := api.get(f'/database/jobs/{job_id}').json)['progress']['phase'] == phase or j['state'] not in ('queued', 'running'), 60, phase, poll_s=0.01)
    api.call('POST', f'/database/jobs/{job_id}/cancel')
    job = ended(api, job_id)
    found = item(api, job_id)
    if job['state'] == 'succeeded':     # it was too late
        assert found['state'] == 'swapped' and dump(platform) == whole[1]
        step(api, job_id, 'undo')
    else:
        assert job['state'] == 'cancelled' and found['state'] in ('failed', 'beside')
    assert dump(platform) == before
    if item(api, job_id)['new_database']:
        step(api, job_id, 'discard')
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


def test_postgresql_that_stops_in_the_middle_leaves_it_as_it_was(platform, api, whole):
    before = dump(platform)
    _, job_id = start_restore(api, whole[0])
    wait_for(lambda: api.get(f'/database/jobs/{job_id}').json['progress']['phase'] == 'restoring', 60, 'restoring', poll_s=0.01)
    platform.postgres.kill()
    platform.postgres.start()
    job = wait_for(lambda: (r := api.call('GET', f'/database/jobs/{job_id}')).status == 200 and r.json['state'] not in ('queued', 'running') and r.json, 120, 'the job')
    if job['state'] == 'succeeded':
        step(api, job_id, 'undo')
        step(api, job_id, 'discard')
    else:
        wait_for(lambda: item(api, job_id)['new_database'] is None, 60, 'the end of what was left beside')
    assert dump(platform) == before
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


def job_row(platform, job_id):
    """(state, phase, error): what the console's own database says, also when nobody can log in."""
    return platform.audit("SELECT state, progress->>'phase', error->>'code' FROM job WHERE id = %s", job_id)[0]


@pytest.mark.parametrize('phase', ['restoring', 'swapping'])
def test_redis_that_stops_in_the_middle_changes_nothing_for_a_restore(platform, api, whole, phase):
    platform.postgres.sql("INSERT INTO readings (device) VALUES (-2)", database='iot_guardian')
    before = dump(platform)
    _, job_id = start_restore(api, whole[0])
    wait_for(lambda: (row := job_row(platform, job_id))[1] == phase or row[0] not in ('queued', 'running'), 120, phase, poll_s=0.01)
    platform.redis.kill()
    try:
        state = wait_for(lambda: (row := job_row(platform, job_id))[0] not in ('queued', 'running') and row, 120, 'the end of the job', poll_s=0.05)
        assert (state[0], state[2]) == ('succeeded', None)
        assert dump(platform) == whole[1]
    finally:
        platform.redis.start()
    wait_for(lambda: api.call('GET', '/health/ready').status == 200, 60, 'the console')
    assert item(api, job_id)['state'] == 'swapped'
    step(api, job_id, 'undo')
    assert dump(platform) == before
    step(api, job_id, 'discard')
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


def test_without_redis_nothing_is_swapped_since_nothing_can_be_confirmed(platform, api, whole):
    before = dump(platform)
    job = restore(api, whole[0], swap=False)
    challenge = api.call('POST', f'/database/restore/{job["id"]}/swap').json
    platform.redis.kill()
    try:
        api.problem('cache_unavailable', 'POST', f'/database/restore/{job["id"]}/swap')
        reply = api.call('POST', f'/database/restore/{job["id"]}/swap', headers={'X-Confirmation-Token': challenge['confirmation_token'],
                                                                                 'X-Confirmation-Phrase': quote(challenge['phrase'], safe='')})
        assert (reply.status, reply.json['code']) == (503, 'cache_unavailable')
        assert dump(platform) == before
    finally:
        platform.redis.start()
    wait_for(lambda: api.call('GET', '/health/ready').status == 200, 60, 'the console')
    assert item(api, job['id'])['state'] == 'beside'
    step(api, job['id'], 'discard')
    assert databases(platform) == {'postgres', 'guardian', 'iot_guardian', *ODD}


# -- a full disk ----------------------------------------------------------------------------------------------------------------

LARGE = """
CREATE TABLE noise (id int PRIMARY KEY, text text);
INSERT INTO noise SELECT i, (SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, 32) AS j) FROM generate_series(1, 20000) AS i;
ANALYZE;
"""


@pytest.fixture
def small_disk():
    """A console whose server has its data folder on a file system of its own, of 512 MB in memory; its log of writes lies elsewhere,
    as it should (without it a server stops). To mount it needs root."""
    assert os.geteuid() == 0, 'this test mounts a file system: run it as root'
    mounted = []

    def data(made):
        make_small_data(made)
        made.postgres.sql(LARGE, database='iot_guardian')
        made.postgres.stop()
        folder, away = made.postgres.data, made.postgres.data.with_suffix('.away')
        folder.rename(away)
        folder.mkdir()
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', folder], check=True)
        mounted.append(folder)
        subprocess.run(['cp', '-a', f'{away}/.', folder], check=True)
        shutil.rmtree(folder / 'pg_wal')
        (folder / 'pg_wal').symlink_to(away / 'pg_wal')
        made.postgres.start()
    try:
        with small_platform('disk', data=data, workers=(2, 1), config={'postgres': {'connect_timeout_s': 10}}) as made:
            try:
                yield made
            finally:
                made.stop()
                while mounted:
                    subprocess.run(['umount', mounted.pop()], check=True)
    finally:
        for folder in mounted:
            subprocess.run(['umount', '--lazy', folder], check=True)


def fill(platform, left_mb):
    """All but so much of the server's disk is taken by somebody else."""
    filler = platform.postgres.data / 'filler'
    filler.unlink(missing_ok=True)
    disk = os.statvfs(platform.postgres.data)
    with open(filler, 'wb') as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - (left_mb << 20))
    return filler


def test_a_disk_that_gets_full_fails_the_restore_and_leaves_nothing_and_the_server_goes_on(small_disk):
    platform, api = small_disk, small_disk.client()
    backup_id, before, there = backup(api), dump(platform), databases(platform)
    started = platform.postgres.sql('SELECT pg_postmaster_start_time()')
    for left_mb in (20, 14):    # more than an empty database takes: it ends in the middle of the data
        filler = fill(platform, left_mb)
        _, job_id = start_restore(api, backup_id)
        job = ended(api, job_id)
        assert (job['state'], job['error']['code']) == ('failed', 'busy'), (left_mb, job['error'], job['log_tail'])
        assert dump(platform) == before
        found = wait_for(lambda: (i := item(api, job_id))['new_database'] is None and i, 60, 'what was begun being dropped')
        assert (found['state'], found['comparison']) == ('failed', None)
        assert databases(platform) == there
        assert platform.postgres.sql('SELECT pg_postmaster_start_time()') == started and 'PANIC' not in platform.postgres.log_file.read_text()
        filler.unlink()
    job = restore(api, backup_id)       # there is room again
    after = dump(platform)
    assert job['result']['swapped'] and [pair for pair in zip(before[0], after[0]) if pair[0] != pair[1]][:4] == [] and after[1] == before[1]
