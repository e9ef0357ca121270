"""Where a database spends its time and its space, held against what PostgreSQL itself says."""
import pytest

from client import CONTRACT

ODD = 'say "hi".v2'


@pytest.fixture(scope='module')
def scratch(platform):
    """A schema of our own in the second database, gone afterwards."""
    def run(statement, *values):
        return platform.postgres.sql(statement, *values, database='second')
    run('DROP SCHEMA IF EXISTS perf CASCADE')
    run('CREATE SCHEMA perf')
    run('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    # What other tests did here would push ours out of a list of 200.
    run('SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)')
    yield run
    run('DROP SCHEMA perf CASCADE')
    run('DROP EXTENSION IF EXISTS pg_stat_statements')


def performance(api, **params):
    return api.get('/database/performance', params={'database': 'second', 'limit': 200, 'min_bytes': 0, **params}).json


def find(items, **wanted):
    return [i for i in items if all(i[k] == v for k, v in wanted.items())]


def test_statements_are_those_that_pg_stat_statements_counted(api, scratch):
    for _ in range(7):
        scratch("SELECT count(*) AS counted_by_a_test FROM readings WHERE id > 3")
    told = scratch("SELECT calls, rows, round(total_exec_time::numeric, 3)::float8 FROM pg_stat_statements WHERE query LIKE %s", '%counted_by_a_test%readings WHERE%')
    [said] = [s for s in performance(api, sort='calls')['statements']['items'] if 'AS counted_by_a_test FROM readings WHERE id > $1' in s['query']]
    assert (said['calls'], said['rows'], said['total_ms']) == told[0] and said['user'] == 'postgres'


@pytest.mark.parametrize('sort', ['total_ms', 'mean_ms', 'max_ms', 'calls', 'rows', 'blocks_read', 'wal_bytes'])
def test_statements_come_in_the_order_that_was_asked_for(api, scratch, sort):
    values = [s[sort] for s in performance(api, sort=sort, limit=50)['statements']['items']]
    assert len(values) > 3 and values == sorted(values, reverse=True)


def test_statements_of_other_databases_are_not_shown(api, psql, scratch):
    psql("SELECT 'x' AS only_in_the_first_database")
    assert not [s for s in performance(api)['statements']['items'] if 'only_in_the_first_database' in s['query']]


def test_no_constant_of_a_statement_is_shown_not_even_a_password(api, scratch):
    scratch("DO $$ BEGIN PERFORM 'hidden-in-a-block'; END $$")
    scratch("CREATE ROLE perf_role PASSWORD 'hidden-password'")
    scratch('DROP ROLE perf_role')
    scratch("COMMENT ON SCHEMA perf IS 'hidden-comment'")
    shown = performance(api)['statements']['items']
    assert [s for s in shown if s['query'] == "COMMENT ON SCHEMA perf IS '*'"] and not [s for s in shown if 'hidden-' in s['query']]


def test_without_the_extension_the_reason_and_the_remedy_are_said(api, scratch):
    scratch('DROP EXTENSION pg_stat_statements')
    said = performance(api)['statements']
    assert (said['available'], said['items']) == (False, []) and 'not installed in this database' in said['reason']
    assert 'CREATE EXTENSION pg_stat_statements' in said['hint']
    scratch('CREATE EXTENSION pg_stat_statements')
    assert performance(api)['statements']['available']


def test_the_extension_may_live_in_any_schema_that_the_console_may_look_into(api, scratch):
    scratch('DROP EXTENSION pg_stat_statements')
    scratch('CREATE SCHEMA "say ""hi"".v2\'"')
    scratch('CREATE EXTENSION pg_stat_statements SCHEMA "say ""hi"".v2\'"')
    try:
        said = performance(api)['statements']
        assert not said['available'] and said['hint'].endswith('GRANT USAGE ON SCHEMA "say ""hi"".v2\'" TO guardian_monitor')
        scratch(said['hint'].partition(': ')[2])
        assert performance(api)['statements']['available']
    finally:
        scratch('DROP EXTENSION pg_stat_statements')
        scratch('DROP SCHEMA "say ""hi"".v2\'"')
        scratch('CREATE EXTENSION pg_stat_statements')


def test_an_index_that_nobody_scanned_is_unused_and_one_that_a_constraint_needs_is_not(api, scratch):
    scratch(f'CREATE TABLE perf."{ODD.replace(chr(34), chr(34) * 2)}" (id int PRIMARY KEY, v int)')
    scratch('CREATE TABLE perf.used (id int PRIMARY KEY, v int)')
    scratch(f'INSERT INTO perf."{ODD.replace(chr(34), chr(34) * 2)}" SELECT i, i FROM generate_series(1, 1000) AS i')
    scratch(f'CREATE INDEX "未使用" ON perf."{ODD.replace(chr(34), chr(34) * 2)}" (v)')
    [said] = find(performance(api)['unused_indexes'], schema='perf')
    assert (said['table'], said['index']) == (ODD, '未使用')
    assert said['size_bytes'] == scratch("SELECT relpages * 8192 FROM pg_class WHERE relname = '未使用'")[0][0] and said['definition'].startswith('CREATE INDEX "未使用"')


def test_a_table_that_is_read_from_end_to_end_again_and_again_lacks_an_index(api, scratch, wait):
    scratch('CREATE TABLE perf.searched AS SELECT i AS id, i % 100 AS v FROM generate_series(1, 5000) AS i')
    scratch('ANALYZE perf.searched')
    for i in range(12):
        scratch('SELECT count(*) FROM perf.searched WHERE v = %s', i)
    wait(lambda: find(performance(api)['missing_indexes'], table='searched'), 10, 'the counting')
    [said] = find(performance(api)['missing_indexes'], table='searched')
    assert (said['row_estimate'], said['rows_per_scan'], said['index_scans']) == (5000, 5000, 0) and said['seq_scans'] >= 12


def test_bloat_is_estimated_from_the_statistics(api, scratch):
    scratch("CREATE TABLE perf.bloated (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = false)")
    scratch("INSERT INTO perf.bloated SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i")
    scratch('DELETE FROM perf.bloated WHERE id % 10 <> 0')
    scratch('VACUUM ANALYZE perf.bloated')
    items = performance(api)['bloat']
    [table], [index] = find(items, table='bloated', index=None), find(items, table='bloated', index='bloated_pkey')
    assert table['size_bytes'] == scratch("SELECT pg_relation_size('perf.bloated')")[0][0]
    assert 85 <= table['percent'] <= 93 and table['reliable'] and index['percent'] > 50
    scratch('VACUUM (FULL, ANALYZE) perf.bloated')
    after = [b['percent'] for b in performance(api)['bloat'] if b['table'] == 'bloated']
    assert all(percent <= 15 for percent in after), after


def test_the_cache_hits_equal_the_counters_of_the_server(api, scratch, wait):
    def told():
        return scratch("""SELECT sum(heap_blks_read + coalesce(toast_blks_read, 0))::int, sum(coalesce(idx_blks_read, 0) + coalesce(tidx_blks_read, 0))::int
                          FROM pg_statio_all_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema'""")[0]

    def said():
        hit = performance(api)['cache_hit']
        assert all(0 <= hit[k]['ratio'] <= 1 for k in ('tables', 'indexes'))
        return hit['tables']['read'], hit['indexes']['read']
    wait(lambda: said() == told(), 10, 'equal numbers')


def test_an_exclusive_lock_delays_nothing(api, scratch, platform):
    scratch('CREATE TABLE perf.locked (id int, v text)')
    scratch("CREATE INDEX locked_lower ON perf.locked (lower(v)) WHERE id > 0")
    scratch("INSERT INTO perf.locked VALUES (1, 'x')")
    connection = platform.postgres.connect('second')
    connection.autocommit = False
    try:
        connection.cursor().execute('LOCK perf.locked IN ACCESS EXCLUSIVE MODE')
        [index] = find(performance(api)['unused_indexes'], table='locked')
        assert index['definition'] is None
    finally:
        connection.close()


@pytest.mark.parametrize('params, field', [({'sort': 'name'}, 'sort'), ({'limit': 0}, 'limit'), ({'limit': 201}, 'limit'), ({'min_bytes': -1}, 'min_bytes'), ({'x': 1}, 'x')])
def test_a_parameter_that_is_none_is_a_bad_field(api, params, field):
    assert api.problem('bad_field', 'GET', '/database/performance', params=params)['field'] == field


def test_a_database_that_is_not_managed_is_not_looked_at(api):
    api.problem('not_found', 'GET', '/database/performance', params={'database': 'guardian'})


def test_the_contract_names_every_sort(api):
    names = next(p for p in CONTRACT.find('GET', '/database/performance')['parameters'] if p.get('name') == 'sort')['schema']['enum']
    assert all(api.get('/database/performance', params={'sort': name, 'limit': 1}).json['statements']['available'] for name in names)
