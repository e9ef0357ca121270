"""guardian-fcgi: one pool of workers on one socket, replaced without losing a request."""
import hashlib
import os
from pathlib import Path

import yaml

from .process import Daemon, Failed, connects, socket_path, write


class Worker(Daemon):
    """The socket that callers use is a link; each start listens on a socket of its own and then turns the link. So a
    new generation is there before the old one is told to drain."""

    stop_timeout_s = 40     # a statement may still be running

    def __init__(self, home, pool, binary, config, name=None):
        """`config` is a function that returns guardian.yaml's content without `listen` and `pool`."""
        super().__init__(name or f'worker-{pool}', home)
        self.pool = pool
        self.binary = Path(binary)
        self.config = config        # called at each start
        self.config_file = self.home / 'etc' / f'{self.name}.yaml'
        self.state_file = self.home / 'run' / f'{self.name}.started'
        self.link = socket_path(home, f'{self.name}.sock')

    @property
    def address(self):
        """As nginx's fastcgi_pass wants it."""
        return f'unix:{self.link}'

    def write_config(self, listen=None):
        """guardian.yaml; its path."""
        config = {'listen': f'unix:{listen or self.link}', 'pool': self.pool, **self.config()}
        write(self.config_file, yaml.safe_dump(config, allow_unicode=True, sort_keys=False), 0o600)
        return self.config_file

    def _fingerprint(self):
        """Differs when the program or its configuration does."""
        with open(self.binary, 'rb') as binary:
            program = hashlib.file_digest(binary, 'sha256').hexdigest()
        return program + hashlib.sha256(repr(self.config()).encode()).hexdigest()

    def _launch(self):
        generation = 'b' if os.path.exists(self.link) and os.readlink(self.link).endswith('a') else 'a'
        listen = self.link.with_name(f'{self.link.name}.{generation}')
        listen.unlink(missing_ok=True)
        self.spawn([self.binary, '-c', self.write_config(listen)], ready=lambda: connects(listen))
        new = self.link.with_name(f'{self.link.name}.new')
        new.unlink(missing_ok=True)
        new.symlink_to(listen.name)
        new.rename(self.link)
        self.state_file.write_text(self._fingerprint())

    def start(self):
        if not self.running:
            self._launch()
        return self

    @property
    def current(self):
        """Runs, with this program and this configuration."""
        return self.running and self.state_file.exists() and self.state_file.read_text() == self._fingerprint()

    def restart(self):
        """The new generation takes over, then the old one drains. When the new one does not come up, the old one stays."""
        old = Daemon(f'{self.name}-old', self.home)
        old.stop_timeout_s = self.stop_timeout_s
        if self.running:
            self.pid_file.replace(old.pid_file)
        try:
            self._launch()
        except Failed:
            if old.running:
                old.pid_file.replace(self.pid_file)
            raise
        old.stop()
        return self
