"""stack/barman/step-back: the receiver of WAL may have had the last bytes of a primary before the standby that was promoted."""
import signal
import subprocess

import pytest

from conftest import new_folder
from contract import ROOT
from iotplatform import Postgres, wait_for
from iotplatform.postgres import binary_folder


class Receiver:
    """pg_receivewal, as Barman starts it."""

    def __init__(self, folder):
        self.folder, self.program, self.log = folder, None, folder.parent / 'receiver.log'

    def start(self, server):
        self.program = subprocess.Popen([binary_folder() / 'pg_receivewal', '-D', self.folder, '-S', 'barman', '--no-loop', '-d', server.conninfo()],
                                        stderr=self.log.open('wb'))

    def stop(self):
        if self.program and self.program.poll() is None:
            self.program.send_signal(signal.SIGINT)
            self.program.wait()

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


def segment(server):
    return server.sql('SELECT pg_walfile_name(pg_current_wal_insert_lsn())')[0][0]


@pytest.fixture(scope='module', params=['in its folder', 'archived'])
def ahead(request):
    """A standby was promoted that lacked what the receiver has: the end of a segment, which Barman has archived or not, and the beginning of the next."""
    with new_folder('receiver') as home:
        (home / 'streaming').mkdir()
        primary = Postgres(home, durable=False, settings={'wal_keep_size': '256MB'}).create().start()     # as in the stack
        receiver = Receiver(home / 'streaming')
        standby = primary.standby()
        try:
            primary.sql("SELECT pg_create_physical_replication_slot('barman', true)")
            receiver.start(primary)
            primary.sql('CREATE TABLE had AS SELECT generate_series(1, 100) AS n')
            primary.caught_up(standby)
            standby.stop()
            whole = segment(primary)
            primary.sql('CREATE TABLE not_had AS SELECT generate_series(1, 100) AS n')
            primary.sql('SELECT pg_switch_wal()')
            primary.sql('CREATE TABLE not_had_either AS SELECT generate_series(1, 100) AS n')
            wait_for(lambda: whole in receiver.files() and any(name.endswith('.partial') for name in receiver.files()), 20, 'the whole segment and the next')
            receiver.stop()
            primary.kill()
            if request.param == 'archived':
                for name in receiver.files():       # Barman takes all that are whole
                    if not name.endswith('.partial'):
                        (receiver.folder / name).unlink()
            standby.start()
            standby.promote()
            wait_for(lambda: standby.sql('SELECT NOT pg_is_in_recovery()')[0][0], 20, 'the promotion')
            standby.sql('CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT')       # where the slot would begin lies behind the fork's segment
            standby.sql("SELECT pg_create_physical_replication_slot('barman', true)")       # as Patroni makes it, by then
            receiver.whole, receiver.server = whole, standby
            yield receiver
        finally:
            receiver.stop()
            for server in (primary, standby):
                server.remove()


def step_back(receiver):
    done = subprocess.run([ROOT / 'stack' / 'barman' / 'step-back', receiver.folder, receiver.server.conninfo()], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_receiver_that_is_ahead_is_refused_for_ever(ahead):
    ahead.start(ahead.server)
    assert ahead.program.wait() != 0
    assert "is not in this server's history" in ahead.log.read_text()


def test_what_it_had_beyond_the_fork_is_received_again_and_nothing_is_missing(ahead):
    assert ' begins behind ' in step_back(ahead)
    ahead.start(ahead.server)
    since = f'00000002{ahead.whole[8:]}'
    wait_for(lambda: since in ahead.files(), 30, "the successor's segment with the fork")
    assert f'{ahead.whole}.partial' in ahead.files() and ahead.whole not in ahead.files()


def test_what_is_right_is_left_alone(ahead):
    before = ahead.files()
    assert step_back(ahead) == '' and ahead.files() == before


def test_while_nobody_answers_nothing_is_touched_and_it_fails(ahead):
    done = subprocess.run([ROOT / 'stack' / 'barman' / 'step-back', ahead.folder, 'host=/nonexistent'], capture_output=True, text=True)
    assert done.returncode != 0 and done.stdout == ''
