"""Who may write the leader's key: the Patroni of the stack against a real etcd. A member that was stopped in its tracks goes on with what it knew before."""
import json
import urllib.request
from base64 import b64decode, b64encode
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest
from patroni.dcs import etcd3, get_dcs

from iotplatform import wait_for
from iotplatform.patroni import GUARDED, Etcd

TTL_S = 5


@pytest.fixture(scope='module', autouse=True)
def guarded():
    plain = etcd3.Etcd3Client.put, etcd3.Etcd3._update_leader
    loader = SourceFileLoader('guarded_patroni', str(GUARDED))
    loader.exec_module(module_from_spec(spec_from_loader(loader.name, loader)))
    yield
    etcd3.Etcd3Client.put, etcd3.Etcd3._update_leader = plain


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
