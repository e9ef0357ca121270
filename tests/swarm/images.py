"""The stack's images, built once for what they are made of, pushed to a registry of the lab and kept as a disk that new machines start with."""
import hashlib
import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from iotplatform.process import Daemon, Failed, write

from .machine import REGISTRY, REGISTRY_PORT, Machine, remove_tree, run

SEED = 50       # the number of the machine whose disk the others start with; there only while it is made
SOURCE = Path(__file__).resolve().parents[2]
INPUTS = ['configure.ac', 'Makefile.am', 'fcgi', 'nginx', 'frontend/dist', 'stack', '.dockerignore']
NOT_INPUTS = {'stack/docker-stack.yml', 'stack/watch-stack.yml', 'stack/encrypted.yml', 'stack/deploy', 'stack/images.env', 'stack/postgres/patroni.yml', 'stack/guardian/guardian.yaml',
              'stack/guardian/keys.yaml', 'stack/barman/barman.conf', 'stack/alertmanager/alertmanager.yml', 'stack/prometheus/prometheus.yml', 'stack/prometheus/rules.yml',
              'stack/prometheus/rules.test.yml'}


def digest():
    """Changes with everything that goes into an image."""
    total = hashlib.sha256()
    for name in INPUTS:
        top = SOURCE / name
        for path in sorted(top.rglob('*')) if top.is_dir() else [top]:
            relative = str(path.relative_to(SOURCE))
            if path.is_file() and relative not in NOT_INPUTS and not relative.startswith('stack/secrets/'):
                total.update(relative.encode() + b'\0' + oct(path.stat().st_mode & 0o111).encode() + path.read_bytes())
    return total.hexdigest()[:12]


class Registry(Daemon):
    """Debian's docker-registry, on the wire."""

    def __init__(self, home, wire):
        super().__init__('registry', home)
        self.wire = wire

    def start(self):
        if not self.running:
            conf = self.home / 'etc' / 'registry.yml'
            write(conf, f'version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {self.home}/registry}}, delete: {{enabled: true}}}}\n'
                        f'http: {{addr: "{self.wire.gateway}:{REGISTRY_PORT}"}}\n')
            self.spawn(['docker-registry', 'serve', conf], ready=lambda: listens(self.wire.gateway, REGISTRY_PORT))
        return self


class Names(Daemon):
    def __init__(self, home, wire):
        super().__init__('names', home)
        self.wire = wire

    def start(self):
        if not self.running:
            self.spawn(['/usr/bin/python3', Path(__file__).with_name('names.py'), self.wire.gateway])
        return self


def listens(address, port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


class Images:
    """`lock` holds the digests as stack/deploy reads them, `disk` what a machine's data folder starts with. `without` names images that nobody is going to run."""

    def __init__(self, home, wire, without=()):
        self.without = without
        self.home = Path(home)
        self.wire = wire
        self.builder = Machine(home, wire, 0)

    @property
    def folder(self):
        return self.home / 'images' / '-without-'.join([digest(), *self.without])

    @property
    def lock(self):
        return self.folder / 'images.env'

    @property
    def disk(self):
        return self.folder / 'disk'

    @property
    def ready(self):
        return (self.disk / 'complete').exists()

    def build_app(self):
        """The single-page app is part of what the images are made of: it must be there, and the latest, before that is looked at."""
        run(SOURCE / 'dev', '_spa')

    def values(self):
        lines = [line for line in self.lock.read_text().splitlines() if '=' in line and not line.startswith('#')]
        return dict(line.split('=', 1) for line in lines)

    def build(self):
        """Builds, pushes, and pulls once by digest onto an empty machine: its disk is the seed."""
        if self.ready:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.builder.power_on()
        try:
            self._base()
            self._build()
        finally:
            self.builder.power_off()
            self.builder.remove()
        self._seed()
        self._forget_others()

    def _base(self):
        """Debian's base: the official image where a registry can be reached, else made from Debian's archive."""
        if self.builder.docker('image', 'inspect', 'debian:bookworm-slim', check=False).returncode == 0:
            return
        if self.builder.docker('pull', '--quiet', 'debian:bookworm-slim', check=False, timeout_s=60).returncode == 0:
            return
        archive = self.home / 'base.tar'
        run('mmdebstrap', '--variant=minbase', '--quiet', 'bookworm', archive)
        self.builder.docker('import', archive, 'debian:bookworm-slim')
        archive.unlink()

    def _build(self):
        options = [word for name in self.without for word in ('--without', name)]
        done = subprocess.run([SOURCE / 'stack' / 'build', '--registry', REGISTRY, '--out', self.lock, '--network', 'host', *options], capture_output=True, text=True,
                              env={**os.environ, 'DOCKER_HOST': self.builder.docker_host, 'GUARDIAN_TAG': f'lab-{digest()}'})
        if done.returncode:
            raise Failed(f'stack/build failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}')

    def _seed(self):
        machine = Machine(self.home, self.wire, SEED)
        machine.forget()
        machine.power_on()
        try:
            wanted = [image for name, image in self.values().items() if name.startswith('IMAGE_')]
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda image: machine.docker('pull', '--quiet', image), wanted))
        finally:
            machine.power_off()
            machine.remove()
        remove_tree(self.disk)
        self.disk.mkdir()
        for name in ('image', 'overlay2'):
            (machine.folder / 'data' / name).rename(self.disk / name)
        (self.disk / 'complete').touch()
        machine.forget()

    def _forget_others(self):
        """Images of former trees: the disks share files, so only the latest two are worth their space."""
        others = sorted((p for p in (self.home / 'images').iterdir() if p != self.folder), key=lambda p: p.stat().st_mtime)
        for folder in others[:-1]:
            remove_tree(folder)

    def plant(self, machine):
        """An empty machine gets the images: metadata is copied, layers are hard links (an engine never writes into a layer)."""
        data = machine.folder / 'data'
        if (data / 'image').exists():
            return
        data.mkdir(parents=True, exist_ok=True)
        run('cp', '-a', self.disk / 'image', data)
        run('cp', '-al', self.disk / 'overlay2', data)

    def variant(self, name, lines, tag):
        """One more image over an existing one, pushed; its reference by digest. For updates that are to be told apart."""
        base = self.values()[name]
        reference = base.split('@')[0].rsplit(':', 1)[0]
        self.builder.power_on()
        try:
            self.builder.docker('pull', '--quiet', base)
            self.builder.docker('build', '--quiet', '--network', 'none', '--tag', f'{reference}:{tag}', '-', stdin=f'FROM {base}\n{lines}\n')
            self.builder.docker('push', '--quiet', f'{reference}:{tag}')
            digests = self.builder.docker('image', 'inspect', '--format', '{{range .RepoDigests}}{{println .}}{{end}}', f'{reference}:{tag}').stdout.split()
            return f'{reference}:{tag}@{next(d for d in digests if d.startswith(reference + "@")).split("@")[1]}'
        finally:
            self.builder.power_off()
            self.builder.remove()
