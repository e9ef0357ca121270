"""Access tokens: which are taken, which are not, and keys that change while the console runs."""
import base64
import hashlib
import hmac
import json
import subprocess
import time
import uuid

import jwt
import pytest
import yaml

from client import Client, Direct

AUDIENCE = 'iot-guardian-console'


class Keys:
    """keys.yaml of the shared platform: its own two keys, and one of each algorithm of outside issuers."""

    def __init__(self, platform):
        self.platform = platform
        self.own = yaml.safe_load(platform.keys_file.read_text())['keys']
        self.hs256 = platform.secrets.text('console_hs256')
        self.private, self.public = {}, {}
        for algorithm in ('RS256', 'ES256'):
            private, public = platform.secrets.key_pair(f'outside_{algorithm.lower()}', algorithm)
            self.private[algorithm], self.public[algorithm] = private.read_text(), public
        self.outside_hs256 = platform.secrets.hex_file('outside_hs256', 40)
        self.entries = self.own + [
            {'kid': 'outside-rs', 'algorithm': 'RS256', 'public_key_file': str(self.public['RS256']), 'issuer': 'outside', 'audience': AUDIENCE},
            {'kid': 'outside-es', 'algorithm': 'ES256', 'public_key_file': str(self.public['ES256']), 'issuer': 'outside', 'audience': AUDIENCE},
            {'kid': 'outside-hs', 'algorithm': 'HS256', 'secret_file': str(self.outside_hs256), 'issuer': 'outside', 'audience': AUDIENCE}]

    def install(self, entries):
        """Writes keys.yaml; the workers notice by themselves."""
        self.platform.write_keys(entries)

    def claims(self, **changes):
        now = int(time.time())
        made = {'iss': 'outside', 'aud': AUDIENCE, 'sub': 'person-1', 'preferred_username': 'olga', 'role': 'superadmin', 'jti': str(uuid.uuid4()),
                'iat': now, 'exp': now + 300, **changes}
        return {name: value for name, value in made.items() if value is not None}

    def sign(self, algorithm='ES256', kid=None, key=None, headers=None, **changes):
        kid = kid or {'ES256': 'outside-es', 'RS256': 'outside-rs', 'HS256': 'outside-hs'}[algorithm]
        key = key or (self.outside_hs256.read_text().strip() if algorithm == 'HS256' else self.private[algorithm])
        return jwt.encode(self.claims(**changes), key, algorithm, {'kid': kid, **(headers or {})})


@pytest.fixture(scope='module')
def keys(platform, wait):
    made = Keys(platform)
    made.install(made.entries)
    probe = Client(platform)

    def known():
        probe.token = made.sign()
        return probe.send('GET', '/auth/me').status_code == 200
    wait(known, 5, 'the outside key in use')
    yield made
    made.install(made.own)


@pytest.fixture(scope='module')
def wait():
    from iotplatform import wait_for
    return wait_for


@pytest.fixture
def bearer(platform):
    def with_token(token):
        return Client(platform, token)
    return with_token


def b64(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def hs256(header, claims, secret):
    """A token signed by hand: jwt would refuse to make some of these."""
    signed = f'{b64(header)}.{b64(claims)}'
    secret = secret if isinstance(secret, bytes) else secret.encode()
    return f'{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}'


@pytest.mark.parametrize('algorithm', ['HS256', 'RS256', 'ES256'])
def test_a_token_of_an_outside_issuer_is_accepted(keys, bearer, algorithm):
    me = bearer(keys.sign(algorithm)).get('/auth/me').json
    assert (me['username'], me['subject'], me['issuer'], me['session_id']) == ('olga', 'person-1', 'outside', None)


def test_without_a_preferred_username_the_subject_is_the_name(keys, bearer):
    assert bearer(keys.sign(preferred_username=None)).get('/auth/me').json['username'] == 'person-1'


def test_one_of_several_audiences_is_enough(keys, bearer):
    bearer(keys.sign(aud=['something-else', AUDIENCE])).get('/auth/me')


def test_an_outside_token_can_be_signed_out_of(keys, bearer):
    client = bearer(keys.sign())
    client.post('/auth/logout')
    client.problem('token_revoked', 'GET', '/auth/me')


def test_signing_out_of_one_outside_token_leaves_another(keys, bearer):
    bearer(keys.sign()).post('/auth/logout')
    bearer(keys.sign()).get('/auth/me')


def test_an_outside_token_without_an_id_can_be_signed_out_of(keys, bearer):
    client, other = bearer(keys.sign(jti=None)), bearer(keys.sign(jti=None, sub='person-2'))
    client.post('/auth/logout')
    client.problem('token_revoked', 'GET', '/auth/me')
    other.get('/auth/me')


def test_a_token_of_the_console_names_its_key(token):
    assert jwt.get_unverified_header(token) == {'alg': 'HS256', 'typ': 'JWT', 'kid': 'console-1'}


def test_a_token_of_the_console_holds_what_others_need(token, keys):
    claims = jwt.decode(token, keys.hs256, ['HS256'], audience=AUDIENCE, issuer='iot-guardian')
    assert {'iss', 'aud', 'sub', 'exp', 'jti', 'sid', 'role'} <= set(claims) and claims['role'] == 'superadmin'


REFUSED = {
    'an expired token': ('token_expired', lambda k: k.sign(exp=int(time.time()) - 1)),
    'a token that expired long ago': ('token_expired', lambda k: k.sign(exp=1)),
    'a token without an end': ('token_invalid', lambda k: k.sign(exp=None)),
    'a token whose end is no number': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'kid': 'outside-hs', 'typ': 'JWT'}, k.claims(exp='tomorrow'), k.outside_hs256.read_text().strip())),
    'a token that is not valid yet': ('token_invalid', lambda k: k.sign(nbf=int(time.time()) + 120)),
    'a token of another issuer': ('token_invalid', lambda k: k.sign(iss='somebody')),
    'a token without an issuer': ('token_invalid', lambda k: k.sign(iss=None)),
    'a token for another audience': ('token_invalid', lambda k: k.sign(aud='other')),
    'a token without an audience': ('token_invalid', lambda k: k.sign(aud=None)),
    'a token without a subject': ('token_invalid', lambda k: k.sign(sub=None)),
    'a token of the console without an id': ('token_invalid', lambda k: jwt.encode(k.claims(iss='iot-guardian', jti=None), k.hs256, 'HS256', {'kid': 'console-1'})),
    'a token of the console with a session that is none': ('token_invalid', lambda k: jwt.encode(k.claims(iss='iot-guardian', sid='x'), k.hs256, 'HS256', {'kid': 'console-1'})),
    'a token whose id is no text': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'kid': 'outside-hs', 'typ': 'JWT'}, k.claims(jti=1), k.outside_hs256.read_text().strip())),
    'a token of another role': ('forbidden', lambda k: k.sign(role='operator')),
    'a token without a role': ('forbidden', lambda k: k.sign(role=None)),
    'a token whose role is a list': ('forbidden', lambda k: k.sign(role=['superadmin'])),
    'a token whose role differs in case': ('forbidden', lambda k: k.sign(role='SuperAdmin')),
    'a token with an unknown key': ('token_invalid', lambda k: k.sign(kid='nobody')),
    'a token without a key id': ('token_invalid', lambda k: jwt.encode(k.claims(), k.private['ES256'], 'ES256')),
    'a token signed by another key': ('token_invalid', lambda k: k.sign('ES256', key=k.platform.secrets.key_pair('stranger_es256')[0].read_text())),
    'a token with the kid of another key of its issuer': ('token_invalid', lambda k: k.sign('ES256', kid='platform-1', iss='iot-platform')),
    "an outside key speaking for the console's issuer": ('token_invalid', lambda k: k.sign(iss='iot-guardian')),
    'a token without signature': ('token_invalid', lambda k: jwt.encode(k.claims(), None, 'none', {'kid': 'outside-es'})),
    'a token without signature that names a key of HS256': ('token_invalid', lambda k: jwt.encode(k.claims(), None, 'none', {'kid': 'outside-hs'})),
    'alg none in capitals': ('token_invalid', lambda k: f"{b64({'alg': 'NONE', 'kid': 'outside-es'})}.{b64(k.claims())}."),
    'a token signed with the RSA public key as an HMAC secret': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-rs'}, k.claims(), k.public['RS256'].read_bytes())),
    'a token signed with the EC public key as an HMAC secret': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-es'}, k.claims(), k.public['ES256'].read_bytes())),
    'a token signed with the trimmed RSA public key as a secret': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-rs'}, k.claims(), k.public['RS256'].read_text().strip())),
    'a token whose header says RS256 over an HMAC': ('token_invalid', lambda k: hs256({'alg': 'RS256', 'typ': 'JWT', 'kid': 'outside-rs'}, k.claims(), k.public['RS256'].read_bytes())),
    'a token of HS384 with the right secret': ('token_invalid', lambda k: jwt.encode(k.claims(), k.outside_hs256.read_text().strip(), 'HS384', {'kid': 'outside-hs'})),
    'a token of RS512 with the right key': ('token_invalid', lambda k: jwt.encode(k.claims(), k.private['RS256'], 'RS512', {'kid': 'outside-rs'})),
    'a token with a critical extension': ('token_invalid', lambda k: k.sign(headers={'crit': ['exp']})),
    'a token that brings its own key': ('token_invalid', lambda k: k.sign(key=k.platform.secrets.key_pair('stranger_es256')[0].read_text(), headers={'jwk': {'kty': 'EC'}})),
    'a token whose kid is a path': ('token_invalid', lambda k: k.sign(kid='../../../../dev/null')),
    'a token whose kid is SQL': ('token_invalid', lambda k: k.sign(kid="x' UNION SELECT 'y")),
    'a token with a claim twice': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-hs'}, (json.dumps(k.claims(role=None))[:-1] + ',"role":"viewer","role":"superadmin"}').encode(), k.outside_hs256.read_text().strip())),
    'a token with a header member twice': ('token_invalid', lambda k: hs256(b'{"alg":"none","alg":"HS256","typ":"JWT","kid":"outside-hs"}', k.claims(), k.outside_hs256.read_text().strip())),
    'a token of two parts': ('token_invalid', lambda k: k.sign().rpartition('.')[0]),
    'a token of four parts': ('token_invalid', lambda k: k.sign() + '.AAAA'),
    'a token with its signature cut': ('token_invalid', lambda k: k.sign()[:-4]),
    'a token with an empty signature': ('token_invalid', lambda k: k.sign().rpartition('.')[0] + '.'),
    'a token with padding': ('token_invalid', lambda k: k.sign('HS256') + '='),
    'a token that is no base64': ('token_invalid', lambda k: '!!!.???.###'),
    'a token of 20 kB': ('token_invalid', lambda k: k.sign(note='x' * 9000)),
    'dots alone': ('token_invalid', lambda k: '..'),
    'one word': ('token_invalid', lambda k: 'token'),
    'a token whose claims are a list': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-hs'}, b'[]', k.outside_hs256.read_text().strip())),
    'a token whose header is a list': ('token_invalid', lambda k: hs256(b'[]', k.claims(), k.outside_hs256.read_text().strip())),
    'a token nested a thousand levels deep': ('token_invalid', lambda k: hs256({'alg': 'HS256', 'typ': 'JWT', 'kid': 'outside-hs'}, b'{"x":' * 1000 + b'1' + b'}' * 1000, k.outside_hs256.read_text().strip())),
}


@pytest.mark.parametrize('case', REFUSED)
def test_it_is_refused(keys, bearer, case):
    code, make = REFUSED[case]
    bearer(make(keys)).problem(code, 'GET', '/auth/me')


@pytest.mark.parametrize('part', [0, 1, 2])
def test_a_token_with_one_changed_character_is_refused(keys, bearer, part):
    parts = keys.sign('HS256').split('.')
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ('A' if parts[part][middle] != 'A' else 'B') + parts[part][middle + 1:]
    bearer('.'.join(parts)).problem('token_invalid', 'GET', '/auth/me')


def test_claims_of_one_token_with_the_signature_of_another_are_refused(keys, bearer):
    weak, strong = keys.sign(role='operator').split('.'), keys.sign().split('.')
    bearer('.'.join([*strong[:2], weak[2]])).problem('token_invalid', 'GET', '/auth/me')


def test_a_refused_token_is_answered_with_the_way_to_authenticate(keys, bearer):
    reply = bearer('token').call('GET', '/auth/me')
    assert reply.headers['WWW-Authenticate'] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize('header', ['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', 'bearer', 'Token abc', ''])
def test_a_header_without_a_bearer_token_is_no_token(anyone, header):
    anyone.problem('unauthenticated', 'GET', '/auth/me', headers={'Authorization': header})


def test_the_scheme_is_taken_in_any_case(platform, token):
    Client(platform).get('/auth/me', headers={'Authorization': f'bEaReR {token}'})


@pytest.mark.parametrize('place', ['query', 'cookie'])
def test_a_token_elsewhere_than_in_the_header_is_none(anyone, token, place):
    if place == 'query':
        anyone.problem('unauthenticated', 'GET', '/auth/me', params={'access_token': token})
    else:
        anyone.problem('unauthenticated', 'GET', '/auth/me', headers={'Cookie': f'access_token={token}'})


def test_a_token_that_was_seen_valid_still_expires(keys, bearer, wait):
    client = bearer(None)
    for life_s in (2, 8, 32):       # long enough to be seen, wherever this runs
        client.token = keys.sign(exp=int(time.time()) + life_s)
        if client.send('GET', '/auth/me').status_code == 200:
            break
    wait(lambda: client.send('GET', '/auth/me').status_code == 401, 2 * life_s, 'the end of the token', poll_s=0.1)
    client.problem('token_expired', 'GET', '/auth/me')


# -- keys that change -----------------------------------------------------------------------------------------------------------

def everywhere(client, status):
    """Does every worker answer so? Each looks at the keys at most once a second: for longer than that, no call may differ."""
    end = time.monotonic() + 1.3
    while time.monotonic() < end:
        if client.send('GET', '/auth/me').status_code != status:
            return False
    return True


def pids(platform):
    return platform.worker_pids()


@pytest.fixture
def changed(keys, wait):
    """Installs other keys, waits until `probe` says so, and puts the former ones back."""
    def change(entries, probe):
        keys.install(entries)
        wait(probe, 5, 'the changed keys in use', poll_s=0.05)
    yield change
    keys.install(keys.entries)
    client = Client(keys.platform)

    def back():
        client.token = keys.sign()
        return everywhere(client, 200)
    wait(back, 5, 'the former keys in use')


def test_a_new_key_is_used_without_a_restart(keys, platform, bearer, changed):
    private, public = platform.secrets.key_pair('newcomer')
    before = pids(platform)
    token = jwt.encode(keys.claims(iss='newcomer'), private.read_text(), 'ES256', {'kid': 'newcomer'})
    bearer(token).problem('token_invalid', 'GET', '/auth/me')
    changed(keys.entries + [{'kid': 'newcomer', 'algorithm': 'ES256', 'public_key_file': str(public), 'issuer': 'newcomer', 'audience': AUDIENCE}],
            lambda: bearer(token).send('GET', '/auth/me').status_code == 200)
    assert pids(platform) == before


def test_a_removed_key_is_refused_though_its_token_was_seen_valid(keys, bearer, changed):
    client = bearer(keys.sign('RS256'))
    client.get('/auth/me')
    changed([e for e in keys.entries if e['kid'] != 'outside-rs'], lambda: everywhere(client, 401))
    client.problem('token_invalid', 'GET', '/auth/me')


@pytest.mark.parametrize('algorithm', ['RS256', 'ES256'])
def test_the_console_can_sign_with_the_algorithm(keys, platform, changed, algorithm):
    private, public = platform.secrets.key_pair(f'signing_{algorithm.lower()}', algorithm)
    rest = [{**e, 'sign': False} for e in keys.entries]
    kid = f'next-{algorithm}'
    signer = {'kid': kid, 'algorithm': algorithm, 'private_key_file': str(private), 'public_key_file': str(public), 'sign': True,
              'issuer': 'iot-guardian', 'audience': AUDIENCE}
    client = Client(platform)

    def signed_by_next():
        client.login()
        return jwt.get_unverified_header(client.token) == {'alg': algorithm, 'typ': 'JWT', 'kid': kid}
    changed(rest + [signer], signed_by_next)
    assert client.get('/auth/me').json['issuer'] == 'iot-guardian'


def test_tokens_of_the_former_signing_key_live_on_while_it_is_listed(keys, platform, token, changed):
    private, public = platform.secrets.key_pair('next_es256')
    rest = [{**e, 'sign': False} for e in keys.entries]
    signer = {'kid': 'next', 'algorithm': 'ES256', 'private_key_file': str(private), 'public_key_file': str(public), 'sign': True,
              'issuer': 'iot-guardian', 'audience': AUDIENCE}
    client = Client(platform)

    def signed_by_next():
        client.login()
        return jwt.get_unverified_header(client.token)['kid'] == 'next'
    changed(rest + [signer], signed_by_next)
    Client(platform, token).get('/auth/me')


@pytest.mark.parametrize('text', ['keys: [', 'keys: []', 'nonsense: 1', '', 'keys:\n- kid: x\n  algorithm: none\n'])
def test_a_broken_keys_file_leaves_the_former_keys_in_use(keys, platform, bearer, changed, wait, text):
    logged = platform.short.log_file.stat().st_size

    def told():
        bearer(keys.sign()).get('/auth/me')
        return '"keys_file"' in platform.short.log_file.read_bytes()[logged:].decode()
    platform.keys_file.write_text(text)
    wait(told, 5, 'the broken file in the log', poll_s=0.05)
    bearer(keys.sign()).get('/auth/me')


def test_a_replica_uses_the_same_keys(keys, replica):
    Direct(replica, keys.sign('ES256')).get('/auth/me')


def test_a_private_key_is_nowhere_in_the_logs(keys, platform):
    text = platform.log_text()
    assert 'PRIVATE KEY' not in text and keys.hs256 not in text


def test_the_test_keys_are_real(keys):
    done = subprocess.run(['openssl', 'pkey', '-pubin', '-in', str(keys.public['RS256']), '-text', '-noout'], capture_output=True, text=True)
    assert '2048 bit' in done.stdout
