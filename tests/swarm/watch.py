"""What a drill sees: canaries that write, people that ask, and a timeline; all clocks start when something breaks."""
import json
import os
import subprocess
import time
import uuid
from pathlib import Path

from iotplatform.process import Failed, wait_for

from .lab import DATA_NETWORK, STACK
from .load import Load
from .machine import DOCKER

CANARY = Path(__file__).with_name('canary.py')
CANARY_SERVICE = 'lab_canary'
PATIENCE = float(os.environ.get('DRILL_PATIENCE') or 1)        # for machines that others use too: promised seconds are stretched


def processors():
    """Ticks that all processors were idle, and all their ticks."""
    ticks = [int(word) for word in Path('/proc/stat').read_text().split('\n', 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def busy_percent(seconds=3):
    idle, total = processors()
    time.sleep(seconds)
    idle_then, total_then = processors()
    return round(100 - 100 * (idle_then - idle) / max(total_then - total, 1))


def settled(limit_s=90):
    """How busy the processors are, in percent, when six machines have done what a start leaves to do: it would be measured with what is broken."""
    end = time.monotonic() + limit_s
    while (busy := busy_percent()) > 85 and time.monotonic() < end:
        pass
    return busy


def ensure_canaries(lab):
    """A container in the data network on every machine, in which canaries are let loose. Only the lab has this."""
    manager = lab.manager()
    image = lab.images.values()['IMAGE_POSTGRES']
    if manager.docker('service', 'inspect', CANARY_SERVICE, check=False).returncode:
        secrets = {}
        for row in manager.docker('secret', 'ls', '--format', '{{.Name}}').stdout.split():
            for name in ('pg_superuser_password', 'redis_password', 'sentinel_password'):
                if row.startswith(f'{STACK}_{name}_'):
                    secrets[name] = row
        authority = next(name for name in manager.docker('config', 'ls', '--format', '{{.Name}}').stdout.split() if name.startswith(f'{STACK}_ca_'))
        options = [part for name, source in secrets.items() for part in ('--secret', f'source={source},target={name}')]
        manager.docker('service', 'create', '--detach', '--quiet', '--mode', 'global', '--name', CANARY_SERVICE, '--network', DATA_NETWORK, '--no-resolve-image', '--endpoint-mode', 'dnsrr',
                       '--no-healthcheck', '--stop-grace-period', '1s', '--restart-delay', '1s', *options, '--config', f'source={authority},target=/etc/guardian/ca.crt', image, 'sleep', 'infinity')
    wait_for(lambda: all(machine.container(CANARY_SERVICE) for machine in lab.machines.values()), 90, 'the canaries', poll_s=0.5)


class Canary:
    """One writer, on one machine of the lab."""

    def __init__(self, lab, machine, kind, hosts):
        self.lab, self.machine, self.kind, self.hosts = lab, machine, kind, hosts
        self.run = f'{kind}-{uuid.uuid4().hex[:10]}'
        self.process = None
        self.seen = None

    def start(self):
        container = self.machine.container(CANARY_SERVICE)
        if not container:
            raise Failed(f'there is no canary on {self.machine.hostname}')
        self.process = subprocess.Popen([DOCKER, '--host', self.machine.docker_host, 'exec', '--interactive', container, 'python3', '-c', CANARY.read_text(), self.kind, 'watch', self.run, self.hosts],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return self

    def stop(self):
        output, said = self.process.communicate(timeout=60)     # closes its input: it ends
        if self.process.returncode:
            raise Failed(f'the canary on {self.machine.hostname} ended: {said.strip()[-400:]}')
        self.seen = json.loads(output)
        return self

    def lost(self, hosts):
        """Acknowledged writes that are not there any more. Asked on a machine that is well."""
        container = self.machine.container(CANARY_SERVICE)
        done = self.machine.docker('exec', container, 'python3', '-c', CANARY.read_text(), self.kind, 'read', self.run, hosts, timeout_s=90)
        there = set(json.loads(done.stdout))
        return sorted(number for number, _ in self.seen['acknowledged'] if number not in there)

    def gap_s(self, since):
        """The longest time between two acknowledged writes that ends after `since`."""
        times = [at for _, at in self.seen['acknowledged']]
        return max((later - earlier for earlier, later in zip(times, times[1:]) if later >= since), default=float('inf'))


class Watch:
    """Opens with everything healthy; `broke()` starts the clock."""

    def __init__(self, lab, postgres_on=None, redis_on=None, load=True, threads=4, think_s=0.2):
        self.lab = lab
        self.timeline = []
        self.broken_at = None
        self.load = Load(lab, threads, think_s) if load else None
        self.postgres = Canary(lab, postgres_on, 'postgres', 'pg-1,pg-2,pg-3') if postgres_on else None
        self.redis = Canary(lab, redis_on, 'redis', 'sentinel') if redis_on else None
        self.measured = []

    def __enter__(self):
        for part in (self.postgres, self.redis, self.load):
            if part:
                part.start()
        time.sleep(4)       # of quiet, so that the usual is in the picture too
        return self

    def __exit__(self, kind, *_):
        for part in (self.load, self.postgres, self.redis):
            if part:
                try:
                    part.stop()
                except Failed:
                    if kind is None:
                        raise

    def broke(self, what):
        self.broken_at = time.time()
        self.note(what)

    def note(self, what):
        self.timeline.append((round(time.time() - (self.broken_at or time.time()), 1), what))

    def until(self, condition, timeout_s, what, poll_s=0.25):
        """Waits, notes it, and returns the seconds since it broke."""
        wait_for(condition, timeout_s, what, poll_s=poll_s)
        self.note(what)
        return round(time.time() - self.broken_at, 1)

    def measure(self, what, value, target=None, unit='', ok=None):
        """One figure of the report. With a target it must be at most that, unless `ok` says otherwise."""
        good = ok if ok is not None else target is None or value <= target * (PATIENCE if unit == 's' else 1)
        self.measured.append({'what': what, 'value': round(value, 3) if isinstance(value, float) else value, 'target': target, 'unit': unit, 'ok': bool(good)})
