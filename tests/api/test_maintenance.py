"""VACUUM, ANALYZE, REINDEX and CHECKPOINT as jobs, held against what they did to the real server; and the advice that leads to them."""
import json
import os
import re
import signal
from urllib.parse import quote

import psycopg2
import pytest

from contract import ROOT

ODD = ['Order Details', '设备', 'say "hi".v2', '--file=x', "'; drop", '%I.%L', 'x' * 63]
LOCKING = {'vacuum-full': {}, 'reindex': {'concurrently': False}}


def q(*names):
    return '.'.join('"' + name.replace('"', '""') + '"' for name in names)


@pytest.fixture(scope='module')
def sql(platform):
    """The superuser's statements in the second database, where the schema maint belongs to a role of its own."""
    def run(statement, *values):
        return platform.postgres.sql(statement, *values, database='second')
    run("CREATE ROLE maint_owner LOGIN PASSWORD 'maint'")
    run('GRANT maint_owner TO guardian_maintainer')     # as guardianctl migrate does for every owner that is no superuser
    run('CREATE SCHEMA maint AUTHORIZATION maint_owner')
    yield run
    run('DROP SCHEMA maint CASCADE')
    run('DROP ROLE maint_owner')


@pytest.fixture
def table(sql):
    """Makes tables of 2000 rows, 1000 of them dead; all gone afterwards."""
    made = []

    def make(name='t', rows=2000, schema='maint'):
        made.append(q(schema, name))
        sql(f"SET ROLE maint_owner; CREATE TABLE {made[-1]} (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = false)")
        sql(f"INSERT INTO {made[-1]} SELECT i, 'value ' || i FROM generate_series(1, {rows}) AS i")
        sql(f'DELETE FROM {made[-1]} WHERE id % 2 = 0')
        return made[-1]
    yield make
    for name in made:
        sql(f'DROP TABLE IF EXISTS {name} CASCADE')


@pytest.fixture
def holder(platform):
    """A session of somebody else, in a transaction."""
    opened = []

    def hold(statement, isolation=''):
        connection = psycopg2.connect(host=str(platform.postgres.socket_folder), port=platform.postgres.port, user='postgres', dbname='second')
        connection.cursor().execute((f'SET TRANSACTION ISOLATION LEVEL {isolation}; ' if isolation else '') + statement)
        opened.append(connection)
        return connection
    yield hold
    for connection in opened:
        connection.close()


def start(api, operation, tables=None, database='second', **options):
    """The id of the new job; confirms where that is asked for."""
    path, body = f'/database/maintenance/{operation}', {'database': database, **({'tables': tables} if tables else {}), **({'options': options} if options else {})}
    reply = api.call('POST', path, body)
    if reply.status == 428:
        reply = api.call('POST', path, body, headers={'X-Confirmation-Token': reply.json['confirmation_token'],
                                                      'X-Confirmation-Phrase': quote(reply.json['phrase'], safe='')})
    assert reply.status == 202, reply.body[:600]
    return reply.json['job_id']


def job(api, job_id):
    return api.get(f'/database/jobs/{job_id}').json


def finished(api, wait, job_id, timeout_s=90):
    return wait(lambda: (j := job(api, job_id))['state'] not in ('queued', 'running') and j, timeout_s, f'the end of the job {job_id}')


def done(api, wait, operation, tables=None, **options):
    ended = finished(api, wait, start(api, operation, tables, **options))
    assert ended['state'] == 'succeeded', ended
    return ended['result']


def states(result):
    return {t['table']: t['state'] for t in result['tables']}


def file_of(sql, name):
    return sql('SELECT pg_relation_filenode(%s::regclass)', name)[0][0]


def session_of(sql, job_id):
    return sql('SELECT pid FROM pg_stat_activity WHERE application_name = %s', f'guardian-job-{job_id}')


# -- the operations ---------------------------------------------------------------------------------------------------------------

def test_vacuum_makes_the_space_of_dead_rows_usable(api, sql, table, wait):
    table()
    assert states(done(api, wait, 'vacuum', ['maint.t'])) == {'t': 'done'}
    assert sql("SELECT relpages > 0, relallvisible = relpages, reltuples FROM pg_class WHERE oid = 'maint.t'::regclass")[0] == (True, True, 1000)


def test_vacuum_full_rewrites_the_table(api, sql, table, wait):
    before = file_of(sql, table())
    result = done(api, wait, 'vacuum-full', ['maint.t'])
    assert states(result) == {'t': 'done'} and file_of(sql, 'maint.t') != before
    [told] = result['tables']
    assert told['bytes_after'] == sql("SELECT pg_total_relation_size('maint.t')")[0][0] < told['bytes_before']


def test_analyze_gives_the_planner_its_statistics(api, sql, table, wait):
    table()
    count = "SELECT count(*) FROM pg_statistic WHERE starelid = 'maint.t'::regclass"
    assert sql(count)[0][0] == 0
    done(api, wait, 'analyze', ['maint.t'])
    assert sql(count)[0][0] == 2


@pytest.mark.parametrize('options', [{}, {'concurrently': False}])
def test_reindex_builds_the_indexes_anew(api, sql, table, wait, options):
    table()
    before = file_of(sql, 'maint.t_pkey')
    assert states(done(api, wait, 'reindex', ['maint.t'], **options)) == {'t': 'done'}
    assert file_of(sql, 'maint.t_pkey') != before and sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'maint.t_pkey'::regclass")[0][0]


def test_checkpoint_writes_one(api, sql, table, wait):
    table()
    before = sql('SELECT checkpoint_lsn::text FROM pg_control_checkpoint()')[0][0]
    done(api, wait, 'checkpoint')
    assert sql('SELECT checkpoint_lsn > %s::pg_lsn FROM pg_control_checkpoint()', before)[0][0]


@pytest.mark.parametrize('operation', ['vacuum', 'vacuum-full', 'analyze', 'reindex'])
def test_tables_with_odd_names_are_worked_on_and_nothing_else(api, sql, table, wait, operation):
    before = {name: file_of(sql, table(name)) for name in ODD}
    untouched = sql("SELECT oid, pg_relation_filenode(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid")
    result = done(api, wait, operation, [q('maint', name) for name in ODD])
    assert states(result) == dict.fromkeys(ODD, 'done') and not result['not_done']
    if operation == 'vacuum-full':
        assert not [name for name in ODD if file_of(sql, q('maint', name)) == before[name]]
    assert sql("SELECT oid, pg_relation_filenode(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY oid") == untouched


def test_a_partitioned_table_stands_for_its_partitions(api, sql, wait):
    sql("SET ROLE maint_owner; CREATE TABLE maint.p (id int, at date) PARTITION BY RANGE (at)")
    sql("SET ROLE maint_owner; CREATE TABLE maint.p1 PARTITION OF maint.p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')")
    sql("SET ROLE maint_owner; CREATE TABLE maint.p2 PARTITION OF maint.p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (id)")
    sql('SET ROLE maint_owner; CREATE TABLE maint.p2a PARTITION OF maint.p2 DEFAULT')
    sql("INSERT INTO maint.p VALUES (1, '2026-01-05'), (2, '2026-02-05')")
    try:
        assert states(done(api, wait, 'vacuum', ['maint.p'])) == {'p1': 'done', 'p2a': 'done'}
        assert states(done(api, wait, 'reindex', ['maint.p', 'maint.p1'])) == {'p1': 'done', 'p2a': 'done'}
        assert states(done(api, wait, 'analyze', ['maint.p'])) == {'p': 'done'}
        assert sql("SELECT count(*) FROM pg_statistic WHERE starelid = 'maint.p'::regclass AND stainherit")[0][0] == 2
    finally:
        sql('DROP TABLE maint.p')


def test_of_a_whole_database_every_table_has_its_result(api, sql, table, wait):
    table()
    result = done(api, wait, 'vacuum')
    said = {(t['schema'], t['table']): t for t in result['tables']}
    assert said['maint', 't']['state'] == 'done'
    assert said['public', 'readings']['state'] == 'refused' and 'belongs to postgres' in said['public', 'readings']['detail']
    told = sql("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema|guardian_selftest)'")
    assert result['done'] + result['not_done'] == told[0][0]


def test_the_options_reach_the_server(api, sql, psql, table, wait):
    table()
    done(api, wait, 'vacuum', ['maint.t'], freeze=True, analyze=True, truncate=False, index_cleanup='off', parallel=2)
    done(api, wait, 'vacuum-full', ['maint.t'], freeze=True)
    done(api, wait, 'reindex', ['maint.t'])
    told = {r[0] for r in psql("SELECT query FROM pg_stat_statements WHERE query ~ 'maint' AND query ~ '^(VACUUM|REINDEX)'")}
    assert {'VACUUM (FREEZE true, ANALYZE true, TRUNCATE false, INDEX_CLEANUP off, PARALLEL 2) "maint"."t"',
            'VACUUM (FULL, FREEZE true) "maint"."t"', 'REINDEX TABLE CONCURRENTLY "maint"."t"'} <= told


def test_what_cannot_be_rebuilt_concurrently_is_said(api, sql, table, wait):
    table()
    sql('ALTER TABLE maint.t ADD CONSTRAINT only_one EXCLUDE USING btree (v WITH =)')
    result = done(api, wait, 'reindex', ['maint.t'])
    [told] = result['tables']
    assert told['state'] == 'partly' and 'only_one' in ' '.join(told['warnings']) and result['not_done'] == 1


# -- what is refused --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('operation, options', [
    ('vacuum', {'full': True}), ('vacuum', {'freeze': 'true'}), ('vacuum', {'freeze': 1}), ('vacuum', {'parallel': -1}), ('vacuum', {'parallel': 1025}),
    ('vacuum', {'parallel': '2) x; DROP TABLE readings; --'}), ('vacuum', {'index_cleanup': 'off, FULL'}), ('vacuum', {'index_cleanup': True}),
    ('vacuum', {'FREEZE': True}), ('vacuum', {'freeze, full': True}), ('vacuum', {'': True}), ('vacuum', {'concurrently': True}), ('vacuum-full', {'parallel': 2}),
    ('analyze', {'freeze': True}), ('reindex', {'concurrently': 'no'}), ('reindex', {'tablespace': 'x'}), ('checkpoint', {'lock_timeout_ms': 500}),
    ('vacuum', {'lock_timeout_ms': 0}), ('vacuum', {'lock_timeout_ms': 1e3}), ('vacuum', {'freeze': None}), ('vacuum', {'vacuum,': True})])
def test_an_option_that_is_not_on_the_list_is_a_bad_field(api, operation, options):
    assert api.problem('bad_field', 'POST', f'/database/maintenance/{operation}', {'database': 'second', 'options': options})['field'] == 'options'


@pytest.mark.parametrize('body, field', [({}, 'database'), ({'database': 'second', 'tables': []}, 'tables'), ({'database': 'second', 'tables': 'readings'}, 'tables'),
                                         ({'database': 'second', 'tables': [1]}, 'tables'), ({'database': 'second', 'options': []}, 'options'),
                                         ({'database': 'second', 'tables': ['pg_catalog.pg_class']}, 'tables'), ({'database': 'second', 'x': 1}, 'x')])
def test_a_body_that_is_none_is_a_bad_field(api, body, field):
    assert api.problem('bad_field', 'POST', '/database/maintenance/vacuum', body)['field'] == field


def test_an_operation_that_there_is_not_is_a_bad_field(api):
    assert api.problem('bad_field', 'POST', '/database/maintenance/cluster', {'database': 'second'})['field'] == 'operation'


def test_a_checkpoint_takes_no_tables(api):
    assert api.problem('bad_field', 'POST', '/database/maintenance/checkpoint', {'database': 'second', 'tables': ['readings']})['field'] == 'tables'


def test_a_table_that_is_not_there_is_refused_with_a_hint(api):
    assert 'readings' in api.problem('not_found', 'POST', '/database/maintenance/vacuum', {'database': 'second', 'tables': ['public.reading']})['hint']


def test_a_view_is_refused(api, sql):
    sql('CREATE VIEW maint.seen AS SELECT 1 AS one')
    assert 'view' in api.problem('bad_field', 'POST', '/database/maintenance/vacuum', {'database': 'second', 'tables': ['maint.seen']})['detail']


def test_a_table_of_a_superuser_is_refused_before_anything_runs(api):
    assert 'belongs to postgres' in api.problem('forbidden', 'POST', '/database/maintenance/vacuum', {'database': 'second', 'tables': ['readings']})['detail']


def test_the_consoles_own_database_is_not_maintained_here(api):
    api.problem('not_found', 'POST', '/database/maintenance/vacuum', {'database': 'guardian'})


# -- the second step --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('operation', LOCKING)
def test_what_locks_others_out_says_in_numbers_what_it_will_do(api, sql, table, holder, operation):
    name = table()
    holder(f'SELECT count(*) FROM {name}')
    made = api.call('POST', f'/database/maintenance/{operation}', {'database': 'second', 'tables': ['maint.t'], 'options': LOCKING[operation]})
    assert made.status == 428, made.body
    impact = made.json['impact']
    told = sql("SELECT pg_table_size('maint.t'), (SELECT sum(relpages) * 8192 FROM pg_class WHERE oid IN ('maint.t_pkey'::regclass))::int8")[0]
    assert (impact['table_bytes'], impact['tables'], impact['sessions']) == (told[0], 1, 1) and 'EXCLUSIVE' in impact['locks']
    assert impact['disk_needed_bytes'] == impact['index_bytes'] + (impact['table_bytes'] if operation == 'vacuum-full' else 0)
    assert not api.get('/database/jobs', params={'state': 'running'}).json['items']


def test_a_confirmation_is_stale_when_a_table_was_renamed_meanwhile(api, sql, table):
    table()
    body = {'database': 'second', 'tables': ['maint.t']}
    made = api.call('POST', '/database/maintenance/vacuum-full', body).json
    sql('ALTER TABLE maint.t RENAME TO other')
    sql('CREATE TABLE maint.t (id int); ALTER TABLE maint.t OWNER TO maint_owner')
    try:
        api.problem('confirmation_stale', 'POST', '/database/maintenance/vacuum-full', body,
                    headers={'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'])})
    finally:
        sql('DROP TABLE maint.other')


def test_the_time_of_an_earlier_run_is_the_estimate(api, table, wait):
    table()
    done(api, wait, 'vacuum-full', ['maint.t'])
    impact = api.call('POST', '/database/maintenance/vacuum-full', {'database': 'second', 'tables': ['maint.t']}).json['impact']
    assert 0 <= impact['estimated_seconds'] <= 60


def test_every_attempt_is_in_the_audit_log(api, platform, table):
    table()
    api.call('POST', '/database/maintenance/vacuum', {'database': 'second', 'tables': ['maint.t']}, headers={'X-Request-Id': 'vacuum-attempt'})
    api.call('POST', '/database/maintenance/vacuum-full', {'database': 'second', 'tables': ['maint.t']}, headers={'X-Request-Id': 'vacuum-full-attempt'})

    def outcomes(request_id):
        return [r[0] for r in platform.audit("SELECT outcome FROM audit_event WHERE action = 'database.maintenance' AND request_id = %s ORDER BY id", request_id)]
    assert outcomes('vacuum-attempt') == ['intent', 'succeeded'] and outcomes('vacuum-full-attempt')[-1] == 'challenged'


# -- others are there too -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('operation', ['vacuum-full', 'reindex', 'vacuum'])
def test_a_table_that_is_locked_is_told_and_the_others_are_done(api, sql, table, holder, wait, operation):
    table('a')
    table('b')
    holder('LOCK maint.a IN SHARE UPDATE EXCLUSIVE MODE')
    result = done(api, wait, operation, ['maint.a', 'maint.b'], lock_timeout_ms=200)
    assert states(result) == {'a': 'locked', 'b': 'done'} and (result['done'], result['not_done']) == (1, 1)
    assert not sql("SELECT 1 FROM pg_index WHERE NOT indisvalid")


def test_when_nothing_could_be_done_the_job_has_failed(api, table, holder, wait):
    table()
    holder('LOCK maint.t IN ACCESS SHARE MODE')
    ended = finished(api, wait, start(api, 'vacuum-full', ['maint.t'], lock_timeout_ms=200))
    assert (ended['state'], ended['error']['code'], states(ended['result'])) == ('failed', 'conflict', {'t': 'locked'})


def test_the_progress_names_who_is_waited_for(api, table, holder, wait):
    table()
    connection = holder('LOCK maint.t IN ACCESS SHARE MODE')
    job_id = start(api, 'vacuum-full', ['maint.t'], lock_timeout_ms=600000)
    wait(lambda: f'waiting for session {connection.info.backend_pid}' in job(api, job_id)['progress']['phase'], 20, 'the waiting in the progress')
    connection.close()
    assert finished(api, wait, job_id)['state'] == 'succeeded'


def test_what_is_dropped_or_renamed_before_its_turn_is_told_and_left_alone(api, sql, table, holder, wait):
    for name in 'abc':
        table(name)
    before = file_of(sql, 'maint.c')
    connection = holder('LOCK maint.a IN ACCESS SHARE MODE')
    job_id = start(api, 'vacuum-full', ['maint.a', 'maint.b', 'maint.c'], lock_timeout_ms=600000)
    wait(lambda: 'maint.a' in job(api, job_id)['progress']['phase'], 20, 'the first turn')
    sql('DROP TABLE maint.b')
    sql('ALTER TABLE maint.c RENAME TO d')
    connection.close()
    ended = finished(api, wait, job_id)
    assert states(ended['result']) == {'a': 'done', 'b': 'dropped', 'c': 'renamed'} and file_of(sql, 'maint.d') == before
    sql('DROP TABLE maint.d')


# -- cancelled and killed -----------------------------------------------------------------------------------------------------------

def reindexing(api, sql, holder, wait):
    """A REINDEX CONCURRENTLY that waits, with an unfinished index, for the snapshot of somebody who does not use the table."""
    connection = holder('SELECT count(*) FROM readings', 'REPEATABLE READ')
    job_id = start(api, 'reindex', ['maint.t'])
    wait(lambda: 'waiting' in job(api, job_id)['progress']['phase'] and sql("SELECT 1 FROM pg_index WHERE NOT indisvalid"), 30, 'the unfinished index')
    assert f'session {connection.info.backend_pid}' in job(api, job_id)['progress']['phase']
    return job_id, connection


def test_a_cancelled_reindex_leaves_no_session_and_no_unfinished_index(api, sql, table, holder, wait):
    before = file_of(sql, table())
    job_id, _ = reindexing(api, sql, holder, wait)
    assert api.call('POST', f'/database/jobs/{job_id}/cancel').status == 202
    ended = finished(api, wait, job_id)
    assert ended['state'] == 'cancelled' and 't_pkey_ccnew was dropped' in ended['log_tail']
    assert not session_of(sql, job_id) and not sql('SELECT 1 FROM pg_index WHERE NOT indisvalid') and file_of(sql, 'maint.t') == before


def test_a_cancelled_vacuum_full_leaves_the_table_as_it_was(api, sql, table, holder, wait):
    before = file_of(sql, table())
    holder('LOCK maint.t IN ACCESS SHARE MODE')
    job_id = start(api, 'vacuum-full', ['maint.t'], lock_timeout_ms=600000)
    wait(lambda: session_of(sql, job_id), 20, 'its session')
    api.call('POST', f'/database/jobs/{job_id}/cancel')
    assert finished(api, wait, job_id)['state'] == 'cancelled' and not session_of(sql, job_id) and file_of(sql, 'maint.t') == before


def test_a_runner_that_is_killed_leaves_no_session_and_the_advice_names_the_unfinished_index(api, sql, platform, table, holder, wait):
    table()
    job_id, connection = reindexing(api, sql, holder, wait)
    runner = next(r for r in platform.runners if r.runner == job(api, job_id)['runner'])
    runner.kill()
    try:
        ended = finished(api, wait, job_id)
        assert (ended['state'], ended['error']['code']) == ('failed', 'runner_lost') and not session_of(sql, job_id)
    finally:
        runner.start()
    advice = {a['index']: a for a in advise(api) if a['kind'] == 'invalid_index'}
    assert (advice['t_pkey_ccnew']['statement'], advice['t_pkey_ccnew']['action']) == ('DROP INDEX CONCURRENTLY maint.t_pkey_ccnew', None)
    connection.close()
    for each in advice.values():        # that of the table's TOAST table is one too
        sql(each['statement'])
    assert not [a for a in advise(api) if a['kind'] == 'invalid_index']


# -- advice -----------------------------------------------------------------------------------------------------------------------

def advise(api, **params):
    reply = api.get('/database/maintenance/advice', params={'database': 'second', 'min_bytes': 0, **params}).json
    return [a for a in reply['items'] if a['schema'] == 'maint']


def kinds(api, table):
    return {a['kind']: a for a in advise(api) if a['table'] == table}


def test_a_table_that_is_locked_against_everybody_is_named_with_who_holds_it_and_the_others_are_looked_at(api, sql, table, holder, wait):
    table(name='a')
    table(name='b')
    wait(lambda: kinds(api, 'a') and kinds(api, 'b'), 20, 'the advice on both')
    connection = holder('LOCK TABLE maint.a IN ACCESS EXCLUSIVE MODE')
    reply = api.get('/database/maintenance/advice', params={'database': 'second', 'min_bytes': 0}).json
    assert reply['locked'] == [{'schema': 'maint', 'table': 'a', 'pid': connection.info.backend_pid}]
    assert {item['table'] for item in reply['items'] if item['schema'] == 'maint'} == {'b'}
    connection.rollback()
    wait(lambda: kinds(api, 'a') and api.get('/database/maintenance/advice', params={'database': 'second'}).json['locked'] == [], 10, 'the end of the lock')


def test_dead_rows_are_advised_and_the_advice_done_is_advice_gone(api, sql, table, wait):
    table(rows=4000)
    advice = wait(lambda: kinds(api, 't').get('dead_rows'), 20, 'the counting of the dead rows')
    assert (advice['numbers']['dead_rows'], advice['numbers']['live_rows'], advice['severity']) == (2000, 2000, 'warning')
    action = advice['action']
    assert action['operation'] == 'vacuum' and 'SHARE UPDATE EXCLUSIVE' in advice['locks']
    done(api, wait, action['operation'], action['tables'], **action['options'])
    wait(lambda: 'dead_rows' not in kinds(api, 't'), 20, 'the end of the advice')


@pytest.mark.parametrize('name', ODD[:4])
def test_bloat_is_advised_for_tables_of_any_name_and_the_action_removes_it(api, sql, table, wait, name):
    table(name, rows=20000)
    sql(f'DELETE FROM {q("maint", name)} WHERE id % 10 <> 1')
    sql(f'VACUUM ANALYZE {q("maint", name)}')
    advice = next(a for a in advise(api) if a['table'] == name and a['kind'] == 'bloat' and a['index'] is None)
    assert advice['numbers']['percent'] > 80 and advice['severity'] == 'warning' and 'estimate' in advice['detail'] and 'ACCESS EXCLUSIVE' in advice['locks']
    assert done(api, wait, advice['action']['operation'], advice['action']['tables'], analyze=True)['done'] == 1
    assert 'bloat' not in kinds(api, name)


def test_what_was_never_analysed_and_what_autovacuum_leaves_alone_is_named(api, sql, table, wait):
    table()
    wait(lambda: {'never_analyzed', 'autovacuum_off'} <= set(kinds(api, 't')), 20, 'the advice')
    assert kinds(api, 't')['autovacuum_off']['statement'] == 'ALTER TABLE maint.t RESET (autovacuum_enabled)'
    sql(kinds(api, 't')['autovacuum_off']['statement'])
    action = kinds(api, 't')['never_analyzed']['action']
    done(api, wait, action['operation'], action['tables'])
    assert not {'never_analyzed', 'autovacuum_off'} & set(kinds(api, 't'))


def test_a_table_that_is_not_the_consoles_to_maintain_has_a_statement_and_no_action(api, sql, wait):
    sql('CREATE TABLE maint.foreign_power WITH (autovacuum_enabled = false) AS SELECT generate_series(1, 5000) AS id')
    try:
        advice = wait(lambda: kinds(api, 'foreign_power').get('never_analyzed'), 20, 'the counting of the rows')
        assert (advice['action'], advice['statement']) == (None, 'ANALYZE "maint"."foreign_power"') and 'belongs to postgres' in advice['detail']
    finally:
        sql('DROP TABLE maint.foreign_power')


def test_an_index_that_could_not_be_built_is_named(api, sql, table):
    table()
    sql("INSERT INTO maint.t VALUES (100001, 'value 1')")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        sql('CREATE UNIQUE INDEX CONCURRENTLY broken ON maint.t (v)')
    advice = kinds(api, 't')['invalid_index']
    assert (advice['index'], advice['statement']) == ('broken', 'REINDEX INDEX CONCURRENTLY maint.broken')


def test_an_index_that_nobody_used_is_named(api, sql, table):
    table()
    sql('CREATE INDEX idle ON maint.t (v)')
    advice = kinds(api, 't')['unused_index']
    assert (advice['severity'], advice['statement']) == ('info', 'DROP INDEX CONCURRENTLY maint.idle')


def test_old_rows_are_warned_of_before_they_stop_the_server(sql, table):
    """The statement itself, with a limit that a test can reach."""
    table()
    for _ in range(30):
        sql('SELECT pg_current_xact_id()')
    text = (ROOT / 'fcgi' / 'sql' / 'advice.sql').read_text().replace("pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint", '20::bigint')
    for parameter, value in {'$1': '[]', '$2': '{"unused_indexes": []}', '$3': '{}'}.items():
        text = text.replace(f'{parameter}::', f"'{value}'::")
    items = json.loads(sql(re.sub(r'--[^\n]*', '', text))[0][0])['items']
    [advice] = [a for a in items if a['kind'] == 'wraparound' and a['table'] == 't']
    assert (advice['severity'], advice['action']) == ('warning', {'operation': 'vacuum', 'tables': ['"maint"."t"'], 'options': {'freeze': True}})
    assert 30 <= advice['numbers']['xid_age'] <= sql("SELECT age(relfrozenxid) FROM pg_class WHERE oid = 'maint.t'::regclass")[0][0]


def test_an_advice_that_did_not_change_is_not_sent_again(api):
    tag = api.get('/database/maintenance/advice', params={'database': 'second', 'min_bytes': 1099511627776}).headers['ETag']
    assert api.call('GET', '/database/maintenance/advice', params={'database': 'second', 'min_bytes': 1099511627776}, headers={'If-None-Match': tag}).status == 304


def test_the_advice_says_what_every_operation_locks(api):
    told = {(o['operation'], o['options'].get('concurrently')): o for o in api.get('/database/maintenance/advice').json['operations']}
    assert set(told) == {('vacuum', None), ('vacuum-full', None), ('analyze', None), ('reindex', True), ('reindex', False), ('checkpoint', None)}
    assert {key for key, o in told.items() if o['interrupts']} == {('vacuum-full', None), ('reindex', False)}


# -- odds and ends ----------------------------------------------------------------------------------------------------------------

def test_the_session_of_a_job_has_no_more_power_than_the_owner(platform):
    assert platform.postgres.sql("SELECT rolsuper, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = 'guardian_maintainer'") == [(False, False, False)]


def test_a_paused_runner_is_not_lost_sight_of(api, sql, platform, table, holder, wait):
    """Stopped in its tracks it keeps nothing locked: the other runner ends its session and its job."""
    table()
    holder('LOCK maint.t IN ACCESS SHARE MODE')
    job_id = start(api, 'vacuum-full', ['maint.t'], lock_timeout_ms=600000)
    wait(lambda: session_of(sql, job_id), 20, 'its session')
    runner = next(r for r in platform.runners if r.runner == job(api, job_id)['runner'])
    os.kill(runner.pid, signal.SIGSTOP)
    try:
        assert finished(api, wait, job_id)['state'] == 'failed' and not session_of(sql, job_id)
    finally:
        os.kill(runner.pid, signal.SIGCONT)
