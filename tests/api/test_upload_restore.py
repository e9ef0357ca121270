"""A restore of what was made elsewhere: it works when it is what it says, and has no power when it is not."""
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import free_port, small_platform
from jobs_world import SMALL, jobs_platform, make_database
from iotplatform import wait_for
from test_restore import ended, item, step, two_step
from test_upload import Uploads

GOOD = SMALL + """
CREATE FUNCTION twice(numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 * 2; END';
CREATE INDEX ON readings (twice(value));
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE SCHEMA more; CREATE TABLE more.things (id serial PRIMARY KEY, reading int REFERENCES readings);
INSERT INTO more.things (reading) SELECT generate_series(1, 20);
SELECT lo_from_bytea(4711, 'large');
CREATE TABLE "odd\n\\! touch /tmp/iot-guardian-was-here" (id int);
"""


FEW = 'CREATE TABLE t (x int); INSERT INTO t SELECT generate_series(1, 10)'


@pytest.fixture(scope='module')
def works():
    with jobs_platform('uploadrestore', {'small': SMALL}, config={'request_timeout_ms': 55000}) as platform:
        make_database(platform, 'good', GOOD)
        yield Uploads(platform)


def databases(works):
    return {name for (name,) in works.platform.postgres.sql('SELECT datname FROM pg_database WHERE NOT datistemplate')}


def restore(works, backup_id, **more):
    """The challenge, and the job when it is over."""
    challenge, reply = two_step(works.api, 'POST', '/database/restore', {'backup_id': backup_id, 'database': 'small', 'swap': False, **more})
    assert reply.status == 202, reply.body
    return challenge, ended(works.api, reply.json['job_id'], 120)


def closed(works):
    """Nobody can be guardian_importer, and nobody is."""
    sql = works.platform.postgres.sql
    assert sql("SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = 'guardian_importer'") == [(False, None)]
    assert sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'guardian_importer'") == [(0,)]
    assert sql("SELECT count(*) FROM pg_db_role_setting WHERE setrole = 'guardian_importer'::regrole") == [(0,)]
    assert sql('SELECT count(*) FROM import', database='guardian') == [(0,)]


@pytest.fixture(scope='module')
def good(works):
    return works.taken(works.dump('good'))


# -- one that is what it says -------------------------------------------------------------------------------------------------------------------

def test_the_first_step_says_that_it_is_foreign_and_wants_a_phrase_of_its_own(works, good):
    made = works.api.call('POST', '/database/restore', {'backup_id': good['id'], 'database': 'small', 'swap': False})
    assert made.status == 428 and made.json['phrase'] == 'run foreign code in small' and 'was not made here' in made.json['summary']
    impact = made.json['impact']
    assert (impact['foreign'], impact['archive_functions'], impact['archive_triggers'], impact['archive_tables']) == (True, 2, 1, 7)


def test_an_archive_from_elsewhere_is_restored_beside_compared_swapped_in_and_undone(works, good):
    sql = works.platform.postgres.sql
    sql('DELETE FROM readings WHERE id > 500', database='small')
    _, job = restore(works, good['id'])
    assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
    new = job['result']['new_database']
    assert sql('SELECT count(*), sum(twice(value)) FROM readings', database=new) == sql('SELECT count(*), sum(twice(value)) FROM readings', database='good')
    assert sql('SELECT count(*) FROM more.things', database=new) == [(20,)] and sql("SELECT convert_from(lo_get(4711), 'UTF8')", database=new) == [('large',)]
    assert {owner for (owner,) in sql("SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'more'::regnamespace)",
                                      database=new)} == {'works'}
    assert sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'guardian_restore'", database=new) == [(0,)]
    assert job['result']['comparison'] is not None
    closed(works)
    step(works.api, job['id'], 'swap')
    assert sql('SELECT count(*) FROM readings', database='small') == [(1000,)]
    step(works.api, job['id'], 'undo')
    assert sql('SELECT count(*) FROM readings', database='small') == [(500,)]
    step(works.api, job['id'], 'discard')


def test_an_archive_from_elsewhere_is_not_drilled(works, good):
    works.api.problem('conflict', 'POST', f'/database/backups/{good["id"]}/drill')


def test_what_an_owner_with_power_must_not_have_stays_with_a_role_that_has_none(works, good):
    sql = works.platform.postgres.sql
    sql('ALTER DATABASE small OWNER TO postgres')
    try:
        _, job = restore(works, good['id'])
        assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
        assert sql("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'readings'", database=job['result']['new_database']) == [('guardian_foreign',)]
        assert sql("SELECT rolcanlogin, rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = 'guardian_foreign'") == [(False,) * 4]
        step(works.api, job['id'], 'discard')
    finally:
        sql('ALTER DATABASE small OWNER TO works')


# -- those that are not -------------------------------------------------------------------------------------------------------------------------

# Statements that stand in an archive's table of contents, as whoever altered it likes: each must be refused.
HOSTILE = {
    'drops the managed database': 'DROP DATABASE small',
    'alters the managed database': "ALTER DATABASE small SET work_mem = '1MB'",
    'makes itself a superuser': 'ALTER ROLE guardian_importer SUPERUSER',
    'takes a password': "ALTER ROLE postgres PASSWORD 'known'",
    'makes a role': 'CREATE ROLE planted LOGIN',
    'makes a database': 'CREATE DATABASE planted',
    'becomes another role': 'SET ROLE guardian_maintainer',
    'takes another session': 'SET SESSION AUTHORIZATION postgres',
    'runs a program': "COPY (SELECT 1) TO PROGRAM 'touch /tmp/iot-guardian-was-here'",
    'writes a file': "COPY (SELECT 1) TO '/tmp/iot-guardian-was-here'",
    'reads a file': "CREATE TABLE public.loot AS SELECT pg_read_file('PG_VERSION')",
    'reads password hashes': 'CREATE TABLE public.loot AS SELECT * FROM pg_authid',
    'reaches into another server': 'CREATE EXTENSION dblink',
    'listens to every change': 'CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION public.nothing()',
    'ends sessions': "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> 'guardian_importer'",
    'is let in elsewhere': "SELECT guardian_restore.let_in('x')",
    'gives things to others': "SELECT guardian_restore.take_over('x', 'small')",
    'commands psql': "\\! touch /tmp/iot-guardian-was-here",
}
ROOM = 'p' * 300


def crafted(works, statement, database='hostile'):
    """An archive in whose table of contents a comment was replaced by a statement; the lengths are kept."""
    sql = works.platform.postgres.sql
    sql(f'DROP DATABASE IF EXISTS {database}')
    make_database(works.platform, database, f"""CREATE TABLE t AS SELECT 1 AS id; COMMENT ON TABLE t IS '{ROOM}';
        CREATE FUNCTION nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'""")
    archive, comment = works.dump(database), f"COMMENT ON TABLE public.t IS '{ROOM}';".encode()
    assert archive.count(comment) == 1 and len(statement) < len(comment)
    return archive.replace(comment, (statement + ';').encode().ljust(len(comment)))


@pytest.mark.parametrize('what', HOSTILE)
def test_what_an_archive_tries_beyond_its_database_is_refused_and_leaves_nothing(works, what):
    sql = works.platform.postgres.sql
    before, roles = databases(works) | {'hostile'}, sql('SELECT rolname, rolsuper FROM pg_roles ORDER BY 1')
    settings = sql("SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = 'small')")
    backup = works.taken(crafted(works, HOSTILE[what]))
    _, job = restore(works, backup['id'])
    assert job['state'] == 'failed' and 'pg_restore' in job['error']['detail'], job
    assert databases(works) == before and sql('SELECT rolname, rolsuper FROM pg_roles ORDER BY 1') == roles
    assert sql("SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = 'small')") == settings
    assert not Path('/tmp/iot-guardian-was-here').exists()
    closed(works)


def test_a_password_and_settings_that_it_gives_itself_go_with_it(works):
    backup = works.taken(crafted(works, "ALTER ROLE guardian_importer PASSWORD 'known'; ALTER ROLE guardian_importer SET work_mem = '1GB'"))
    _, job = restore(works, backup['id'])
    assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
    closed(works)
    step(works.api, job['id'], 'discard')


def test_code_that_is_called_while_it_is_restored_is_nobody_but_the_importer(works):
    """A constraint's function runs for every row, and takes off every role that it can."""
    sql = works.platform.postgres.sql
    sql('DROP DATABASE IF EXISTS hostile')
    make_database(works.platform, 'hostile', """
        CREATE FUNCTION planted(int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            IF current_database() <> 'hostile' THEN
                RESET ROLE; RESET SESSION AUTHORIZATION;
                CREATE TABLE IF NOT EXISTS public.loot AS SELECT session_user::text AS session, current_user::text AS now;
            END IF;
            RETURN true;
        END $$; CREATE TABLE t (id int CHECK (planted(id))); INSERT INTO t VALUES (1)""")
    _, job = restore(works, works.taken(works.dump('hostile'))['id'])
    assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
    assert sql('SELECT * FROM loot', database=job['result']['new_database']) == [('guardian_importer', 'guardian_importer')]
    closed(works)
    step(works.api, job['id'], 'discard')


def test_code_that_makes_the_database_grow_without_end_is_stopped(works):
    backup = works.taken(crafted(works, 'CREATE UNLOGGED TABLE public.grown (x text); DO $$ BEGIN FOR i IN 1..10000 LOOP '
                                 "INSERT INTO public.grown SELECT repeat('x', 1900) FROM generate_series(1, 5000); END LOOP; END $$"))
    _, job = restore(works, backup['id'])
    assert (job['state'], job['error']['code']) == ('failed', 'archive') and 'has grown to' in job['error']['detail'], job
    closed(works)
    wait_for(lambda: not [name for name in databases(works) if 'restored' in name], 30, 'the database being dropped')


def test_names_with_newlines_and_commands_are_names(works, good):
    """psql would run what stands after the line break of a table's name; the good one has such a table."""
    assert 'odd' in works.platform.postgres.sql("SELECT string_agg(relname, ',') FROM pg_class WHERE relkind = 'r'", database='good')[0][0]
    assert not Path('/tmp/iot-guardian-was-here').exists()


def test_event_triggers_and_publications_are_left_out_and_said(works):
    sql = works.platform.postgres.sql
    make_database(works.platform, 'events', FEW)
    sql("CREATE FUNCTION nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER everywhere ON ddl_command_end "
        'EXECUTE FUNCTION nothing(); CREATE PUBLICATION everything FOR ALL TABLES', database='events')
    backup = works.taken(works.dump('events'))
    assert backup['manifest']['counts']['event_triggers'] == 1 and backup['manifest']['counts']['publications'] == 1
    _, job = restore(works, backup['id'])
    assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
    assert 'EVENT TRIGGER' in job['log_tail'] and 'PUBLICATION' in job['log_tail']
    assert sql('SELECT (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_publication)', database=job['result']['new_database']) == [(0, 0)]
    step(works.api, job['id'], 'discard')


def test_a_restore_that_is_cancelled_while_its_code_runs_leaves_no_login(works):
    backup = works.taken(crafted(works, 'SELECT pg_sleep(300)'))
    _, reply = two_step(works.api, 'POST', '/database/restore', {'backup_id': backup['id'], 'database': 'small', 'swap': False})
    job_id = reply.json['job_id']
    sql = works.platform.postgres.sql
    wait_for(lambda: sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'guardian_importer' AND wait_event = 'PgSleep'"), 60, 'its code running')
    works.api.call('POST', f'/database/jobs/{job_id}/cancel')
    job = ended(works.api, job_id, 60)
    assert job['state'] == 'cancelled', job
    wait_for(lambda: sql("SELECT 1 FROM pg_authid WHERE rolname = 'guardian_importer' AND NOT rolcanlogin"), 20, 'the login being closed')
    closed(works)
    assert item(works.api, job_id)['state'] == 'failed'


# -- over a network ---------------------------------------------------------------------------------------------------------------------------

def with_tls(platform):
    """The server wants TLS of everybody who comes over TCP; its certificate is what the console trusts."""
    postgres = platform.postgres
    key, certificate, trusted = postgres.base / 'tls.key', postgres.base / 'tls.crt', platform.home / 'etc' / 'postgres.crt'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], check=True, capture_output=True)
    trusted.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(certificate, trusted)
    for path in (key, certificate):
        path.chmod(0o600)
        shutil.chown(path, postgres.base.stat().st_uid, postgres.base.stat().st_gid)
    postgres.stop()
    postgres.settings.update(ssl='on', ssl_cert_file=str(certificate), ssl_key_file=str(key))
    postgres.start()
    platform.overrides['postgres'].update(sslmode='verify-full', sslrootcert=str(trusted))
    postgres.sql('CREATE ROLE works LOGIN')
    make_database(platform, 'small', FEW)
    make_database(platform, 'good', GOOD)


def test_the_confined_program_reaches_a_server_over_tls():
    with small_platform('uploadtls', data=with_tls, tcp_port=free_port(), workers=(2, 1),
                        config={'postgres': {'managed_databases': ['small'], 'connect_timeout_s': 10}, 'request_timeout_ms': 55000}) as platform:
        works = Uploads(platform)
        backup = works.taken(works.dump('good'))
        _, reply = two_step(works.api, 'POST', '/database/restore', {'backup_id': backup['id'], 'database': 'small', 'swap': False})
        sql = platform.postgres.sql
        job = ended(works.api, reply.json['job_id'], 120)
        assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
        assert sql('SELECT count(*) FROM readings', database=job['result']['new_database']) == [(1000,)]
        closed(works)
