"""What ending a session was confirmed on: its transaction, when it has begun one; and what a locked table says."""
import threading
from urllib.parse import quote

import pytest


def confirm(api, pid, between):
    """Asks for the end of a session, lets something happen, confirms; the answer."""
    path = f'/database/sessions/{pid}/terminate'
    made = api.call('POST', path)
    assert made.status == 428, made.body[:500]
    between()
    return api.call('POST', path, headers={'X-Confirmation-Token': made.json['confirmation_token'],
                                           'X-Confirmation-Phrase': quote(made.json['phrase'], safe='')})


@pytest.mark.parametrize('before, between', [
    ([], ['BEGIN', 'SELECT 1']),
    (['BEGIN'], ['COMMIT']),
    (['BEGIN'], ['COMMIT', 'BEGIN']),
], ids=['one that has begun', 'one that has ended', 'another one'])
def test_another_transaction_makes_the_confirmation_stale(api, victim, before, between):
    connection = victim()
    connection.autocommit = True
    cursor = connection.cursor()
    for statement in before:
        cursor.execute(statement)
    answer = confirm(api, connection.info.backend_pid, lambda: [cursor.execute(statement) for statement in between])
    assert answer.json['code'] == 'confirmation_stale'
    cursor.execute('SELECT 1')      # it lives


def test_a_transaction_that_goes_on_is_the_one_that_was_confirmed(api, victim):
    connection = victim()
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute('BEGIN')
    answer = confirm(api, connection.info.backend_pid, lambda: cursor.execute('SELECT 1'))
    assert answer.status == 200 and answer.json['done']


def test_a_busy_session_without_transactions_of_its_own_can_be_ended(api, victim):
    """Every statement of it is a transaction; none of them is what the decision was about."""
    connection = victim()
    connection.autocommit = True
    ran = threading.Event()

    def run():
        try:
            while True:
                connection.cursor().execute('SELECT pg_sleep(0.001)')
                ran.set()
        except Exception:       # it is ended
            pass
    threading.Thread(target=run, daemon=True).start()
    assert ran.wait(60)
    answer = confirm(api, connection.info.backend_pid, lambda: (ran.clear(), ran.wait(60)))
    assert answer.status == 200 and answer.json['done']


@pytest.mark.parametrize('asked', ['devices', 'reporting.device_overview', 'device_credentials'])
def test_a_locked_table_says_who_locked_it_and_at_once(api, platform, asked):
    connection = platform.postgres.connect('iot_guardian')
    connection.autocommit = False
    try:
        connection.cursor().execute('LOCK TABLE devices, device_credentials IN ACCESS EXCLUSIVE MODE')
        problem = api.problem('conflict', 'GET', f'/database/tables/{asked}', timeout_s=30)
        assert f'session {connection.info.backend_pid} ' in problem['detail']
    finally:
        connection.rollback()
        connection.close()
    assert api.table(asked)['columns']
