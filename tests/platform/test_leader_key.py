"""Who may write the leader's key: the Patroni of the stack against a real etcd. A member that was stopped in its tracks goes on with what it knew before."""
import json
import types
import urllib.request
from base64 import b64decode, b64encode
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from patroni.dcs import Member, SyncState, etcd3, get_dcs
from patroni.ha import Ha

from iotplatform import wait_for
from iotplatform.patroni import GUARDED, Etcd

TTL_S = 5


@pytest.fixture(scope='module', autouse=True)
def guarded():
    plain = etcd3.Etcd3Client.put, etcd3.Etcd3._update_leader, Ha.fetch_node_status
    loader = SourceFileLoader('guarded_patroni', str(GUARDED))
    loader.exec_module(module_from_spec(spec_from_loader(loader.name, loader)))
    yield
    etcd3.Etcd3Client.put, etcd3.Etcd3._update_leader, Ha.fetch_node_status = plain


@pytest.fixture(scope='module')
def etcd(tmp_path_factory):
    made = Etcd(tmp_path_factory.mktemp('leader-key'))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def members(etcd, request):
    """pg-1, which leads, and pg-2."""
    def member(name):
        return get_dcs({'scope': request.node.name[:40], 'name': name, 'namespace': '/service/', 'ttl': TTL_S, 'loop_wait': 1, 'retry_timeout': 3,
                        'etcd3': {'hosts': [f'127.0.0.1:{etcd.client_port}']}})
    first, second = member('pg-1'), member('pg-2')
    assert first.attempt_to_acquire_leader()
    wait_for(lambda: (seen := first.get_cluster().leader) and seen.name == 'pg-1', 10, 'pg-1 seeing itself as the leader', poll_s=0.1)
    return first, second


@pytest.fixture
def leader(etcd, members):
    """By etcd itself: what a member knows may be old."""
    name = b64encode(members[0].leader_path.encode()).decode()

    def asked():
        request = urllib.request.Request(f'http://127.0.0.1:{etcd.client_port}/v3/kv/range', json.dumps({'key': name}).encode())
        with urllib.request.urlopen(request, timeout=5) as answer:
            found = json.load(answer).get('kvs')
        return b64decode(found[0]['value']).decode() if found else None
    return asked


def test_the_key_of_another_is_not_taken_by_a_leader_that_was_stopped_for_longer_than_the_ttl(members, leader):
    first, second = members
    wait_for(lambda: leader() is None, TTL_S * 4, 'the end of the lease', poll_s=0.2)
    assert second.attempt_to_acquire_leader()
    assert not first.update_leader(0) and leader() == 'pg-2'
    assert second.update_leader(0)


def test_a_key_that_nobody_has_taken_is_taken_again(members, leader):
    first, _ = members
    wait_for(lambda: leader() is None, TTL_S * 4, 'the end of the lease', poll_s=0.2)
    assert first.update_leader(0) and leader() == 'pg-1'


def test_the_own_key_goes_over_to_a_new_lease(members, leader):
    first, _ = members
    first.set_ttl(TTL_S + 5)
    assert first.update_leader(0) and leader() == 'pg-1'
    assert first.update_leader(0)


@pytest.fixture
def candidate():
    """pg-2's Patroni without its loop, after pg-1 led. `answer` stands in for what the others say, `waits` is how long each is waited for."""
    def request(member, timeout, retries):
        made.waits[member.name] = timeout
        if made.answer is None:
            raise OSError('no route to host')
        return types.SimpleNamespace(data=json.dumps(made.answer).encode())
    made = Ha.__new__(Ha)
    made.waits, made.answer = {}, None
    made.patroni, made.cluster = types.SimpleNamespace(request=request), types.SimpleNamespace(sync=SyncState(1, 'pg-1', 'pg-2'))
    return made


def listed(number):
    return Member(1, f'pg-{number}', None, {'api_url': f'http://10.0.1.{number}:8008/patroni'})


def test_a_former_leader_is_waited_for_half_as_long_as_any_other(candidate):
    assert [candidate.fetch_node_status(listed(number)).reachable for number in (1, 3)] == [False, False]
    assert candidate.waits == {'pg-1': 1, 'pg-3': 2}


def test_a_former_leader_that_still_takes_writes_is_seen_to(candidate):
    candidate.answer = {'xlog': {'location': 83886080}, 'timeline': 3}
    assert candidate.fetch_node_status(listed(1)).in_recovery is False


def test_before_it_knows_the_cluster_every_member_is_any_member(candidate):
    candidate.cluster = None
    assert not candidate.fetch_node_status(listed(1)).reachable and candidate.waits == {'pg-1': 2}
