"""The DDL of a table creates that table again."""
import re
import subprocess

import pytest

from conftest import HERE

SOURCE = HERE.parents[1]
STATEMENT = (SOURCE / 'fcgi' / 'sql' / 'table_ddl.sql').read_text()
ODD = SOURCE / 'tests' / 'data' / 'odd_tables.sql'
RELATIONS = """
    SELECT c.oid, format('%I.%I', n.nspname, c.relname), c.relkind, n.nspname, c.relname
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'guardian_selftest')
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.oid DESC"""
WORDS = {'v': 'VIEW', 'm': 'MATERIALIZED VIEW', 'f': 'FOREIGN TABLE'}


def quoted(schema, name):
    return '.'.join('"' + part.replace('"', '""') + '"' for part in (schema, name))


def prepared(connection):
    cursor = connection.cursor()
    cursor.execute("SET search_path = ''")
    cursor.execute('PREPARE ddl AS ' + STATEMENT)
    return cursor


def ddl_of(cursor, oid):
    cursor.execute(f'EXECUTE ddl({oid})')
    return cursor.fetchone()[0]


def create_again(cursor, oid, name, kind):
    """Drops the relation and runs its DDL; the DDL."""
    ddl = ddl_of(cursor, oid)
    cursor.execute(f'DROP {WORDS.get(kind, "TABLE")} {name} CASCADE')
    cursor.execute(ddl)
    return ddl


@pytest.fixture(scope='module')
def odd(platform):
    """Two equal databases: one to look at, one to drop things in."""
    for name in ('odd_kept', 'odd_made'):
        platform.postgres.sql(f'CREATE DATABASE {name}' + (' TEMPLATE odd_kept' if name == 'odd_made' else " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
        if name == 'odd_kept':
            platform.postgres.run_files([ODD], name)
    yield 'odd_kept', 'odd_made'
    for name in ('odd_kept', 'odd_made'):
        platform.postgres.sql(f'DROP DATABASE {name} WITH (FORCE)')
    for role in ('odd_role', '"odd role"'):
        platform.postgres.sql(f'DROP ROLE {role}')


def dump(platform, database, schema, name):
    """What pg_dump says of one relation, as a sorted list of statements."""
    done = subprocess.run(['pg_dump', *platform.postgres.arguments, '-s', '-t', quoted(schema, name), database], capture_output=True, text=True)
    assert done.returncode == 0 and 'CREATE' in done.stdout, done.stderr
    text = re.sub(r'^(--.*|\\(un)?restrict .*)$', '', done.stdout, flags=re.M)
    return sorted(s.strip() for s in text.split('\n\n') if s.strip())


def test_a_table_with_everything_is_created_again_as_pg_dump_sees_it(platform, odd):
    kept, made = odd
    connection = platform.postgres.connect(made)
    cursor = prepared(connection)
    cursor.execute(RELATIONS)       # the newest first: what depends on others is compared before they are dropped
    relations = [r for r in cursor.fetchall() if r[4] != 'attached']     # its columns take the parent's order
    different = []
    for oid, name, kind, schema, relation in relations:
        ddl = create_again(cursor, oid, name, kind)
        if dump(platform, kept, schema, relation) != dump(platform, made, schema, relation):
            different.append((name, ddl))
    connection.close()
    assert len(relations) > 35 and different == []


def test_the_ddl_of_every_demo_table_creates_it_again(platform, api):
    connection = platform.postgres.connect('iot_guardian')
    connection.autocommit = False
    cursor = connection.cursor()
    cursor.execute(RELATIONS)
    relations = cursor.fetchall()
    connection.rollback()
    said = {oid: api.table(quoted(schema, name))['ddl'] for oid, _, _, schema, name in relations}
    wrong = []
    for oid, name, kind, _, _ in relations:
        prepared(connection)
        ddl = create_again(cursor, oid, name, kind)
        cursor.execute('SELECT to_regclass(%s)::oid', (name,))
        if not ddl == said[oid] == ddl_of(cursor, cursor.fetchone()[0]):
            wrong.append(name)
        cursor.execute('DEALLOCATE ALL')
        connection.rollback()
    connection.close()
    assert len(relations) > 90 and wrong == []


def test_the_ddl_keeps_the_secrets_of_foreign_servers(platform, odd):
    connection = platform.postgres.connect(odd[0])
    cursor = prepared(connection)
    cursor.execute("SELECT c.oid FROM pg_catalog.pg_class AS c WHERE c.relname IN ('ft', 'ft_part')")
    texts = [ddl_of(cursor, oid) for oid, in cursor.fetchall()]
    connection.close()
    assert len(texts) == 2 and all('SERVER s1' in t and 'SECRET' not in t and '127.0.0.1' not in t for t in texts)
