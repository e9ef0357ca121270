"""The platform on a real Docker Swarm: it comes up, it outlives what must not stop it, and nothing is left of it afterwards. DRILLS=all runs every drill."""
import json
import os
import urllib.request
from pathlib import Path

import pytest

from swarm.drills import DRILLS, perform, rolling_update
from swarm.lab import Lab, missing
from swarm.machine import run
from swarm.report import save
from swarm.watch import ensure_canaries

# What the short suite breaks, in this order; the update goes last, since it builds.
SHORT = ['pg-primary-killed', 'redis-primary-lost', 'worker-lost']
CHOSEN = [name for name in DRILLS if name != 'rolling-update'] if os.environ.get('DRILLS') == 'all' else SHORT


def traces(lab):
    """All that a lab could leave on this machine."""
    groups = [str(p) for p in Path('/sys/fs/cgroup').rglob('*') if p.is_dir() and lab.wire.name in str(p)]
    return {'links': sorted(line.split()[0] for line in run('ip', '-br', 'link').stdout.splitlines()), 'namespaces': run('ip', 'netns', 'list', check=False).stdout,
            'mounts': [line for line in Path('/proc/self/mountinfo').read_text().splitlines() if str(lab.home) in line or 'netns' in line], 'groups': groups,
            'filters': [line for line in run('iptables-save', check=False).stdout.splitlines() if not line.startswith(('#', ':'))],
            'settings': {path: Path(path).read_text() for path in lab.KERNEL_SETTINGS if Path(path).exists()},
            'processes': [line for line in run('ps', '-eo', 'args').stdout.splitlines() if str(lab.home) in line],
            'folders': [path for path in ('/run/netns', '/run/docker', '/run/docker.sock', '/run/containerd', '/opt/containerd', '/var/lib/docker') if Path(path).exists()]}


@pytest.fixture(scope='module')
def before():
    lab = Lab()
    assert missing() == []
    assert not any(machine.running for machine in lab.machines.values()), 'a lab is up: ./dev lab down'
    return traces(lab)


@pytest.fixture(scope='module')
def lab(before):
    made = Lab()
    try:
        made.up()
        yield made
    finally:
        made.down()


def test_the_login_works_through_the_address_that_moves(lab):
    assert lab.ask('/auth/me', token=lab.token())['username'] == 'admin'


def test_the_single_page_app_comes_from_the_frontend_service(lab):
    with urllib.request.urlopen(lab.url, timeout=15, context=lab.context()) as reply:
        assert b'<div id="app">' in reply.read() and reply.headers['Content-Security-Policy']


def test_only_the_edges_listen_to_the_world(lab):
    """On every machine the engine published nothing but the edge's port."""
    published = {machine.hostname: machine.docker('ps', '--format', '{{.Ports}}').stdout.split() for machine in lab.machines.values()}
    assert {name for name, ports in published.items() if any('->' in port for port in ports)} == {'n1', 'n2'}
    assert {port for ports in published.values() for port in ports if '->' in port} <= {'0.0.0.0:443->8443/tcp', '0.0.0.0:443->8443/tcp,', ':::443->8443/tcp'}


def containers(lab):
    for machine in lab.machines.values():
        listed = machine.docker('ps', '--quiet', '--filter', 'label=com.docker.stack.namespace=guardian').stdout.split()
        for row in json.loads(machine.docker('inspect', *listed).stdout):
            yield row['Config']['Labels']['com.docker.swarm.service.name'].removeprefix('guardian_'), row


def test_no_container_can_write_to_its_image_or_has_a_capability_that_it_does_not_need(lab):
    needs = {'vip': {'CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_NET_BROADCAST'}}
    for name, row in containers(lab):
        settings = row['HostConfig']
        assert settings['ReadonlyRootfs'], name
        assert settings['CapDrop'] == ['ALL'] and {c if c.startswith('CAP_') else f'CAP_{c}' for c in settings['CapAdd'] or []} == needs.get(name, set()), name


def test_only_what_needs_the_socket_or_the_network_of_the_machine_runs_as_root(lab):
    assert {name for name, row in containers(lab) if row['Config']['User'] in ('', 'root', '0')} == {'vip', 'docker-proxy'}


def test_no_secret_is_in_an_image_or_an_environment(lab):
    secrets = [path.read_text().strip() for path in lab.secrets.iterdir() if path.suffix == '' and path.is_file()]
    for name, row in containers(lab):
        assert not [s for s in secrets if s in json.dumps(row['Config'])], name


def test_every_image_is_pinned_by_its_digest(lab):
    for name, row in containers(lab):
        assert '@sha256:' in row['Config']['Image'], name


@pytest.mark.parametrize('method, path, status', [('GET', '/v1.41/nodes', 200), ('GET', '/v1.41/services', 200), ('GET', '/_ping', 200), ('GET', '/v1.41/containers/json', 403),
                                                  ('POST', '/v1.41/services/create', 403), ('GET', '/v1.41/secrets/x', 403), ('DELETE', '/v1.41/services/x', 403),
                                                  ('POST', '/v1.41/containers/create', 403), ('GET', '/v1.41/nodes/../containers/json', 403), ('POST', '/v1.41/swarm/leave', 403)])
def test_the_way_to_docker_lets_through_what_the_console_needs_alone(lab, method, path, status):
    said = lab.machines[4].exec('guardian_backend', 'curl', '--path-as-is', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-X', method, f'http://docker-proxy:2375{path}')
    assert said.stdout == str(status)


def test_postgresql_takes_nobody_without_tls_and_a_password(lab):
    ensure_canaries(lab)
    for dsn in ('host=pg-1 user=postgres dbname=postgres sslmode=disable', 'host=pg-1 user=postgres dbname=postgres sslmode=require'):
        said = lab.machines[3].exec('lab_canary', 'psql', '-X', '-w', '-c', 'SELECT 1', dsn, check=False)
        assert said.returncode != 0 and ('no pg_hba.conf entry' in said.stderr or 'no password supplied' in said.stderr), said.stderr


def test_a_second_deployment_of_the_same_changes_nothing(lab):
    def tasks():
        return {row['Id'] for _, row in containers(lab)}
    running = tasks()
    lab.deploy()
    assert tasks() == running


@pytest.mark.parametrize('name', CHOSEN)
def test_a_drill_keeps_its_promise(lab, name):
    report = perform(lab, name)
    save(lab.home, report)
    assert report['ok'], [row for row in report['measured'] if not row['ok']]


def test_not_a_request_fails_while_everything_in_its_path_is_replaced(lab):
    if os.environ.get('DRILLS') == 'all':
        report = perform(lab, 'rolling-update')
        save(lab.home, report)
        measured = report['measured']
    else:
        measured = rolling_update(lab, services=('backend', 'edge'), requests_min=1000).measured
    assert [row for row in measured if not row['ok']] == []


def test_nothing_is_left_of_it(before, lab):
    """The last: it takes the lab down."""
    lab.down()
    assert traces(lab) == before
