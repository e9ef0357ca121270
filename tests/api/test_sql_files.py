"""Every statement of the console is a file that PostgreSQL itself accepts as it stands."""
import re

import pytest

from contract import ROOT

FILES = sorted((ROOT / 'fcgi' / 'sql').glob('*.sql'))
# Asked of the console's own database; all others of a managed one.
CONSOLE = re.compile(r'\b(public\.(audit_|auth_|backup|console_user|drill_|import|job|pitr_|restore|runner|schedule|schema_migration)|guardian_admin\.)')
# Asked of a database that is being restored: it begins as the template.
RESTORED = re.compile(r'\bguardian_restore\.')


def without_comments(text):
    return re.sub(r'^--[^\n]*\n', '', text, flags=re.M)


@pytest.fixture(scope='module')
def connections(platform):
    template, = platform.postgres.sql("SELECT min(datname) FROM pg_database WHERE datname LIKE 'guardian\\_template\\_%%'")[0]
    made = {name: platform.postgres.connect(database) for name, database in (('console', 'guardian'), ('managed', 'iot_guardian'), ('restored', template))}
    yield made
    for connection in made.values():
        connection.close()


@pytest.mark.parametrize('path', FILES, ids=[p.stem for p in FILES])
def test_the_statement_can_be_prepared(connections, path):
    text = path.read_text()
    cursor = connections['console' if CONSOLE.search(text) else 'restored' if RESTORED.search(text) else 'managed'].cursor()
    cursor.execute("SET search_path = ''")
    cursor.execute('PREPARE statement AS ' + text)
    cursor.execute('DEALLOCATE statement')


@pytest.mark.parametrize('path', FILES, ids=[p.stem for p in FILES])
def test_the_statement_is_one_and_needs_no_semicolon(path):
    assert not without_comments(path.read_text()).rstrip().endswith(';')


@pytest.mark.parametrize('path', FILES, ids=[p.stem for p in FILES])
def test_the_statement_says_what_its_parameters_are(path):
    text = path.read_text()
    used = set(re.findall(r'\$(\d+)', without_comments(text)))
    said = set(re.findall(r'\$(\d+)', ''.join(re.findall(r'--[^\n]*', text))))
    assert used <= said, f'not explained: {used - said}'


def test_the_migrations_were_all_applied(platform):
    names = {f'migrations/{p.stem}' for p in (ROOT / 'fcgi' / 'migrations').glob('*.sql')}
    assert {r[0] for r in platform.audit('SELECT name FROM schema_migration')} == names
