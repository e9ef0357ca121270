"""Whom nginx cannot reach, held against what Swarm says. The Engine API is a stand-in here (iotplatform/engine.py), its edge has said lines that nginx 1.22 wrote."""
import struct

import pytest

import api_conftest
from iotplatform.engine import Upstream, generated

FAILED = ('2026/12/01 06:00:00 [error] 31#31: *42 connect() failed ({why}) while connecting to upstream, client: unix:, server: unix:/run/edge/short.sock, '
          'upstream: "{address}:9000", bytes from/to client:0/0, bytes from/to upstream:0/0')


@pytest.fixture(scope='module')
def world():
    answers = generated(3, 3, 3)
    edge, *_ = answers['/services']
    edge['Spec']['Name'], edge['Spec']['Labels']['iot_guardian.edge'] = 'stack_edge', 'true'
    for i, task in enumerate(answers['/tasks']):
        task['NetworksAttachments'][0]['Addresses'] = [f'10.0.1.{i + 1}/24']
    engine = Upstream(answers)
    with api_conftest.small_platform('peers', workers=(1, 1), config={'docker': {'address': engine.address}}) as made:
        made.engine, made.edge, made.node = engine, edge['ID'], answers['/nodes'][0]
        yield made
    engine.close()


def say(world, *lines):
    """As the edge of the first node."""
    details = f'com.docker.swarm.node.id={world.node["ID"]},com.docker.swarm.service.id={world.edge},com.docker.swarm.task.id={"t" * 25}'
    frames = [f'2099-12-01T06:00:00.000000000Z {details} {line}\n'.encode() for line in lines]
    world.engine.answers[f'/v1.41/services/{world.edge}/logs'] = b''.join(struct.pack('>BxxxI', 2, len(frame)) + frame for frame in frames)


def disagreements(world):
    return [(d['severity'], d['sentence']) for d in world.client().get('/topology').json['data']['disagreements']]


def test_a_running_task_that_nginx_cannot_connect_to_is_named_and_nginx_is_believed(world):
    say(world, *[FAILED.format(why='111: Connection refused', address='10.0.1.2')] * 3)
    assert disagreements(world) == [('warning', 'Swarm says that service-1 runs at 10.0.1.2 on node-1, but nginx on node-0 could not connect to it '
                                                '(Connection refused, 3× within a minute): believe nginx.')]


def test_an_address_that_no_running_task_has_is_dns_that_was_behind(world):
    say(world, FAILED.format(why='110: Connection timed out', address='10.0.9.9'))
    assert disagreements(world) == [('info', 'nginx on node-0 tried 10.0.9.9 (1× within a minute), which no running task has: DNS was behind Swarm, or the task has just gone.')]


def test_an_edge_that_reaches_everybody_disagrees_with_nobody(world):
    say(world, '2026/12/01 06:00:00 [warn] 31#31: *42 an upstream response is buffered to a temporary file')
    assert disagreements(world) == []


def test_the_errors_of_the_last_minute_alone_are_asked_for(world):
    say(world)
    world.engine.seen.clear()
    disagreements(world)
    path, = [path for _, path, _ in world.engine.seen if '/logs?' in path]
    assert 'stdout=0' in path and 'stderr=1' in path and 'since=' in path


def test_an_edge_whose_log_cannot_be_read_is_missing_from_the_picture_and_nothing_else_is(world):
    del world.engine.answers[f'/v1.41/services/{world.edge}/logs']
    reply = world.client().get('/topology').json
    assert [m['what'] for m in reply['missing'] if m['what'] == 'stack_edge'] == ['stack_edge'] and len(reply['data']['nodes']) == 3
