"""nginx over nginx/guardian.conf.template: TLS, the SPA's files, and the way to the two pools."""
import re
import signal
import subprocess
from pathlib import Path

from .process import Daemon, Failed, connects, socket_path, write

TEMPLATES = Path(__file__).resolve().parents[2] / 'nginx'


def render(values, template='guardian.conf.template'):
    """The template with each ${NAME} filled in; envsubst does the same for the image."""
    return re.sub(r'\$\{([A-Z0-9_]+)\}', lambda m: str(values[m[1]]), (TEMPLATES / template).read_text())


class Nginx(Daemon):
    stop_signal = signal.SIGQUIT    # finishes what it has
    stop_timeout_s = 5

    def __init__(self, home, port, short, stream, web_root, name='nginx', **values):
        """`short` and `stream` are the pools' addresses as fastcgi_pass takes them. `values` override the template's."""
        super().__init__(name, home)
        self.port = port
        self.url = f'https://127.0.0.1:{port}'
        self.work = self.home / f'{name}.data'
        self.conf = self.home / 'etc' / f'{name}.conf'
        self.certificate = self.home / 'etc' / f'{name}.crt'
        self.key = self.home / 'secrets' / f'{name}.key'
        self.internal = socket_path(home, f'{name}-internal.sock')
        self.values = {
            'LISTEN': f'127.0.0.1:{port}', 'INTERNAL_LISTEN': f'unix:{self.internal}', 'SHORT_POOL': short, 'STREAM_POOL': stream,
            'SHORT_LIMIT': 64, 'STREAM_LIMIT': 8, 'ADDRESS_LIMIT': 256, 'LOGIN_RATE': '10r/s', 'LOGIN_BURST': 20, 'WEB_ROOT': Path(web_root).resolve(),
            'WORK': self.work, 'PID_FILE': self.work / 'nginx.pid', 'CERTIFICATE': self.certificate, 'KEY': self.key,
            'ERROR_LOG': 'stderr', 'ACCESS_LOG': self.home / 'logs' / f'{name}.access.log', 'MIME_TYPES': '/etc/nginx/mime.types',
            'WORKERS': 2, 'DOWNLOAD': f'alias {self.home}/backups/$1/$2;', 'HSTS': '""', 'USER': '', 'RESOLVER': '', 'MODULES': '', 'POOLS': '', 'WEB': TEMPLATES / 'web-files.conf', **values}

    def make_certificate(self):
        """A certificate of our own for localhost, renewed a month before its end."""
        if self.certificate.exists() and subprocess.run(['openssl', 'x509', '-in', self.certificate, '-noout', '-checkend', str(30 * 86400)],
                                                        capture_output=True).returncode == 0:
            return
        for path in (self.key, self.certificate):
            path.parent.mkdir(parents=True, exist_ok=True)
        self.key.unlink(missing_ok=True)
        self.key.touch(mode=0o600)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '397', '-sha256',
                        '-subj', '/CN=localhost/O=IoT Guardian (this machine only)', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1',
                        '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth',
                        '-keyout', self.key, '-out', self.certificate], check=True, capture_output=True)

    def start(self):
        self.make_certificate()
        self.work.mkdir(parents=True, exist_ok=True)
        changed = write(self.conf, render(self.values))
        if self.running:
            if changed:
                self.reload()
            return self
        self.internal.unlink(missing_ok=True)       # nginx does not replace a dead one's socket
        program = ['nginx', '-c', self.conf, '-p', self.work, '-e', self.log_file, '-g', 'daemon off;']
        checked = subprocess.run([*program[:-2], '-t'], capture_output=True, text=True)
        if checked.returncode:
            raise Failed(f'nginx refuses its configuration:\n{checked.stderr}')
        pid_file = self.work / 'nginx.pid'          # nginx writes it when it has all its ports
        pid_file.unlink(missing_ok=True)
        try:
            self.spawn(program, ready=lambda: pid_file.exists() and connects(self.internal))
        except Failed as failure:
            if 'Address already in use' in str(failure):
                raise Failed(f'Port {self.port} of 127.0.0.1 is taken by somebody else. Choose another: DEV_PORT=…') from None
            raise
        return self

    def reload(self):
        self.signal(signal.SIGHUP)


class BackupFiles(Daemon):
    """nginx over nginx/backups.conf.template: where a runner fetches what another has."""

    stop_signal = signal.SIGQUIT
    stop_timeout_s = 5

    def __init__(self, home, token, user=''):
        super().__init__('nginx-backups', home)
        self.work = self.home / 'nginx-backups.data'
        self.conf = self.home / 'etc' / 'nginx-backups.conf'
        self.socket = socket_path(home, 'nginx-backups.sock')
        self.pid_file_of_nginx = self.work / 'nginx.pid'
        self.parts = self.home / 'backups' / '.incoming'
        self.values = {'LISTEN': f'unix:{self.socket}', 'COPY_TOKEN': token, 'BACKUPS': self.home / 'backups', 'WORK': self.work, 'USER': user,
                       'PID_FILE': self.pid_file_of_nginx, 'ERROR_LOG': 'stderr'}

    def start(self):
        self.work.mkdir(parents=True, exist_ok=True)
        changed = write(self.conf, render(self.values, 'backups.conf.template'), 0o600)
        if self.running:
            if changed:
                self.signal(signal.SIGHUP)
            return self
        self.parts.mkdir(parents=True, exist_ok=True, mode=0o750)
        for part in self.parts.iterdir():       # of uploads that were on their way when it was killed
            part.unlink()
        self.socket.unlink(missing_ok=True)
        self.pid_file_of_nginx.unlink(missing_ok=True)
        self.spawn(['nginx', '-c', self.conf, '-p', self.work, '-e', self.log_file, '-g', 'daemon off;'],
                   ready=lambda: self.pid_file_of_nginx.exists() and connects(self.socket))
        return self
