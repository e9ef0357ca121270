"""Overview, list and detail of tables: what the console says is what PostgreSQL says."""
import subprocess
import threading
from urllib.parse import quote

import pytest

RELATIONS = """
    SELECT n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned_table' WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized_view' ELSE 'foreign_table' END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"""


def quoted(schema, name):
    part = lambda text: '"' + text.replace('"', '""') + '"'
    return f'{part(schema)}.{part(name)}'


def all_items(api, path, **params):
    """Every page of a list, and how many there were."""
    items, pages, cursor = [], 0, None
    while True:
        page = api.get(path, params={**params, **({'cursor': cursor} if cursor else {})}).json
        items += page['items']
        pages += 1
        cursor = page['next_cursor']
        if cursor is None:
            return items, pages


# -- overview -------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope='module')
def overview(platform, signed_in):
    from client import Client
    return Client(platform, signed_in.token).get('/database/overview').json


@pytest.mark.parametrize('member, statement', [
    (('database',), "SELECT 'iot_guardian'"),
    (('server', 'version'), "SELECT current_setting('server_version')"),
    (('server', 'version_num'), "SELECT current_setting('server_version_num')::int"),
    (('server', 'role'), "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END"),
    (('server', 'timeline'), 'SELECT timeline_id FROM pg_control_checkpoint()'),
    (('server', 'started_at'), """SELECT to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""),
    (('connections', 'max'), "SELECT current_setting('max_connections')::int"),
    (('connections', 'reserved'), "SELECT current_setting('superuser_reserved_connections')::int"),
    (('deadlocks',), "SELECT deadlocks FROM pg_stat_database WHERE datname = 'iot_guardian'"),
    (('conflicts',), "SELECT conflicts FROM pg_stat_database WHERE datname = 'iot_guardian'"),
    (('replication', 'replicas'), "SELECT '[]'::json"),
    (('replication', 'slots'), "SELECT '[]'::json"),
    (('locks_waiting',), "SELECT 0"),
])
def test_the_overview_equals_what_psql_says(overview, psql, member, statement):
    value = overview
    for name in member:
        value = value[name]
    assert value == psql(statement)[0][0]


def test_the_size_of_the_database_equals_what_psql_says(overview, psql):
    assert overview['size_bytes'] == pytest.approx(psql("SELECT pg_database_size('iot_guardian')")[0][0], rel=0.01)


def test_the_managed_databases_are_listed_with_their_sizes(overview, psql):
    assert [d['name'] for d in overview['databases']] == ['iot_guardian', 'second']
    assert overview['databases'][1]['size_bytes'] == pytest.approx(psql("SELECT pg_database_size('second')")[0][0], rel=0.05)


def test_the_transactions_grow_with_what_psql_says(api, psql):
    def committed():
        return psql("SELECT xact_commit FROM pg_stat_database WHERE datname = 'iot_guardian'")[0][0]
    before = committed()
    said = api.get('/database/overview').json['transactions']['committed']
    assert before <= said <= committed() + 5


def test_the_cache_hit_ratio_equals_what_psql_says(api, psql):
    said = api.get('/database/overview').json['cache_hit_ratio']
    assert said == pytest.approx(psql("SELECT blks_hit::float / (blks_hit + blks_read) FROM pg_stat_database WHERE datname = 'iot_guardian'")[0][0], abs=0.01)


def test_the_wraparound_distance_equals_what_psql_says(overview, psql):
    age = psql('SELECT max(age(datfrozenxid)) FROM pg_database')[0][0]
    assert age - 5000 <= overview['wraparound']['age'] <= age
    assert overview['wraparound']['percent'] == pytest.approx(100 * overview['wraparound']['age'] / overview['wraparound']['limit'], abs=0.01)


def test_the_connections_by_state_count_a_session_that_idles_in_a_transaction(api, victim):
    cursor = victim().cursor()
    cursor.execute('SELECT 1')
    assert api.get('/database/overview').json['connections']['by_state']['idle in transaction'] >= 1


def test_the_connections_used_are_the_sum_of_their_states(api):
    connections = api.get('/database/overview').json['connections']
    assert connections['used'] == sum(connections['by_state'].values())


def test_the_longest_transaction_is_the_oldest_one(api, victim):
    connection = victim(application='the-oldest')
    connection.cursor().execute("SELECT 'the oldest transaction'")
    longest = api.get('/database/overview').json['longest_transaction']
    assert (longest['pid'], longest['application'], longest['query']) == (connection.info.backend_pid, 'the-oldest', "SELECT 'the oldest transaction'")


def test_the_locks_that_are_waited_for_are_counted(api, victim, wait, psql):
    holder = victim()
    holder.cursor().execute('SELECT pg_advisory_lock(4711)')
    waiter = victim()
    waiter.autocommit = True
    thread = threading.Thread(target=lambda: waiter.cursor().execute('SELECT pg_advisory_lock(4711)'), daemon=True)
    thread.start()
    wait(lambda: psql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'", waiter.info.backend_pid), 5, 'the waiter')
    assert api.get('/database/overview').json['locks_waiting'] == 1
    holder.close()
    thread.join(5)


def test_the_pool_that_answers_is_the_short_one(overview):
    assert (overview['pool']['name'], overview['pool']['workers']) == ('short', 3) and overview['pool']['busy'] >= 1


def test_the_consoles_own_connections_are_told_by_user(overview):
    assert {c['user'] for c in overview['pool']['connections']} <= {'guardian_app', 'guardian_monitor', 'guardian_reader'}
    assert any(c['user'] == 'guardian_monitor' for c in overview['pool']['connections'])


def test_rates_are_there_once_there_are_two_samples(api, wait):
    def rate():
        return api.get('/database/overview').json['transactions']['commits_per_s'] is not None
    wait(rate, 10, 'a rate')


def test_the_overview_of_another_managed_database_is_its_own(api):
    assert api.get('/database/overview', params={'database': 'second'}).json['database'] == 'second'


@pytest.mark.parametrize('name', ['guardian', 'postgres', 'template1', 'no such', "iot_guardian'--", 'dbname=postgres', 'host=127.0.0.1 dbname=x', '数据'])
@pytest.mark.parametrize('path', ['/database/overview', '/database/tables', '/database/schema', '/database/tables/devices', '/database/sessions'])
def test_a_database_that_is_not_managed_is_not_there(api, path, name):
    api.problem('not_found', 'GET', path, params={'database': name})


# -- list of tables -------------------------------------------------------------------------------------------------------------

def test_the_list_of_tables_equals_pg_class(api, psql):
    items, _ = all_items(api, '/database/tables', limit=1000)
    assert sorted((i['schema'], i['name'], i['kind']) for i in items) == sorted(psql(RELATIONS))


def test_a_thousand_is_more_than_enough_for_one_page(api):
    assert api.get('/database/tables', params={'limit': 1000}).json['next_cursor'] is None


def test_the_default_page_has_a_hundred_rows(api):
    assert len(api.get('/database/tables').json['items']) == 100


@pytest.mark.parametrize('sort', ['name', 'row_estimate', 'total_bytes', 'table_bytes', 'index_bytes', 'dead_rows', 'last_vacuum', 'last_analyze'])
@pytest.mark.parametrize('order', ['asc', 'desc'])
def test_pages_of_seven_hold_every_table_once(api, psql, sort, order):
    items, pages = all_items(api, '/database/tables', limit=7, sort=sort, order=order)
    names = [(i['schema'], i['name'], i['kind']) for i in items]
    assert sorted(names) == sorted(psql(RELATIONS)) and pages == -(-len(names) // 7)


@pytest.mark.parametrize('sort', ['row_estimate', 'total_bytes', 'table_bytes', 'index_bytes', 'dead_rows', 'last_vacuum', 'last_analyze'])
@pytest.mark.parametrize('order', ['asc', 'desc'])
def test_tables_are_sorted_with_what_is_unknown_last(api, sort, order):
    items, _ = all_items(api, '/database/tables', limit=50, sort=sort, order=order)
    values = [i[sort] for i in items]
    known = [v for v in values if v is not None]
    assert known == sorted(known, reverse=order == 'desc') and values[len(known):] == [None] * (len(values) - len(known))


@pytest.mark.parametrize('order', ['asc', 'desc'])
def test_tables_are_sorted_by_name_as_c_sorts(api, order):
    items, _ = all_items(api, '/database/tables', limit=33, sort='name', order=order)
    names = [(i['name'].encode(), i['schema'].encode()) for i in items]
    assert names == sorted(names, reverse=order == 'desc')


def test_the_sizes_of_a_table_equal_what_psql_says(api, psql):
    item = next(i for i in api.get('/database/tables', params={'search': 'public.users'}).json['items'] if i['name'] == 'users')
    assert (item['total_bytes'], item['table_bytes'], item['index_bytes']) == \
        psql("SELECT pg_total_relation_size('users'), pg_table_size('users'), pg_indexes_size('users')")[0]


def test_the_size_of_a_partitioned_table_is_that_of_its_partitions(api, psql):
    item = next(i for i in api.get('/database/tables', params={'search': 'public.telemetry'}).json['items'] if i['name'] == 'telemetry')
    assert item['total_bytes'] == psql("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('telemetry')")[0][0]


def test_the_size_of_a_nested_partitioned_table_is_that_of_all_below(api, psql):
    item = next(i for i in api.get('/database/tables', params={'search': 'device_events'}).json['items'] if i['name'] == 'device_events')
    assert item['total_bytes'] == psql("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('device_events')")[0][0]


def test_the_rows_of_a_partitioned_table_are_those_of_its_partitions(api):
    item = next(i for i in api.get('/database/tables', params={'search': 'public.telemetry'}).json['items'] if i['name'] == 'telemetry')
    assert item['row_estimate'] == pytest.approx(1_251_200, rel=0.02)


def test_the_row_estimate_equals_what_psql_says(api, psql):
    item = next(i for i in api.get('/database/tables', params={'search': 'users'}).json['items'] if i['name'] == 'users')
    assert item['row_estimate'] == psql("SELECT reltuples::bigint FROM pg_class WHERE oid = 'users'::regclass")[0][0]


def test_the_dead_rows_equal_what_psql_says(api, psql):
    item = next(i for i in api.get('/database/tables', params={'search': 'login_attempts'}).json['items'])
    assert item['dead_rows'] == psql("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'login_attempts'")[0][0] > 1000


def test_a_partition_names_its_parent(api):
    items = api.get('/database/tables', params={'search': 'telemetry_2026_01'}).json['items']
    assert [i['partition_of'] for i in items] == ['public.telemetry']


def test_without_partitions_there_are_only_roots(api, psql):
    items, _ = all_items(api, '/database/tables', partitions='false')
    assert sorted((i['schema'], i['name'], i['kind']) for i in items) == sorted(psql(RELATIONS + ' AND NOT c.relispartition'))


@pytest.mark.parametrize('kind', ['table', 'partitioned_table', 'view', 'materialized_view', 'foreign_table'])
def test_the_kind_filters(api, psql, kind):
    items, _ = all_items(api, '/database/tables', kind=kind)
    assert sorted((i['schema'], i['name'], i['kind']) for i in items) == sorted(r for r in psql(RELATIONS) if r[2] == kind)


@pytest.mark.parametrize('schema', ['public', 'ops', 'billing', 'reporting', 'Sales & Ops', 'nothing here'])
def test_the_schema_filters(api, psql, schema):
    items, _ = all_items(api, '/database/tables', schema=schema)
    assert sorted((i['schema'], i['name'], i['kind']) for i in items) == sorted(r for r in psql(RELATIONS) if r[0] == schema)


@pytest.mark.parametrize('search', ['ORDER DET', '设备', '%', '_', '"', "'", '--', 'ops.', '📈', 'É', 'café', '\\', '<img', '100%/a?b=c&d#e', ' '])
def test_the_search_finds_a_part_of_the_name_and_takes_nothing_as_a_pattern(api, psql, search):
    items, _ = all_items(api, '/database/tables', search=search)
    expected = [r for r in psql(RELATIONS) if search.lower() in f'{r[0]}.{r[1]}'.lower()]
    assert sorted((i['schema'], i['name'], i['kind']) for i in items) == sorted(expected)


def test_filters_hold_on_every_page(api, psql):
    items, pages = all_items(api, '/database/tables', search='telemetry', kind='table', limit=3, sort='total_bytes', order='desc')
    assert pages > 2 and sorted(i['name'] for i in items) == sorted(r[1] for r in psql(RELATIONS) if 'telemetry' in f'{r[0]}.{r[1]}' and r[2] == 'table')


def test_system_tables_are_left_out(api):
    assert [i for i in all_items(api, '/database/tables', limit=1000)[0] if i['schema'].startswith('pg_') or i['schema'] == 'information_schema'] == []


@pytest.mark.parametrize('cursor', ['x', '', 'AAAA', '%00', 'eyJ9', 'e30', 'bnVsbA', 'WzFd', '🙂', "' OR 1=1", 'a' * 1024])
def test_a_cursor_that_is_none_is_refused(api, cursor):
    api.problem('bad_cursor', 'GET', '/database/tables', params={'cursor': cursor})


@pytest.mark.parametrize('other', [{'sort': 'total_bytes'}, {'order': 'desc'}, {'search': 'x'}, {'schema': 'ops'}, {'kind': 'view'}, {'partitions': 'false'}, {'database': 'second'}])
def test_a_cursor_of_another_list_is_refused(api, other):
    cursor = api.get('/database/tables', params={'limit': 5}).json['next_cursor']
    api.problem('bad_cursor', 'GET', '/database/tables', params={'limit': 5, 'cursor': cursor, **other})


def test_the_page_after_a_dropped_table_goes_on(api, platform):
    sql = lambda text: platform.postgres.sql(text, database='second')
    sql('CREATE SCHEMA paging')
    try:
        for i in range(6):
            sql(f'CREATE TABLE paging.t{i} ()')
        first = api.get('/database/tables', params={'database': 'second', 'schema': 'paging', 'limit': 2}).json
        sql('DROP TABLE paging.t1')
        second = api.get('/database/tables', params={'database': 'second', 'schema': 'paging', 'limit': 2, 'cursor': first['next_cursor']}).json
        assert [i['name'] for i in second['items']] == ['t2', 't3']
    finally:
        sql('DROP SCHEMA paging CASCADE')


def test_the_list_answers_while_a_table_is_locked(api, platform):
    connection = platform.postgres.connect('iot_guardian')
    connection.autocommit = False
    try:
        connection.cursor().execute('LOCK TABLE devices IN ACCESS EXCLUSIVE MODE')
        assert any(i['name'] == 'devices' for i in api.get('/database/tables', params={'search': 'devices', 'sort': 'total_bytes'}, timeout_s=30).json['items'])
    finally:
        connection.rollback()
        connection.close()


# -- unchanged ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('path', ['/database/tables', '/database/schema', '/database/tables/设备'])
def test_what_has_not_changed_is_answered_with_304(api, path):
    etag = api.get(path).headers['ETag']
    reply = api.call('GET', path, headers={'If-None-Match': etag})
    assert reply.status == 304 and reply.headers['ETag'].removeprefix('W/') == etag.removeprefix('W/')


def test_what_has_changed_is_answered_in_full_within_two_seconds(api, platform, wait):
    """A worker may say again what it said in the second before."""
    ask = lambda **headers: api.call('GET', '/database/tables', params={'database': 'second'}, headers=headers)
    platform.postgres.sql('DROP TABLE IF EXISTS etag_table', database='second')
    etag = ask().headers['ETag']
    platform.postgres.sql('CREATE TABLE etag_table ()', database='second')
    try:
        reply = wait(lambda: (r := ask(**{'If-None-Match': etag})).status == 200 and r, 2, 'the new list')
        assert 'etag_table' in reply.text
    finally:
        platform.postgres.sql('DROP TABLE etag_table', database='second')


def test_a_304_needs_a_token_too(anyone, api):
    etag = api.get('/database/tables').headers['ETag']
    anyone.problem('unauthenticated', 'GET', '/database/tables', headers={'If-None-Match': etag})


# -- one table ------------------------------------------------------------------------------------------------------------------

def test_every_table_of_the_demonstration_data_opens(api, psql):
    failed = []
    for schema, name, kind in psql(RELATIONS):
        reply = api.call('GET', '/database/tables/' + quote(quoted(schema, name), safe=''))
        if reply.status != 200 or (reply.json['schema'], reply.json['name'], reply.json['kind']) != (schema, name, kind):
            failed.append((schema, name, reply.status, reply.body[:200]))
    assert failed == []


def test_every_table_has_the_columns_that_pg_attribute_has(api, psql):
    wrong = []
    for schema, name, _ in psql(RELATIONS + " AND n.nspname <> 'guardian_selftest' AND NOT c.relispartition"):
        said = [(c['position'], c['name'], c['type'], c['nullable']) for c in api.table(quoted(schema, name))['columns']]
        told = psql("""SELECT attnum, attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute
                       WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum""", quoted(schema, name))
        if said != told:
            wrong.append((schema, name))
    assert wrong == []


@pytest.mark.parametrize('asked, schema, name', [
    ('devices', 'public', 'devices'),
    ('public.devices', 'public', 'devices'),
    ('Sales & Ops.devices', 'Sales & Ops', 'devices'),
    ('"Sales & Ops".devices', 'Sales & Ops', 'devices'),
    ('"Sales & Ops"."devices"', 'Sales & Ops', 'devices'),
    ('Order Details', 'public', 'Order Details'),
    ('"Order Details"', 'public', 'Order Details'),
    ('设备', 'public', '设备'),
    ('设备 视图', 'public', '设备 视图'),
    ('say "hi".v2', 'public', 'say "hi".v2'),
    ('"say ""hi"".v2"', 'public', 'say "hi".v2'),
    ('public."say ""hi"".v2"', 'public', 'say "hi".v2'),
    ('--file=x', 'public', '--file=x'),
    ('<img src=x onerror=alert(1)>', 'public', '<img src=x onerror=alert(1)>'),
    ('📈 naïve café', 'public', '📈 naïve café'),
    ('MixedCase', 'public', 'MixedCase'),
    ('mixedcase', 'public', 'mixedcase'),
    ('table', 'public', 'table'),
    ('100%/a?b=c&d#e', 'public', '100%/a?b=c&d#e'),
    ('a_name_of_exactly_sixty_three_bytes_which_is_as_long_as_it_gets', 'public', 'a_name_of_exactly_sixty_three_bytes_which_is_as_long_as_it_gets'),
    ('ops.settings', 'ops', 'settings'),
])
def test_a_table_is_found_under_any_spelling_of_its_name(api, asked, schema, name):
    table = api.table(asked)
    assert (table['schema'], table['name']) == (schema, name)


@pytest.mark.parametrize('asked', ['nothing', 'public.nothing', 'nothing.devices', 'DEVICES', 'MIXEDCASE', '"devices', 'devices"', '"".""', '.', '..', 'a.b.c',
                                   "devices' OR '1'='1", 'devices; DROP TABLE devices', 'x' * 64, 'x' * 300, '设' * 100, '../tables', '%2e', 'devices\x01'])
def test_a_table_that_is_not_there_is_not_found(api, asked):
    reply = api.call('GET', '/database/tables/' + quote(asked, safe=''))
    assert reply.json['code'] in ('not_found', 'bad_field') and reply.status in (404, 400)


def test_a_name_longer_than_any_is_a_bad_field(api):
    api.problem('bad_field', 'GET', '/database/tables/' + 'x' * 1300)


def test_the_case_of_a_name_counts(api):
    assert [c['name'] for c in api.table('MixedCase')['columns']] == ['Id'] and [c['name'] for c in api.table('mixedcase')['columns']] == ['id']


def test_the_primary_key_is_in_its_own_order(api):
    assert api.table('telemetry')['primary_key'] == ['device_id', 'metric_id', 'at']


def test_a_foreign_key_of_two_columns_names_both_sides(api):
    key = next(k for k in api.table('zones')['foreign_keys'] if k['columns'] == ['tenant_id', 'site_no'])
    assert key['references'] == {'schema': 'public', 'table': 'sites', 'columns': ['tenant_id', 'site_no']} and key['on_delete'] == 'cascade'


def test_a_foreign_key_is_shown_from_the_other_side_too(api):
    assert ('zones', ['tenant_id', 'site_no']) in [(k['table'], k['columns']) for k in api.table('sites')['referenced_by']]


def test_a_deferrable_foreign_key_is_told(api):
    assert any(k['deferrable'] for k in api.table('firmware')['foreign_keys'])


def test_all_foreign_keys_of_a_table_are_there(api, psql):
    for name in ('devices', 'users', 'tenants', 'telemetry'):
        table = api.table(name)
        told = psql("SELECT count(*) FILTER (WHERE conrelid = %s::regclass), count(*) FILTER (WHERE confrelid = %s::regclass AND conparentid = 0) FROM pg_constraint WHERE contype = 'f'", name, name)[0]
        assert (len(table['foreign_keys']), len(table['referenced_by'])) == told


def test_the_indexes_equal_pg_indexes(api, psql):
    for name in ('users', 'devices', 'telemetry', 'user_sessions'):
        said = sorted((i['name'], i['definition']) for i in api.table(name)['indexes'])
        assert said == sorted(psql("SET search_path = ''; SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s", name))


def test_an_index_over_an_expression_shows_it(api):
    assert next(i for i in api.table('users')['indexes'] if i['name'] == 'users_email_lower_key')['columns'] in (['lower((email)::text)'], ['lower(email::text)'])


def test_a_partial_index_shows_its_predicate(api):
    assert next(i for i in api.table('users')['indexes'] if i['name'] == 'users_active_idx')['predicate'] in ('is_active', '(is_active)')


def test_the_size_of_an_index_equals_what_psql_says(api, psql):
    index = next(i for i in api.table('users')['indexes'] if i['name'] == 'users_pkey')
    assert index['size_bytes'] == psql("SELECT pg_relation_size('users_pkey')")[0][0] and index['primary'] and index['unique'] and index['valid']


def test_constraints_of_every_kind_are_told(api, psql):
    kinds = {c['type'] for name in ('tenants', 'sites', 'users', 'device_status_history') for c in api.table(name)['constraints']}
    assert {'check', 'primary key', 'unique', 'exclusion', 'foreign key'} <= kinds | {'foreign key'}


def test_a_trigger_is_told_with_its_function_and_state(api):
    assert [(t['name'], t['enabled']) for t in api.table('telemetry_latest')['triggers']] == [('telemetry_latest_quiet', 'disabled')]


def test_a_partitioned_table_tells_its_key_and_partitions(api, psql):
    partitioning = api.table('telemetry')['partitioning']
    assert partitioning['key'] == 'RANGE (at)'
    assert sorted(p['name'] for p in partitioning['partitions']) == sorted(r[0] for r in psql("SELECT relid::regclass::text FROM pg_partition_tree('telemetry') WHERE level = 1"))


def test_a_partition_tells_its_parent_and_bound(api):
    partitioning = api.table('telemetry_default')['partitioning']
    assert partitioning['of'] == {'schema': 'public', 'name': 'telemetry'} and partitioning['bound'] == 'DEFAULT'


def test_privileges_equal_the_acl(api):
    grants = {p['grantee']: set(p['privileges']) for p in api.table('devices')['privileges']}
    assert {'SELECT', 'INSERT', 'UPDATE', 'DELETE'} <= grants['iot_app'] and 'SELECT' in grants['guardian_reader'] and 'INSERT' not in grants['guardian_reader']


def test_policies_are_told(api):
    table = api.table('tenant_notes')
    assert table['row_security'] and {p['name'] for p in table['policies']} == {'tenant_notes_read', 'tenant_notes_write'}


def test_comments_are_told_as_they_are(api):
    assert api.table('<img src=x onerror=alert(1)>')['comment'] == '<script>alert("comment")</script>'


def test_a_view_tells_its_definition(api, psql):
    assert api.table('reporting.revenue')['view_definition'] == psql("SELECT pg_get_viewdef('reporting.revenue'::regclass, true)")[0][0]


def test_identity_and_generated_columns_are_told(api, psql):
    columns = {c['name']: c for c in api.table('tenants')['columns']}
    assert columns['id']['identity'] == 'always' and columns['id']['primary_key']
    generated = psql("SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attgenerated = 's' AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r') LIMIT 1")
    if generated:
        assert next(c for c in api.table(generated[0][0])['columns'] if c['name'] == generated[0][1])['generated'] == 'stored'


def test_an_unlogged_table_is_told(api):
    assert api.table('ops.rate_buckets')['persistence'] == 'unlogged'


def test_a_table_without_columns_opens(api):
    assert api.table('no_columns')['columns'] == []


def test_a_table_of_two_hundred_columns_opens(api):
    assert len(api.table('wide_table')['columns']) == 200


@pytest.mark.parametrize('name', ['tenants', 'Order Details', '设备', 'say "hi".v2', '--file=x', 'telemetry', 'telemetry_default', 'users', 'all_types', 'wide_table', 'no_columns',
                                  'device_status_history', 'tenant_notes', 'ops.rate_buckets', 'telemetry_latest'])
def test_the_ddl_of_a_table_makes_it_again(api, platform, name):
    """Run in a copy of the schema without that table, the DDL gives the same columns, constraints and indexes."""
    table = api.table(name)
    dump = platform.postgres._run('pg_dump', '--schema-only', *platform.postgres.arguments, '-d', 'iot_guardian')
    name_sql = quoted(table['schema'], table['name'])
    shape = """SELECT json_build_object('columns', (SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated) ORDER BY attnum)
                    FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
                'constraints', (SELECT json_agg(json_build_array(conname, pg_get_constraintdef(oid)) ORDER BY conname) FROM pg_constraint WHERE conrelid = c.oid),
                'indexes', (SELECT json_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid),
                'triggers', (SELECT json_agg(pg_get_triggerdef(oid) ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal))::text
               FROM pg_class c WHERE oid = %s::regclass"""
    target = f'ddl_copy_{abs(hash(name)) % 10**6}'
    platform.postgres.sql(f"CREATE DATABASE {target} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    try:
        load = subprocess.run(['psql', '-X', '-q', *platform.postgres.arguments, '-d', target], input=dump, capture_output=True, text=True)
        assert load.returncode == 0
        before = platform.postgres.sql(shape, name_sql, database=target)[0][0]
        platform.postgres.sql(f'DROP TABLE {name_sql} CASCADE', database=target)
        platform.postgres.sql('SET search_path = pg_catalog, public; ' + table['ddl'].replace('%', '%'), database=target)
        assert platform.postgres.sql(shape, name_sql, database=target)[0][0] == before
    finally:
        platform.postgres.sql(f'DROP DATABASE {target} WITH (FORCE)')


def test_the_schema_lists_every_column_of_every_table(api, psql):
    said = {(i['schema'], i['name']): (i['kind'], i['columns']) for i in api.get('/database/schema').json['items']}
    for schema, name, kind in psql(RELATIONS):
        columns = [r[0] for r in psql('SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum', quoted(schema, name))]
        assert said[schema, name] == (kind, columns)
