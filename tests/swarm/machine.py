"""A machine of the lab: network, mounts, name and process tree of its own, and one Docker engine. It can lose power and its cable can be pulled."""
import http.client
import ipaddress
import json
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from iotplatform.docker import engine_call
from iotplatform.process import Daemon, Failed, connects, socket_path, wait_for, write

DOCKER = '/usr/bin/docker'
REGISTRY_PORT = 5000
REGISTRY = f'registry.lab:{REGISTRY_PORT}'

# Runs as the first process of the new namespaces. /run is the machine's own; /etc is a layer over this one's, so that nothing is written there.
INIT = '''
set -e
hostname "$NAME"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/etc/upper /run/etc/work /run/lock
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work overlay /etc
rm -f /etc/resolv.conf /etc/hosts
printf '%s\\n' "$RESOLVER" >/etc/resolv.conf
printf '127.0.0.1 localhost %s\\n%s registry.lab\\n' "$NAME" "$GATEWAY" >/etc/hosts
# crun knows control groups of the one kind or of the other.
if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi
mkdir -p /etc/docker
mount --bind "$FOLDER/etc" /etc/docker
if [ -d /opt ]; then mount -t tmpfs tmpfs /opt; fi
# An engine with another data root writes here all the same.
case "$FOLDER" in /var/lib/*) mkdir /run/lab; mount --bind "$FOLDER/.." /run/lab ;; esac
if [ ! -d /var/lib/docker ]; then mkdir -p /run/lib/upper /run/lib/work; mount -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work overlay /var/lib; mkdir /var/lib/docker; fi
mount -t tmpfs tmpfs /var/lib/docker
case "$FOLDER" in /var/lib/*) mount --bind /run/lab "$FOLDER/.." ;; esac
if [ -e "$FOLDER/disk.img" ]; then mkdir /run/disk; mount -o loop,noatime "$FOLDER/disk.img" /run/disk; fi
exec tini -g -- dockerd --data-root "$FOLDER/data" --host unix:///run/docker.sock --host "unix://$SOCKET" --pidfile /run/docker.pid
'''


def run(*argv, check=True, **options):
    """A program of the system; Failed with what it said."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if check and done.returncode:
        raise Failed(f'{" ".join(map(str, argv[:6]))}: {(done.stderr or done.stdout).strip()}')
    return done


class Wire:
    """The bridge that all machines hang on, and this machine's address there."""

    def __init__(self, port):
        self.name = f'lab{port}'
        self.network = ipaddress.ip_network(os.environ.get('DEV_LAB_NETWORK') or f'10.77.{port % 256}.0/24')
        self.gateway = str(self.network[1])
        self.vip = f'{self.network[100]}/{self.network.prefixlen}'

    def address(self, number):
        return str(self.network[10 + number])

    def exists(self, link):
        return Path(f'/sys/class/net/{link}').exists()

    def up(self):
        if self.exists(self.name):
            return
        routes = json.loads(run('ip', '-json', 'route', 'show').stdout)
        taken = [r['dst'] for r in routes if r['dst'] != 'default' and ipaddress.ip_network(r['dst']).overlaps(self.network)]
        if taken:
            raise Failed(f'{self.network} overlaps with {taken[0]} of this machine: choose another with DEV_LAB_NETWORK')
        run('ip', 'link', 'add', self.name, 'type', 'bridge')
        run('ip', 'addr', 'add', f'{self.gateway}/{self.network.prefixlen}', 'dev', self.name)
        run('ip', 'link', 'set', self.name, 'up')

    def down(self):
        if self.exists(self.name):
            run('ip', 'link', 'del', self.name)


class Machine(Daemon):
    """`number` 0 is the builder, which lives in this machine's own network; all others hang on the wire."""

    stop_timeout_s = 45

    def __init__(self, home, wire, number):
        self.number = number
        self.wire = wire
        self.hostname = f'n{number}' if number else 'builder'
        super().__init__(self.hostname, home)
        self.folder = self.home / self.hostname
        self.link = f'{wire.name}-{self.hostname}'          # the namespace's name and the cable's outer end
        self.address = wire.address(number) if number else '127.0.0.1'
        self.socket = socket_path(home, f'{self.hostname}.docker.sock')
        self.cgroup = f'{wire.name}-{self.hostname}'

    @property
    def disk(self):
        return self.folder / 'disk.img'

    def make_disk(self, size):
        """A disk of a bounded size, at /run/disk, with the folder `volume` on it; what the machine is given keeps its data when the power is cut."""
        if self.disk.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        new, root = self.disk.with_suffix('.new'), self.folder / 'disk.root'
        (root / 'volume').mkdir(parents=True, exist_ok=True)
        with open(new, 'wb') as file:
            file.truncate(size)
        run('mkfs.ext4', '-q', '-m', 0, '-d', root, new)
        remove_tree(root)
        new.rename(self.disk)

    # -- power and cable ------------------------------------------------------------------------------------------------

    def _connect(self):
        if not Path(f'/run/netns/{self.link}').exists():
            run('ip', 'netns', 'add', self.link)
        if not self.wire.exists(self.link):
            card = f'02:4c:{ipaddress.ip_address(self.address).packed.hex(":")}'       # the same after each start, as of a real one
            run('ip', 'link', 'add', self.link, 'type', 'veth', 'peer', 'name', 'eth0', 'address', card, 'netns', self.link)
            run('ip', 'link', 'set', self.link, 'master', self.wire.name)
            run('ip', '-n', self.link, 'addr', 'add', f'{self.address}/{self.wire.network.prefixlen}', 'dev', 'eth0')
            run('ip', '-n', self.link, 'link', 'set', 'eth0', 'up')
            run('ip', '-n', self.link, 'link', 'set', 'lo', 'up')
            run('ip', '-n', self.link, 'route', 'add', 'default', 'via', self.wire.gateway)
        self.heal()

    def _disconnect(self):
        """A kernel without power forgets everything; here the bridge of the machine would keep the cables of containers that are no more, until the last of
        their connections has given up: they answer for the addresses that their successors were given."""
        if self.number:
            run('ip', 'link', 'del', self.link, check=False)
            run('ip', 'netns', 'del', self.link, check=False)

    def _configure(self):
        # crun: each health check is a process that it starts, and it needs a part of what runc takes for that.
        settings = {'storage-driver': 'overlay2', 'insecure-registries': [REGISTRY], 'exec-opts': ['native.cgroupdriver=cgroupfs'],
                    'runtimes': {'crun': {'path': '/usr/bin/crun'}}, 'default-runtime': 'crun',
                    'cgroup-parent': f'/{self.cgroup}', 'max-concurrent-downloads': 6, 'dns-opts': ['timeout:1', 'attempts:1'], 'shutdown-timeout': 20}
        if not self.number:
            settings |= {'bridge': 'none', 'iptables': False, 'ip6tables': False, 'ip-forward': False, 'ip-masq': False}
        for name in ('data', 'etc'):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        write(self.folder / 'etc' / 'daemon.json', json.dumps(settings, indent=1))

    def power_on(self):
        """Starts the machine; waits until its engine answers."""
        if self.running:
            return self
        if self.number:
            self._connect()
        self._configure()
        self.socket.unlink(missing_ok=True)
        enter = ['nsenter', f'--net=/run/netns/{self.link}'] if self.number else []
        self.spawn([*enter, 'unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', 'sh', '-c', INIT],
                   env={'NAME': self.hostname, 'FOLDER': str(self.folder), 'SOCKET': str(self.socket), 'GATEWAY': self.wire.gateway, 'DOCKER_HOST': '',
                        'RESOLVER': f'nameserver {self.wire.gateway}' if self.number else Path('/etc/resolv.conf').read_text()},
                   ready=lambda: connects(self.socket), timeout_s=90)
        wait_for(lambda: self.docker('version', check=False).returncode == 0, 60, f'the engine of {self.hostname}', poll_s=0.1)
        return self

    def _init(self):
        """The first process of the machine's own tree."""
        pid = self.pid
        children = Path(f'/proc/{pid}/task/{pid}/children') if pid else None
        try:
            return int(children.read_text().split()[0])
        except (AttributeError, OSError, IndexError):
            return None

    def power_off(self):
        """As `poweroff` does: the engine stops its containers first."""
        if init := self._init():
            os.kill(init, signal.SIGTERM)
            try:
                wait_for(lambda: not self.running, self.stop_timeout_s, f'{self.hostname} stopping', poll_s=0.1)
            except Failed:
                self.power_cut(pull=False)
        self._bury()
        self._disconnect()

    def power_cut(self, pull=True):
        """Everything on it ends at once; nobody is told. The cable first, or the kernel would say goodbye on its behalf."""
        if pid := self.pid:
            if pull and self.number:
                self.cut()
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: not self.running, 20, f'{self.hostname} dying')
        self._bury()
        self._disconnect()

    def crash_engine(self):
        """dockerd alone dies; as on a machine without live-restore, its containers go with it."""
        for process in self._children_named('dockerd'):
            os.kill(process, signal.SIGKILL)

    def _children_named(self, name):
        init = self._init()
        if not init:
            return []
        listed = run('pgrep', '-P', init, '-x', name, check=False).stdout.split()
        return [int(pid) for pid in listed]

    def cut(self):
        run('ip', 'link', 'set', self.link, 'down')

    def heal(self):
        run('ip', 'link', 'set', self.link, 'up')

    def in_machine(self, *command, **options):
        """A command beside its engine: with its network, mounts and name."""
        init = self._init()
        if not init:
            raise Failed(f'{self.hostname} is off')
        return run('nsenter', '--target', init, '--mount', '--uts', '--net', '--pid', *command, **options)

    def remove(self):
        """No process, link, namespace, mount or control group of it is left; its files are, but for `data`."""
        self.power_cut(pull=False)
        self.socket.unlink(missing_ok=True)
        remove_cgroups(self.cgroup)

    def forget(self):
        """Its disk too."""
        self.remove()
        remove_tree(self.folder)

    # -- its engine -----------------------------------------------------------------------------------------------------

    @property
    def docker_host(self):
        return f'unix://{self.socket}'

    def docker(self, *arguments, check=True, stdin=None, timeout_s=None):
        """The finished docker command on this machine's engine."""
        try:
            done = subprocess.run([DOCKER, *map(str, arguments)], capture_output=True, text=True, input=stdin, timeout=timeout_s,
                                  env={**os.environ, 'DOCKER_HOST': self.docker_host})
        except subprocess.TimeoutExpired:
            if check:
                raise Failed(f'{self.hostname}: docker {" ".join(map(str, arguments[:3]))}: no answer within {timeout_s} s') from None
            return subprocess.CompletedProcess(arguments, 124, '', 'no answer')
        if check and done.returncode:
            raise Failed(f'{self.hostname}: docker {" ".join(map(str, arguments[:4]))}: {done.stderr.strip()}')
        return done

    def engine(self, path, filters=None, timeout_s=10):
        """What the engine answers to a GET: for what is asked again and again, since the docker command takes a tenth of a second of a core."""
        query = f'filters={quote(json.dumps(filters))}' if filters else ''
        try:
            status, text = engine_call(self.socket, 'GET', f'{path}{"&" if "?" in path else "?"}{query}', timeout_s=timeout_s)
            body = json.loads(text)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Failed(f'{self.hostname}: {path}: {error}') from None
        if status != 200:
            raise Failed(f'{self.hostname}: {path}: {body}')
        return body

    def container(self, service):
        """The id of the running container of a service of the stack here, or None."""
        try:
            found = self.engine('/containers/json', {'label': [f'com.docker.swarm.service.name={service}'], 'status': ['running']}, timeout_s=20)
        except Failed:
            return None
        return found[0]['Id'] if found else None

    def beside(self, service, *command, **options):
        """What a program of this machine says in the network of a service's container here: less work than one in the container."""
        container = self.container(service)
        if not container:
            raise Failed(f'{service} does not run on {self.hostname}')
        pid = self.engine(f'/containers/{container}/json')['State']['Pid']
        return self.in_machine('nsenter', '--target', pid, '--net', *command, **options).stdout

    def exec(self, service, *command, stdin=None, user=None, check=True, timeout_s=60):
        """A command in a service's container here."""
        container = self.container(service)
        if not container:
            raise Failed(f'{service} does not run on {self.hostname}')
        options = ['--interactive'] if stdin is not None else []
        return self.docker('exec', *options, *(['--user', user] if user else []), container, *command, stdin=stdin, check=check, timeout_s=timeout_s)


def remove_cgroups(name):
    """Empty control groups that the containers left, of either version; the processes of a cut machine take a moment to be gone."""
    def gone():
        left = False
        for hierarchy in [Path('/sys/fs/cgroup'), *Path('/sys/fs/cgroup').iterdir()]:
            top = hierarchy / name
            if not top.is_dir():
                continue
            for folder in sorted((p for p in top.rglob('*') if p.is_dir()), key=lambda p: -len(p.parts)):
                _rmdir(folder)
            left = not _rmdir(top) or left
        return not left
    wait_for(gone, 20, f'the control groups of {name}', poll_s=0.1)


def _rmdir(folder):
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def remove_tree(folder):
    """What engines leave has odd attributes and many links; a mount below would be a bug and stops it."""
    if not folder.exists():
        return
    mounts = [line.split()[4] for line in Path('/proc/self/mountinfo').read_text().splitlines() if line.split()[4].startswith(f'{folder}/')]
    if mounts:
        raise Failed(f'{mounts[0]} is still mounted')
    run('rm', '-rf', '--one-file-system', folder)
