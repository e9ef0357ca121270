"""A Redis of our own: a password, loopback TCP and a socket; and Sentinels for the tests that need them."""
import redis

from .process import Daemon, wait_for


class Redis(Daemon):
    stop_timeout_s = 10

    def __init__(self, home, name='redis', port=6379, password='', durable=True):
        super().__init__(name, home)
        self.port = port
        self.password = password
        self.durable = durable
        self.data = self.home / f'{name}.data'

    @property
    def address(self):
        return f'127.0.0.1:{self.port}'

    def start(self, replica_of=None):
        if not self.running:
            self.data.mkdir(parents=True, exist_ok=True)
            conf = self.data / 'redis.conf'
            conf.touch(mode=0o600)
            conf.write_text(f'bind 127.0.0.1\nport {self.port}\nprotected-mode yes\nrequirepass {self.password}\nmasterauth {self.password}\n'
                            f'dir {self.data}\nsave ""\nappendonly {"yes" if self.durable else "no"}\nmaxmemory 64mb\nmaxmemory-policy noeviction\n'
                            'repl-diskless-sync-delay 0\n' + (f'replicaof 127.0.0.1 {replica_of.port}\n' if replica_of else ''))
            self.spawn(['redis-server', conf], ready=self.answers)
        return self

    def client(self, timeout_s=2, **options):
        return redis.Redis('127.0.0.1', self.port, password=self.password, socket_timeout=timeout_s, socket_connect_timeout=timeout_s,
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
