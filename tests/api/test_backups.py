"""Backups that are proven: whole, signed, read back, copied; what is not whole never looks as if it were."""
import hashlib
import json
import os
import secrets
import signal
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jobs_world import BIG, ODD_NAMES, SMALL, Works, held, jobs_platform, listed, lock, only_runner
from iotplatform import wait_for
from iotplatform.postgres import binary_folder

FEW = 'CREATE TABLE t (x int); INSERT INTO t SELECT generate_series(1, 10)'
AGAIN_S = 2     # how often copies are read and checked again


@pytest.fixture(scope='module')
def works():
    with jobs_platform('backups', {'small': SMALL, 'big': BIG, **{name: FEW for name in ODD_NAMES}},
                       config={'jobs': {'verify_interval_s': AGAIN_S}}) as platform:
        yield Works(platform)


@pytest.fixture(scope='module')
def made(works):
    """Two backups of the same database: one may be deleted."""
    works.backup('small', note='the first')
    return works.copied(works.backup('small', note='设备 <b>note</b>')['id'])


def raw(public_key):
    return public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


# -- what a backup is -----------------------------------------------------------------------------------------------------------------------

def test_a_backup_lies_on_two_runners_with_the_digest_that_is_told(works, made):
    assert [c['runner'] for c in made['copies']] == ['a', 'b'] and not made['single_copy'] and made['state'] == 'verified'
    paths = [path for (_, backup_id), path in works.files().items() if backup_id == made['id']]
    assert len(paths) == 2 and {sha256(path) for path in paths} == {made['sha256']} and {path.stat().st_size for path in paths} == {made['size_bytes']}


def test_a_backup_tells_its_numbers(works, made):
    assert made['tables'] == len(made['manifest']['tables']) and made['row_estimate'] == sum(t['row_estimate'] for t in made['manifest']['tables']) >= 1000
    assert made['server_version'].startswith(works.platform.postgres.sql('SHOW server_version')[0][0][:2])
    assert made['origin'] == 'manual' and made['created_by'] == 'admin' and made['note'] == '设备 <b>note</b>' and not made['pinned'] and not made['encrypted']
    assert made['wal_lsn'] and made['database_bytes'] > 1_000_000 and made['format'] == 'custom' and made['duration_ms'] > 0


def test_the_manifest_is_signed_with_the_key_of_the_installation(works, made):
    path = works.files()['a', made['id']].with_suffix('.json')
    stored = json.loads(path.read_text())
    seed = bytes.fromhex(works.platform.secrets.text('seal_key'))
    public = raw(Ed25519PrivateKey.from_private_bytes(seed).public_key())
    assert stored['public_key'] == public.hex()
    Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(stored['signature']), stored['manifest'].encode())
    manifest = json.loads(stored['manifest'])
    assert manifest == made['manifest'] and manifest['sha256'] == made['sha256'] and manifest['backup_id'] == made['id']
    assert sorted(t['name'] for t in manifest['tables'] if t['schema'] == 'public') == sorted(['readings', 'Order Details; 1259 1 TABLE', '设备', 'parts', 'parts_1'])


def test_pg_restore_by_hand_gives_the_data_back(works, made):
    works.platform.postgres.sql('CREATE DATABASE by_hand')
    subprocess.run([binary_folder() / 'pg_restore', *works.platform.postgres.arguments, '--exit-on-error', '-d', 'by_hand', works.files()['b', made['id']]],
                   check=True, capture_output=True)
    assert works.platform.postgres.sql('SELECT count(*), sum(value) FROM readings', database='by_hand') == \
        works.platform.postgres.sql('SELECT count(*), sum(value) FROM readings', database='small')


@pytest.mark.parametrize('name', ODD_NAMES)
def test_a_database_may_be_called_anything(works, name):
    backup = works.backup(name)
    assert backup['database'] == name and [t['name'] for t in backup['manifest']['tables'] if t['schema'] == 'public'] == ['t']
    path = wait_for(lambda: works.files().get(('a', backup['id'])) or works.files().get(('b', backup['id'])), 10, 'its file')
    assert 'TABLE DATA public t ' in listed(path)
    reply = works.api.send('GET', f'/database/backups/{backup["id"]}/download')
    assert reply.status_code == 200 and hashlib.sha256(reply.content).hexdigest() == backup['sha256']


@pytest.mark.parametrize('name', ['nobody', 'guardian', 'template1', 'postgres', 'small\n', 'SMALL'])
def test_a_database_that_is_not_managed_is_not_backed_up(works, name):
    works.api.problem('not_found', 'POST', '/database/backup', {'database': name})


def test_backups_are_listed_in_pages(works, made):
    first = works.api.get('/database/backups', params={'database': 'small', 'limit': 1}).json
    assert first['items'][0]['id'] == made['id'] and first['next_cursor']
    assert works.api.get('/database/backups', params={'database': 'small', 'limit': 1, 'cursor': first['next_cursor']}).json['items'][0]['note'] == 'the first'


def test_the_summary_says_which_database_has_no_verified_backup(works, made):
    found = {d['database']: d for d in works.api.get('/database/backups/summary').json['databases']}
    assert set(found) == {'small', 'big', *ODD_NAMES}
    assert found['small']['state'] == 'ok' and found['small']['backups'] >= 2 and found['small']['age_seconds'] < 600 and found['small']['bytes'] > 0
    assert found['big'] == {'database': 'big', 'last_verified_at': None, 'age_seconds': None, 'limit_seconds': 93600, 'state': 'none', 'backups': 0, 'bytes': 0,
                            'single_copy': 0, 'last_drill': None, 'next_run_at': None}


def test_the_age_of_the_last_verified_backup_is_a_metric(works, made):
    text = subprocess.run(['curl', '-s', '--unix-socket', str(works.platform.nginx.internal), 'http://x/metrics'], capture_output=True, text=True).stdout
    assert 'guardian_jobs{state="succeeded"}' in text
    stamp = next(line.split()[-1] for line in text.splitlines() if line.startswith('guardian_backup_last_verified_timestamp_seconds{database="small"}'))
    assert int(stamp) > 1_700_000_000
    assert 'guardian_backup_last_verified_timestamp_seconds{database="数据库 \\"一\\""}' in text


def test_large_objects_of_a_superuser_are_named_before_the_dump_and_let_in_by_migrate(works):
    sql = works.platform.postgres.sql
    for number in (4711, 4712):
        sql(f"SELECT lo_from_bytea({number}, 'of a superuser')", database='small')
    sql('GRANT SELECT ON LARGE OBJECT 4712 TO works', database='small')     # whose power is lent
    sql('SET SESSION AUTHORIZATION works; SELECT lo_from_bytea(4713, $$of works$$)', database='small')
    job = works.end(works.start('small'))
    assert (job['state'], job['error']['code']) == ('failed', 'sql_permission'), job
    assert job['error']['detail'].startswith('1 large object, the first of them 4711, may not be read by guardian_maintainer')
    assert 'GRANT SELECT ON LARGE OBJECT 4711 TO guardian_maintainer' in job['error']['detail'] and 'pg_dump' not in job['log_tail']
    works.nothing_left(job['id'])
    works.platform.migrate()
    backup = works.copied(works.backup('small')['id'])
    assert {line.split()[5] for line in listed(works.files()['a', backup['id']]).splitlines() if ' BLOB - ' in line} == {'4711', '4712', '4713'}
    sql('CREATE DATABASE with_objects')
    subprocess.run([binary_folder() / 'pg_restore', *works.platform.postgres.arguments, '--exit-on-error', '-d', 'with_objects', works.files()['a', backup['id']]],
                   check=True, capture_output=True)
    assert sql("SELECT string_agg(convert_from(lo_get(oid), 'UTF8'), ',' ORDER BY oid) FROM pg_largeobject_metadata", database='with_objects') == \
        [('of a superuser,of a superuser,of works',)]


# -- notes, pins, deletion --------------------------------------------------------------------------------------------------------------------

def test_a_note_and_a_pin_are_changed_and_written_down(works, made):
    path = f'/database/backups/{made["id"]}'
    changed = works.api.call('PATCH', path, {'note': 'another', 'pinned': True}).json
    assert changed['note'] == 'another' and changed['pinned']
    assert works.api.call('PATCH', path, {'pinned': False}).json['note'] == 'another'
    assert works.api.call('PATCH', path, {'note': ''}).json['note'] is None
    actions = [e['outcome'] for e in works.api.get('/audit', params={'action': 'database.backup.change'}).json['items']]
    assert actions.count('succeeded') == 3


def test_a_pinned_backup_is_not_deleted(works):
    works.backup('small')
    backup = works.backup('small')
    path = f'/database/backups/{backup["id"]}'
    works.api.call('PATCH', path, {'pinned': True})
    assert 'pinned' in works.api.problem('conflict', 'DELETE', path)['detail']


def test_a_backup_is_deleted_in_two_steps_from_every_runner(works):
    works.backup('small')
    backup = works.copied(works.backup('small')['id'])
    path = f'/database/backups/{backup["id"]}'
    step = works.api.call('DELETE', path)
    assert step.status == 428 and step.json['impact']['verified_remaining'] >= 1 and step.json['impact']['bytes'] == backup['size_bytes'] and step.json['impact']['copies'] == 2
    assert works.confirmed('DELETE', path).status == 204
    works.api.problem('not_found', 'GET', path)
    wait_for(lambda: not [key for key in works.files() if key[1] == backup['id']], 15, 'the files gone')
    wait_for(lambda: works.platform.audit('SELECT count(*) FROM backup WHERE id = %s', backup['id']) == [(0,)], 15, 'the row gone')


def test_the_last_verified_backup_is_never_deleted(works):
    backup = works.backups(ODD_NAMES[0])[0]
    assert 'last verified' in works.api.problem('conflict', 'DELETE', f'/database/backups/{backup["id"]}')['detail']


# -- downloads --------------------------------------------------------------------------------------------------------------------------------

def test_a_download_is_resumed_where_it_broke_off(works, made):
    path = f'/database/backups/{made["id"]}/download'
    whole = works.api.send('GET', path)
    assert whole.status_code == 200 and hashlib.sha256(whole.content).hexdigest() == made['sha256'] and whole.headers['Accept-Ranges'] == 'bytes'
    assert whole.headers['Content-Disposition'].startswith('attachment; filename="small-') and whole.headers['X-Content-Type-Options'] == 'nosniff'
    rest = works.api.send('GET', path, headers={'Range': 'bytes=1000-'})
    assert rest.status_code == 206 and whole.content[1000:] == rest.content
    assert works.api.send('GET', path, headers={'Range': 'bytes=99999999-'}).status_code == 416


def test_a_download_needs_a_token_and_is_written_down(works, made):
    path = f'/database/backups/{made["id"]}/download'
    works.api.clone(token=None).problem('unauthenticated', 'GET', path)
    works.api.send('GET', path)
    event = works.api.get('/audit', params={'action': 'database.backup.download', 'outcome': 'succeeded'}).json['items'][0]
    assert event['target'] == made['id'] and event['parameters']['size_bytes'] == made['size_bytes']


@pytest.mark.parametrize('path', ['/_backups/a/{id}.dump', '/_backups/a/../../etc/guardian.conf', '/backups/a/{id}.dump'])
def test_the_folders_are_not_reachable_without_a_worker(works, made, path):
    reply = works.api.http.get(works.platform.url + path.format(id=made['id']))
    assert reply.status_code == 404 or b'<title>IoT Guardian' in reply.content


def test_copies_are_handed_out_for_the_token_alone(works, made):
    files = works.platform.backup_files

    def fetch(*arguments, path=f'/a/{made["id"]}.dump'):
        return subprocess.run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--path-as-is', '--unix-socket', files.socket, f'http://x{path}', *arguments],
                              capture_output=True, text=True).stdout
    token = works.platform.secrets.text('copy_token')
    assert fetch() == '403' and fetch('-H', 'Authorization: Bearer wrong') == '403' and fetch('-H', f'Authorization: Bearer {token}') == '200'
    for path in ('/a/.lock', f'/a/{made["id"]}.json', '/a/../../secrets/seal_key', '/'):
        assert fetch('-H', f'Authorization: Bearer {token}', path=path) in ('400', '404')


# -- damage -----------------------------------------------------------------------------------------------------------------------------------

def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_one_altered_byte_is_found_and_the_copy_made_good_from_the_other(works):
    backup = works.copied(works.backup('small')['id'])
    path = works.files()['a', backup['id']]
    flip(path, backup['size_bytes'] // 2)
    wait_for(lambda: path.with_name(path.name + '.damaged').exists(), 20, 'the damage found')
    wait_for(lambda: path.exists() and sha256(path) == backup['sha256'], 20, 'a good copy again')
    again = works.copied(backup['id'])
    assert again['state'] == 'verified'


def test_a_copy_that_is_missing_is_made_again(works):
    backup = works.copied(works.backup('small')['id'])
    path = works.files()['b', backup['id']]
    path.unlink()
    wait_for(lambda: path.exists() and sha256(path) == backup['sha256'], 20, 'the copy again')


@pytest.mark.parametrize('damage', ['altered', 'cut short', 'emptied', 'lengthened'])
def test_a_backup_without_a_whole_copy_is_damaged_and_not_handed_out(works, damage):
    with only_runner(works.platform, 'lone', verify_interval_s=1):
        backup = works.backup('small')
        assert backup['single_copy'] and [c['runner'] for c in backup['copies']] == ['lone']
        path = works.files()['lone', backup['id']]
        data = path.read_bytes()
        if damage == 'altered':
            flip(path, len(data) - 100)
        else:
            path.write_bytes({'cut short': data[:-1], 'emptied': b'', 'lengthened': data + b'\0'}[damage])
        wait_for(lambda: works.get(backup['id'])['state'] == 'damaged', 20, 'the damage found')
        works.api.problem('conflict', 'GET', f'/database/backups/{backup["id"]}/download')
        assert works.get(backup['id'])['copies'] == []


def test_a_backup_whose_file_is_gone_is_missing_and_found_again_when_it_is_back(works):
    with only_runner(works.platform, 'lone', verify_interval_s=1) as runner:
        backup = works.backup('small')
        path = works.files()['lone', backup['id']]
        away = path.with_suffix('.away')
        path.rename(away)
        wait_for(lambda: works.get(backup['id'])['state'] == 'missing', 20, 'the loss noticed')
        away.rename(path)
        for each in (path, path.with_suffix('.json')):
            os.utime(each, (1_700_000_000, 1_700_000_000))
        runner.stop()
        runner.start()
        wait_for(lambda: works.get(backup['id'])['state'] == 'verified', 20, 'the file found')


def test_backups_that_the_database_has_forgotten_are_adopted_from_their_files(works):
    with only_runner(works.platform, 'lone') as runner:
        backup = works.backup('small')
        works.platform.audit('DELETE FROM backup WHERE id = %s', backup['id'])
        for path in runner.folder.glob(f'{backup["id"]}*'):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        runner.stop()
        runner.start()
        wait_for(lambda: works.api.call('GET', f'/database/backups/{backup["id"]}').status == 200, 20, 'the backup again')
        assert works.get(backup['id'])['sha256'] == backup['sha256']


def test_a_manifest_that_somebody_wrote_is_not_adopted(works):
    """Signed, but not by us."""
    key = Ed25519PrivateKey.generate()
    with only_runner(works.platform, 'lone') as runner:
        backup = works.backup('small')
        own = '11111111-2222-4333-8444-555555555555'
        manifest = json.dumps({**backup['manifest'], 'backup_id': own}, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
        (runner.folder / f'{own}.dump').write_bytes(works.files()['lone', backup['id']].read_bytes())
        (runner.folder / f'{own}.json').write_text(json.dumps({'manifest': manifest, 'signature': key.sign(manifest.encode()).hex(),
                                                               'public_key': raw(key.public_key()).hex()}))
        for path in runner.folder.glob(f'{own}*'):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        runner.stop()
        before = runner.log_file.read_text().count('key that is not ours')
        runner.start()
        wait_for(lambda: runner.log_file.read_text().count('key that is not ours') > before, 20, 'the refusal')
        works.api.problem('not_found', 'GET', f'/database/backups/{own}')


# -- what may go wrong ------------------------------------------------------------------------------------------------------------------------

def all_files_are_known(works):
    """Runners fetch copies meanwhile, but nothing has a name that is no backup."""
    known = {b['id'] for b in works.api.get('/database/backups', params={'limit': 1000}).json['items']}
    assert {backup_id for _, backup_id in works.files()} <= known


def failed(works, database, words):
    count = works.platform.audit('SELECT count(*) FROM backup')
    job = works.end(works.start(database))
    assert job['state'] == 'failed' and words in job['error']['detail'], job
    wait_for(lambda: not works.programs() and not [n for n in works.temporary() if job['id'] in n], 15, 'all traces gone')
    assert works.platform.audit('SELECT count(*) FROM backup') == count
    all_files_are_known(works)
    return job


def test_a_file_that_may_not_grow_fails_the_backup_and_leaves_nothing(works):
    """A disk that is full for this process: a limit of the size of its files."""
    with only_runner(works.platform) as runner:
        subprocess.run(['prlimit', f'--pid={runner.pid}', '--fsize=1000000'], check=True)
        failed(works, 'big', 'File too large')


def test_a_folder_that_cannot_be_written_to_fails_the_backup(works, tmp_path):
    folder = tmp_path / 'backups'
    with only_runner(works.platform, folder=folder):
        folder.rename(tmp_path / 'away')
        folder.touch()
        failed(works, 'small', 'Not a directory')
        folder.unlink()
        (tmp_path / 'away').rename(folder)


def test_a_dump_that_was_killed_in_the_middle_is_no_backup(works):
    with held(works) as (job_id, pid):
        os.kill(pid, signal.SIGKILL)
    assert works.end(job_id)['state'] == 'failed'
    works.nothing_left(job_id)
    all_files_are_known(works)
    assert works.api.get('/database/backups', params={'database': 'big'}).json['items'] == []


def test_what_could_not_be_read_back_while_it_was_dumped_is_no_backup(works):
    with held(works) as (job_id, _):
        os.kill(works.programs('pg_restore')[0], signal.SIGKILL)
    job = works.end(job_id)
    assert job['state'] == 'failed' and 'cannot be read back' in job['error']['detail'], job
    works.nothing_left(job_id)
    all_files_are_known(works)


@pytest.mark.parametrize('missing, there', [('pg_dump', 'pg_restore'), ('pg_restore', 'pg_dump')])
def test_a_program_that_is_not_there_is_named(works, tmp_path, missing, there):
    (tmp_path / there).symlink_to(binary_folder() / there)
    with only_runner(works.platform, pg_bindir=str(tmp_path)):
        failed(works, 'small', missing)


@pytest.mark.parametrize('script, words', [
    ('exit 0', ''), ('head -c 500000 /dev/zero', ''), ('echo hello', ''), ('echo "pg_dump: error: out of luck" >&2; exit 1', 'out of luck')],
    ids=['nothing written', 'zeroes', 'text', 'an error'])
def test_what_is_no_archive_is_no_backup_whatever_the_program_says(works, tmp_path, script, words):
    """A stand-in for pg_dump: the real one cannot be made to write rubbish and end well."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'pg_restore').symlink_to(binary_folder() / 'pg_restore')
    (folder / 'pg_dump').write_text(f'#!/bin/sh\n{script}\n')
    (folder / 'pg_dump').chmod(0o755)
    with only_runner(works.platform, pg_bindir=str(folder)):
        failed(works, 'small', words)


def test_an_archive_that_lacks_a_table_is_no_backup(works, tmp_path):
    """A stand-in that leaves a table out: what is compared is what is in the database."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'pg_restore').symlink_to(binary_folder() / 'pg_restore')
    (folder / 'pg_dump').write_text(f'#!/bin/sh\nexec {binary_folder()}/pg_dump --exclude-table=readings "$@"\n')
    (folder / 'pg_dump').chmod(0o755)
    with only_runner(works.platform, pg_bindir=str(folder)):
        failed(works, 'small', 'lacks the table')


def test_tables_that_come_and_go_meanwhile_do_no_harm(works):
    with lock(works.platform, 'small') as connection:
        job_id = works.start('small')
        wait_for(lambda: works.programs(), 20, 'the dump')
        cursor = connection.cursor()
        cursor.execute('CREATE TABLE newcomer (x int)')
        connection.commit()
    job = works.end(job_id)
    works.platform.postgres.sql('DROP TABLE newcomer', database='small')
    assert job['state'] == 'succeeded', job


def test_what_a_superuser_owns_is_dumped_too(works):
    works.platform.postgres.sql('CREATE TABLE kept_back (x int); CREATE SCHEMA vault; CREATE TABLE vault.gold (x int)', database='small')
    try:
        names = {t['name'] for t in works.backup('small')['manifest']['tables']}
        assert {'kept_back', 'gold'} <= names
    finally:
        works.platform.postgres.sql('DROP TABLE kept_back; DROP SCHEMA vault CASCADE', database='small')


def test_rows_that_a_policy_hides_are_dumped(works):
    works.platform.postgres.sql('SET SESSION AUTHORIZATION works; CREATE TABLE veiled (x int); INSERT INTO veiled VALUES (1), (2);'
                                'ALTER TABLE veiled ENABLE ROW LEVEL SECURITY; ALTER TABLE veiled FORCE ROW LEVEL SECURITY', database='small')
    try:
        backup = works.backup('small')
        path = next(path for (_, backup_id), path in works.files().items() if backup_id == backup['id'])
        text = subprocess.run([binary_folder() / 'pg_restore', '--data-only', '--table=veiled', '-f', '-', path], capture_output=True, text=True, check=True).stdout
        assert '\n1\n2\n' in text
    finally:
        works.platform.postgres.sql('DROP TABLE veiled', database='small')


# -- encryption at rest ---------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / 'key'
    path.write_text(secrets.token_hex(32) + '\n')
    return path


def decrypt(works, key_file, data):
    return subprocess.run([works.platform.build / 'guardianctl', 'backup', 'decrypt', '--key-file', key_file], input=data, capture_output=True)


def test_an_encrypted_backup_is_unreadable_without_the_key_and_whole_with_it(works, key_file, tmp_path):
    with only_runner(works.platform, encryption_key_file=str(key_file)):
        backup = works.backup('big')
        path = works.files()['c', backup['id']]
        assert backup['encrypted'] and path.name.endswith('.dump.enc')
        data = works.api.send('GET', f'/database/backups/{backup["id"]}/download').content
        assert data == path.read_bytes() and data.startswith(b'IOTGBK1\n') and b'PGDMP' not in data and hashlib.sha256(data).hexdigest() == backup['sha256']
        plain = decrypt(works, key_file, data)
        assert plain.returncode == 0 and plain.stdout.startswith(b'PGDMP')
        (tmp_path / 'plain.dump').write_bytes(plain.stdout)
        assert 'TABLE DATA public noise' in listed(tmp_path / 'plain.dump')
        other = tmp_path / 'other'
        other.write_text('00' * 32)
        assert decrypt(works, other, data).returncode == 2 and b'another key' in decrypt(works, other, data).stderr
        for broken in (data[:-1], data[:-70000], data + b'x', data[:100], b'', data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]):
            assert decrypt(works, key_file, broken).returncode != 0


@pytest.mark.parametrize('text', ['', 'abc', '00' * 31, 'zz' * 32])
def test_a_key_that_is_none_is_a_clear_error(works, tmp_path, text):
    path = tmp_path / 'key'
    path.write_text(text)
    assert b'key' in decrypt(works, path, b'IOTGBK1\n' + bytes(100)).stderr
    if text:
        with only_runner(works.platform, encryption_key_file=str(path)):
            failed(works, 'small', '64 hex digits')


def test_backups_without_any_key_to_sign_with_are_not_made(works):
    config = works.platform.runner_config

    def without(name):
        made = config(name)
        return {**made, 'audit': {}}
    works.platform.runner_config = without
    try:
        with only_runner(works.platform):
            failed(works, 'small', 'jobs.sign_key_file')
    finally:
        works.platform.runner_config = config
