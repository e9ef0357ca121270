"""The instruments: load by wrk, CPU and memory from /proc, downloads, latency."""
import http.client
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from iotplatform.process import Failed, descendants

TICK_S = 1 / os.sysconf('SC_CLK_TCK')


def cpu_s(daemons):
    """CPU time that the daemons and all below them have used."""
    total = 0
    for daemon in daemons:
        for pid in descendants(daemon.pid):
            try:
                fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
    return total * TICK_S


def wrk(url, seconds, headers=None, script=None, connections=16):
    """(requests a second, requests, bytes a request). Any answer that is not 2xx or 3xx fails."""
    command = ['wrk', '-t1', f'-c{connections}', f'-d{seconds}s', '--timeout', '10s', *(['-s', script] if script else [])]
    for name, value in (headers or {}).items():
        command += ['-H', f'{name}: {value}']
    done = subprocess.run([*command, url], capture_output=True, text=True)
    text = done.stdout
    if done.returncode or 'Non-2xx' in text or 'Socket errors' in text:
        raise Failed(f'wrk {url}:\n{text}{done.stderr}')
    requests, read, unit = re.search(r'(\d+) requests in .*?, ([\d.]+)(\w+) read', text).groups()
    size = float(read) * {'B': 1, 'KB': 1 << 10, 'MB': 1 << 20, 'GB': 1 << 30}[unit]
    return float(re.search(r'Requests/sec:\s+([\d.]+)', text)[1]), int(requests), size / int(requests)


SCRIPT = """local requests = {%s}
local at = 0
request = function()
   at = at %% #requests + 1
   return wrk.format(requests[at][1], requests[at][2], nil, requests[at][3])
end
"""


def page_s(url, seconds, headers, requests, a_page=1):
    """Seconds that a page takes one client who asks for the requests (method, path, body) again and again; `a_page` of them make a page."""
    def quoted(text):
        return '"' + ''.join(c if c.isalnum() else f'\\{ord(c):03d}' for c in text) + '"' if text else 'nil'
    with tempfile.NamedTemporaryFile('w', suffix='.lua') as script:
        script.write(SCRIPT % ', '.join('{' + ', '.join(map(quoted, request)) + '}' for request in requests))
        script.flush()
        per_s, _, _ = wrk(url, seconds, headers, script.name, connections=1)
    return a_page / per_s


def run(command, stdin=None, env=None):
    """Wall clock seconds of a program whose output goes nowhere."""
    started = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    seconds = time.perf_counter() - started
    if done.returncode:
        raise Failed(f'{command[0]}: {done.stderr}')
    return seconds


def curl(url, headers=None, body=None):
    """A program's arguments: this request, failing unless it is answered whole and well."""
    command = ['curl', '-sS', '-f', '-o', '/dev/null', '--max-time', '120']
    for name, value in (headers or {}).items():
        command += ['-H', f'{name}: {value}']
    return [*command, *(['--data-binary', body] if body is not None else []), url]


class Client:
    """One kept connection."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.connection = None
        self.cookies = {}

    def send(self, method, path, body=None, headers=None):
        if not self.connection:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = dict(headers or {})
        if self.cookies:
            headers['Cookie'] = '; '.join(f'{k}={v}' for k, v in self.cookies.items())
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        for cookie in reply.headers.get_all('Set-Cookie') or []:
            name, _, value = cookie.split(';')[0].partition('=')
            self.cookies[name] = value
        return reply

    def ask(self, method, path, body=None, headers=None, expect=(200,)):
        reply = self.send(method, path, body, headers)
        text = reply.read()
        if reply.status not in expect:
            raise Failed(f'{method} {path}: {reply.status}\n{text[:2000].decode(errors="replace")}')
        return reply, text

    def first_byte(self, method, path, body=None, headers=None):
        """Seconds to the first byte of the body, and the bytes of it all, which is read and dropped."""
        started = time.perf_counter()
        reply = self.send(method, path, body, headers)
        size = len(reply.read1(1))
        seconds = time.perf_counter() - started
        piece = bytearray(1 << 18)
        while got := reply.readinto(piece):
            size += got
        if reply.status != 200:
            raise Failed(f'{method} {path}: {reply.status}')
        return seconds, size


class Memory:
    """Resident memory (MiB) of each process below a daemon, sampled while the block runs."""

    def __init__(self, daemon, every_s=0.05):
        self.daemon = daemon
        self.every_s = every_s
        self.samples = {}
        self.done = threading.Event()

    def _sample(self):
        for pid in descendants(self.daemon.pid)[1:]:
            try:
                status = Path(f'/proc/{pid}/status').read_text()
            except OSError:
                continue
            self.samples.setdefault(pid, []).append(int(re.search(r'VmRSS:\s+(\d+)', status)[1]) / 1024)

    def __enter__(self):
        def loop():
            while not self.done.wait(self.every_s):
                self._sample()
        self._sample()
        self.thread = threading.Thread(target=loop)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    @property
    def peak(self):
        return max(max(samples) for samples in self.samples.values())

    @property
    def growth(self):
        """Of the process that grew most, from a tenth of the time on."""
        return max(max(samples) - samples[len(samples) // 10] for samples in self.samples.values())


class TotalMemory(Memory):
    """What all processes of a daemon's own program take together (MiB), pages that they share counted once."""

    def _sample(self):
        total = 0
        name = Path(f'/proc/{self.daemon.pid}/comm').read_text()
        for pid in descendants(self.daemon.pid):
            try:
                if Path(f'/proc/{pid}/comm').read_text() == name:
                    total += int(re.search(r'^Pss:\s+(\d+)', Path(f'/proc/{pid}/smaps_rollup').read_text(), re.M)[1])
            except OSError:     # it has just ended
                continue
        self.samples.setdefault('all', []).append(total / 1024)


def rounds(count, contestants):
    """Each contestant once a round, in turns: [{name: measured}]. Whatever else the machine does hits all alike."""
    made = []
    for number in range(count):
        names = list(contestants)
        turned = names[number % len(names):] + names[:number % len(names)]
        made.append({name: contestants[name]() for name in turned})
    return made


def ratio(made, ours, peer, pick=lambda value: value, smaller_is_better=False):
    """The median over the rounds of ours against the peer's in the same round; above 1 we are better."""
    pairs = [(pick(each[ours]), pick(each[peer])) for each in made]
    return statistics.median(theirs / mine if smaller_is_better else mine / theirs for mine, theirs in pairs)


def median(made, name, pick=lambda value: value):
    return statistics.median(pick(each[name]) for each in made)
