"""Outlives a test run that is killed, and ends what it left behind. Standard input names the folders of its platforms, one a line;
when that ends, so does everything that was started there."""
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from iotplatform import Daemon  # noqa: E402

for home in [Path(line.strip()) for line in sys.stdin]:
    for pid_file in home.glob('run/*.pid'):
        Daemon(pid_file.stem, home).kill()
    shutil.rmtree(home, ignore_errors=True)
