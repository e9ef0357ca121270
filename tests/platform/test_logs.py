"""Log lines of real services through the proxy: searched, followed, downloaded; and the trail of a request."""
import http.client
import json
import socket
import threading
from datetime import datetime, timedelta, timezone

import pytest
import requests

from client import fresh_id
from iotplatform import wait_for
from test_swarm import Services

REQUEST = 'trail-0123456789'
LINES = ['plain text', json.dumps({'level': 'info', 'event': 'start', 'request_id': 'other-0000'}),
         json.dumps({'level': 'error', 'event': 'request', 'request_id': REQUEST, 'detail': 'größer'}), 'x' * 20000]


@pytest.fixture(scope='module')
def talkers(swarm):
    """Two services that have said their lines."""
    made = Services(swarm)
    ids = [made('talker', 2, words=LINES), made('other', 1, words=['something else'])]
    for service, replicas in zip(ids, (2, 1)):
        swarm.settled(service, replicas)
    yield ids
    made.remove()


def read(api, **params):
    return api.get('/logs', params=params).json['items']


def test_every_line_has_its_service_node_task_time_and_what_it_says_of_itself(api, talkers):
    lines = wait_for(lambda: len(found := read(api, service='talker')) == 10 and found, 30, 'the lines')
    assert {line['service'] for line in lines} == {'talker'} and {line['node'] for line in lines} == {'node-1'}
    assert len({line['task'] for line in lines}) == 2 and all(line['at'] and line['stream'] == 'stdout' for line in lines)
    assert [line['at'] for line in lines] == sorted((line['at'] for line in lines), reverse=True)
    failed = next(line for line in lines if line['level'] == 'error')
    assert (failed['event'], failed['request_id'], json.loads(failed['text'])['detail']) == ('request', REQUEST, 'größer')
    assert sorted(len(line['text']) for line in lines if line['text'].startswith('xx')) == [3616, 3616, 16384, 16384], 'the Engine splits a long line'


@pytest.mark.parametrize('params, count', [({'level': 'error'}, 2), ({'level': 'info'}, 4), ({'request_id': REQUEST}, 2), ({'text': 'PLAIN'}, 2),
                                           ({'text': 'nowhere'}, 0), ({'node': 'node-1'}, 10), ({'node': 'node-9'}, 0), ({'limit': 3}, 3),
                                           ({'since': '2020-01-01T00:00:00Z'}, 10), ({'until': '2020-01-01T00:00:00Z'}, 0)])
def test_lines_are_found_by_what_is_asked_for(api, talkers, params, count):
    wait_for(lambda: len(read(api, service='talker')) == 10, 30, 'the lines')
    assert len(read(api, service='talker', **params)) == count


def test_nothing_later_than_now_is_found_by_since(api, talkers):
    later = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime('%Y-%m-%dT%H:%M:%SZ')
    assert read(api, service='talker', since=later) == []


def test_without_a_service_all_are_searched(api, talkers):
    wait_for(lambda: {line['service'] for line in read(api)} == {'talker', 'other'}, 30, 'the lines of both')


@pytest.mark.parametrize('params', [{'since': 'yesterday, or so it seems'}, {'limit': 0}, {'level': 'loud'}, {'request_id': 'short'}])
def test_wrong_filters_are_refused(api, params):
    api.problem('bad_field', 'GET', '/logs', params=params)


def test_a_service_that_is_not_there_is_not_found(api, talkers):
    api.problem('not_found', 'GET', '/logs', params={'service': 'nobody'})


def test_a_download_has_one_line_of_json_a_line(api, talkers):
    wait_for(lambda: len(read(api, service='talker')) == 10, 30, 'the lines')
    reply = api.call('GET', '/logs/download', params={'service': 'talker'})
    assert reply.headers['Content-Type'] == 'application/x-ndjson' and 'guardian-logs.ndjson' in reply.headers['Content-Disposition']
    assert sorted(map(str, map(json.loads, reply.text.splitlines()))) == sorted(map(str, read(api, service='talker')))


def test_a_followed_service_is_heard_as_it_speaks_and_let_go_when_the_listener_leaves(console, swarm, api):
    made = Services(swarm)
    try:
        service = made('late', 1, words=['first'])
        swarm.settled(service, 1)
        answer = api.send('GET', '/logs/tail', params={'service': 'late'}, stream=True)
        assert answer.status_code == 200
        heard = []

        def listen():
            try:
                heard.extend(json.loads(line)['text'] for line in answer.iter_lines(chunk_size=1))
            except (requests.RequestException, AttributeError):     # it was let go
                pass
        threading.Thread(target=listen, daemon=True).start()
        wait_for(lambda: 'first' in heard, 30, 'the first line')
        now = swarm.get(f'/services/{service}')
        now['Spec']['TaskTemplate']['ContainerSpec']['Args'] = ['second']
        swarm.call('POST', f'/services/{service}/update?version={now["Version"]["Index"]}', now['Spec'])
        wait_for(lambda: 'second' in heard, 60, 'the second line', poll_s=0.1)
        answer.close()
        idle = 'guardian_workers_busy{pool="stream"} 0'
        wait_for(lambda: idle in metrics(console), 30, 'the worker free again', poll_s=0.2)
    finally:
        made.remove()


def metrics(console):
    connection = http.client.HTTPConnection('localhost')
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(console.nginx.internal))
    connection.request('GET', '/metrics/stream')
    # The worker that answers is busy itself.
    return connection.getresponse().read().decode().replace('guardian_workers_busy{pool="stream"} 1', 'guardian_workers_busy{pool="stream"} 0')


def test_the_trail_of_a_request_joins_log_lines_and_audit_events(api, swarm, talkers):
    request_id = fresh_id()
    reply = api.call('POST', '/swarm/services/talker/scale', {'replicas': 3}, headers={'X-Request-Id': request_id})
    assert reply.status == 428
    data = wait_for(lambda: (d := api.get(f'/trail/{request_id}').json['data'])['audit'] and d, 10, 'the audit event')
    assert [(e['action'], e['outcome'], e['target']) for e in data['audit']] == [('swarm.service.scale', 'challenged', 'talker')]
    assert {line['request_id'] for line in api.get(f'/trail/{REQUEST}').json['data']['lines']} == {REQUEST}
