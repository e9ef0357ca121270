"""Barman beside a cluster of ours: base backups and WAL by streaming, in a folder of its own, never the system's Barman."""
import getpass
import shutil
import subprocess
import sys
from pathlib import Path

from .postgres import ACCOUNT, binary_folder
from .process import Daemon, as_user, write

SERVER = 'main'
PROGRAM = '/usr/bin/barman'


class Barman(Daemon):
    """What Debian's cron job does for the system's Barman: keeps `receive-wal` running and archives what it received."""

    stop_timeout_s = 15

    def __init__(self, home, postgres):
        super().__init__('barman', home)
        self.postgres = postgres
        self.folder = postgres.base / 'barman'
        self.work = postgres.base / 'pitr'          # restored clusters
        self.conf = self.folder / 'barman.conf'

    def runner_config(self):
        """The section `pitr` of the guardian-jobs beside it."""
        return {'server': SERVER, 'barman_config': str(self.conf), 'work_dir': str(self.work), **({'run_as': ACCOUNT} if as_user(ACCOUNT) else {})}

    def call(self, *arguments):
        return subprocess.run([PROGRAM, '-c', self.conf, *arguments], capture_output=True, text=True, cwd='/', **as_user(ACCOUNT))

    def start(self):
        for folder in (self.folder, self.folder / 'home', self.folder / 'lock', self.work):
            self.postgres._folder(folder)
        conninfo = f'host={self.postgres.socket_folder} port={self.postgres.port} user=postgres dbname=postgres'
        write(self.conf, f"""[barman]
barman_user = {ACCOUNT if as_user(ACCOUNT) else getpass.getuser()}
barman_home = {self.folder}/home
barman_lock_directory = {self.folder}/lock
log_file = {self.folder}/barman.log

[{SERVER}]
description = {self.home}
conninfo = {conninfo}
streaming_conninfo = {conninfo}
backup_method = postgres
archiver = off
streaming_archiver = on
slot_name = barman
create_slot = auto
immediate_checkpoint = true
path_prefix = {binary_folder()}
""")
        if not self.running:
            self.spawn([sys.executable, Path(__file__).with_name('barman_receiver.py'), PROGRAM, self.conf, SERVER],
                       ready=lambda: self.postgres.sql("SELECT 1 FROM pg_replication_slots WHERE slot_name = 'barman' AND active"), timeout_s=60)
        return self

    def stop_restored(self):
        """The clusters that were restored for inspection live on their own."""
        for data in self.work.glob('*/data'):
            subprocess.run([binary_folder() / 'pg_ctl', '-D', data, '-m', 'immediate', 'stop'], cwd='/', capture_output=True, **as_user(ACCOUNT))

    def stop(self):
        super().stop()
        self.stop_restored()

    def kill(self):
        super().kill()
        self.stop_restored()

    def remove(self):
        self.kill()
        for path in (self.folder, self.work):
            shutil.rmtree(path, ignore_errors=True)
