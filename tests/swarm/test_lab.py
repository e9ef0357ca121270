"""The platform on a real Docker Swarm: it comes up, it outlives what must not stop it, and nothing is left of it afterwards. DRILLS=all runs every drill."""
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from iotplatform.monitoring import Webhook
from iotplatform.process import Failed, slowness, wait_for
from swarm.drills import DRILLS, fill_disk, free_disk, other, perform, rolling_update
from swarm.images import SOURCE
from swarm.lab import ALERT_PORT, STACK, Lab, missing
from swarm.machine import run
from swarm.report import save
from swarm.watch import ensure_canaries

# What the short suite breaks, in this order; the update goes last, since it builds.
WATCH = 'guardian-watch'
SHORT = ['disk-full', 'redis-primary-lost', 'worker-lost']
CHOSEN = [name for name in DRILLS if name != 'rolling-update'] if os.environ.get('DRILLS') == 'all' else SHORT


def traces(lab):
    """All that a lab could leave on this machine."""
    groups = [str(p) for p in Path('/sys/fs/cgroup').rglob('*') if p.is_dir() and lab.wire.name in str(p)]
    return {'links': sorted(line.split()[0] for line in run('ip', '-br', 'link').stdout.splitlines()), 'namespaces': run('ip', 'netns', 'list', check=False).stdout,
            'mounts': [line for line in Path('/proc/self/mountinfo').read_text().splitlines() if str(lab.home) in line or 'netns' in line], 'groups': groups,
            'filters': [line for line in run('iptables-save', check=False).stdout.splitlines() if not line.startswith(('#', ':'))],
            'disks': [line for line in run('losetup', '--list', '--noheadings', '--output', 'BACK-FILE', check=False).stdout.splitlines() if str(lab.home) in line],
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
    made = Lab(without_images=() if os.environ.get('DRILLS') == 'all' else ('watch',))
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


def containers(lab, stack='guardian'):
    for machine in lab.machines.values():
        listed = machine.docker('ps', '--quiet', '--filter', f'label=com.docker.stack.namespace={stack}').stdout.split()
        for row in json.loads(machine.docker('inspect', *listed).stdout):
            yield row['Config']['Labels']['com.docker.swarm.service.name'].removeprefix(f'{stack}_'), row


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


def test_every_member_of_patroni_is_listed_by_the_address_of_its_container(lab):
    """Where a machine was cut off, its name may lead to a container that is gone."""
    listed = {name: row['api_url'] for name, row in lab.members().items()}
    networks = {}
    for name in listed:
        machine = lab.machines[int(name[-1]) + 3]
        (networks[name],) = json.loads(machine.docker('inspect', machine.container(f'{STACK}_{name}')).stdout)[0]['NetworkSettings']['Networks'].values()
    assert listed == {name: f"http://{network['IPAddress']}:8008/patroni" for name, network in networks.items()}


@pytest.fixture
def twin(lab, request):
    """A second container of a member, with the data and the command of the first, as the swarm starts it on a machine that was cut off."""
    number, member = request.param
    machine, name = lab.machines[number], f'twin-of-{member}'
    first = json.loads(machine.docker('inspect', machine.container(f'{STACK}_{member}')).stdout)[0]
    volumes = [part for mount in first['Mounts'] if mount['Type'] == 'volume' for part in ('--volume', f'{mount["Name"]}:{mount["Destination"]}')]
    machine.docker('run', '--detach', '--name', name, '--network', 'none', '--env', f'MEMBER={member}', *volumes, first['Config']['Image'], *first['Config']['Cmd'])
    yield lambda: machine.docker('logs', name).stderr, lambda: machine.docker('top', name, '-o', 'pid,args').stdout
    machine.docker('rm', '--force', name)


@pytest.mark.parametrize('twin', ((6, 'pg-3'), (6, 'redis-3'), (1, 'sentinel-1')), indirect=True, ids=lambda each: each[1])
def test_two_containers_never_have_the_same_data_at_once(twin):
    logs, processes = twin
    wait_for(lambda: 'waiting for its end' in logs(), 30, 'the second container waiting')
    assert 'flock 9' in processes() and not any(program in processes() for program in ('patroni', 'postgres -D', 'redis-server', 'redis-sentinel'))


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


def test_dns_is_asked_for_every_part_that_workers_call(lab):
    """What it answers is held against the swarm by the test above."""
    line = next(line for line in (SOURCE / 'stack' / 'guardian' / 'guardian.yaml').read_text().splitlines() if line.startswith('dns_names:'))
    called = {name for name in lab.services(lab.manager()) if name.split('-')[0] in ('pg', 'redis', 'sentinel', 'backend', 'frontend', 'jobs', 'docker')}
    assert set(line.split(': ')[1].split(',')) == called


def test_what_runs_is_what_the_stack_file_says(lab):
    data = seen(lab, '/swarm/drift')
    assert {s['name']: s['differences'] for s in data['services'] if s['state'] != 'in_step'} == {} and data['in_step']
    assert {s['name'].removeprefix('guardian_') for s in data['services']} >= set(lab.services(lab.manager()))


def test_what_is_changed_by_hand_is_drift(lab):
    lab.manager().docker('service', 'scale', '--detach', 'guardian_frontend=3')
    try:
        changed = {s['name']: [d['field'] for d in s['differences']] for s in seen(lab, '/swarm/drift')['services'] if s['state'] != 'in_step'}
        assert changed == {'guardian_frontend': ['mode']}
    finally:
        lab.manager().docker('service', 'scale', '--detach', 'guardian_frontend=2')
        wait_for(lab.healthy, 120, 'everything at full strength', poll_s=1)


def test_every_container_is_limited_in_memory(lab):
    assert {name for name, row in containers(lab) if not row['HostConfig']['Memory']} == set()


# -- how the console steers ------------------------------------------------------------------------------------------------------

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


def confirmed(lab, path, body):
    """Both steps, as a person would go them, again where what is decided on has changed between them; what the second answers."""
    token, last = lab.token(), []

    def done():
        status, made = answer(lab, token, path, body)
        assert status == 428, made
        last[:] = answer(lab, token, path, body, **{'X-Confirmation-Token': made['confirmation_token'], 'X-Confirmation-Phrase': quote(made['phrase'], safe='')})
        return last[1].get('code') != 'confirmation_stale'
    wait_for(done, 30, f'{path}, as it was when it was decided on', poll_s=0.5)
    assert last[0] < 300, last[1]
    return last[1]


def set_availability(lab, node, availability):
    confirmed(lab, f'/swarm/nodes/{node}/availability', {'availability': availability})


def has_members(lab, count, *groups):
    try:
        healthy = {q['group']: q['healthy'] for q in lab.ask('/swarm/overview', token=lab.token())['data']['quorums']}
        return all(healthy[group] == count for group in groups)
    except OSError:
        return False


def test_the_console_does_not_drain_a_second_machine_of_an_etcd_and_a_sentinel(lab):
    nodes = {row['hostname']: row['id'] for row in seen(lab, '/swarm/nodes')}
    members = ('guardian_etcd-3', 'guardian_sentinel-3')
    former = [lab.machines[3].container(name) for name in members]
    set_availability(lab, nodes['n3'], 'drain')
    try:
        wait_for(lambda: has_members(lab, 2, 'etcd', 'sentinel'), 60, 'etcd-3 and sentinel-3 drained', poll_s=0.5)
        status, problem = answer(lab, lab.token(), f'/swarm/nodes/{nodes["n1"]}/availability', {'availability': 'drain'})
        assert (status, problem['code']) == (409, 'quorum') and 'would leave 1 of 3' in problem['detail'], problem
    finally:
        set_availability(lab, nodes['n3'], 'active')
        # The former tasks may still be on their way out.
        wait_for(lambda: all(lab.machines[3].container(name) not in (None, old) for name, old in zip(members, former)), 120, 'etcd-3 and sentinel-3 started again', poll_s=0.5)
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


@pytest.fixture(scope='module')
def downloaded(lab, backup):
    """Its bytes, and the headers that came with them."""
    request = urllib.request.Request(f'{lab.url}/api/v1/database/backups/{backup["id"]}/download', headers={'Authorization': f'Bearer {lab.token()}'})
    with urllib.request.urlopen(request, timeout=60, context=lab.context()) as reply:
        return reply.read(), reply.headers


def test_a_backup_comes_down_through_the_edge(backup, downloaded):
    body, headers = downloaded
    assert hashlib.sha256(body).hexdigest() == backup['sha256']
    assert headers['Content-Disposition'].startswith('attachment') and headers['X-Content-Type-Options'] == 'nosniff'


def test_an_archive_from_elsewhere_is_looked_into_and_restored_where_it_has_no_power(lab, downloaded):
    """The same bytes, as a stranger's: what confines the process that reads them works within Docker's own confinement."""
    request = urllib.request.Request(f'{lab.url}/api/v1/database/backups/upload?database=iot_guardian', data=downloaded[0], method='POST',
                                     headers={'Authorization': f'Bearer {lab.token()}', 'Content-Type': 'application/octet-stream'})
    said = []

    def taken():
        """A 503 says to try again."""
        try:
            with urllib.request.urlopen(request, timeout=60, context=lab.context()) as reply:
                said[:] = [reply.status, json.load(reply)]
        except urllib.error.HTTPError as error:
            said[:] = [error.code, json.load(error)]
        return said[0] != 503
    wait_for(taken, 30, 'an upload', poll_s=1)
    assert said[0] == 202, said
    looked = ended(lab, said[1]['job_id'])
    assert looked['state'] == 'succeeded', looked
    restored = ended(lab, confirmed(lab, '/database/restore', {'backup_id': looked['result']['backup_id'], 'database': 'iot_guardian', 'swap': False})['job_id'])
    assert restored['state'] == 'succeeded' and restored['result']['new_database'], restored
    discarded = ended(lab, confirmed(lab, f'/database/restore/{restored["id"]}/discard', {})['job_id'])
    assert discarded['state'] == 'succeeded', discarded


# -- Barman ------------------------------------------------------------------------------------------------------------------------

def pitr(lab):
    return lab.ask('/database/pitr', token=lab.token())


def ended(lab, job):
    """A job, when it is no longer under way."""
    wait_for(lambda: lab.ask(f'/database/jobs/{job}', token=lab.token())['state'] not in ('queued', 'running'), 180, f'job {job}', poll_s=1)
    return lab.ask(f'/database/jobs/{job}', token=lab.token())


@pytest.fixture(scope='module')
def base_backup(lab):
    wait_for(lambda: pitr(lab)['wal']['receiving'], 90, 'Barman receiving WAL', poll_s=1)
    made = ended(lab, lab.ask('/database/pitr/backup', {}, lab.token())['job_id'])
    assert made['state'] == 'succeeded', made
    return made['result']


def on_primary(lab, sql, database='iot_guardian'):
    number = lab.pg_primary()
    return lab.machines[number].exec(f'guardian_pg-{number - 3}', 'psql', '-X', '-A', '-t', '-q', '-h', '/tmp', '-d', database, '-c', sql).stdout.strip()


def test_barman_receives_wal_from_the_primary_as_it_is_written(lab, base_backup):
    data = pitr(lab)
    assert (data['configured'], data['server']['runner'], data['server']['ok'], data['server']['problems']) == (True, 'jobs-1', True, []) and data['reason'] is None
    assert data['wal']['receiving'] and data['wal']['lag_bytes'] <= 1 << 20
    assert [b['id'] for b in data['backups'] if b['usable']] == [base_backup['backup_id']]


def test_a_moment_is_restored_into_a_cluster_of_its_own(lab, base_backup):
    on_primary(lab, "CREATE TABLE lab_history (what text); GRANT SELECT ON lab_history TO guardian_reader; INSERT INTO lab_history VALUES ('before')")
    moment = on_primary(lab, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
    on_primary(lab, "INSERT INTO lab_history VALUES ('after')")
    made = ended(lab, lab.ask('/database/pitr/restore', {'time': moment}, lab.token())['job_id'])
    assert made['state'] == 'succeeded', made
    ask = 'PGPASSWORD=$(cat /run/secrets/reader_password) exec psql -X -A -t -h 127.0.0.1 -p "$1" -U guardian_reader -d iot_guardian -c "SELECT string_agg(what, \',\') FROM lab_history"'
    assert lab.machines[5].exec('guardian_jobs-1', 'sh', '-c', ask, 'sh', str(made['result']['port'])).stdout.strip() == 'before'
    assert on_primary(lab, "SELECT string_agg(what, ',' ORDER BY what) FROM lab_history") == 'after,before'


# -- what is checked before a deployment ----------------------------------------------------------------------------------------

def test_the_check_finds_nothing_missing_where_the_platform_runs(lab):
    assert 'checked: 6 nodes' in lab.deploy('--check')


def test_the_check_does_not_make_new_secrets_for_a_platform_that_runs(lab, tmp_path):
    with pytest.raises(Failed, match='the stack runs, but its secrets are not in'):
        lab.deploy('--check', secrets=tmp_path)


def test_the_check_says_which_secret_is_open_or_empty_and_which_certificate_has_not_its_key(lab, tmp_path):
    for path in lab.secrets.iterdir():
        shutil.copy2(path, tmp_path)
    (tmp_path / 'seal_key').write_text('')
    (tmp_path / 'copy_token').chmod(0o644)
    shutil.copy2(tmp_path / 'etcd_client.key', tmp_path / 'edge.key')
    with pytest.raises(Failed) as said:
        lab.deploy('--check', secrets=tmp_path)
    assert 'seal_key is empty' in str(said.value) and 'copy_token can be read by others' in str(said.value) and 'edge.key does not belong to' in str(said.value)


def test_the_check_says_which_machine_has_no_room_for_postgresql(lab):
    fill_disk(lab, 6, free_bytes=64 << 20)
    try:
        with pytest.raises(Failed, match="n6 has [0-9]+ % of PostgreSQL's volume free"):
            lab.deploy('--check')
    finally:
        free_disk(lab, 6)


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


def test_a_deployment_is_not_refused_for_what_was_rolled_back_before_it(lab):
    try:
        lab.manager().docker('service', 'update', '--detach=false', '--quiet', '--label-add', 'drill=1', '--container-label-add', 'drill=1', 'guardian_frontend')
        lab.manager().docker('service', 'rollback', '--detach=false', '--quiet', 'guardian_frontend')
        assert lab.manager().docker('service', 'inspect', '--format', '{{.UpdateStatus.State}}', 'guardian_frontend').stdout.strip() == 'rollback_completed'
    finally:
        lab.deploy()


@pytest.mark.parametrize('name', CHOSEN)
def test_a_drill_keeps_its_promise(lab, name):
    report = perform(lab, name)
    save(lab.home, report)
    assert report['ok'], [row for row in report['measured'] if not row['ok']]


def test_barman_goes_on_with_whoever_is_the_primary_now(lab, base_backup):
    """After the drills above: it has been another machine's meanwhile."""
    wait_for(lambda: pitr(lab)['wal']['receiving'], 120, 'Barman receiving WAL', poll_s=1)
    on_primary(lab, "INSERT INTO lab_history VALUES ('another primary'); SELECT pg_switch_wal()")
    written = on_primary(lab, 'SELECT pg_walfile_name(pg_current_wal_lsn())')
    wait_for(lambda: (pitr(lab)['wal']['last_archived'] or '')[8:] >= '%s' % previous(written)[8:], 120, 'its WAL in the archive', poll_s=1)
    assert pitr(lab)['server']['ok'], pitr(lab)['server']


def previous(wal):
    """The name of the file of WAL before this one."""
    number = int(wal[8:16], 16) * 256 + int(wal[16:], 16) - 1
    return f'{wal[:8]}{number // 256:08X}{number % 256:08X}'


def test_not_a_request_fails_while_everything_in_its_path_is_replaced(lab):
    if os.environ.get('DRILLS') == 'all':
        report = perform(lab, 'rolling-update')
        save(lab.home, report)
        measured, load = report['measured'], report['load']
    else:
        watch = rolling_update(lab, groups=(('backend', 'edge'),), requests_min=1000, think_s=0.1)
        measured, load = watch.measured, watch.load.summary()
    assert [row for row in measured if not row['ok']] == [], load['failures']


class Unplugged:
    """A worker that the edges cannot reach, though it is well for itself and for Swarm: its end of their network is down."""

    def __init__(self, lab, machine):
        self.machine = lab.machines[machine]
        row = self.machine.engine(f'/containers/{self.machine.container("guardian_backend")}/json')
        self.address, self.pid = row['NetworkSettings']['Networks']['iot_guardian_network']['IPAddress'], row['State']['Pid']
        self.link = json.loads(self.ip('-json', 'addr', 'show', 'to', self.address))[0]['ifname']

    def ip(self, *words):
        return self.machine.in_machine('nsenter', '--target', self.pid, '--net', 'ip', *words).stdout

    def __enter__(self):
        self.ip('link', 'set', self.link, 'down')
        return self

    def __exit__(self, *_):
        self.ip('link', 'set', self.link, 'up')


@pytest.mark.drills
def test_the_topology_names_the_worker_that_the_edges_cannot_reach(lab):
    wait_for(lab.healthy, 300, 'everything at full strength', poll_s=1)
    with Unplugged(lab, 6) as worker:
        def named():
            try:
                rows = lab.ask('/topology', token=lab.token())['data']['disagreements']
            except OSError:
                return []
            return [row for row in rows if row['about'] == 'backend' and f'{worker.address} on n6' in row['sentence'] and 'nginx on' in row['sentence']]
        assert wait_for(named, 60, 'a disagreement about the worker', poll_s=1)[0]['severity'] == 'warning'
    wait_for(lab.healthy, 300, 'everything at full strength', poll_s=1)


@pytest.mark.drills
def test_every_steering_action_works_from_the_browser(lab):
    """What docker, patronictl and redis-cli say of each: tests/e2e/lab.mjs."""
    wait_for(lab.healthy, 300, 'everything at full strength', poll_s=1)
    done = subprocess.run(['npm', 'run', '--silent', 'lab'], cwd=SOURCE / 'tests' / 'e2e', env={**os.environ, 'DEV_HOME': str(lab.home.parent)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


# -- what watches ----------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope='module')
def watched(lab):
    lab.watch()


TARGETS = {'prometheus': 1, 'alertmanager': 1, 'guardian': 3, 'guardian-stream': 3, 'node': 6, 'node-network': 6, 'postgresql': 3, 'redis': 3, 'nginx': 2}


def asked(lab, machine, service, url, *options):
    return json.loads(lab.machines[machine].exec(f'{WATCH}_{service}', 'curl', '-fsS', '-m', '5', *options, url).stdout)


def containers_of_watch(lab):
    return containers(lab, WATCH)


def test_what_watches_can_write_nowhere_but_to_its_volumes_and_is_nobody_in_particular(lab, watched):
    rows = list(containers_of_watch(lab))
    assert {name for name, _ in rows} == {'prometheus', 'alertmanager', 'exporters', 'node-exporter', 'node-network', 'nginx-exporter'}
    for name, row in rows:
        settings = row['HostConfig']
        assert (settings['ReadonlyRootfs'], settings['CapDrop'], settings['CapAdd'], row['Config']['User']) == (True, ['ALL'], None, 'watch') and settings['Memory'], name


def test_what_watches_has_its_passwords_from_secrets_alone(lab, watched):
    secrets = [path.read_text().strip() for path in lab.secrets.iterdir() if path.suffix == '' and path.is_file()]
    for name, row in containers_of_watch(lab):
        assert not [s for s in secrets if s in json.dumps(row['Config'])], name


def test_prometheus_finds_every_part_and_reaches_it(lab, watched):
    def up():
        found = {}
        for target in asked(lab, 3, 'prometheus', 'http://localhost:9090/api/v1/targets?state=active')['data']['activeTargets']:
            if target['health'] == 'up':
                found[target['labels']['job']] = found.get(target['labels']['job'], 0) + 1
        return found == TARGETS
    wait_for(up, 90, 'every target up', poll_s=2)


def test_servers_of_postgresql_and_redis_are_named_and_up(lab, watched):
    for metric, names in (('pg_up', ['pg-1', 'pg-2', 'pg-3']), ('redis_up', ['redis-1', 'redis-2', 'redis-3'])):
        rows = asked(lab, 3, 'prometheus', f'http://localhost:9090/api/v1/query?query={metric}')['data']['result']
        assert sorted((row['metric']['instance'], row['value'][1]) for row in rows) == [(name, '1') for name in names]


@pytest.mark.parametrize('name', ['node_disk', 'node_network'])
def test_machines_are_called_by_their_names(lab, watched, name):
    def named():
        series = lab.ask(f'/metrics/query?name={name}&range=15m', token=lab.token())['data']['series']
        return {each['labels'].get('nodename') for each in series} == {f'n{i}' for i in range(1, 7)}
    wait_for(named, 90, 'six machines', poll_s=2)


def test_the_way_to_a_workers_metrics_leads_nowhere_else(lab, watched):
    def status(path, *options):
        return lab.machines[3].exec(f'{WATCH}_prometheus', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', *options, f'http://exporters:9145/{path}').stdout
    worker = lab.machines[3].exec(f'{WATCH}_prometheus', 'getent', 'ahostsv4', 'tasks.backend').stdout.split()[0]
    assert status(f'{worker}:9000') == '200'
    assert [status(f'{worker}:9000', '-X', 'POST'), status(f'{worker}:22'), status(f'{worker}:9000/api/v1/auth/me'), status('')] == ['403', '404', '404', '404']


NAMES = yaml.safe_load((SOURCE / 'docs' / 'openapi.yaml').read_text())['paths']['/metrics/query']['get']['parameters']


# Nothing is archived by a command here: Barman receives WAL as it is written.
@pytest.mark.parametrize('name', [each for each in next(p for p in NAMES if p['name'] == 'name')['schema']['enum'] if each != 'archive_age_seconds'])
def test_every_named_query_has_points(lab, watched, name):
    def points():
        data = lab.ask(f'/metrics/query?name={name}&range=15m', token=lab.token())['data']
        return [point for series in data['series'] for point in series['points'] if point[1] is not None]
    wait_for(points, 90, f'points of {name}', poll_s=2)


def test_alerting_works_and_nothing_critical_is_shown_while_all_is_well(lab, watched):
    """The one that always fires is for whoever waits for it outside; the console leaves it out."""
    def fires():
        return [a for a in asked(lab, 3, 'alertmanager', 'http://localhost:9093/api/v2/alerts') if a['labels']['alertname'] == 'Watchdog']
    wait_for(fires, 120, 'the watchdog', poll_s=2)
    shown = {(row['name'], row['severity']) for row in seen(lab, '/alerts')}
    assert not [name for name, severity in shown if severity in ('critical', 'none') and name != 'BackupTooOld']


def test_an_alert_leaves_the_swarm_for_the_webhook(lab, watched):
    webhook = Webhook(lab.wire.gateway, ALERT_PORT)
    try:
        alert = [{'labels': {'alertname': 'LabCalls', 'severity': 'critical'}, 'annotations': {'summary': 'a test'}}]
        lab.machines[3].exec(f'{WATCH}_alertmanager', 'curl', '-fsS', '-H', 'Content-Type: application/json', '-d', json.dumps(alert), 'http://localhost:9093/api/v2/alerts')
        wait_for(lambda: any(a['labels']['alertname'] == 'LabCalls' for a in webhook.alerts), 60, 'the webhook', poll_s=0.5)
    finally:
        webhook.close()


# -- what is told when something really breaks ---------------------------------------------------------------------------------

PAGES = {'/swarm/nodes': lambda items, lost: any(n['hostname'] == f'n{lost}' and n['state'] == 'down' for n in items),
         '/replication': lambda data, lost: any(m['name'] == f'pg-{lost - 3}' and not m['reachable'] for m in data['members']),
         '/topology': lambda data, lost: any(d['about'] == f'redis-{lost - 3}' for d in data['disagreements']),
         '/redis': lambda data, lost: any(r['address'].startswith(f'redis-{lost - 3}') and not r['reachable'] for r in data['replicas'])}


class PowerCut:
    """A machine with a standby, a replica and workers goes. `told`: page → seconds until it says so, of the swarm from when Docker itself knows."""

    def __init__(self, lab):
        self.lab, self.webhook = lab, Webhook(lab.wire.gateway, ALERT_PORT)
        self.lost = other(lab, lab.pg_primary(), lab.redis_primary())

    def cut(self):
        """Somebody stands before each page: one that has to wait for a machine that is silent does not keep the next from asking."""
        token = self.lab.token()
        self.lab.machines[self.lost].power_cut()
        cut_at = time.monotonic()
        with ThreadPoolExecutor(len(PAGES)) as pool:
            self.told = dict(zip(PAGES, pool.map(lambda path: self.seconds(path, token, cut_at), PAGES)))

    def seconds(self, path, token, known_at):
        if path == '/swarm/nodes':
            wait_for(lambda: self.lab.nodes(self.lab.manager({self.lost})).get(f'n{self.lost}') == 'down', 90, 'Docker itself knowing', poll_s=0.2)
            known_at = time.monotonic()
        wait_for(lambda: self.is_told(path, token), 90, f'what {path} says of the lost machine', poll_s=0.2)
        return time.monotonic() - known_at

    def is_told(self, path, token):
        try:
            body = self.lab.ask(path, token=token, timeout_s=5)
        except (OSError, ValueError, http.client.HTTPException):
            return False
        return PAGES[path](body.get('items') or body['data'], self.lost)

    def heal(self):
        self.webhook.close()
        self.lab.machines[self.lost].power_on()
        wait_for(self.lab.healthy, 300, 'everything at full strength', poll_s=1)


@pytest.fixture(scope='class')
def power_cut(lab, watched):
    wait_for(lambda: all(row['value'][1] == '1' for metric in ('pg_up', 'redis_up') for row in
                         asked(lab, 3, 'prometheus', f'http://localhost:9090/api/v1/query?query={metric}')['data']['result']), 90, 'servers that Prometheus sees', poll_s=2)
    made = PowerCut(lab)
    try:
        made.cut()
        yield made
    finally:
        made.heal()


class TestAMachineIsLost:
    """Together: the machine has power again after the last of them."""

    @pytest.mark.parametrize('path', PAGES)
    def test_a_page_tells_of_it_within_5_seconds(self, power_cut, path):
        assert power_cut.told[path] <= 5 * slowness()

    @pytest.mark.parametrize('name, instance', [('RedisDown', 'redis'), ('PostgresDown', 'pg')])
    def test_it_reaches_whoever_receives_alerts(self, power_cut, name, instance):
        labels = {'alertname': name, 'instance': f'{instance}-{power_cut.lost - 3}'}
        wait_for(lambda: [a for a in power_cut.webhook.alerts if a['status'] == 'firing' and labels.items() <= a['labels'].items()], 150, name, poll_s=0.5)

    def test_it_is_shown_with_its_incident_page_and_what_is_safe_to_do(self, lab, power_cut):
        def shown():
            return [row for row in lab.ask('/alerts', token=lab.token())['items'] if row['name'] == 'RedisDown']
        row = wait_for(shown, 150, 'RedisDown', poll_s=1)[0]
        assert row['runbook'] == 'docs/runbooks.md#redisdown' and 'Sentinels' in row['safe_action']


def test_nothing_is_left_of_it(before, lab):
    """The last: it takes the lab down."""
    lab.down()
    assert traces(lab) == before
