"""Loki is a stand-in here (engine.py) with answers in the shape that its HTTP API documents: Debian has no package of it."""
from urllib.parse import parse_qs, urlsplit

import pytest

import api_conftest
from iotplatform.engine import Upstream

NS = 1764108000_123456789
ANSWER = {'status': 'success', 'data': {'resultType': 'streams', 'result': [
    {'stream': {'swarm_service': 'demo_web', 'host': 'node-2', 'source': 'stderr'},
     'values': [[str(NS), '{"level":"error","request_id":"request-0001","event":"request"}'], [str(NS - 10**9), 'older']]},
    {'stream': {'swarm_service': 'demo_edge', 'host': 'node-1'}, 'values': [[str(NS + 10**9), '{"request_id":"request-0001","event":"http"}']]}], 'stats': {}}}


@pytest.fixture(scope='module')
def loki():
    made = Upstream({'/loki/api/v1/query_range': ANSWER}, prefix='')
    yield made
    made.close()


@pytest.fixture(scope='module')
def api(loki):
    with api_conftest.small_platform('loki', workers=(1, 1), config={'watch': {'loki': loki.address}}) as made:
        yield made.client()


def test_lines_of_all_streams_are_put_in_order(api):
    lines = api.get('/logs').json['items']
    assert [(line['service'], line['node'], line['stream'], line['level'], line['at']) for line in lines] == [
        ('demo_edge', 'node-1', 'stdout', None, '2025-11-25T22:00:01.123456Z'), ('demo_web', 'node-2', 'stderr', 'error', '2025-11-25T22:00:00.123456Z'),
        ('demo_web', 'node-2', 'stderr', None, '2025-11-25T21:59:59.123456Z')]


def test_what_is_looked_for_cannot_leave_its_quotes(api, loki):
    api.get('/logs', params={'service': 'a"} |= `x` {b="', 'node': 'n\\', 'request_id': 'request-0001'})
    query = parse_qs(urlsplit(loki.seen[-1][1]).query)['query'][0]
    assert query == '{swarm_service="a\\"} |= `x` {b=\\"",host="n\\\\"} |= "request-0001"'


def test_a_trail_follows_the_request_through_both(api):
    assert [line['event'] for line in api.get('/trail/request-0001').json['data']['lines']] == ['http', 'request']


@pytest.mark.parametrize('mode, code', [('html', 'upstream_garbage'), ('error', 'upstream_refused'), ('closed', 'upstream_unavailable')])
def test_a_wrong_answer_is_named(api, loki, mode, code):
    loki.mode = mode
    try:
        assert api.call('GET', '/logs').json['code'] == code
    finally:
        loki.mode = 'well'
        api_conftest.wait_for(lambda: api.send('GET', '/logs').status_code == 200, 10, 'Loki in use again')
