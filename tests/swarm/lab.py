"""The lab as a whole: six machines in one swarm, the platform deployed on it by stack/deploy, and how it all is now."""
import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from iotplatform.process import Failed, wait_for, write

from .images import SEED, SOURCE, Images, Names, Registry
from .machine import DOCKER, Machine, Wire, remove_tree, run

MACHINES, MANAGERS = 6, 3
# Where what has a volume lives, and what listens to the world.
LABELS = {1: ['etcd=1', 'edge=true'], 2: ['etcd=2', 'edge=true'], 3: ['etcd=3', 'watch=1'],
          4: ['pg=1', 'redis=1', 'app=true'], 5: ['pg=2', 'redis=2', 'jobs=1', 'app=true'], 6: ['pg=3', 'redis=3', 'jobs=2', 'app=true']}
STACK = 'guardian'
PG_DISK = 3 * 2**30      # bytes
ALERT_PORT = 9099       # of the wire's address, where a test may listen to Alertmanager
DATA_NETWORK = 'iot_guardian_data_network'
PACKAGES = ['docker.io', 'crun', 'iptables', 'iproute2', 'tini', 'util-linux', 'docker-registry', 'mmdebstrap', 'openssl', 'procps', 'e2fsprogs']


def missing():
    """What this machine lacks, each as a sentence; an empty list when the lab can run here."""
    lacks = []
    if os.geteuid() != 0:
        lacks.append('Root is needed: the lab makes network namespaces, mounts and control groups.')
    programs = [name for name in ('/usr/bin/docker', 'dockerd', 'containerd', 'runc', 'crun', 'tini', 'iptables', 'ip', 'unshare', 'nsenter', 'docker-registry', 'mmdebstrap', 'openssl', 'mkfs.ext4')
                if not shutil.which(name)]
    if programs:
        lacks.append(f'Programs are missing: {" ".join(programs)}. They come with apt install {" ".join(PACKAGES)}.')
    if not lacks:
        lacks += _missing_in_kernel()
    return lacks


def _missing_in_kernel():
    """Tries what the lab does, in a namespace that is gone at once."""
    probes = {'an overlay file system': 'mkdir -p /run/u /run/w && mount -t overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w overlay /etc',
              'a file as a disk (loop)': 'truncate -s 1M /run/disk && mkfs.ext4 -q /run/disk && mkdir /run/mnt && mount -o loop /run/disk /run/mnt',
              'a bridge': 'ip link add lab-try type bridge', 'virtual cables (veth)': 'ip link add lab-try type veth peer name lab-try2',
              'VXLAN': 'ip link add lab-try type vxlan id 77 dev lo dstport 4789', 'packet filters (iptables nat, raw)': 'iptables -t nat -L -n && iptables -t raw -L -n'}
    lacks = []
    for what, command in probes.items():
        done = run('unshare', '--mount', '--net', '--propagation', 'private', 'sh', '-c', f'mount -t tmpfs tmpfs /run && {command}', check=False)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ['no reason given'])[-1]
            lacks.append(f'The kernel (or the container that this runs in) does not allow {what}: {said}')
    groups = Path('/sys/fs/cgroup')
    probe = (groups / 'memory' if (groups / 'memory').is_dir() else groups) / 'lab-try'
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as problem:
        lacks.append(f'Control groups cannot be made: {problem}')
    return lacks


class Lab:
    def __init__(self, home=None, port=None, without_images=()):
        port = port or int(os.environ.get('DEV_PORT') or 8443)
        self.home = Path(os.environ.get('DEV_LAB') or Path(home or os.environ.get('DEV_HOME') or SOURCE / '.dev') / 'lab').resolve()
        self.home.mkdir(parents=True, exist_ok=True)
        self.wire = Wire(port)
        self.images = Images(self.home, self.wire, without_images)
        self.registry = Registry(self.home, self.wire)
        self.names = Names(self.home, self.wire)
        self.machines = {i: Machine(self.home, self.wire, i) for i in range(1, MACHINES + 1)}
        self.secrets = self.home / 'secrets'
        self.traces_file = self.home / 'host.json'
        self.url = f'https://{self.wire.vip.partition("/")[0]}'

    # -- up and down ------------------------------------------------------------------------------------------------------

    def up(self, say=print):
        """Everything, from whatever there is: again is quick and keeps data."""
        lacks = missing()
        if lacks:
            raise Failed('The lab cannot run here.\n' + '\n'.join(f'- {line}' for line in lacks))
        self._remember_host()
        start = time.monotonic()

        def did(what):
            nonlocal start
            say(f'  {what:<34} {time.monotonic() - start:6.1f} s')
            start = time.monotonic()
        self.wire.up()
        self.registry.start()
        self.names.start()
        self.images.build_app()
        if not self.images.ready:
            self.images.build()
            did('images, built and pushed')
        self.start_machines()
        did(f'{MACHINES} machines')
        self.make_swarm()
        self.make_volumes()
        did('swarm')
        self.deploy()
        did('stack, schema, administrator')
        self.check_login()
        wait_for(self.healthy, 300, 'everything at full strength', poll_s=1)
        did('login, full strength')
        self.write_session()

    def watch(self):
        """What watches, beside the platform. Only when asked for: it takes a part of this machine, and a drill's seconds would depend on it."""
        (self.home / 'watch').touch()
        self.deploy()
        wait_for(self.healthy, 300, 'everything at full strength', poll_s=1)

    def start_machines(self, numbers=None):
        machines = [self.machines[i] for i in numbers or self.machines]
        for machine in machines:
            self.images.plant(machine)
            if any(label.startswith('pg=') for label in LABELS[machine.number]):
                machine.make_disk(PG_DISK)
        with ThreadPoolExecutor(len(machines)) as pool:
            list(pool.map(lambda machine: machine.power_on(), machines))

    def make_volumes(self):
        """PostgreSQL's on a disk of its own, made before the stack would make it: so that it can get full without this machine's."""
        for machine in self.machines.values():
            if machine.disk.exists():
                machine.docker('volume', 'create', '--opt', 'type=none', '--opt', 'o=bind', '--opt', 'device=/run/disk/volume', f'{STACK}_pg')

    def make_swarm(self):
        first = self.machines[1]
        if first.docker('info', '--format', '{{.Swarm.LocalNodeState}}').stdout.strip() != 'active':
            first.docker('swarm', 'init', '--advertise-addr', first.address, '--data-path-addr', first.address, '--task-history-limit', 3)
        tokens = {role: first.docker('swarm', 'join-token', '-q', role).stdout.strip() for role in ('manager', 'worker')}
        for number, machine in self.machines.items():
            if machine.docker('info', '--format', '{{.Swarm.LocalNodeState}}').stdout.strip() != 'active':
                machine.docker('swarm', 'join', '--token', tokens['manager' if number <= MANAGERS else 'worker'], '--advertise-addr', machine.address, f'{first.address}:2377')
        for number, labels in LABELS.items():
            options = [part for label in labels for part in ('--label-add', label)]
            first.docker('node', 'update', *options, f'n{number}')
        wait_for(lambda: set(self.nodes().values()) == {'ready'}, 60, 'all nodes ready', poll_s=0.3)

    def deploy(self, *options, secrets=None, timeout_s=420):
        """stack/deploy, as a person would call it on a manager; alerts go to this machine."""
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        if not (self.secrets / 'alerting').exists():
            write(self.secrets / 'alerting', f'WEBHOOK_URL=http://{self.wire.gateway}:{ALERT_PORT}/alerts\n', 0o600)
        done = subprocess.run([SOURCE / 'stack' / 'deploy', '--images', self.images.lock, '--vip', self.wire.vip, '--name', 'guardian.lab', '--secrets', secrets or self.secrets,
                               '--timeout', str(timeout_s), *([] if (self.home / 'watch').exists() else ['--without-watch']), *options], capture_output=True, text=True,
                              env={**os.environ, 'DOCKER_HOST': self.manager().docker_host, 'DOCKER': DOCKER, 'BACKEND_WORKERS': '4', 'STREAM_WORKERS': '4',
                                   'EDGE_ADDRESS_LIMIT': '256'})
        if done.returncode:
            raise Failed(f'{done.stderr.strip()}\n{done.stdout[-1500:]}')
        return done.stdout

    def down(self, purge=False):
        """No trace is left but files under `home`: the images stay, the machines' disks only when asked to."""
        machines = [*self.machines.values(), self.images.builder, Machine(self.home, self.wire, SEED)]
        with ThreadPoolExecutor(len(machines)) as pool:
            list(pool.map(lambda machine: machine.power_cut(pull=False), machines))
        for machine in machines:
            machine.remove()
        self.registry.kill()
        self.names.kill()
        self.wire.down()
        self._restore_host()
        for number in self.machines:
            remove_tree(self.home / f'n{number}')
        for name in ('secrets', 'run', 'session.json', 'etc', 'watch'):
            path = self.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if purge:
            remove_tree(self.home)

    # -- this machine, as it was before --------------------------------------------------------------------------------

    KERNEL_SETTINGS = ['/proc/sys/kernel/keys/root_maxkeys', '/proc/sys/kernel/keys/root_maxbytes', '/proc/sys/net/bridge/bridge-nf-call-iptables',
                       '/proc/sys/net/bridge/bridge-nf-call-ip6tables', '/proc/sys/net/ipv4/ip_forward']

    def _remember_host(self):
        """Engines raise limits of the kernel that belong to no namespace."""
        if not self.traces_file.exists():
            settings = {path: Path(path).read_text().strip() for path in self.KERNEL_SETTINGS if Path(path).exists()}
            write(self.traces_file, json.dumps({'settings': settings, 'netns': Path('/run/netns').exists()}))

    def _restore_host(self):
        if not self.traces_file.exists():
            return
        before = json.loads(self.traces_file.read_text())
        for path, value in before['settings'].items():
            if Path(path).exists() and Path(path).read_text().strip() != value:
                Path(path).write_text(value)
        netns = Path('/run/netns')
        if not before['netns'] and netns.exists() and not any(netns.iterdir()):
            run('umount', netns, check=False)
            netns.rmdir()
        self.traces_file.unlink()

    # -- how it is --------------------------------------------------------------------------------------------------------

    def manager(self, without=()):
        """A manager that answers and knows a leader."""
        for number in range(1, MANAGERS + 1):
            if self._nodes(number, without):
                return self.machines[number]
        raise Failed('no manager of the swarm answers')

    def _nodes(self, number, without=()):
        """The swarm's nodes as this machine's engine has them; nothing when it has them not."""
        machine = self.machines[number]
        try:
            return machine.engine('/nodes', timeout_s=5) if number not in without and machine.running else []
        except Failed:
            return []

    def nodes(self, manager=None):
        """{host name: ready, down …}"""
        return {row['Description']['Hostname']: row['Status']['State'] for row in self._nodes((manager or self.machines[1]).number)}

    def services(self, manager):
        """{name: (running, wanted)} of the stack."""
        rows = manager.engine('/services?status=true', {'label': [f'com.docker.stack.namespace={STACK}']}, timeout_s=15)
        return {row['Spec']['Name'].removeprefix(f'{STACK}_'): (row['ServiceStatus']['RunningTasks'], row['ServiceStatus']['DesiredTasks']) for row in rows}

    def full_strength(self, manager=None):
        try:
            return all(running == wanted for running, wanted in self.services(manager or self.manager()).values())
        except Failed:
            return False

    def members(self, without=()):
        """Patroni's own view, asked of any PostgreSQL member that answers: {name: row}."""
        for number in (4, 5, 6):
            if number in without or not self.machines[number].running:
                continue
            try:
                said = self.machines[number].beside(f'{STACK}_pg-{number - 3}', 'curl', '-s', '-m', '3', 'http://localhost:8008/cluster')
                return {row['name']: row for row in json.loads(said)['members']}
            except (Failed, ValueError, KeyError):
                continue
        return {}

    def pg_primary(self, without=()):
        """The number of the machine that has the primary, or None."""
        for name, row in self.members(without).items():
            if row['role'] == 'leader' and row['state'] == 'running':
                return int(name[-1]) + 3
        return None

    def pg_whole(self, without=()):
        """One leader, a synchronous standby, and everybody in the flow: on one timeline, for who has just come back may be shown as it was."""
        rows = [row for row in self.members(without).values() if row['state'] in ('running', 'streaming')]
        return sorted(row['role'] for row in rows) == ['leader', 'replica', 'sync_standby'] and len({row.get('timeline') for row in rows}) == 1

    def sentinel(self, *command, without=()):
        """A command answered by the first Sentinel that runs: its lines."""
        environment = {**os.environ, 'REDISCLI_AUTH': (self.secrets / 'sentinel_password').read_text().strip()}
        for number in (1, 2, 3):
            if number in without or not self.machines[number].running:
                continue
            try:
                said = self.machines[number].beside(f'{STACK}_sentinel-{number}', 'timeout', '3', 'redis-cli', '-p', '26379', 'sentinel', *command, env=environment)
            except Failed:
                continue
            if said.strip():
                return said.splitlines()
        return []

    def redis_primary(self, without=()):
        """The number of the machine that the Sentinels name."""
        said = self.sentinel('get-master-addr-by-name', STACK, without=without)
        return int(said[0].removeprefix('redis-')) + 3 if said and said[0].startswith('redis-') else None

    def redis_whole(self, without=()):
        """Two replicas in the flow, three Sentinels that know each other."""
        lines = self.sentinel('replicas', STACK, without=without)
        linked = sum(1 for key, value in zip(lines, lines[1:]) if key == 'master-link-status' and value == 'ok')
        flags = [value for key, value in zip(lines, lines[1:]) if key == 'flags']
        master = self.sentinel('master', STACK, without=without)
        others = next((int(value) for key, value in zip(master, master[1:]) if key == 'num-other-sentinels'), 0)
        return linked == 2 and flags == ['slave', 'slave'] and others == 2

    def vip_holder(self):
        """The numbers of the machines that have the moving address."""
        address = self.wire.vip.partition('/')[0]
        return [number for number, machine in self.machines.items()
                if machine.running and run('ip', '-n', machine.link, '-o', '-4', 'addr', 'show', 'to', address, check=False).stdout.strip()]

    def leader(self, without=()):
        """The number of the manager that leads the swarm, or None."""
        for number in range(1, MANAGERS + 1):
            for row in self._nodes(number, without):
                if row.get('ManagerStatus', {}).get('Leader'):
                    return int(row['Description']['Hostname'][1:])
        return None

    def healthy(self):
        """All that a drill wants to find."""
        return (set(self.nodes(self.manager()).values()) == {'ready'} and self.full_strength() and self.pg_whole() and self.redis_whole()
                and len(self.vip_holder()) == 1 and bool(self.ready()))

    # -- through the edge ---------------------------------------------------------------------------------------------------

    @property
    def password(self):
        return (self.secrets / 'admin_password').read_text().strip()

    def context(self):
        return ssl.create_default_context(cafile=self.secrets / 'ca.crt')

    def ask(self, path, body=None, token=None, timeout_s=15, headers=None):
        """The JSON of one call through the edge."""
        headers = {'Content-Type': 'application/json', **({'Authorization': f'Bearer {token}'} if token else {}), **(headers or {})}
        request = urllib.request.Request(f'{self.url}/api/v1{path}', data=json.dumps(body).encode() if body is not None else None, headers=headers)
        with urllib.request.urlopen(request, timeout=timeout_s, context=self.context()) as reply:
            return json.load(reply)

    def ready(self):
        try:
            return self.ask('/health/ready')
        except (OSError, ValueError):
            return None

    def token(self):
        return self.ask('/auth/login', {'username': 'admin', 'password': self.password})['access_token']

    def check_login(self):
        wait_for(self.ready, 60, f'{self.url}/api/v1/health/ready', poll_s=0.5)
        if not self.token():
            raise Failed('the login gave no token')

    def write_session(self):
        path = self.home / 'session.json'
        write(path, json.dumps({'url': self.url, 'username': 'admin', 'password': self.password, 'certificate_authority': str(self.secrets / 'ca.crt'),
                                'docker': {machine.hostname: machine.docker_host for machine in self.machines.values()}}, indent=2) + '\n', 0o600)
        return path
