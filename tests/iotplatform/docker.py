"""A Docker Engine of our own, as a swarm of one node in its own namespaces, and the proxy before it. Needs root."""
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
from pathlib import Path

from .process import Daemon, Failed, socket_path, wait_for

SOURCE = Path(__file__).resolve().parents[2]
ADDRESS = '10.98.7.1'

# What the containers run: says what it is told to say, then waits for its end, or fails.
PROGRAM = r'''
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void leave(int number) { (void)number; _exit(0); }
int main(int count, char **words) {
    signal(SIGTERM, leave);
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "fail") == 0) { fputs("about to fail\n", stderr); return 3; }
        printf("%s\n", words[i]);
    }
    fflush(stdout);
    for (;;) pause();
}
'''


class _Local(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__('localhost', timeout=timeout)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def engine_call(path_of_socket, method, path, body=None, headers=None, timeout_s=30):
    """(status, body) of a call of an engine's API."""
    connection = _Local(path_of_socket, timeout_s)
    try:
        connection.request(method, '/v1.41' + path if not path.startswith('/_') else path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Docker(Daemon):
    stop_timeout_s = 30

    def __init__(self, home, name='docker'):
        super().__init__(name, home)
        self.base = self.home / name
        self.socket = socket_path(home, f'{name}.sock')

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self):
        if self.running:
            return self
        for part in ('data', 'exec', 'etc', 'run'):
            (self.base / part).mkdir(parents=True, exist_ok=True)
        (self.base / 'etc' / 'daemon.json').write_text(json.dumps({
            'storage-driver': 'overlay2', 'log-driver': 'json-file', 'cgroup-parent': f'/{self._cgroup}', 'shutdown-timeout': 5}))
        inside = (f'ip link set lo up; ip link add swarm0 type bridge; ip addr add {ADDRESS}/24 dev swarm0; ip link set swarm0 up; hostname node-1; '
                  f'mkdir -p /run/docker /etc/docker; mount -t tmpfs tmpfs /run/docker; mount --bind {self.base}/etc /etc/docker; '
                  f'exec tini -g -- dockerd --data-root {self.base}/data --exec-root {self.base}/exec -H unix://{self.socket} --pidfile {self.base}/run/pid')
        self.spawn(['unshare', '--net', '--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'slave', 'sh', '-c', inside],
                   ready=self.answers, timeout_s=60)
        if self.get('/info')['Swarm']['LocalNodeState'] != 'active':
            self.call('POST', '/swarm/init', {'ListenAddr': f'{ADDRESS}:2377', 'AdvertiseAddr': ADDRESS, 'DataPathAddr': ADDRESS,
                                              'Spec': {'Orchestration': {'TaskHistoryRetentionLimit': 5}}})
        return self

    @property
    def _cgroup(self):
        return f'guardian-{self.home.name}'

    def answers(self):
        try:
            return self.call('GET', '/_ping', timeout_s=1) is not None
        except (OSError, Failed):
            return False

    def kill(self):
        """As a power cut: the namespace's first process takes all containers along."""
        pid = self.pid
        super().kill()
        if pid:
            wait_for(lambda: not self._leftover(), 20, 'the containers ending')
        self._forget_cgroups()

    def stop(self):
        self.kill()

    def _leftover(self):
        mounts = Path('/proc/self/mounts').read_text()
        return str(self.base) in mounts

    def _forget_cgroups(self):
        for top in Path('/sys/fs/cgroup').glob(f'*/{self._cgroup}'):
            for folder, _, _ in os.walk(top, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
        for folder in (Path('/sys/fs/cgroup') / self._cgroup,):
            if folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    pass

    def remove(self):
        self.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    # -- use -----------------------------------------------------------------------------------------------------------

    def call(self, method, path, value=None, body=None, timeout_s=30, headers=None):
        data = body if body is not None else json.dumps(value).encode() if value is not None else None
        status, text = engine_call(self.socket, method, path, data, {'Content-Type': 'application/json', **(headers or {})}, timeout_s)
        if status >= 400:
            raise Failed(f'Docker: {method} {path} → {status} {text[:300]!r}')
        return json.loads(text) if text[:1] in (b'{', b'[') and b'\n{' not in text else text

    def get(self, path):
        return self.call('GET', path)

    def make_image(self, name='guardian/app:1'):
        """One program without anything around it."""
        folder = self.base / 'image'
        folder.mkdir(exist_ok=True)
        (folder / 'app.c').write_text(PROGRAM)
        if not (folder / 'app').exists():
            subprocess.run(['gcc', '-static', '-Os', '-o', folder / 'app', folder / 'app.c'], check=True, capture_output=True)
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode='w') as archive:
            archive.add(folder / 'app', 'app')
        repository, _, tag = name.partition(':')
        self.call('POST', f'/images/create?fromSrc=-&repo={repository}&tag={tag}&changes=ENTRYPOINT%20%5B%22%2Fapp%22%5D', body=tar.getvalue(),
                  headers={'Content-Type': 'application/x-tar'})
        return name

    def service(self, name, image='guardian/app:1', replicas=1, labels=None, words=(), **changes):
        """Creates a service; its id. `changes` go into the specification's top, `container` into its container."""
        container = {'Image': image, 'Args': list(words), 'Init': False, **changes.pop('container', {})}
        spec = {'Name': name, 'Labels': labels or {}, 'Mode': {'Replicated': {'Replicas': replicas}},
                'TaskTemplate': {'ContainerSpec': container, 'RestartPolicy': {'Condition': 'any', 'Delay': 200_000_000}, **changes.pop('task', {})},
                'UpdateConfig': {'Parallelism': 1, 'Order': 'stop-first', 'FailureAction': 'pause', 'Monitor': 1_000_000_000}, **changes}
        return self.call('POST', '/services/create', spec)['ID']

    def tasks_running(self, service):
        tasks = self.get('/tasks?filters=' + '%7B%22service%22%3A%5B%22' + service + '%22%5D%7D')
        return sum(task['Status']['State'] == 'running' and task['DesiredState'] == 'running' for task in tasks)

    def settled(self, service, replicas, timeout_s=60):
        wait_for(lambda: self.tasks_running(service) == replicas, timeout_s, f'{service} running {replicas} tasks', poll_s=0.1)


class DockerProxy(Daemon):
    """nginx over nginx/docker-proxy.conf, on a loopback port."""
    stop_signal = signal.SIGQUIT
    stop_timeout_s = 5

    def __init__(self, home, docker, port, name='docker-proxy'):
        super().__init__(name, home)
        self.docker, self.port = docker, port
        self.address = f'http://127.0.0.1:{port}'
        self.work = self.home / name

    def start(self):
        self.work.mkdir(exist_ok=True)
        text = (SOURCE / 'nginx' / 'docker-proxy.conf').read_text()
        for old, new in (('/tmp/', f'{self.work}/'), ('listen 2375;', f'listen 127.0.0.1:{self.port};'),
                         ('unix:/var/run/docker.sock', f'unix:{self.docker.socket}'), ('/dev/stdout', str(self.home / 'logs' / f'{self.name}.access.log'))):
            assert old in text, f'nginx/docker-proxy.conf has no {old}'
            text = text.replace(old, new)
        (self.work / 'nginx.conf').write_text(text)
        self.spawn(['nginx', '-e', 'stderr', '-p', self.work, '-c', self.work / 'nginx.conf'], ready=self.answers)
        return self

    def answers(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=1):
                return True
        except OSError:
            return False
