"""The console over a real swarm: what it says, what it does, what it refuses."""
import hashlib
import subprocess

import pytest
import yaml

from iotplatform import wait_for

LABEL = 'iot_guardian.quorum'


class Services:
    def __init__(self, swarm):
        self.swarm, self.made = swarm, []

    def __call__(self, name, replicas=1, **options):
        self.made.append(self.swarm.service(name, replicas=replicas, **options))
        return self.made[-1]

    def remove(self):
        ids, self.made = set(self.made), []
        for service in ids:
            self.swarm.call('DELETE', f'/services/{service}')
        wait_for(lambda: not any(task['ServiceID'] in ids for task in self.swarm.get('/tasks')), 60, 'the services leaving', poll_s=0.1)


@pytest.fixture
def services(swarm):
    """Makes services that end with the test."""
    made = Services(swarm)
    yield made
    made.remove()


def find(reply, **wanted):
    return next(item for item in reply.json['items'] if all(item[key] == value for key, value in wanted.items()))


# -- seeing ---------------------------------------------------------------------------------------------------------------

def test_the_overview_counts_what_the_engine_has(api, swarm, services):
    service = services('web', 3)
    swarm.settled(service, 3)
    reply = api.get('/swarm/overview').json
    data = reply['data']
    assert reply['configured'] and not reply['stale'] and reply['missing'] == []
    assert data['nodes'] == {'total': 1, 'ready': 1, 'down': 0, 'drained': 0, 'paused': 0, 'managers': 1, 'leader': 'node-1'}
    assert (data['services']['total'], data['services']['running']) == (1, 1)
    assert (data['tasks']['wanted'], data['tasks']['running']) == (3, 3)
    assert data['engine_version'] == swarm.get('/info')['ServerVersion']
    assert data['raft'] == {'group': 'raft', 'rule': 'majority', 'members': 1, 'healthy': 1, 'needed': 1, 'spare': 0, 'ok': True,
                            'places': [{'member': 'node-1', 'node': 'node-1', 'healthy': True, 'state': 'reachable'}]}
    assert data['attention'] == []


def test_a_node_shows_what_it_has_and_what_is_reserved(api, swarm, services):
    service = services('web', 2, labels={LABEL: 'redis'}, task={'Resources': {'Reservations': {'NanoCPUs': 100_000_000, 'MemoryBytes': 16 << 20}}})
    swarm.settled(service, 2)
    node = find(api.get('/swarm/nodes'), hostname='node-1')
    engine = swarm.get('/nodes')[0]
    assert (node['id'], node['role'], node['state'], node['leader']) == (engine['ID'], 'manager', 'ready', True)
    assert node['memory_bytes'] == engine['Description']['Resources']['MemoryBytes']
    assert (node['reserved_cpus'], node['reserved_memory_bytes'], node['tasks_running']) == (0.2, 32 << 20, 2)
    assert node['quorum_groups'] == ['redis']


def test_a_service_shows_its_tasks_with_their_errors_and_never_a_variables_value(api, swarm, services):
    service = services('broken', words=['fail'], container={'Env': ['PASSWORD=geheim', 'MODE=x']})
    wait_for(lambda: sum(t['Status']['State'] == 'failed' for t in swarm.get('/tasks')) >= 2, 60, 'two failed tasks', poll_s=0.1)
    reply = api.get(f'/swarm/services/{service}')
    data = reply.json['data']
    assert 'geheim' not in reply.text
    assert sorted(data['spec']['env_names']) == ['MODE', 'PASSWORD']
    failed = [task for task in data['tasks'] if task['state'] == 'failed']
    assert failed and all(task['error'] == 'task: non-zero exit (3)' and task['exit_code'] == 3 for task in failed)
    assert data['tasks'] == sorted(data['tasks'], key=lambda task: task['created_at'], reverse=True)
    assert data['service']['failures'] >= 2 and data['service']['last_error'] == 'task: non-zero exit (3)'
    attention = api.get('/swarm/overview').json['data']['attention']
    assert [(a['severity'], a['what']) for a in attention] == [('critical', 'service broken runs 0 of 1')]


def test_an_unknown_service_is_not_found(api):
    api.problem('not_found', 'GET', '/swarm/services/nobody')


def test_secrets_configs_and_networks_are_named_with_their_versions_and_users(api, swarm, services):
    secret = swarm.call('POST', '/secrets/create', {'Name': 'pg_password_v3', 'Data': 'Z2VoZWlt'})['ID']
    config = swarm.call('POST', '/configs/create', {'Name': 'nginx_0a1b2c3d', 'Data': 'b2ZmZW4='})['ID']
    network = swarm.call('POST', '/networks/create', {'Name': 'inner', 'Driver': 'overlay', 'Attachable': True})['Id']
    try:
        service = services('web', container={
            'Secrets': [{'SecretID': secret, 'SecretName': 'pg_password_v3', 'File': {'Name': 'pw', 'UID': '0', 'GID': '0', 'Mode': 292}}]},
            task={'Networks': [{'Target': network}]})
        swarm.settled(service, 1)
        secrets, configs, networks = (api.get(f'/swarm/{kind}') for kind in ('secrets', 'configs', 'networks'))
        assert {k: find(secrets, id=secret)[k] for k in ('name', 'version', 'used_by')} == {'name': 'pg_password_v3', 'version': 'v3', 'used_by': ['web']}
        assert {k: find(configs, id=config)[k] for k in ('name', 'version', 'used_by')} == {'name': 'nginx_0a1b2c3d', 'version': '0a1b2c3d', 'used_by': []}
        assert 'b2ZmZW4' not in configs.text and 'offen' not in configs.text
        inner = find(networks, name='inner')
        assert inner['attachable'] and inner['used_by'] == ['web'] and not inner['encrypted']
        assert api.get(f'/swarm/services/{service}').json['data']['spec']['networks'] == ['inner']
    finally:
        services.remove()
        swarm.call('DELETE', f'/secrets/{secret}')
        swarm.call('DELETE', f'/configs/{config}')
        swarm.call('DELETE', f'/networks/{network}')


# -- steering -------------------------------------------------------------------------------------------------------------

def image(swarm, service):
    return swarm.get(f'/services/{service}')['Spec']['TaskTemplate']['ContainerSpec']['Image']


def test_an_update_rolls_the_image_out_and_a_rollback_takes_it_back(swarm, services, steer, api):
    service = services('web', 2, words=['hello'])
    swarm.settled(service, 2)
    made = steer.challenge(f'/swarm/services/{service}/update', {'image': 'guardian/app:2'})
    assert made['summary'] == 'Roll service web from guardian/app:1 to guardian/app:2: 2 tasks are replaced, 1 at a time.'
    assert made['phrase'] == 'update web'
    assert image(swarm, service) == 'guardian/app:1', 'a challenge changes nothing'
    reply = steer.confirm(f'/swarm/services/{service}/update', {'image': 'guardian/app:2'}, made)
    assert reply.json == {'id': service, 'name': 'web', 'action': 'update', 'warnings': []}
    assert image(swarm, service) == 'guardian/app:2'
    wait_for(lambda: swarm.get(f'/services/{service}').get('UpdateStatus', {}).get('State') == 'completed', 60, 'the update', poll_s=0.1)
    detail = api.get(f'/swarm/services/{service}').json['data']
    assert detail['service']['can_rollback'] and detail['previous_image'] == 'guardian/app:1'
    assert swarm.get(f'/services/{service}')['Spec']['TaskTemplate']['ContainerSpec']['Args'] == ['hello'], 'all else is as it was'
    steer.do(f'/swarm/services/{service}/rollback')
    assert image(swarm, service) == 'guardian/app:1'


def test_there_is_nothing_to_roll_back_before_the_first_update(api, services):
    api.problem('conflict', 'POST', f'/swarm/services/{services("web")}/rollback')


def test_scaling_changes_the_number_of_replicas(swarm, services, steer):
    service = services('web')
    steer.do(f'/swarm/services/{service}/scale', {'replicas': 3})
    swarm.settled(service, 3)


def test_a_service_on_each_node_cannot_be_scaled(api, services):
    service = services('edge', Mode={'Global': {}})
    api.problem('conflict', 'POST', f'/swarm/services/{service}/scale', {'replicas': 3})


def test_a_confirmation_is_stale_when_somebody_else_changed_the_service(swarm, services, steer):
    service = services('web')
    path, body = f'/swarm/services/{service}/scale', {'replicas': 2}
    made = steer.challenge(path, body)
    now = swarm.get(f'/services/{service}')
    swarm.call('POST', f'/services/{service}/update?version={now["Version"]["Index"]}', {**now['Spec'], 'Labels': {'touched': 'yes'}})
    reply = steer.confirm(path, body, made)
    assert (reply.status, reply.json['code']) == (409, 'confirmation_stale')
    assert swarm.get(f'/services/{service}')['Spec']['Mode']['Replicated']['Replicas'] == 1


@pytest.mark.parametrize('name', ['a b', 'x;rm', 'x\n', '$(x)', 'x' * 513])
def test_an_image_must_be_the_name_of_an_image(api, services, name):
    api.problem('bad_field', 'POST', f'/swarm/services/{services("web")}/update', {'image': name})


def test_every_step_is_in_the_audit_log(services, steer, api):
    service = services('audited')
    steer.do(f'/swarm/services/{service}/scale', {'replicas': 2})
    rows = [row for row in api.get('/audit').json['items'] if row['target'] == 'audited']
    assert {(row['action'], row['outcome']) for row in rows} == {('swarm.service.scale', outcome) for outcome in ('challenged', 'intent', 'succeeded')}


# -- the quorum guard -----------------------------------------------------------------------------------------------------

def test_the_third_of_three_members_may_stop_the_second_may_not(swarm, services, steer, api):
    members = [services(f'etcd-{i}', labels={LABEL: 'etcd'}) for i in (1, 2, 3)]
    for member in members:
        swarm.settled(member, 1)
    quorum = api.get(f'/swarm/services/{members[0]}').json['data']['quorum']
    assert {k: quorum[k] for k in ('group', 'rule', 'members', 'healthy', 'needed', 'spare', 'ok')} == \
        {'group': 'etcd', 'rule': 'majority', 'members': 3, 'healthy': 3, 'needed': 2, 'spare': 1, 'ok': True}
    made = steer.challenge(f'/swarm/services/{members[0]}/update', {'image': 'guardian/app:2'})
    assert made['impact']['quorums'] == [{'group': 'etcd', 'members': 3, 'healthy': 3, 'healthy_meanwhile': 2, 'needed': 2}]
    swarm_kill(swarm, members[2])
    problem = api.problem('quorum', 'POST', f'/swarm/services/{members[0]}/update', {'image': 'guardian/app:2'})
    assert problem['detail'] == 'Updating etcd-1 would leave 1 of 3 etcd members healthy (etcd-2 on node-1); 2 are needed.'
    for action, body in (('scale', {'replicas': 0}), ('update', {'image': 'guardian/app:2'})):
        api.problem('quorum', 'POST', f'/swarm/services/{members[1]}/{action}', body)


def swarm_kill(swarm, service):
    """A member that does not come up: its image is one that nobody has."""
    now = swarm.get(f'/services/{service}')
    spec = now['Spec']
    spec['TaskTemplate']['ContainerSpec']['Image'] = 'guardian/none:1'
    swarm.call('POST', f'/services/{service}/update?version={now["Version"]["Index"]}', spec)
    swarm.settled(service, 0)


def test_a_member_that_is_down_may_be_repaired(swarm, services, steer):
    members = [services(f'etcd-{i}', labels={LABEL: 'etcd'}) for i in (1, 2, 3)]
    for member in members:
        swarm.settled(member, 1)
    swarm_kill(swarm, members[1])
    steer.do(f'/swarm/services/{members[1]}/update', {'image': 'guardian/app:1'})
    swarm.settled(members[1], 1)


def test_a_confirmation_does_not_outlive_the_quorum_it_was_given_in(swarm, services, steer):
    members = [services(f'pg-{i}', labels={LABEL: 'postgresql'}) for i in (1, 2, 3)]
    for member in members:
        swarm.settled(member, 1)
    path, body = f'/swarm/services/{members[0]}/update', {'image': 'guardian/app:2'}
    made = steer.challenge(path, body)
    swarm_kill(swarm, members[1])
    reply = steer.confirm(path, body, made)
    assert (reply.status, reply.json['code']) == (409, 'quorum')
    assert image(swarm, members[0]) == 'guardian/app:1'


def test_draining_the_only_manager_is_refused(api):
    problem = api.problem('quorum', 'POST', '/swarm/nodes/node-1/availability', {'availability': 'drain'})
    assert problem['detail'] == 'Draining node node-1 would leave 0 of 1 Raft managers healthy; 1 is needed.'


def test_a_node_is_paused_and_activated(swarm, steer):
    node = swarm.get('/nodes')[0]['ID']
    for availability in ('pause', 'active'):
        assert steer.do(f'/swarm/nodes/{node}/availability', {'availability': availability})['name'] == 'node-1'
        assert swarm.get('/nodes')[0]['Spec']['Availability'] == availability


# -- the stack file -------------------------------------------------------------------------------------------------------

STACK = """
x-common: &common
  image: guardian/app:1
  environment: { MODE: x, LEVEL: "${LEVEL_OF_NOBODY:-info}" }
services:
  web:
    <<: *common
    deploy:
      replicas: 2
      placement: { constraints: [node.role == manager] }
      resources: { limits: { cpus: "0.5", memory: 64M } }
      update_config: { parallelism: 1, order: stop-first, failure_action: pause, monitor: 1s }
  gone: { <<: *common }
"""


def deploy(services, **changes):
    """What `docker stack deploy` would make of it."""
    return services('demo_web', 2, labels={'com.docker.stack.namespace': 'demo'}, container={'Env': ['MODE=x', 'LEVEL=info']}, **{
        'task': {'Placement': {'Constraints': ['node.role == manager']}, 'Resources': {'Limits': {'NanoCPUs': 500_000_000, 'MemoryBytes': 64 << 20}},
                 'Networks': [{'Target': 'demo_default'}]}, **changes})


@pytest.fixture
def stack_network(swarm, services):
    network = swarm.call('POST', '/networks/create', {'Name': 'demo_default', 'Driver': 'overlay'})['Id']
    yield network
    services.remove()
    swarm.call('DELETE', f'/networks/{network}')


def drift(api):
    data = api.get('/swarm/drift').json['data']
    return data['in_step'], {s['name']: (s['state'], {d['field']: (d['file'], d['running']) for d in s['differences']}) for s in data['services']}


def test_drift_names_what_runs_otherwise_than_the_file_says(console, swarm, services, api, stack_network, steer):
    console.stack_file.write_text(STACK)
    service = deploy(services)
    extra = services('demo_old', labels={'com.docker.stack.namespace': 'demo'})
    assert drift(api) == (False, {'demo_web': ('in_step', {}), 'demo_gone': ('missing', {}), 'demo_old': ('extra', {})})
    steer.do(f'/swarm/services/{service}/scale', {'replicas': 1})
    now = swarm.get(f'/services/{service}')
    now['Spec']['TaskTemplate']['ContainerSpec'].update(Image='guardian/app:2', Env=['MODE=x', 'SECRET=1'])
    now['Spec']['TaskTemplate']['Resources'] = {}
    now['Spec']['UpdateConfig']['Order'] = 'start-first'
    swarm.call('POST', f'/services/{service}/update?version={now["Version"]["Index"]}', now['Spec'])
    assert drift(api)[1]['demo_web'] == ('drifted', {
        'image': ('guardian/app:1', 'guardian/app:2'), 'mode': ('2 replicas', '1 replicas'), 'environment (names)': ('LEVEL, MODE', 'MODE, SECRET'),
        'limits': ('0.5 CPUs, 67108864 bytes', None),
        'update policy': ('1 at a time, stop-first, then pause, delay 0s, monitor 1s', '1 at a time, start-first, then pause, delay 0s, monitor 1s')})
    assert extra


def check(console, text):
    path = console.home / 'candidate.yml'
    path.write_text(text if isinstance(text, str) else yaml.safe_dump(text))
    done = console.ctl('stack', 'check', path)
    return done.returncode, done.stdout + done.stderr


def test_a_stack_that_fits_passes_the_check(console):
    digest = hashlib.sha256(b'x').hexdigest()
    code, text = check(console, {'services': {'web': {'image': f'guardian/app@sha256:{digest}', 'deploy': {'replicas': 2}}}})
    assert code == 0 and '0 problems, 0 advice' in text, text


def test_the_check_names_each_reason_why_a_stack_would_not_run(console, swarm, services):
    taken = services('taken', EndpointSpec={'Ports': [{'PublishedPort': 18080, 'TargetPort': 80, 'Protocol': 'tcp'}]})
    code, text = check(console, {
        'services': {
            'nowhere': {'image': 'a', 'deploy': {'placement': {'constraints': ['node.labels.pg == 1']}}},
            'large': {'image': 'a', 'deploy': {'replicas': 2, 'resources': {'reservations': {'memory': '900G'}}}},
            'port': {'image': 'a', 'ports': ['18080:80']},
            'variable': {'image': '${IMAGE_OF_NOBODY}'},
            'uses': {'image': 'a', 'secrets': ['undefined']}},
        'secrets': {'missing': {'external': 'true'}, 'file': {'file': './not-there'}},
        'networks': {'other': {'external': 'true', 'name': 'nobodys'}}})
    assert code == 1 and taken
    for expected in ('problem: nowhere: no node that takes tasks fulfils node.labels.pg == 1', 'problem: large: 2 tasks are wanted, 1 eligible node hold 0',
                     'problem: port: port 18080/tcp is taken by service taken', 'problem: variable: ${IMAGE_OF_NOBODY}: a variable has no value',
                     'problem: uses: secrets names undefined, which the file does not define', 'problem: secrets: missing is made elsewhere',
                     'not-there: no such file', 'problem: networks: nobodys is made elsewhere', 'advice: large: a is a tag', '8 problems'):
        assert expected in text, f'{expected}\n--\n{text}'


@pytest.mark.parametrize('text', ['services: [', 'services: {a: &a [*a]}', 'a: 1', '\x00',
                                  'a: &a [x,x,x,x,x,x,x,x,x]\n' + ''.join(f'{chr(98 + i)}: &{chr(98 + i)} [{",".join(["*" + chr(97 + i)] * 9)}]\n' for i in range(9))])
def test_a_broken_stack_file_is_refused_with_its_line(console, text):
    code, out = check(console, text)
    assert code == 2 and 'candidate.yml' in out


def test_the_check_says_when_the_swarm_does_not_answer(console):
    config = console.short.write_config()
    done = subprocess.run([console.build / 'guardianctl', '-c', config, 'stack', 'check', console.stack_file], capture_output=True, text=True,
                          env={'GUARDIAN_DOCKER_ADDRESS': 'unix:/nowhere.sock'})
    assert done.returncode == 2 and 'Docker cannot be reached' in done.stderr
