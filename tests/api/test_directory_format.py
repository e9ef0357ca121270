"""Backups in pg_dump's directory format: several sessions dump, and what they made is one file, as whole and as proven as any."""
import hashlib
import os
import secrets
import signal
import subprocess
from contextlib import contextmanager

import pytest

from jobs_world import BIG, ODD_NAMES, SMALL, Works, jobs_platform, listed, only_runner
from iotplatform import wait_for
from iotplatform.postgres import binary_folder

AGAIN_S = 2     # how often copies are read and checked again
LOTS = BIG + 'CREATE TABLE lots AS TABLE noise; CREATE TABLE lots_too AS TABLE noise; ANALYZE;'


@pytest.fixture(scope='module')
def works():
    with jobs_platform('directory', {'small': SMALL, 'lots': LOTS, **{name: SMALL for name in ODD_NAMES[:3]}},
                       config={'jobs': {'verify_interval_s': AGAIN_S}}) as platform:
        yield Works(platform)


@pytest.fixture(scope='module')
def made(works):
    return works.copied(works.backup('small', format='directory')['id'])


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpacked(data, folder):
    """What tar makes of a backup: the archive's folder, and the names in the file."""
    folder.mkdir()
    subprocess.run(['tar', '-x', '-C', folder], input=data, check=True)
    names = subprocess.run(['tar', '-t'], input=data, check=True, capture_output=True).stdout.decode().split()
    inside, = folder.iterdir()
    return inside, names


def download(works, backup):
    reply = works.api.send('GET', f'/database/backups/{backup["id"]}/download')
    assert reply.status_code == 200
    return reply


# -- what it is -------------------------------------------------------------------------------------------------------------------------------

def test_it_is_one_file_with_a_digest_on_two_runners(works, made):
    paths = [path for (_, backup_id), path in works.files().items() if backup_id == made['id']]
    assert made['format'] == made['manifest']['format'] == 'directory' and [p.name for p in paths] == [f'{made["id"]}.tar'] * 2
    assert {sha256(p) for p in paths} == {made['sha256']} and {p.stat().st_size for p in paths} == {made['size_bytes']}
    assert works.temporary() == []


def test_its_download_is_a_folder_that_pg_restore_reads(works, made, tmp_path):
    reply = download(works, made)
    assert '.tar"' in reply.headers['Content-Disposition'] and hashlib.sha256(reply.content).hexdigest() == made['sha256']
    folder, names = unpacked(reply.content, tmp_path / 'x')
    assert folder.name == made['id'] and f'{made["id"]}/toc.dat' in names and all(name.startswith(made['id'] + '/') for name in names)
    assert 'TABLE DATA public readings' in listed(folder)
    works.platform.postgres.sql('CREATE DATABASE by_hand')
    subprocess.run([binary_folder() / 'pg_restore', *works.platform.postgres.arguments, '--exit-on-error', '--jobs=2', '-d', 'by_hand', folder],
                   check=True, capture_output=True)
    assert works.platform.postgres.sql('SELECT count(*), sum(value) FROM readings', database='by_hand') == \
        works.platform.postgres.sql('SELECT count(*), sum(value) FROM readings', database='small')


def test_a_download_goes_on_where_it_broke_off(works, made):
    path = f'/database/backups/{made["id"]}/download'
    rest = works.api.send('GET', path, headers={'Range': 'bytes=1000-'})
    assert rest.status_code == 206 and rest.content == download(works, made).content[1000:]


def test_several_sessions_dump_at_a_time(works):
    def copying():
        return works.platform.postgres.sql("SELECT count(*) FROM pg_stat_progress_copy WHERE datname = 'lots'")[0][0]
    with only_runner(works.platform, compression=9, dump_processes=3):
        job_id = works.start('lots', format='directory')
        wait_for(lambda: copying() == 3, 30, 'three tables being read', poll_s=0.005)
        assert works.end(job_id)['state'] == 'succeeded'


def test_progress_never_goes_back_and_names_the_tables(works):
    with only_runner(works.platform, compression=9):
        job_id, seen = works.start('lots', format='directory'), []

        def look():
            job = works.job(job_id)
            seen.append((job['progress']['percent'] or 0, job['progress']['phase'] or ''))
            return job['state'] == 'succeeded'
        wait_for(look, 60, 'the backup', poll_s=0.005)
    percents, phases = zip(*seen)
    assert list(percents) == sorted(percents) and percents[-1] == 100
    assert [phase for phase in phases if phase.startswith('dumping public.')], set(phases)


@pytest.mark.parametrize('name', ODD_NAMES[:3])
def test_a_database_may_be_called_anything(works, name, tmp_path):
    folder, _ = unpacked(download(works, works.backup(name, format='directory')).content, tmp_path / 'x')
    assert 'TABLE DATA public readings' in listed(folder)


@pytest.mark.parametrize('format', ['tar', 'plain', 'DIRECTORY', '', 1])
def test_another_format_is_refused(works, format):
    assert works.api.problem('bad_field', 'POST', '/database/backup', {'database': 'small', 'format': format})['field'] == 'format'


def test_a_large_object_is_in_it(works, tmp_path):
    works.platform.postgres.sql("SET SESSION AUTHORIZATION works; SELECT lo_from_bytea(4711, 'large')", database='small')
    try:
        folder, names = unpacked(download(works, works.backup('small', format='directory')).content, tmp_path / 'x')
        assert [name for name in names if 'blob_4711.dat' in name] and ' BLOB - 4711' in listed(folder)
    finally:
        works.platform.postgres.sql('SELECT lo_unlink(4711)', database='small')


# -- schedules --------------------------------------------------------------------------------------------------------------------------------

def test_a_schedule_makes_its_backups_in_the_format_that_it_says(works):
    wish = {'database': 'small', 'cron': '0 0 1 1 *', 'format': 'directory'}
    schedule = works.api.call('POST', '/database/schedules', wish).json
    path = f'/database/schedules/{schedule["id"]}'
    assert schedule['format'] == 'directory'
    works.platform.audit("UPDATE schedule SET next_run_at = date_trunc('second', now()) WHERE id = %s", schedule['id'])
    job_id = wait_for(lambda: works.api.get(path).json['last_job_id'], 30, 'its job')
    assert works.get(works.end(job_id)['result']['backup_id'])['format'] == 'directory'
    assert works.api.call('PUT', path, {**wish, 'format': 'custom'}).json['format'] == 'custom'
    assert works.confirmed('DELETE', path).status == 204


def test_a_schedule_of_drills_has_no_format(works):
    wish = {'database': 'small', 'cron': '0 0 1 1 *', 'kind': 'restore_drill'}
    assert works.api.problem('bad_field', 'POST', '/database/schedules', {**wish, 'format': 'directory'})['field'] == 'format'
    schedule = works.api.call('POST', '/database/schedules', wish).json
    assert schedule['format'] is None
    assert works.confirmed('DELETE', f'/database/schedules/{schedule["id"]}').status == 204


# -- what may go wrong ------------------------------------------------------------------------------------------------------------------------

def failed(works, database, words):
    count = works.platform.audit('SELECT count(*) FROM backup')
    job = works.end(works.start(database, format='directory'))
    assert job['state'] == 'failed' and words in job['error']['detail'], job
    works.nothing_left(job['id'])
    assert works.platform.audit('SELECT count(*) FROM backup') == count


def test_one_altered_byte_is_found_and_the_copy_made_good_from_the_other(works):
    backup = works.copied(works.backup('small', format='directory')['id'])
    path = works.files()['a', backup['id']]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    wait_for(lambda: path.with_name(path.name + '.damaged').exists(), 20, 'the damage found')
    wait_for(lambda: path.exists() and sha256(path) == backup['sha256'], 20, 'a good copy again')
    assert works.copied(backup['id'])['state'] == 'verified'
    assert works.confirmed('DELETE', f'/database/backups/{backup["id"]}').status == 204
    wait_for(lambda: not [p for r in works.platform.runners for p in r.folder.glob(f'{backup["id"]}*')], 20, 'all its files gone')


@pytest.mark.parametrize('size_mb', [6, 20], ids=['dumped', 'packed'])
def test_a_full_disk_fails_the_backup_while_it_is(works, tmp_path, size_mb):
    """Three tables of 4.6 MB each: 14 MB as they are dumped, as much again as one file."""
    assert os.geteuid() == 0, 'this test mounts a file system: run it as root'
    folder = tmp_path / 'small'
    folder.mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size_mb}m', 'tmpfs', folder], check=True)
    try:
        with only_runner(works.platform, folder=folder):
            failed(works, 'lots', 'No space left on device')
    finally:
        subprocess.run(['umount', folder], check=True)


@contextmanager
def in_the_middle(works):
    """(job, the programs): a new backup whose pg_dump, all of it, is stopped while there is data."""
    job_id = works.start('lots', format='directory')

    def size():
        return sum(p.stat().st_size for r in works.platform.runners for p in r.folder.glob(f'.job-{job_id}.directory/*.dat*'))
    wait_for(lambda: size() > 200_000, 30, 'data being written', poll_s=0.001)
    pids = works.programs()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    assert len(pids) > 1
    try:
        yield job_id, pids
    finally:
        for pid in pids:
            go_on(pid)


def go_on(pid):
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


def test_it_is_cancelled_with_all_its_sessions(works):
    with in_the_middle(works) as (job_id, _):
        assert works.api.call('POST', f'/database/jobs/{job_id}/cancel').status == 202
        assert works.end(job_id)['state'] == 'cancelled'
    works.nothing_left(job_id)


def test_a_session_that_was_killed_in_the_middle_makes_no_backup(works):
    with in_the_middle(works) as (job_id, pids):
        os.kill(max(pids), signal.SIGKILL)
    job = works.end(job_id)
    assert job['state'] == 'failed' and job['error']['detail'], job
    works.nothing_left(job_id)


def test_the_folder_of_a_killed_runner_is_gone_when_it_is_back(works):
    with in_the_middle(works) as (job_id, _):
        runner = works.runner_of(job_id)
        runner.signal(signal.SIGKILL)
        wait_for(lambda: not runner.running, 5, 'its death')
    runner.start()
    assert works.end(job_id)['state'] == 'succeeded'
    works.nothing_left(job_id)


def test_an_archive_that_lacks_a_file_is_no_backup(works, tmp_path):
    """A stand-in that takes one of pg_dump's files away: the real one cannot be made to."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'pg_restore').symlink_to(binary_folder() / 'pg_restore')
    (folder / 'pg_dump').write_text(f"""#!/bin/bash
{binary_folder()}/pg_dump "$@" || exit
for argument; do [[ $argument != --file=* ]] || into=${{argument#--file=}}; done
ls -S "$into"/*.dat.gz | head -n 1 | xargs rm
""")
    (folder / 'pg_dump').chmod(0o755)
    with only_runner(works.platform, pg_bindir=str(folder)):
        failed(works, 'small', 'pg_restore')


# -- encryption at rest -----------------------------------------------------------------------------------------------------------------------

def test_an_encrypted_one_is_unreadable_without_the_key_and_whole_with_it(works, tmp_path):
    key = tmp_path / 'key'
    key.write_text(secrets.token_hex(32))
    with only_runner(works.platform, encryption_key_file=str(key)):
        backup = works.backup('small', format='directory')
        data = download(works, backup).content
        assert works.files()['c', backup['id']].name.endswith('.tar.enc') and data.startswith(b'IOTGBK1\n') and b'toc.dat' not in data
        plain = subprocess.run([works.platform.build / 'guardianctl', 'backup', 'decrypt', '--key-file', key], input=data, capture_output=True, check=True).stdout
        folder, _ = unpacked(plain, tmp_path / 'x')
        assert 'TABLE DATA public readings' in listed(folder)
