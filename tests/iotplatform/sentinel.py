"""Redis Sentinel: a few of them watch one primary and agree on who it is."""
import redis

from .process import Daemon, wait_for


class Sentinel(Daemon):
    stop_timeout_s = 10

    def __init__(self, home, primary, name='sentinel', port=26379, quorum=2, primary_name='mymaster', down_after_ms=1000, password=None):
        super().__init__(name, home)
        self.primary = primary
        self.port = port
        self.quorum = quorum
        self.primary_name = primary_name
        self.down_after_ms = down_after_ms
        self.password = password
        self.data = self.home / f'{name}.data'

    @property
    def address(self):
        return f'127.0.0.1:{self.port}'

    def start(self):
        if not self.running:
            self.data.mkdir(parents=True, exist_ok=True)
            conf = self.data / 'sentinel.conf'
            if not conf.exists():       # Sentinel keeps what it learns in this file
                conf.touch(mode=0o600)
                conf.write_text(f'bind 127.0.0.1\nport {self.port}\ndir {self.data}\n'
                                f'sentinel monitor {self.primary_name} 127.0.0.1 {self.primary.port} {self.quorum}\n'
                                f'sentinel auth-pass {self.primary_name} {self.primary.password}\n'
                                f'sentinel down-after-milliseconds {self.primary_name} {self.down_after_ms}\n'
                                f'sentinel failover-timeout {self.primary_name} {self.down_after_ms * 5}\n'
                                + (f'requirepass {self.password}\nsentinel sentinel-pass {self.password}\n' if self.password else ''))
            self.spawn(['redis-server', conf, '--sentinel'], ready=self.answers)
        return self

    def client(self):
        return redis.Redis('127.0.0.1', self.port, password=self.password, socket_timeout=2, decode_responses=True)

    def answers(self):
        try:
            return self.client().ping()
        except redis.RedisError:
            return False

    def current_primary(self):
        """(host, port) in this Sentinel's view."""
        host, port = self.client().sentinel_get_master_addr_by_name(self.primary_name)
        return host, int(port)

    def knows(self, sentinels, replicas, timeout_s=20):
        """Waits until it has met that many other Sentinels and replicas: before that it cannot fail over."""
        def met():
            state = self.client().sentinel_master(self.primary_name)
            return state['num-other-sentinels'] >= sentinels and state['num-slaves'] >= replicas
        wait_for(met, timeout_s, f'{self.name} meeting the others')
