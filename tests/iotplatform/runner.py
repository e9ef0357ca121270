"""guardian-jobs: one runner with a folder of its own."""
import hashlib
import signal
from pathlib import Path

import yaml

from .process import Daemon, write


class Runner(Daemon):
    stop_signal = signal.SIGTERM
    stop_timeout_s = 30     # a job may still be running

    def __init__(self, home, name, binary, config):
        """`config` is a function that returns guardian.yaml's content for this runner."""
        super().__init__(f'jobs-{name}', home)
        self.runner = name
        self.binary = Path(binary)
        self.config = config
        self.folder = self.home / 'backups' / name
        self.config_file = self.home / 'etc' / f'{self.name}.yaml'
        self.state_file = self.home / 'run' / f'{self.name}.started'

    def _fingerprint(self):
        with open(self.binary, 'rb') as binary:
            program = hashlib.file_digest(binary, 'sha256').hexdigest()
        return program + hashlib.sha256(repr(self.config()).encode()).hexdigest()

    @property
    def current(self):
        """Runs, with this program and this configuration."""
        return self.running and self.state_file.exists() and self.state_file.read_text() == self._fingerprint()

    def start(self):
        if self.running and not self.current:
            self.stop()
        if not self.running:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            write(self.config_file, yaml.safe_dump(self.config(), allow_unicode=True, sort_keys=False), 0o600)
            self.log_file.touch()
            before = self.log_file.stat().st_size
            self.spawn([self.binary, '-c', self.config_file], ready=lambda: b'"event":"start"' in self.log_file.read_bytes()[before:])
            self.state_file.write_text(self._fingerprint())
        return self
