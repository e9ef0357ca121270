"""A PostgreSQL cluster of our own: beside any other, on a socket in its own folder, and on loopback TCP when asked."""
import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2

from .process import Daemon, Failed, as_user, wait_for

ACCOUNT = 'postgres'    # PostgreSQL refuses to run as root

SETTINGS = {
    'max_connections': 120,
    'shared_buffers': '256MB',
    'max_wal_size': '2GB',
    'checkpoint_timeout': '15min',
    'wal_level': 'replica',
    'wal_compression': 'on',
    'max_wal_senders': 10,
    'max_replication_slots': 10,
    'max_slot_wal_keep_size': '1GB',
    'hot_standby': 'on',
    'password_encryption': 'scram-sha-256',
    'shared_preload_libraries': 'pg_stat_statements',
    'track_io_timing': 'on',
    'track_functions': 'all',
    'log_line_prefix': '%m [%p] %q%u@%d %a ',
    'log_checkpoints': 'off',
    'timezone': 'UTC',
    'log_timezone': 'UTC',
}


def binary_folder():
    """PG_BINDIR, or Debian's PostgreSQL 15, or the newest one there is."""
    if chosen := os.environ.get('PG_BINDIR'):
        return Path(chosen)
    found = sorted(Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda p: float(p.parts[-3]))
    for initdb in found:
        if initdb.parts[-3] == '15':
            return initdb.parent
    if not found:
        raise Failed('PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb)')
    return found[-1].parent


def own_folder(home):
    """Where the postgres account can live: below `home`, or, when it may not even walk there (as below /root), in
    /var/lib. Also keeps socket names within the kernel's 107 bytes."""
    home = Path(home).resolve()
    if len(os.fsencode(home)) <= 70:
        home.mkdir(parents=True, exist_ok=True)
        if not as_user(ACCOUNT) or subprocess.run(['test', '-x', home], cwd='/', **as_user(ACCOUNT)).returncode == 0:
            return home
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path('/var/lib' if os.geteuid() == 0 else '/var/tmp') / f'iot-guardian-{digest}'


class Postgres(Daemon):
    """`port` names the socket; the server listens on 127.0.0.1 too when `tcp` is true. The superuser `postgres` comes in
    through the socket alone, whose folder only it and root can enter; everybody else needs a password."""

    stop_signal = signal.SIGINT     # "fast": ends sessions, writes a checkpoint

    def __init__(self, home, name='postgres', port=5432, tcp=False, durable=True, settings=None):
        super().__init__(name, home)
        self.port = port
        self.tcp = tcp
        self.base = own_folder(home) / 'pg'
        self.data = self.base / f'{name}.data'
        self.socket_folder = self.base / f'{name}.s'
        self.socket = self.socket_folder / f'.s.PGSQL.{port}'
        self.settings = {**SETTINGS, **({} if durable else {'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off'}),
                         **(settings or {})}
        self.durable = durable

    # -- life ------------------------------------------------------------------------------------------------------

    @property
    def exists(self):
        return (self.data / 'PG_VERSION').exists()

    def _run(self, program, *args, env=None):
        done = subprocess.run([binary_folder() / program, *map(str, args)], cwd='/', capture_output=True, text=True,
                              env={**os.environ, 'LC_ALL': 'C.UTF-8', **(env or {})}, **as_user(ACCOUNT))
        if done.returncode:
            raise Failed(f'{program} failed:\n{done.stderr}{done.stdout}')
        return done.stdout

    def _folder(self, path):
        path.mkdir(parents=True, exist_ok=True, mode=0o755)
        if as_user(ACCOUNT):
            shutil.chown(path, ACCOUNT, ACCOUNT)
        elif path.stat().st_uid != os.geteuid():
            raise Failed(f'{path} belongs to somebody else')
        return path

    def create(self):
        """initdb. A cluster that is there already is left alone."""
        if self.exists:
            return self
        self._folder(self.base)
        unfinished = self.data.with_suffix('.new')
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run('initdb', '-D', unfinished, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--data-checksums',
                  '--auth=reject', *([] if self.durable else ['--no-sync']))
        unfinished.rename(self.data)
        return self

    def _write_settings(self):
        self._folder(self.socket_folder).chmod(0o700)
        hba = self.base / f'{self.name}.hba'
        hba.write_text('local all postgres trust\n'
                       'local replication postgres trust\n'
                       'host all postgres all reject\n'
                       'local all,replication all scram-sha-256\n'
                       'host all,replication all 127.0.0.1/32 scram-sha-256\n'
                       'host all,replication all ::1/128 scram-sha-256\n')
        lines = {'data_directory': self.data, 'hba_file': hba, 'ident_file': self.data / 'pg_ident.conf', 'port': self.port,
                 'listen_addresses': '127.0.0.1' if self.tcp else '', 'unix_socket_directories': self.socket_folder,
                 'unix_socket_permissions': '0700', 'cluster_name': self.name, **self.settings}
        conf = self.base / f'{self.name}.conf'
        conf.write_text(''.join(f"{key} = '{value}'\n" for key, value in lines.items()))
        for path in (hba, conf):
            path.chmod(0o644)
        return conf

    def start(self):
        if not self.running:
            conf = self._write_settings()
            self.spawn([binary_folder() / 'postgres', '-D', self.data, '-c', f'config_file={conf}'], user=ACCOUNT,
                       env={'LC_ALL': 'C.UTF-8'}, ready=self.answers, timeout_s=60)
        return self

    def answers(self):
        try:
            self.connect().close()
            return True
        except psycopg2.OperationalError:
            return False

    def remove(self):
        self.kill()
        for path in (self.data, self.socket_folder):
            shutil.rmtree(path, ignore_errors=True)
        for suffix in ('conf', 'hba'):
            (self.base / f'{self.name}.{suffix}').unlink(missing_ok=True)
        for folder in (self.base, self.base.parent):    # when nobody else lives there
            try:
                folder.rmdir()
            except OSError:
                pass

    # -- replication -----------------------------------------------------------------------------------------------

    def standby(self, name='standby', port=None, tcp=None):
        """A running streaming replica with a slot of its own. Made with pg_basebackup the first time."""
        replica = Postgres(self.home, name, port or self.port + 1, self.tcp if tcp is None else tcp, self.durable, self.settings)
        if not replica.exists:
            unfinished = replica.data.with_suffix('.new')
            shutil.rmtree(unfinished, ignore_errors=True)
            slot = ''.join(c if c.isalnum() else '_' for c in name.lower())
            self.sql('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s', slot)
            self._run('pg_basebackup', '-D', unfinished, '-h', self.socket_folder, '-p', self.port, '-U', 'postgres',
                      '-R', '-C', '-S', slot, '-X', 'stream', '-c', 'fast', *([] if self.durable else ['--no-sync']))
            unfinished.rename(replica.data)
        replica.start()
        wait_for(lambda: self.sql("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND application_name = %s", name),
                 30, f'{name} streaming')
        return replica

    def promote(self):
        self.sql('SELECT pg_promote()')

    def caught_up(self, replica, timeout_s=30):
        """Waits until the replica has replayed all that is written here now."""
        self.sql("SET synchronous_commit = local; SELECT pg_logical_emit_message(true, 'flush', '')")     # all up to here is on disk
        position = self.sql('SELECT pg_current_wal_flush_lsn()::text')[0][0]
        wait_for(lambda: replica.sql('SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn', position)[0][0], timeout_s, f'{replica.name} catching up')

    # -- use, as the superuser ---------------------------------------------------------------------------------------

    @property
    def arguments(self):
        """What psql and its kin need to come in as the superuser."""
        return ['-h', str(self.socket_folder), '-p', str(self.port), '-U', 'postgres']

    @property
    def address(self):
        """As guardian.yaml's postgres.hosts wants it."""
        return f'127.0.0.1:{self.port}' if self.tcp else f'{self.socket_folder}:{self.port}'

    def conninfo(self, database='postgres'):
        return f"host='{self.socket_folder}' port={self.port} user=postgres dbname={database}"

    def connect(self, database='postgres'):
        connection = psycopg2.connect(host=str(self.socket_folder), port=self.port, user='postgres', dbname=database, connect_timeout=5)
        connection.autocommit = True
        return connection

    def sql(self, statement, *values, database='postgres'):
        """Rows of one statement, [] when it has none."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def run_files(self, paths, database, role=None):
        """psql over files, stopping at the first error; `role` becomes the owner of what they create."""
        begin = ['-c', 'SET synchronous_commit = off']
        if role:
            begin += ['-c', f'SET SESSION AUTHORIZATION {role}']
        done = subprocess.run([binary_folder() / 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', *self.arguments, '-d', database, *begin,
                               *[a for path in paths for a in ('-f', str(path))]],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, 'PGCLIENTENCODING': 'UTF8'})
        if done.returncode:
            raise Failed(f'psql failed:\n{done.stderr[-4000:]}')
