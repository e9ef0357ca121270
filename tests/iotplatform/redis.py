"""A Redis of our own, behind a password, on a socket; on loopback TCP too when it has a port (Sentinel needs that)."""
import redis

from .process import Daemon, socket_path, wait_for, write


class Redis(Daemon):
    stop_timeout_s = 10

    def __init__(self, home, name='redis', port=0, password='none', durable=True):
        super().__init__(name, home)
        self.port = port
        self.password = password
        self.durable = durable
        self.data = self.home / f'{name}.data'
        self.socket = socket_path(home, f'{name}.sock')

    @property
    def address(self):
        """As guardian.yaml's redis.address wants it."""
        return f'127.0.0.1:{self.port}' if self.port else f'unix:{self.socket}'

    def start(self, replica_of=None):
        if not self.running:
            self.data.mkdir(parents=True, exist_ok=True)
            conf = self.data / 'redis.conf'
            write(conf, f'bind 127.0.0.1\nport {self.port}\nunixsocket {self.socket}\nunixsocketperm 700\nprotected-mode yes\nrequirepass {self.password}\nmasterauth {self.password}\n'
                            f'dir {self.data}\nsave ""\nappendonly {"yes" if self.durable else "no"}\nmaxmemory 64mb\nmaxmemory-policy noeviction\n'
                            'repl-diskless-sync-delay 0\n' + (f'replicaof 127.0.0.1 {replica_of.port}\n' if replica_of else ''), 0o600)
            self.spawn(['redis-server', conf], ready=self.answers)
        return self

    def client(self, timeout_s=2, **options):
        return redis.Redis(unix_socket_path=str(self.socket), password=self.password, socket_timeout=timeout_s,
                           **{'decode_responses': True, **options})

    def answers(self):
        try:
            return self.client().ping()
        except redis.RedisError:
            return False

    def replica(self, name, port):
        made = Redis(self.home, name, port, self.password, self.durable).start(replica_of=self)
        wait_for(lambda: made.client().info('replication').get('master_link_status') == 'up', 20, f'{name} in sync')
        return made
