"""A daemon: one process in its own session, with a pid file and a log, that outlives the program that started it."""
import hashlib
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from pathlib import Path


class Failed(Exception):
    """Something did not come up or did not work. The text is for a person and holds the tail of the right log."""


instrumented = 1    # how many times more the programs compute than they are meant to


def slowness():
    """How much longer than alone on this machine something may take: by the processes that want a core, for each core."""
    return instrumented * max(1, os.getloadavg()[0] / os.cpu_count())


def wait_for(condition, timeout_s, what, poll_s=0.02):
    """Waits until condition() is true and returns its value. Failed when it never was. Where others hold the processor, a second is less."""
    start = time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        waited_s = time.monotonic() - start
        if waited_s > timeout_s * slowness():
            raise Failed(f'{what}: not within {waited_s:.1f} s')
        time.sleep(poll_s)


def tail(path, lines=25):
    try:
        return '\n'.join(Path(path).read_text(errors='replace').splitlines()[-lines:])
    except OSError:
        return ''


def socket_path(home, name):
    """Where a socket called `name` lives. The kernel takes 107 bytes: a long `home` gets a short stand-in."""
    path = Path(home).resolve() / 'run' / name
    if len(os.fsencode(path)) > 100:
        path = Path(f'/tmp/iot-guardian-{os.geteuid()}-{hashlib.sha256(bytes(path.parent)).hexdigest()[:12]}') / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.parent.is_symlink() or path.parent.stat().st_uid != os.geteuid():
            raise Failed(f'{path.parent} belongs to somebody else')
    return path


def connects(path):
    """Does somebody listen on this socket?"""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False


def free_port():
    """A loopback port that nobody listens on just now, and that the kernel gives to no outgoing connection before it is used."""
    first_of_the_kernels = int(Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split()[0])
    for port in random.SystemRandom().choices(range(min(10_000, first_of_the_kernels - 5_000), first_of_the_kernels), k=100):
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:     # taken
                pass
    raise Failed('no free port on loopback')


def write(path, text, mode=0o644):
    """Writes a file whole or not at all; True when that changed it."""
    path = Path(path)
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + '.new')
    new.touch(mode=mode)
    new.write_text(text)
    new.chmod(mode)
    new.rename(path)
    return True


def as_user(name):
    """Popen's arguments to run as `name`: nothing unless we are root."""
    if os.geteuid() != 0 or name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {'user': entry.pw_uid, 'group': entry.pw_gid, 'extra_groups': os.getgrouplist(name, entry.pw_gid)}


def _stat(pid):
    """State letter, parent, session and start time of a process; None when it is gone. The start time tells a reused pid."""
    try:
        fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    except (OSError, ValueError):
        return None
    return fields[0], int(fields[1]), int(fields[3]), int(fields[19])


def _processes():
    for entry in os.listdir('/proc'):
        if entry.isdigit() and (stat := _stat(entry)):
            yield int(entry), stat


def descendants(pid):
    """The process and everything below it."""
    parents = {}
    for process, stat in _processes():
        parents.setdefault(stat[1], []).append(process)
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += parents.get(found[-1], [])
    return found


def _boot():
    return Path('/proc/sys/kernel/random/boot_id').read_text().strip()


def _kill(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class Daemon:
    """Base of everything that `./dev up` and the tests keep running. Subclasses say how to start and what ready means."""

    stop_signal = signal.SIGTERM
    stop_timeout_s = 20

    def __init__(self, name, home):
        self.name = name
        self.home = Path(home)
        self.log_file = self.home / 'logs' / f'{name}.log'
        self.pid_file = self.home / 'run' / f'{name}.pid'
        for folder in (self.log_file.parent, self.pid_file.parent):
            folder.mkdir(parents=True, exist_ok=True)

    def _recorded(self):
        """Pid and start time of the last one started; None when there was none since the machine came up."""
        try:
            pid, started, boot = self.pid_file.read_text().split()
            return (int(pid), int(started)) if boot == _boot() else None
        except (OSError, ValueError):
            return None

    @property
    def pid(self):
        """The running process, or None."""
        if not (recorded := self._recorded()):
            return None
        pid, started = recorded
        try:
            os.waitpid(pid, os.WNOHANG)     # reap it when it is our own child
        except OSError:
            pass
        stat = _stat(pid)
        return pid if stat and stat[0] not in 'ZX' and stat[3] == started else None

    def _bury(self):
        """Ends what a process that died left behind: its children are still in its session."""
        recorded = self._recorded()
        if recorded and not self.running:
            for process, (_, _, session, started) in _processes():
                if session == recorded[0] and started >= recorded[1]:
                    _kill(process, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)

    @property
    def running(self):
        return self.pid is not None

    def spawn(self, argv, user=None, env=None, ready=None, timeout_s=30):
        """Starts argv detached and waits until ready() is true. Fails with the log's tail when it dies or hangs."""
        self._bury()
        with open(self.log_file, 'ab') as log:
            process = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd='/',
                                       start_new_session=True, env={**os.environ, **(env or {})}, **as_user(user))
        process.returncode = 0              # it is meant to outlive us: no warning about that
        self.pid_file.write_text(f'{process.pid} {_stat(process.pid)[3]} {_boot()}\n')

        def up():
            if not self.running:
                raise Failed(f'{self.name} ended while starting; its log ({self.log_file}) ends with:\n{tail(self.log_file)}')
            return ready is None or ready()
        try:
            wait_for(up, timeout_s, f'{self.name} starting')
        except Failed:
            self.kill()
            raise

    def signal(self, number):
        if pid := self.pid:
            os.kill(pid, number)

    def stop(self):
        """Asks it to end, waits, and insists in the end."""
        if pid := self.pid:
            self.resume()
            _kill(pid, self.stop_signal)
            try:
                wait_for(lambda: not self.running, self.stop_timeout_s, f'{self.name} stopping')
            except Failed:
                self.kill()
        self._bury()

    def _signal_all(self, number):
        if pid := self.pid:
            for each in descendants(pid):
                _kill(each, number)

    def kill(self):
        """As a power cut: it and all its children, at once."""
        if pid := self.pid:
            everyone = descendants(pid)
            self._signal_all(signal.SIGSTOP)    # nobody may react to another's death
            self._signal_all(signal.SIGKILL)
            gone = lambda: all((s := _stat(p)) is None or s[0] in 'ZX' for p in everyone)
            wait_for(lambda: not self.running and gone(), 10, f'{self.name} dying')
        self._bury()

    def pause(self):
        """Stops it and all its children in their tracks: alive, but silent."""
        self._signal_all(signal.SIGSTOP)

    def resume(self):
        self._signal_all(signal.SIGCONT)
