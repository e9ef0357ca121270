"""Archives from elsewhere: taken in whole or not at all, looked at without being believed, never taken for a backup that was made here."""
import gzip
import hashlib
import json
import os
import socket
import ssl
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from jobs_world import SMALL, Works, jobs_platform, make_database
from iotplatform import wait_for
from iotplatform.postgres import binary_folder

MANY = 'CREATE TABLE noise AS SELECT i, md5(i::text) AS text FROM generate_series(1, 60000) AS i'
BOMB = "CREATE TABLE zeros AS SELECT repeat('0', 1000000) AS text FROM generate_series(1, 40)"
UPLOAD_MAX = 6_000_000
UNPACKED_MAX = 30_000_000


@pytest.fixture(scope='module')
def works():
    with jobs_platform('upload', {'small': SMALL, 'empty': ''},
                       config={'jobs': {'upload_max_bytes': UPLOAD_MAX, 'upload_unpacked_max_bytes': UNPACKED_MAX}}) as platform:
        for name, sql in (('elsewhere', SMALL), ('many', MANY), ('bomb', BOMB)):
            make_database(platform, name, sql)
        yield Uploads(platform)


class Uploads(Works):
    def dump(self, database='elsewhere', *options):
        """What pg_dump makes of a database that is not managed here."""
        return subprocess.run([binary_folder() / 'pg_dump', *self.platform.postgres.arguments, *(options or ['-Fc']), database],
                              capture_output=True, check=True).stdout

    def send(self, data, database='small', **parameters):
        """The reply to an upload."""
        return self.api.call('POST', '/database/backups/upload', body=data, headers={'Content-Type': 'application/octet-stream'},
                             params={'database': database, **parameters})

    def sent(self, data, **more):
        """Its job, when it is over."""
        reply = self.send(data, **more)
        assert reply.status == 202, reply.body
        return self.end(reply.json['job_id'])

    def taken(self, data, **more):
        """The backup that it has become."""
        job = self.sent(data, **more)
        assert job['state'] == 'succeeded', (job['error'], job['log_tail'])
        return self.get(job['result']['backup_id'])

    def refused(self, code, data, **parameters):
        return self.api.problem(code, 'POST', '/database/backups/upload', body=data, headers={'Content-Type': 'application/octet-stream'},
                                params={'database': 'small', **parameters})

    def incoming(self):
        """What is in the runners' folders for uploads, and half-sent beside them."""
        backups = self.platform.home / 'backups'
        return sorted(str(path.relative_to(backups)) for pattern in ('*/incoming/*', '.incoming/*') for path in backups.glob(pattern))

    def nothing_came(self):
        wait_for(lambda: not self.incoming(), 15, 'nothing of it being left')

    def jobs(self):
        return self.api.get('/database/jobs', params={'kind': 'upload'}).json['items']


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope='module')
def archive(works):
    return works.dump()


@pytest.fixture(scope='module')
def uploaded(works, archive):
    return works.copied(works.taken(archive, note='从别处 <b>', sha256=sha256(archive))['id'])


# -- what is taken ----------------------------------------------------------------------------------------------------------------------------

def test_an_archive_is_stored_as_it_came_on_two_runners(works, archive, uploaded):
    paths = [path for (_, backup_id), path in works.files().items() if backup_id == uploaded['id']]
    assert len(paths) == 2 and {path.read_bytes() for path in paths} == {archive}
    assert (uploaded['sha256'], uploaded['size_bytes'], uploaded['state']) == (sha256(archive), len(archive), 'verified')


def test_it_says_that_it_was_not_made_here_and_what_is_in_it(works, uploaded):
    assert (uploaded['origin'], uploaded['created_by'], uploaded['note']) == ('upload', 'admin', '从别处 <b>')
    manifest = uploaded['manifest']
    assert manifest['counts']['tables'] == 5 and manifest['counts']['views'] == 1 and manifest['unpacked_bytes'] > 10_000
    assert {'schema': 'public', 'name': 'readings'} in manifest['tables'] and uploaded['tables'] == 5
    assert uploaded['server_version'].startswith(works.platform.postgres.sql('SHOW server_version')[0][0][:2])
    assert (uploaded['database_bytes'], uploaded['row_estimate'], uploaded['wal_lsn']) == (None, None, None)


def test_nothing_of_it_is_left_where_it_came_in(works, uploaded):
    works.nothing_came()


def test_an_upload_is_in_the_audit_log_with_its_digest(works, archive, uploaded):
    events = works.api.get('/audit', params={'action': 'database.backup.upload'}).json['items']
    done = next(e for e in events if e['outcome'] == 'succeeded')
    assert done['parameters']['sha256'] == sha256(archive) and done['parameters']['size_bytes'] == len(archive) and done['target'] == 'small'


def test_a_runner_takes_what_came_to_another(works, archive):
    """The worker brought it to a, which is gone by now; the file service beside a is still there."""
    file = str(uuid.uuid4())
    a, b = works.platform.runners
    a.stop()
    try:
        (a.folder / 'incoming' / file).write_bytes(archive)
        parameters = {'runner': 'a', 'file': file, 'size_bytes': len(archive), 'sha256': sha256(archive)}
        job_id = works.platform.postgres.sql(
            "INSERT INTO job (kind, database, parameters, exclusive, created_by, request_id) VALUES ('upload', 'small', %s, false, 'x', 'x') RETURNING id",
            json.dumps(parameters), database='guardian')[0][0]
        job = works.end(job_id)
        assert (job['state'], job['runner']) == ('succeeded', 'b'), job
        assert works.files()['b', job['result']['backup_id']].read_bytes() == archive
    finally:
        a.start()
    works.nothing_came()


# -- what it is never taken for ----------------------------------------------------------------------------------------------------------------

def test_an_upload_is_no_backup_of_the_database(works, archive):
    backup = works.taken(archive, database='empty')
    found = {d['database']: d for d in works.api.get('/database/backups/summary').json['databases']}['empty']
    assert (found['state'], found['last_verified_at']) == ('none', None)
    text = subprocess.run(['curl', '-s', '--unix-socket', str(works.platform.nginx.internal), 'http://x/metrics'], capture_output=True, text=True).stdout
    assert 'guardian_backup_last_verified_timestamp_seconds{database="empty"} 0' in text
    assert works.confirmed('DELETE', f'/database/backups/{backup["id"]}').status == 204


def test_beside_an_upload_the_last_verified_backup_is_still_the_last(works, archive):
    works.taken(archive, database='empty')
    own = works.backup('empty')
    problem = works.api.problem('conflict', 'DELETE', f'/database/backups/{own["id"]}')
    assert 'last verified backup' in problem['detail']


def test_retention_knows_nothing_of_uploads(works, uploaded):
    items = works.api.get('/database/retention', params={'database': 'small'}).json
    assert uploaded['id'] not in json.dumps(items)


# -- what is refused ---------------------------------------------------------------------------------------------------------------------------

def test_what_is_no_archive_is_refused_at_its_first_bytes_and_told_what_is_needed(works, archive, tmp_path):
    before = len(works.jobs())
    directory = tmp_path / 'dir'
    works.dump('elsewhere', '-Fd', '-f', directory)
    for data, said in ((b'', 'nothing'), (works.dump('elsewhere', '-Fp'), 'text, perhaps SQL'), (works.dump('elsewhere', '-Ft'), 'tar format'),
                       (gzip.compress(archive), 'gzip'), ((directory / 'toc.dat').read_bytes(), 'another format'), (b'PGDMP', 'cut off'),
                       (b'\0' * 100, 'not an archive')):
        detail = works.refused('archive', data)['detail']
        assert said in detail and 'pg_dump --format=custom' in detail, detail
    assert len(works.jobs()) == before
    works.nothing_came()


def broken(archive):
    """The ways in which one may have suffered: name → bytes."""
    middle = len(archive) * 2 // 3
    altered = bytearray(archive)
    altered[middle] ^= 0xff
    head = bytearray(archive)
    head[52:56] = b'\xff' * 4
    return {'cut off': archive[:middle], 'one byte altered': bytes(altered), 'its head altered': bytes(head), 'the head alone': archive[:200]}


@pytest.mark.parametrize('how', ['cut off', 'one byte altered', 'its head altered', 'the head alone'])
def test_an_archive_that_has_suffered_is_found_out_and_leaves_nothing(works, how):
    files = set(works.files())
    job = works.sent(broken(works.dump('many'))[how])
    assert (job['state'], job['error']['code']) == ('failed', 'archive'), job
    works.nothing_left(job['id'])
    works.nothing_came()
    assert set(works.files()) == files


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_meets_a_database(works):
    data = works.dump('bomb')
    assert len(data) < UPLOAD_MAX / 10
    job = works.sent(data)
    assert (job['state'], job['error']['code']) == ('failed', 'archive') and 'unpacks to more than' in job['error']['detail'], job


def test_another_digest_than_was_announced_is_refused_and_nothing_is_kept(works, archive):
    problem = works.refused('bad_field', archive, sha256='0' * 64)
    assert problem['field'] == 'sha256' and sha256(archive) in problem['detail']
    big = works.dump('many')
    assert len(big) > 100_000
    works.refused('bad_field', big, sha256='0' * 64)
    works.refused('bad_field', archive, sha256='G' * 64)
    works.nothing_came()


@pytest.mark.parametrize('name', ['nobody', 'guardian', 'postgres'])
def test_nothing_is_uploaded_for_a_database_that_is_not_managed(works, archive, name):
    works.refused('not_found', archive, database=name)


def test_another_type_of_content_is_refused(works, archive):
    works.api.problem('media_type', 'POST', '/database/backups/upload', body=archive, params={'database': 'small'})


@contextmanager
def sending(works, length, token=None):
    """A connection on which an upload of so many bytes has begun."""
    context = ssl.create_default_context(cafile=str(works.platform.nginx.certificate))
    with socket.create_connection(('127.0.0.1', works.platform.nginx.port)) as plain, context.wrap_socket(plain, server_hostname='localhost') as connection:
        connection.sendall(f'POST /api/v1/database/backups/upload?database=small HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token or works.api.token}\r\n'
                           f'Content-Type: application/octet-stream\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n'.encode())
        yield connection


def answer(connection):
    connection.settimeout(20)
    return connection.recv(4096).decode()


def test_what_is_too_large_is_refused_before_a_byte_of_it_is_sent(works):
    with sending(works, UPLOAD_MAX + 1) as connection:
        text = answer(connection)
    assert text.startswith('HTTP/1.1 413') and '"code":"too_large"' in text and 'jobs.upload_max_bytes' in text


def test_who_is_not_signed_in_is_told_so_before_a_byte_is_sent(works):
    with sending(works, 1000, token='x') as connection:
        assert answer(connection).startswith('HTTP/1.1 401')


# -- what may break ----------------------------------------------------------------------------------------------------------------------------

def test_a_caller_that_goes_away_in_the_middle_leaves_nothing(works):
    data = works.dump('many')
    before = len(works.jobs())
    with sending(works, len(data)) as connection:
        connection.sendall(data[:len(data) // 2])
        wait_for(lambda: any(name.startswith('.incoming/') for name in works.incoming()), 10, 'the first half being there')
    works.nothing_came()
    assert len(works.jobs()) == before
    outcomes = lambda: [e['outcome'] for e in works.api.get('/audit', params={'action': 'database.backup.upload'}).json['items']]    # noqa: E731
    wait_for(lambda: outcomes()[0] == 'cancelled', 10, 'the outcome in the audit log')


def test_a_file_service_that_is_away_is_said(works, archive):
    files = works.platform.backup_files
    files.stop()
    try:
        works.refused('upstream_unavailable', archive)
    finally:
        files.start()
    assert works.taken(archive)['state'] == 'verified'


def test_a_file_service_that_is_just_starting_is_waited_for(works, archive):
    begun = lambda: works.platform.audit("SELECT count(*) FROM audit_event WHERE action = 'database.backup.upload' AND outcome = 'intent'")[0][0]   # noqa: E731
    files, before = works.platform.backup_files, begun()
    files.stop()
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(works.send, archive)
        try:
            wait_for(lambda: begun() > before, 10, 'the upload having begun')
        finally:
            files.start()
        assert reply.result().status == 202, reply.result().body
    assert works.end(reply.result().json['job_id'])['state'] == 'succeeded'


def test_a_file_service_that_dies_in_the_middle_is_said_and_leaves_nothing(works):
    data, files = works.dump('many'), works.platform.backup_files
    with sending(works, len(data)) as connection:
        connection.sendall(data[:len(data) // 2])
        wait_for(lambda: any(name.startswith('.incoming/') for name in works.incoming()), 10, 'the first half being there')
        files.kill()
        connection.sendall(data[len(data) // 2:])
        text = answer(connection)
    files.start()
    assert text.startswith('HTTP/1.1 503') and '"code":"upstream_unavailable"' in text
    works.nothing_came()


def test_a_runner_that_cannot_write_is_said_and_nothing_is_kept(works, archive):
    """Its folder for uploads is not there: nginx cannot give the name."""
    folders = [runner.folder / 'incoming' for runner in works.platform.runners]
    works.nothing_came()
    for folder in folders:
        folder.rmdir()
    try:
        assert 'Is there room' in works.refused('upstream_refused', archive)['detail']
    finally:
        for folder in folders:
            folder.mkdir()
    works.nothing_came()


def test_without_a_runner_an_upload_is_refused_with_what_to_do(works, archive):
    for runner in works.platform.runners:
        runner.stop()
    try:
        wait_for(lambda: not works.platform.postgres.sql("SELECT 1 FROM runner WHERE seen_at > clock_timestamp() - interval '15 seconds'", database='guardian'),
                 30, 'the runners being forgotten')
        assert 'guardian-jobs' in works.refused('busy', archive)['detail']
    finally:
        for runner in works.platform.runners:
            runner.start()


def test_what_no_job_asks_for_is_removed_in_time(works):
    """A worker died between the bytes and the job."""
    path = works.platform.runners[0].folder / 'incoming' / str(uuid.uuid4())
    path.write_bytes(b'left')
    young = path.with_name(str(uuid.uuid4()))
    young.write_bytes(b'just come')
    os.utime(path, (time.time() - 4000, time.time() - 4000))
    wait_for(lambda: not path.exists(), 15, 'the old one being removed')
    assert young.exists()
    young.unlink()
