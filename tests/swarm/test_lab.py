"""The platform on a real Docker Swarm: it comes up, it outlives what must not stop it, and nothing is left of it afterwards. DRILLS=all runs every drill."""
import hashlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from iotplatform.process import wait_for
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


@pytest.mark.parametrize('method, path, status', [('GET', '/v1.41/nodes', 200), ('GET', '/v1.41/services', 200), ('GET', '/v1.41/tasks', 200), ('GET', '/_ping', 403),
                                                  ('GET', '/v1.41/containers/json', 403), ('POST', '/v1.41/services/create', 403), ('GET', '/v1.41/secrets/x', 403),
                                                  ('DELETE', '/v1.41/services/x', 403), ('POST', '/v1.41/containers/create', 403),
                                                  ('GET', '/v1.41/nodes/../containers/json', 403), ('POST', '/v1.41/swarm/leave', 403)])
def test_the_way_to_docker_lets_through_what_the_console_needs_alone(lab, method, path, status):
    said = lab.machines[4].exec('guardian_backend', 'curl', '--path-as-is', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-X', method, f'http://docker-proxy:2375{path}')
    assert said.stdout == str(status)


# -- what the console says of all this -------------------------------------------------------------------------------------

GROUPS = {'etcd': 'etcd', 'pg': 'postgresql', 'redis': 'redis', 'sentinel': 'sentinel'}


def seen(lab, path):
    """A page of the console: configured, fresh and whole."""
    body = lab.ask(path, token=lab.token())
    assert (body['configured'], body['stale'], body['missing']) == (True, False, [])
    return body.get('items', body.get('data'))


def test_the_overview_counts_the_machines_and_the_members_of_every_quorum(lab):
    data = seen(lab, '/swarm/overview')
    assert {k: data['nodes'][k] for k in ('total', 'ready', 'managers', 'leader')} == {'total': 6, 'ready': 6, 'managers': 3, 'leader': f'n{lab.leader()}'}
    assert {q['group']: (q['members'], q['healthy'], q['ok']) for q in data['quorums']} == {group: (3, 3, True) for group in ('raft', *GROUPS.values())}


def test_every_node_is_shown_with_its_role_and_what_it_is_a_member_of(lab):
    rows = {row['hostname']: (row['role'], row['state'], sorted(row['quorum_groups'])) for row in seen(lab, '/swarm/nodes')}
    assert rows == {f'n{i}': ('manager', 'ready', ['etcd', 'sentinel']) if i <= 3 else ('worker', 'ready', ['postgresql', 'redis']) for i in range(1, 7)}


def test_every_service_is_shown_at_full_strength_with_the_group_of_its_members(lab):
    rows = {row['name'].removeprefix('guardian_'): (row['replicas_running'], row['replicas_desired'], row['quorum_group']) for row in seen(lab, '/swarm/services')}
    for name, (running, wanted) in lab.services(lab.manager()).items():
        assert rows[name] == (running, wanted, GROUPS.get(name.rpartition('-')[0])), name


def test_the_console_names_the_primary_that_patroni_has_and_its_synchronous_standby(lab):
    data, members = seen(lab, '/replication'), lab.members()
    assert data['source'] == 'patroni' and data['leader'] == f'pg-{lab.pg_primary() - 3}'
    assert {m['name']: m['role'] for m in data['members']} == {name: row['role'] for name, row in members.items()} and len(members) == 3
    assert all(m['reachable'] for m in data['members'])


def test_the_console_names_the_redis_primary_that_the_sentinels_have(lab):
    data = seen(lab, '/redis')
    assert data['primary']['address'] == f'redis-{lab.redis_primary() - 3}:6379'
    assert [(r['role'], r['reachable'], r['link']) for r in data['replicas']] == [('replica', True, 'up')] * 2
    assert data['quorum'] == {'needed': 2, 'agreeing': 3, 'sentinels': 3, 'can_fail_over': True}


def test_the_topology_has_every_member_on_its_machine_and_nobody_disagrees(lab):
    data = seen(lab, '/topology')
    homes = {node['hostname']: {task['service'].removeprefix('guardian_') for task in node['tasks'] if task['group']} for node in data['nodes']}
    assert homes == {f'n{i}': {f'etcd-{i}', f'sentinel-{i}'} if i <= 3 else {f'pg-{i - 3}', f'redis-{i - 3}'} for i in range(1, 7)}
    assert data['disagreements'] == []


def answer(lab, token, path, body, **headers):
    """Status and JSON of a call. One that hits a proxy that is just going is asked again."""
    said = []

    def asked():
        try:
            said[:] = [200, lab.ask(path, body, token, headers=headers)]
        except urllib.error.HTTPError as error:
            said[:] = [error.code, json.load(error)]
        return said[0] < 500
    wait_for(asked, 60, path, poll_s=0.5)
    return said


def set_availability(lab, node, availability):
    """Both steps, as a person would go them."""
    token, path, body = lab.token(), f'/swarm/nodes/{node}/availability', {'availability': availability}
    status, made = answer(lab, token, path, body)
    assert status == 428, made
    status, done = answer(lab, token, path, body, **{'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'], safe='')})
    assert status == 200, done


def has_members(lab, count, *groups):
    try:
        healthy = {q['group']: q['healthy'] for q in lab.ask('/swarm/overview', token=lab.token())['data']['quorums']}
        return all(healthy[group] == count for group in groups)
    except OSError:
        return False


def test_the_console_does_not_drain_a_second_machine_of_an_etcd_and_a_sentinel(lab):
    nodes = {row['hostname']: row['id'] for row in seen(lab, '/swarm/nodes')}
    set_availability(lab, nodes['n3'], 'drain')
    try:
        wait_for(lambda: has_members(lab, 2, 'etcd', 'sentinel'), 60, 'etcd-3 and sentinel-3 drained', poll_s=0.5)
        status, problem = answer(lab, lab.token(), f'/swarm/nodes/{nodes["n1"]}/availability', {'availability': 'drain'})
        assert (status, problem['code']) == (409, 'quorum') and 'would leave 1 of 3' in problem['detail'], problem
    finally:
        set_availability(lab, nodes['n3'], 'active')
        wait_for(lab.healthy, 300, 'everything at full strength', poll_s=1)


@pytest.fixture(scope='module')
def backup(lab):
    """One made through the edge, when both runners have it."""
    token = lab.token()
    job = lab.ask('/database/backup', {'database': 'iot_guardian'}, token)['job_id']
    wait_for(lambda: lab.ask(f'/database/jobs/{job}', token=token)['state'] not in ('queued', 'running'), 120, 'the backup', poll_s=0.5)
    made = lab.ask(f'/database/jobs/{job}', token=token)
    assert made['state'] == 'succeeded', made
    path = f'/database/backups/{made["result"]["backup_id"]}'
    wait_for(lambda: len(lab.ask(path, token=token)['copies']) == 2, 120, 'the second copy', poll_s=0.5)
    return lab.ask(path, token=token)


def test_a_backup_made_through_the_edge_lies_on_two_machines(lab, backup):
    for runner, machine in (('jobs-1', 5), ('jobs-2', 6)):
        said = lab.machines[machine].exec(f'guardian_{runner}', 'sha256sum', f'/var/lib/guardian/backups/{runner}/{backup["id"]}.dump')
        assert said.stdout.split()[0] == backup['sha256'], runner


def test_a_backup_comes_down_through_the_edge(lab, backup):
    request = urllib.request.Request(f'{lab.url}/api/v1/database/backups/{backup["id"]}/download', headers={'Authorization': f'Bearer {lab.token()}'})
    with urllib.request.urlopen(request, timeout=60, context=lab.context()) as reply:
        assert hashlib.sha256(reply.read()).hexdigest() == backup['sha256']
        assert reply.headers['Content-Disposition'].startswith('attachment') and reply.headers['X-Content-Type-Options'] == 'nosniff'


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
