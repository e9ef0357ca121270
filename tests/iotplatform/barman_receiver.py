"""Until SIGTERM: one `barman receive-wal`, and `barman archive-wal` now and then. Arguments: program, configuration, server."""
import signal
import subprocess
import sys
import time


def main(program, conf, server):
    barman = [program, '-c', conf, '-q']
    receiver = None

    def end(*_):
        if receiver and receiver.poll() is None:
            receiver.send_signal(signal.SIGTERM)
            receiver.wait()
        sys.exit()
    signal.signal(signal.SIGTERM, end)
    while True:
        if receiver is None or receiver.poll() is not None:
            receiver = subprocess.Popen([*barman, 'receive-wal', server])
        time.sleep(5)
        subprocess.run([*barman, 'archive-wal', server])


main(*sys.argv[1:])
