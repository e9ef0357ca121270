"""Probes."""


def test_live_says_ok_to_anyone(anyone):
    assert anyone.get('/health/live').json == {'status': 'ok'}


def test_ready_says_ready_to_anyone(anyone):
    assert anyone.get('/health/ready').json == {'status': 'ready', 'checks': {'postgres': 'ok', 'redis': 'ok'}}


def test_a_request_id_of_ones_own_is_returned(anyone):
    assert anyone.call('GET', '/health/live', headers={'X-Request-Id': 'my-own.request_ID-1'}).headers['X-Request-Id'] == 'my-own.request_ID-1'


def test_a_request_without_an_id_gets_one(anyone):
    first, second = (anyone.call('GET', '/health/live', headers={'X-Request-Id': None}).headers['X-Request-Id'] for _ in range(2))
    assert first != second and len(first) >= 32


def test_an_indecent_request_id_is_replaced(anyone):
    for bad in ('short', 'x' * 64, 'with space in it', 'ünïcödé-request', '"quoted-id-here"', '{{7*7}}-{{7*7}}'):
        assert anyone.call('GET', '/health/live', headers={'X-Request-Id': bad.encode()}).headers['X-Request-Id'] != bad


def test_the_longest_request_id_is_taken(anyone):
    longest = 'r' * 63
    assert anyone.call('GET', '/health/live', headers={'X-Request-Id': longest}).headers['X-Request-Id'] == longest


def test_the_request_id_is_the_application_name_of_the_statement(api):
    request_id = 'application-name-test.1'
    assert api.query("SELECT current_setting('application_name')") and \
        api.call('POST', '/database/query', {'sql': "SELECT current_setting('application_name')"}, headers={'X-Request-Id': request_id}).json['rows'] == [[request_id]]


def test_a_request_is_logged_once_under_its_id(anyone, platform, wait):
    request_id = 'logged-once-by-the-worker'
    anyone.call('GET', '/health/live', headers={'X-Request-Id': request_id})
    wait(lambda: f'"{request_id}"' in platform.short.log_file.read_text(), 5, 'the line in the log')
    assert sum('"event":"request"' in line for line in platform.short.log_file.read_text().splitlines() if request_id in line) == 1


def test_a_problem_names_the_path_that_was_called(api):
    assert api.problem('not_found', 'GET', '/no/such/path?with=query')['instance'] == '/api/v1/no/such/path'
