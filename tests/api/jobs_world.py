"""A console with runners over small databases, and what tests of jobs do again and again."""
import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from conftest import small_platform
from iotplatform import Runner, wait_for
from iotplatform.postgres import binary_folder
from iotplatform.process import descendants

# Names that a shell, libpq or a program would take for something else; 63 bytes; not ASCII.
ODD_NAMES = ['host=evil dbname=y', '--file=x', "'; drop", 'x' * 63, '数据库 "一"', 'back\\slash', 'postgresql://evil/x']
OVER = ('succeeded', 'failed', 'cancelled')

SMALL = """
CREATE TABLE readings (id int PRIMARY KEY, label text NOT NULL, value numeric);
INSERT INTO readings SELECT i, 'label ' || i, i * 1.5 FROM generate_series(1, 1000) AS i;
CREATE TABLE "Order Details; 1259 1 TABLE" ("Order ID" int PRIMARY KEY, note text);
CREATE TABLE "设备" ("编号" int PRIMARY KEY);
CREATE TABLE parts (at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts DEFAULT;
CREATE VIEW v AS SELECT * FROM readings;
ANALYZE;
"""
# 8 MB that do not get smaller: enough for a dump to be met in the middle of.
BIG = """
CREATE TABLE noise (id int, text text);
INSERT INTO noise SELECT i, (SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, 32) AS j) FROM generate_series(1, 8000) AS i;
ANALYZE;
"""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def make_database(platform, name, sql=SMALL):
    platform.postgres.sql(f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' OWNER works")
    platform.postgres.sql('SET SESSION AUTHORIZATION works; ' + sql, database=name)


@contextmanager
def jobs_platform(name, databases=None, **options):
    """Databases by name with the SQL that fills them."""
    databases = databases or {'small': SMALL}

    def data(platform):
        platform.postgres.sql('CREATE ROLE works LOGIN')
        for database, sql in databases.items():
            make_database(platform, database, sql)
    config = options.pop('config', {})
    config['postgres'] = {'managed_databases': list(databases), 'connect_timeout_s': 10, **config.get('postgres', {})}
    with small_platform(name, data=data, config=config, workers=(2, 1), **options) as platform:
        yield platform


class Works:
    """The caller's view: jobs and backups of one platform."""

    def __init__(self, platform):
        self.platform = platform
        self.api = platform.client()

    def start(self, database, **fields):
        """The id of a new backup job."""
        return self.api.call('POST', '/database/backup', {'database': database, **fields}).json['job_id']

    def job(self, job_id):
        return self.api.get(f'/database/jobs/{job_id}').json

    def until(self, job_id, condition, timeout_s=60):
        def look():
            job = self.job(job_id)
            return job if condition(job) else None
        return wait_for(look, timeout_s, f'job {job_id}', poll_s=0.05)

    def end(self, job_id, timeout_s=60):
        return self.until(job_id, lambda job: job['state'] in OVER, timeout_s)

    def backup(self, database, **fields):
        """A new backup, made."""
        job = self.end(self.start(database, **fields))
        assert job['state'] == 'succeeded', job
        return self.get(job['result']['backup_id'])

    def get(self, backup_id):
        return self.api.get(f'/database/backups/{backup_id}').json

    def backups(self, database):
        return self.api.get('/database/backups', params={'database': database}).json['items']

    def copied(self, backup_id, copies=2, timeout_s=30):
        wait_for(lambda: len(self.get(backup_id)['copies']) == copies, timeout_s, f'{copies} copies of {backup_id}', poll_s=0.1)
        return self.get(backup_id)

    def confirmed(self, method, path, value=None):
        """A two-step call, both steps; the second reply."""
        made = self.api.call(method, path, value)
        assert made.status == 428, made.body
        return self.api.call(method, path, value, headers={'X-Confirmation-Token': made.json['confirmation_token'],
                                                           'X-Confirmation-Phrase': quote(made.json['phrase'], safe='')})

    # -- below the API -------------------------------------------------------------------------------------------------

    def sessions(self, job_id):
        return self.platform.postgres.sql('SELECT pid FROM pg_stat_activity WHERE application_name = %s', f'guardian-job-{job_id}')

    def programs(self, name='pg_dump'):
        """Processes of that name below our runners."""
        return [pid for runner in self.platform.runners if runner.pid for pid in descendants(runner.pid) if _name(pid) == name]

    def temporary(self):
        return sorted(p.name for runner in self.platform.runners for p in runner.folder.glob('.job-*'))

    def files(self):
        """Archives under final names: path by runner and id."""
        return {(runner.runner, p.name.split('.')[0]): p for runner in self.platform.runners for p in runner.folder.glob('*')
                if p.suffixes and p.suffixes[0] in ('.dump', '.tar') and not p.name.startswith('.job-')}

    def runner_of(self, job_id):
        name = self.until(job_id, lambda job: job['runner'])['runner']
        return next(r for r in self.platform.runners if r.runner == name)

    def nothing_left(self, job_id, timeout_s=15):
        """No session, no program, no temporary file, no lock of a job that is over."""
        wait_for(lambda: not self.sessions(job_id) and not [n for n in self.temporary() if job_id in n] and
                 not self.programs() and not self.programs('pg_restore') and not self.programs('tar'), timeout_s, 'all traces gone')
        assert self.platform.postgres.sql("SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE a.application_name = %s",
                                          f'guardian-job-{job_id}') == [(0,)]


def _name(pid):
    try:
        return Path(f'/proc/{pid}/comm').read_text().strip()
    except OSError:
        return ''


@contextmanager
def lock(platform, database, table='readings'):
    """Nobody reads the table meanwhile: a dump waits for it."""
    connection = platform.postgres.connect(database)
    connection.autocommit = False
    connection.cursor().execute(f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE')
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def only_runner(platform, name='c', folder=None, prepare=None, **jobs):
    """A runner of its own in place of the others, with other options."""
    for runner in platform.runners:
        runner.stop()

    def config():
        made = platform.runner_config(name)
        made['jobs'] = {**made['jobs'], 'runner': name, 'backup_dir': str(folder or platform.home / 'backups' / name), **jobs}
        return made
    own = Runner(platform.home, name, platform.build / 'guardian-jobs', config)
    own.folder = Path(folder) if folder else own.folder
    kept, platform.runners = platform.runners, [own]
    try:
        own.start()
        yield own
    finally:
        own.resume()
        own.stop()
        platform.runners = kept
        for runner in kept:
            runner.start()


@contextmanager
def held(works, database='big', table='noise'):
    """(job, pid): a new backup whose pg_dump is stopped in its tracks in the middle of its data."""
    with lock(works.platform, database, table):
        job_id = works.start(database)
        pid = waiting(works, job_id)
    path = wait_for(lambda: next((p for r in works.platform.runners for p in r.folder.glob(f'.job-{job_id}.dump')), None), 10, 'its file')
    wait_for(lambda: path.stat().st_size > 200_000, 30, 'data being written', poll_s=0.001)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield job_id, pid
    finally:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


def waiting(works, job_id):
    """The pid of the job's pg_dump, when it waits for a lock that somebody holds."""
    def look():
        return works.platform.postgres.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND wait_event_type = 'Lock'",
                                           f'guardian-job-{job_id}') and works.programs()
    return wait_for(look, 30, 'the lock being waited for')[0]


def parent_of(pid):
    return int(Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[1])


def listed(path):
    """What pg_restore finds in an archive."""
    return subprocess.run([binary_folder() / 'pg_restore', '--list', path], capture_output=True, text=True, check=True).stdout
