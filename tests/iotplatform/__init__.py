"""The console and what it stands on, as processes: for `./dev up` and for the tests."""
from .barman import Barman
from .nginx import Nginx
from .platform import Platform
from .postgres import Postgres
from .process import Daemon, Failed, free_port, wait_for
from .proxy import Proxy
from .redis import Redis
from .runner import Runner
from .secrets import Secrets
from .sentinel import Sentinel
from .worker import Worker

__all__ = ['Barman', 'Daemon', 'Failed', 'Nginx', 'Platform', 'Postgres', 'Proxy', 'Redis', 'Runner', 'Secrets', 'Sentinel', 'Worker', 'free_port', 'wait_for']
