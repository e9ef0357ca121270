"""Secrets, made once, each in a file that only we can read."""
import secrets
import subprocess
from pathlib import Path

from .process import write


class Secrets:
    def __init__(self, home):
        self.folder = Path(home).resolve() / 'secrets'
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)

    def file(self, name, make=lambda: secrets.token_urlsafe(24)):
        """The file of a secret; make() gives its first value."""
        path = self.folder / name
        if not path.exists():
            write(path, make() + '\n', 0o600)
        return path

    def text(self, name, **options):
        return self.file(name, **options).read_text().strip()

    def hex_file(self, name, size=32):
        return self.file(name, make=lambda: secrets.token_hex(size))

    def key_pair(self, name, algorithm='ES256'):
        """(private, public): two PEM files."""
        private, public = self.folder / f'{name}.key', self.folder / f'{name}.pub'
        if not public.exists():
            kind = ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] if algorithm == 'ES256' else ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
            private.touch(mode=0o600)
            subprocess.run(['openssl', 'genpkey', '-algorithm', *kind, '-out', private], check=True, capture_output=True)
            subprocess.run(['openssl', 'pkey', '-in', private, '-pubout', '-out', public], check=True, capture_output=True)
        return private, public
