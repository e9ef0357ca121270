"""Prometheus, Alertmanager and the exporters, all of them Debian's, over the files in stack/; and who receives alerts."""
import json
import signal
import socketserver
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

from .process import Daemon, Failed, free_port

STACK = Path(__file__).resolve().parents[2] / 'stack'


def fill(settings):
    """Alertmanager's configuration as its container makes it."""
    done = subprocess.run([STACK / 'alertmanager' / 'fill', settings, STACK / 'alertmanager' / 'alertmanager.yml'], capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr.strip())
    return done.stdout


class _Web(Daemon):
    """A daemon that listens on a loopback port of its own."""
    ready_path = '/metrics'

    def __init__(self, name, home):
        super().__init__(name, home)
        self.port = free_port()
        self.target = f'127.0.0.1:{self.port}'
        self.address = f'http://{self.target}'

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if text[:1] in (b'{', b'[') else text.decode()

    def answers(self):
        try:
            return self.get(self.ready_path) is not None
        except OSError:
            return False

    def run(self, *argv, env=None):
        self.spawn(argv, ready=self.answers, env=env)
        return self


class NodeExporter(_Web):
    def start(self):
        return self.run('prometheus-node-exporter', f'--web.listen-address={self.target}', '--collector.disable-defaults', '--collector.cpu',
                        '--collector.meminfo', '--collector.filesystem', '--collector.loadavg', '--collector.diskstats', '--collector.uname')


class NodeNetworkExporter(_Web):
    """As in the stack: the machine's cables, as its first process sees them."""

    def start(self):
        return self.run('prometheus-node-exporter', f'--web.listen-address={self.target}', '--path.procfs=/proc/1', '--collector.disable-defaults',
                        '--collector.netdev', '--no-collector.netdev.netlink', '--collector.uname')


class PostgresExporter(_Web):
    def start(self, dsn):
        return self.run('prometheus-postgres-exporter', f'--web.listen-address={self.target}', env={'DATA_SOURCE_NAME': dsn})


class RedisExporter(_Web):
    def start(self, address, password):
        return self.run('prometheus-redis-exporter', '-web.listen-address', self.target, '-redis.addr', address, env={'REDIS_PASSWORD': password})


class NginxExporter(_Web):
    def start(self, uri):
        return self.run('prometheus-nginx-exporter', f'-web.listen-address={self.target}', f'-nginx.scrape-uri={uri}')


class Alertmanager(_Web):
    ready_path = '/-/ready'

    def start(self, webhook, smtp):
        path = self.home / 'etc' / 'alertmanager.yml'
        path.parent.mkdir(exist_ok=True)
        settings = path.with_name('alerting')
        settings.write_text(f'# of a test\nWEBHOOK_URL={webhook}\nALERT_EMAIL=people@example.org\nSMTP_SMARTHOST={smtp}\nSMTP_FROM=guardian@example.org\nSMTP_REQUIRE_TLS=false\n')
        conf = yaml.safe_load(fill(settings))
        conf['route'].update(group_wait='1s', group_interval='1s')     # a test does not wait for a minute
        path.write_text(yaml.safe_dump(conf))
        return self.run('prometheus-alertmanager', f'--config.file={path}', f'--storage.path={self.home}/alertmanager.data',
                        f'--web.listen-address={self.target}', '--cluster.listen-address=')


class Prometheus(_Web):
    ready_path = '/-/ready'
    stop_signal = signal.SIGTERM

    def start(self, targets, alertmanager):
        """The real prometheus.yml, with loopback targets by job instead of names in a swarm, and shorter intervals."""
        conf = yaml.safe_load((STACK / 'prometheus' / 'prometheus.yml').read_text())
        conf['global'].update(scrape_interval='1s', scrape_timeout='1s', evaluation_interval='1s')
        conf['rule_files'] = [str(STACK / 'prometheus' / 'rules.yml')]
        conf['alerting']['alertmanagers'] = [{'static_configs': [{'targets': [alertmanager]}]}]
        for job in conf['scrape_configs']:
            for key in ('dns_sd_configs', 'relabel_configs', 'metrics_path'):
                job.pop(key, None)
            if job['job_name'] == 'guardian-stream':
                job['metrics_path'] = '/metrics/stream'         # of nginx' internal listener: here a pool is one task
            job['static_configs'] = [{'targets': [self.target if job['job_name'] == 'prometheus' else targets[job['job_name']]]}]
        path = self.home / 'etc' / 'prometheus.yml'
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(conf))
        return self.run('prometheus', f'--config.file={path}', f'--storage.tsdb.path={self.home}/prometheus.data', f'--web.listen-address={self.target}',
                        '--log.level=warn')


class Webhook:
    """Keeps what Alertmanager posts."""

    def __init__(self, host='127.0.0.1', port=0):
        self.alerts = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.alerts += json.loads(self.rfile.read(int(self.headers['Content-Length'])))['alerts']
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass
        self.server = ThreadingHTTPServer((host, port), Handler)
        self.url = f'http://{host}:{self.server.server_port}/alerts'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """A mail server that keeps what it is sent."""

    def __init__(self):
        self.mails = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b'\r\n')

            def handle(self):
                self.say('220 mailbox')
                while line := self.rfile.readline().decode(errors='replace').strip():
                    verb = line.split()[0].upper()
                    if verb == 'DATA':
                        self.say('354 go on')
                        text = b''
                        while (piece := self.rfile.readline()) not in (b'.\r\n', b''):
                            text += piece
                        outer.mails.append(text.decode(errors='replace'))
                    elif verb == 'QUIT':
                        return self.say('221 bye')
                    self.say('250 ok')
        self.server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.address = f'127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
