"""Drills where there is neither Patroni nor Sentinel."""


def test_without_the_means_there_are_no_drills(api):
    assert api.get('/drills').json == {'items': []}
    assert api.get('/drills/runs').json == {'items': [], 'next_cursor': None}


def test_a_drill_without_its_means_says_what_to_set(api):
    assert 'patroni.addresses' in api.problem('not_configured', 'POST', '/drills/switchover')['detail']
    assert 'redis.sentinels' in api.problem('not_configured', 'POST', '/drills/redis-failover')['detail']


def test_what_does_not_exist_is_not_found(api):
    api.problem('not_found', 'POST', '/drills/earthquake')
    api.problem('not_found', 'GET', '/drills/runs/4f1c6ab3-0000-4000-8000-000000000000')
    api.problem('not_found', 'GET', '/drills/runs/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
