"""Signing in, staying signed in, signing out."""
import re
import threading

import pytest

from client import SECRETS, Client, Direct

WRONG = 'not-the-password-of-anyone'


@pytest.fixture(autouse=True)
def no_failures_yet(platform):
    platform.forget_throttles()
    yield
    platform.forget_throttles()


@pytest.fixture
def account(platform):
    """An administrator of this test's own: name and password."""
    made = []

    def create(name, password='correct horse battery staple'):
        SECRETS.add(password)
        done = platform.ctl('admin', 'create', name, stdin=password + '\n')
        assert done.returncode == 0, done.stderr
        made.append(name)
        return name, password
    yield create
    for name in made:
        platform.audit('DELETE FROM console_user WHERE username = %s', name)


def cookie_of(reply):
    return reply.headers['Set-Cookie']


def test_login_gives_a_bearer_token_that_lives_fifteen_minutes(anyone):
    reply = anyone.login()
    assert reply.json['token_type'] == 'Bearer' and reply.json['expires_in'] == 900


def test_the_token_of_a_login_is_accepted(anyone):
    anyone.login()
    assert anyone.get('/auth/me').json['username'] == anyone.platform.username


def test_the_answer_to_a_login_may_not_be_stored(anyone):
    assert 'no-store' in anyone.login().headers['Cache-Control']


def test_me_says_who_the_token_speaks_for(api, psql):
    me = api.get('/auth/me').json
    user_id, username = psql('SELECT id::text, username FROM console_user WHERE username = %s', api.platform.username, database='guardian')[0]
    assert (me['subject'], me['username'], me['role'], me['issuer']) == (user_id, username, 'superadmin', 'iot-guardian')


def test_the_name_is_taken_in_any_case(anyone):
    anyone.login(anyone.platform.username.upper())


@pytest.mark.parametrize('attribute', ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/api/v1/auth', 'Max-Age=43200'])
def test_the_refresh_cookie_has_the_attribute(anyone, attribute):
    assert attribute in cookie_of(anyone.login()).split('; ')


def test_the_refresh_cookie_is_kept_from_all_other_paths(own_session):
    own_session.token = None
    own_session.problem('unauthenticated', 'GET', '/auth/me')
    assert own_session.http.cookies.get('guardian_refresh', path='/api/v1/auth')


def test_a_wrong_password_is_refused(anyone):
    anyone.problem('credentials', 'POST', '/auth/login', {'username': anyone.platform.username, 'password': WRONG})


def test_an_unknown_name_is_refused_in_the_same_words(anyone):
    unknown = anyone.problem('credentials', 'POST', '/auth/login', {'username': 'nobody', 'password': WRONG})
    wrong = anyone.problem('credentials', 'POST', '/auth/login', {'username': anyone.platform.username, 'password': WRONG})
    for problem in (unknown, wrong):
        problem.pop('request_id')
    assert unknown == wrong


def test_an_unknown_name_costs_as_much_time_as_a_wrong_password(anyone):
    def seconds(username):
        times = []
        for _ in range(3):
            answer = anyone.send('POST', '/auth/login', {'username': username, 'password': WRONG})
            times.append(answer.elapsed.total_seconds())
        anyone.platform.forget_throttles()
        return min(times)
    assert seconds('nobody') > seconds(anyone.platform.username) / 3


def test_a_failed_login_sets_no_cookie(anyone):
    reply = anyone.call('POST', '/auth/login', {'username': anyone.platform.username, 'password': WRONG})
    assert 'Set-Cookie' not in reply.headers


def test_a_disabled_account_is_refused_as_a_wrong_password(anyone, account):
    name, password = account('disabled-one')
    anyone.platform.audit('UPDATE console_user SET disabled_at = now() WHERE username = %s', name)
    anyone.problem('credentials', 'POST', '/auth/login', {'username': name, 'password': password})


def test_a_name_beyond_ascii_can_sign_in(anyone, account):
    anyone.login(*account('管理员 Ω'))
    assert anyone.get('/auth/me').json['username'] == '管理员 Ω'


def test_a_password_beyond_ascii_can_sign_in(anyone, account):
    anyone.login(*account('unicode-password', 'пароль-密码-🔑-long'))


# -- throttling -------------------------------------------------------------------------------------------------------------

def fail(client, username, times):
    for _ in range(times):
        client.problem('credentials', 'POST', '/auth/login', {'username': username, 'password': WRONG})


def test_the_sixth_try_on_an_account_from_one_address_has_to_wait(anyone):
    fail(anyone, 'throttled-pair', 5)
    problem = anyone.problem('throttled', 'POST', '/auth/login', {'username': 'throttled-pair', 'password': WRONG})
    assert 0 < problem['retry_after'] <= 900


def test_the_right_password_has_to_wait_as_well(anyone):
    fail(anyone, anyone.platform.username, 5)
    anyone.problem('throttled', 'POST', '/auth/login', {'username': anyone.platform.username, 'password': anyone.platform.password})


def test_another_address_can_still_sign_in_to_a_throttled_account(anyone):
    fail(anyone, anyone.platform.username, 5)
    Client(anyone.platform, address='127.0.0.77').login()


def test_spellings_of_a_name_that_nobody_has_share_their_tries_as_well(anyone):
    """Or the sixth try would tell which names there are."""
    fail(anyone, 'nobody-has-me', 5)
    anyone.problem('throttled', 'POST', '/auth/login', {'username': 'Nobody-Has-ME', 'password': WRONG})


def test_spellings_of_one_name_share_their_tries(anyone):
    name = anyone.platform.username
    fail(anyone, name.upper(), 3)
    fail(anyone, name.capitalize(), 2)
    anyone.problem('throttled', 'POST', '/auth/login', {'username': name, 'password': WRONG})


def test_an_account_has_to_wait_after_twenty_tries_from_anywhere(platform):
    for i in range(4):
        fail(Client(platform, address=f'127.0.1.{i + 1}'), 'throttled-account', 5)
    Client(platform, address='127.0.1.99').problem('throttled', 'POST', '/auth/login', {'username': 'throttled-account', 'password': WRONG})


def test_an_address_has_to_wait_after_fifty_tries_on_any_account(platform):
    client = Client(platform, address='127.0.2.1')
    for i in range(10):
        fail(client, f'one-of-many-{i}', 5)
    client.problem('throttled', 'POST', '/auth/login', {'username': 'one-more', 'password': WRONG})


def test_other_addresses_do_not_wait_for_a_throttled_one(platform):
    client = Client(platform, address='127.0.3.1')
    for i in range(10):
        fail(client, f'from-there-{i}', 5)
    Client(platform, address='127.0.3.2').login()


def test_a_success_forgives_the_failures_before_it(anyone):
    for _ in range(3):
        fail(anyone, anyone.platform.username, 3)
        anyone.login()


def test_concurrent_tries_do_not_slip_through_the_count(platform):
    codes = []

    def attempt():
        reply = Client(platform).call('POST', '/auth/login', {'username': 'hammered', 'password': WRONG})
        codes.append(reply.json['code'])
    threads = [threading.Thread(target=attempt) for _ in range(16)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    # Those that are being checked at the same moment are as many as there are workers.
    assert codes.count('credentials') <= 5 + 3 and codes.count('throttled') >= 8


def test_the_throttle_is_shared_by_replicas(platform, replica):
    other = Direct(replica)
    for _ in range(5):
        other.problem('credentials', 'POST', '/auth/login', {'username': 'spread', 'password': WRONG})
    Client(platform).problem('throttled', 'POST', '/auth/login', {'username': 'spread', 'password': WRONG})


# -- refreshing ---------------------------------------------------------------------------------------------------------------

def refresh_with(client, cookie):
    """The refresh call with this cookie and no other."""
    other = Client(client.platform)
    return other.call('POST', '/auth/refresh', headers={'Cookie': f'guardian_refresh={cookie}'})


def refresh_cookie(client):
    return client.http.cookies.get('guardian_refresh')


def test_refresh_gives_a_new_access_token(own_session):
    old = own_session.token
    own_session.token = own_session.post('/auth/refresh').json['access_token']
    assert own_session.token != old
    own_session.get('/auth/me')


def test_refresh_keeps_the_session(own_session):
    session = own_session.get('/auth/me').json['session_id']
    own_session.token = own_session.post('/auth/refresh').json['access_token']
    assert own_session.get('/auth/me').json['session_id'] == session


def test_refresh_needs_no_access_token(own_session):
    own_session.token = None
    own_session.post('/auth/refresh')


def test_refresh_rotates_the_cookie(own_session):
    before = refresh_cookie(own_session)
    own_session.post('/auth/refresh')
    assert refresh_cookie(own_session) not in (None, before)


def test_refresh_can_go_on_and_on(own_session):
    for _ in range(5):
        own_session.post('/auth/refresh')


def test_refresh_does_not_prolong_the_session(own_session):
    own_session.platform.audit("UPDATE auth_session SET expires_at = now() + interval '100 s' WHERE id = %s", own_session.get('/auth/me').json['session_id'])
    reply = own_session.post('/auth/refresh')
    assert 90 <= int(re.search(r'Max-Age=(\d+)', cookie_of(reply))[1]) <= 100
    assert reply.json['expires_in'] <= 100


def test_refresh_without_a_cookie_is_refused(anyone):
    anyone.problem('refresh_invalid', 'POST', '/auth/refresh')


@pytest.mark.parametrize('cookie', ['', 'x', '.', 'a' * 80, '00000000-0000-4000-8000-000000000000.' + 'A' * 43, '%00' * 20, '\u00e9' * 40])
def test_refresh_with_a_cookie_that_is_none_is_refused(anyone, cookie):
    anyone.problem('refresh_invalid', 'POST', '/auth/refresh', headers={'Cookie': f'guardian_refresh={cookie}'.encode()})


def test_a_guessed_secret_for_a_known_session_is_refused(own_session):
    session = own_session.get('/auth/me').json['session_id']
    assert refresh_with(own_session, f'{session}.{"A" * 43}').json['code'] == 'refresh_invalid'


def test_a_guessed_secret_does_not_end_the_session(own_session):
    session = own_session.get('/auth/me').json['session_id']
    refresh_with(own_session, f'{session}.{"A" * 43}')
    own_session.get('/auth/me')
    own_session.post('/auth/refresh')


def test_a_used_cookie_is_told_as_used(own_session):
    old = refresh_cookie(own_session)
    own_session.post('/auth/refresh')
    assert refresh_with(own_session, old).json['code'] == 'refresh_reused'


def test_a_used_cookie_ends_the_session_at_once(own_session):
    old = refresh_cookie(own_session)
    own_session.token = own_session.post('/auth/refresh').json['access_token']
    refresh_with(own_session, old)
    own_session.problem('token_revoked', 'GET', '/auth/me')


def test_a_used_cookie_ends_the_newest_cookie_too(own_session):
    old = refresh_cookie(own_session)
    own_session.post('/auth/refresh')
    refresh_with(own_session, old)
    own_session.problem('refresh_invalid', 'POST', '/auth/refresh')


def test_a_cookie_used_many_rotations_ago_is_still_recognised(own_session):
    old = refresh_cookie(own_session)
    for _ in range(4):
        own_session.post('/auth/refresh')
    assert refresh_with(own_session, old).json['code'] == 'refresh_reused'


def test_a_refused_refresh_clears_the_cookie(anyone):
    reply = anyone.call('POST', '/auth/refresh', headers={'Cookie': 'guardian_refresh=nothing'})
    assert 'guardian_refresh=;' in cookie_of(reply) and 'Max-Age=0' in cookie_of(reply)


def test_of_two_refreshes_with_one_cookie_only_one_succeeds(own_session):
    cookie, results = refresh_cookie(own_session), []
    threads = [threading.Thread(target=lambda: results.append(refresh_with(own_session, cookie).status)) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results.count(200) == 1


def test_a_disabled_account_cannot_refresh(anyone, account):
    name, password = account('soon-disabled')
    anyone.login(name, password)
    anyone.platform.audit('UPDATE console_user SET disabled_at = now() WHERE username = %s', name)
    anyone.problem('refresh_invalid', 'POST', '/auth/refresh')


def test_a_session_past_its_end_cannot_refresh(own_session):
    own_session.platform.audit("UPDATE auth_session SET expires_at = now() - interval '1 s' WHERE id = %s", own_session.get('/auth/me').json['session_id'])
    own_session.problem('refresh_invalid', 'POST', '/auth/refresh')


# -- signing out --------------------------------------------------------------------------------------------------------------

def test_logout_says_nothing_and_clears_the_cookie(own_session):
    reply = own_session.post('/auth/logout')
    assert reply.status == 204 and 'Max-Age=0' in cookie_of(reply)


def test_logout_revokes_the_access_token_at_once(own_session):
    own_session.post('/auth/logout')
    own_session.problem('token_revoked', 'GET', '/auth/me')


def test_logout_revokes_on_every_replica(own_session, replica):
    elsewhere = Direct(replica, own_session.token)
    elsewhere.get('/auth/me')
    own_session.post('/auth/logout')
    for _ in range(4):      # whichever of its workers answers, and though each has seen the token before
        elsewhere.problem('token_revoked', 'GET', '/auth/me')


def test_logout_revokes_in_the_other_pool(own_session):
    own_session.query('SELECT 1')
    own_session.post('/auth/logout')
    own_session.problem('token_revoked', 'POST', '/database/query', {'sql': 'SELECT 1'})


def test_logout_ends_the_refresh_cookie(own_session):
    cookie = refresh_cookie(own_session)
    own_session.post('/auth/logout')
    assert refresh_with(own_session, cookie).status == 401


def test_logout_ends_every_access_token_of_the_session(own_session):
    first = own_session.token
    own_session.token = own_session.post('/auth/refresh').json['access_token']
    own_session.post('/auth/logout')
    own_session.clone(token=first).problem('token_revoked', 'GET', '/auth/me')


def test_logout_leaves_other_sessions_alone(own_session, platform):
    other = platform.client()
    own_session.post('/auth/logout')
    other.get('/auth/me')


def test_logout_needs_a_token(anyone):
    anyone.problem('unauthenticated', 'POST', '/auth/logout')
