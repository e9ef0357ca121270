"""A console of its own for the browser tests: started, described in one line of JSON, and forgotten when standard input ends.

Whoever started it may die in any way: its end of the pipe closes, and nothing is left behind. Lines on standard input that name
a fault are carried out and answered with an empty line."""
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from iotplatform import Failed, Platform, free_port  # noqa: E402

SOURCE = HERE.parents[1]


def main(home):
    shutil.copytree(os.environ.get('E2E_WEB_ROOT') or SOURCE / 'frontend' / 'dist', home / 'web')   # a build meanwhile must not mix two
    platform = Platform(home, port=free_port(), build=os.environ.get('GUARDIAN_BUILD'), web_root=home / 'web', durable=False,
                        config={'postgres': {'connect_timeout_s': 10}}, nginx={'LOGIN_RATE': '1000r/s', 'LOGIN_BURST': 1000})
    faults = {'pause postgres': platform.postgres.pause, 'resume postgres': platform.postgres.resume}
    try:
        platform.start()
        print(json.dumps(platform.session()), flush=True)
        for line in sys.stdin:
            faults[line.strip()]()
            print(flush=True)
    finally:
        keep_logs(platform)
        platform.purge()


def keep_logs(platform):
    """The logs of the last run stay where ./dev keeps its own."""
    target = Path(os.environ.get('DEV_HOME') or SOURCE / '.dev') / 'logs' / 'e2e'
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(platform.home / 'logs', target)


folder = Path(tempfile.mkdtemp(prefix='guardian-e2e-'))
folder.chmod(0o711)     # PostgreSQL's account walks through it
try:
    main(folder)
except Failed as failure:
    sys.exit(str(failure))
finally:
    shutil.rmtree(folder, ignore_errors=True)
