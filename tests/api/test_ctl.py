"""guardianctl and guardian-fcgi as programs: what an operator types, and what a wrong configuration says."""
import os
import subprocess

import pytest
import yaml

from client import Client


def program(platform, name, *arguments, stdin='', env=None, timeout_s=120):
    return subprocess.run([platform.build / name, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout_s,
                          env={**os.environ, **(env or {})})


@pytest.fixture
def config_file(platform, tmp_path):
    """guardian.yaml of the short pool with changes; a text is appended as it is."""
    def write(changes=None, extra=''):
        config = {'listen': f'unix:{tmp_path}/w.sock', 'pool': 'short', **platform.config(), **(changes or {})}
        path = tmp_path / 'guardian.yaml'
        path.write_text(yaml.safe_dump(config, sort_keys=False) + extra)
        return path
    return write


def line_of(path, text):
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_migrate_again_changes_nothing(platform):
    before = platform.audit('SELECT name, at FROM schema_migration ORDER BY 1')
    done = platform.ctl('migrate', '--admin', platform.postgres.conninfo())
    assert done.returncode == 0 and 'applied' not in done.stdout and 'created' not in done.stdout
    assert platform.audit('SELECT name, at FROM schema_migration ORDER BY 1') == before


def test_migrate_runs_nothing_of_those_who_may_create_in_the_managed_database(platform, psql):
    """It is a superuser there: an operator of theirs that fits better than the system's would be theirs to use its power."""
    psql('''CREATE ROLE mallory; GRANT CREATE ON SCHEMA public TO mallory; SET ROLE mallory;
            CREATE FUNCTION public.evil(name, name) RETURNS bool LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'mallory has the power of %', current_user; END $$;
            CREATE OPERATOR public.!~ (LEFTARG = name, RIGHTARG = name, FUNCTION = public.evil)''')
    try:
        done = platform.ctl('migrate', '--admin', platform.postgres.conninfo())
        assert (done.returncode, done.stderr) == (0, '')
    finally:
        psql('DROP OWNED BY mallory CASCADE; DROP ROLE mallory')


def test_migrate_needs_an_administrator(platform):
    assert platform.ctl('migrate').returncode == 2


def test_migrate_says_when_it_cannot_connect(platform):
    done = platform.ctl('migrate', '--admin', 'host=/nowhere user=postgres')
    assert done.returncode == 2 and '/nowhere' in done.stderr


def test_the_passwords_of_the_roles_are_stored_as_scram_verifiers(platform):
    rows = platform.postgres.sql("SELECT rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid WHERE rolname IN ('guardian_app', 'guardian_monitor', 'guardian_reader')")
    assert rows == [(True,)] * 3


def test_the_owner_of_the_consoles_tables_cannot_log_in(platform):
    assert platform.postgres.sql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'guardian_owner'") == [(False,)]


def test_an_administrator_that_is_there_is_not_created_again(platform):
    done = platform.ctl('admin', 'create', platform.username, stdin='another password of sufficient length\n')
    assert done.returncode == 3 and 'already exists' in done.stderr


def test_a_name_in_another_case_is_there_too(platform):
    assert platform.ctl('admin', 'create', platform.username.upper(), stdin='another password of sufficient length\n').returncode == 3


def test_creating_an_administrator_again_leaves_the_password(platform):
    platform.ctl('admin', 'create', platform.username, stdin='another password of sufficient length\n')
    platform.forget_throttles()
    Client(platform).login()


@pytest.mark.parametrize('password', ['', 'short', 'x' * 1025])
def test_a_password_that_is_too_short_or_too_long_is_refused(platform, password):
    done = platform.ctl('admin', 'create', 'never-created', stdin=password + '\n')
    assert done.returncode == 2 and done.stderr and not platform.audit("SELECT 1 FROM console_user WHERE username = 'never-created'")


def test_no_password_at_all_is_refused(platform):
    assert platform.ctl('admin', 'create', 'never-created', stdin='').returncode == 2


@pytest.mark.parametrize('name', ['', ' ', ' padded ', 'x' * 129])
def test_a_name_that_is_none_is_refused(platform, name):
    done = platform.ctl('admin', 'create', name, stdin='a password of sufficient length\n')
    assert done.returncode == 2 and done.stderr


def test_a_password_is_stored_as_an_argon2id_hash(platform):
    assert platform.audit('SELECT password_hash FROM console_user WHERE username = %s', platform.username)[0][0].startswith('$argon2id$v=19$')


def test_a_password_is_never_an_argument(platform):
    done = program(platform, 'guardianctl', '--help')
    assert done.returncode == 0 and '--password' not in done.stdout


@pytest.mark.parametrize('name', ['guardian-fcgi', 'guardianctl'])
def test_the_program_tells_its_version(platform, name):
    done = program(platform, name, '--version')
    assert done.returncode == 0 and '1.0.0' in done.stdout


@pytest.mark.parametrize('arguments', [['nonsense'], ['admin'], ['admin', 'create'], ['admin', 'create', 'a', 'b'], ['audit'], []])
def test_a_command_that_is_none_shows_how_it_is_used(platform, arguments):
    done = platform.ctl(*arguments)
    assert done.returncode == 2 and 'Usage' in done.stderr


# -- configuration ----------------------------------------------------------------------------------------------------------------

def refused_start(platform, path, env=None):
    done = program(platform, 'guardian-fcgi', '-c', path, env=env)
    assert done.returncode not in (0, -6, -11), done.stderr
    return done.stderr


def test_an_unknown_key_stops_the_start_and_names_its_line(platform, config_file):
    path = config_file(extra='colour: blue\n')
    said = refused_start(platform, path)
    assert f'{path}:{line_of(path, "colour")}' in said and 'colour' in said


def test_an_unknown_key_in_a_section_stops_the_start_and_names_its_line(platform, config_file):
    path = config_file({'redis': {**platform.config()['redis'], 'adress': 'x'}})
    assert f'{path}:{line_of(path, "adress")}' in refused_start(platform, path)


@pytest.mark.parametrize('changes, word', [
    ({'workers': 'many'}, 'workers'), ({'workers': 0}, 'workers'), ({'workers': 257}, 'workers'), ({'workers': -1}, 'workers'), ({'workers': '4x'}, 'workers'),
    ({'request_timeout_ms': 1}, 'request_timeout_ms'), ({'drain_ms': 10**12}, 'drain_ms'), ({'state_dir': ['a']}, 'state_dir'), ({'workers': {'a': 1}}, 'workers'),
])
def test_a_wrong_value_stops_the_start_and_names_its_line(platform, config_file, changes, word):
    path = config_file(changes)
    assert f'{path}:{line_of(path, word)}' in refused_start(platform, path)


@pytest.mark.parametrize('missing', ['listen', 'state_dir'])
def test_a_missing_option_stops_the_start_and_is_named(platform, config_file, missing):
    path = config_file()
    config = yaml.safe_load(path.read_text())
    del config[missing]
    path.write_text(yaml.safe_dump(config))
    assert missing in refused_start(platform, path)


@pytest.mark.parametrize('text', ['listen: [', '\tlisten: x', 'listen: "', 'a: 1\na: 2\n', '- a\n- b\n', 'x: !!python/object:os.system y\n', 'a: &b 1\nc: *b\n', '\x00', '{"a": {"b"'])
def test_a_file_that_is_no_plain_yaml_stops_the_start(platform, tmp_path, text):
    path = tmp_path / 'broken.yaml'
    path.write_text(text)
    assert str(path) in refused_start(platform, path)


def test_a_file_that_is_not_there_stops_the_start(platform, tmp_path):
    assert 'nothing.yaml' in refused_start(platform, tmp_path / 'nothing.yaml')


def test_a_secret_that_is_not_there_stops_the_start(platform, config_file):
    path = config_file({'redis': {'address': platform.redis.address, 'password_file': '/nowhere/secret'}})
    assert '/nowhere/secret' in refused_start(platform, path)


def test_keys_that_are_not_there_stop_the_start(platform, config_file):
    assert 'keys' in refused_start(platform, config_file({'auth': {'keys_file': '/nowhere/keys.yaml'}}))


def test_the_environment_overrides_the_file(platform, config_file):
    assert 'workers' in refused_start(platform, config_file(), env={'GUARDIAN_WORKERS': 'none'})


def test_a_wrong_value_in_the_environment_is_named(platform, config_file):
    assert 'sslmode' in (said := refused_start(platform, config_file(), env={'GUARDIAN_POSTGRES_SSLMODE': 'perhaps', 'GUARDIAN_WORKERS': 'x'})) or 'workers' in said


def test_every_option_is_explained(platform):
    done = program(platform, 'guardian-fcgi', '--help')
    for key in ('listen', 'postgres.hosts', 'redis.address', 'auth.keys_file', 'audit.seal_key_file', 'query_timeout_max_ms'):
        assert key in done.stdout
