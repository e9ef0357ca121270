"""People at work: many threads, a new connection for each request, a moment to think after it, no request repeated. What fails, fails. Beside them a clock that asks every
tenth of a second whatever became of the calls before: it alone tells how long nobody could be served."""
import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter

TIMEOUT_S = 20
RENEWED_S = 300       # an access token lasts 15 minutes, and a drill may last longer

# method, path, body, statuses that are right; how often of all
READS = [('GET', '/api/v1/auth/me', None, (200,), 4), ('GET', '/', None, (200,), 3), ('GET', '/api/v1/database/overview', None, (200,), 1), ('GET', '/api/v1/health/ready', None, (200,), 2)]
# A statement in the pool for long ones, and a cancellation in the one for short calls: both are in the audit log by their request's id.
WRITES = [('POST', '/api/v1/database/query', {'sql': 'SELECT 1', 'target': 'primary'}, (200,), 2), ('POST', '/api/v1/database/query/{id}/cancel', None, (200, 404), 2)]


def reason(said):
    """What a refusal says for itself; a proxy on the way may not speak JSON."""
    try:
        problem = json.loads(said)
        return f'{problem["code"]}: {problem["detail"]}'
    except (ValueError, TypeError, KeyError):
        return said[:120].decode(errors='replace')


class Load:
    def __init__(self, lab, threads, think_s):
        """Six machines share the cores of one: who does not think takes all of them, and what is measured is the fight for them."""
        self.think_s = think_s
        self.lab, self.address, self.context, self.token = lab, lab.url.removeprefix('https://'), lab.context(), lab.token()
        self.mix = [kind for kind in READS + WRITES for _ in range(kind[4])]
        self.clock = []             # when its calls were answered
        self.done = []              # (start, seconds, status or name of the error, method, path, request id)
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(i,), daemon=True) for i in range(threads)]
        self.threads += [threading.Thread(target=each, daemon=True) for each in (self._tick, self._renew)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(TIMEOUT_S + 10)
        return self

    def _work(self, index):
        chance = random.Random(index)
        while not self.stopping.is_set():
            method, path, body, right, _ = chance.choice(self.mix)
            identity, start = str(uuid.uuid4()), time.time()
            try:
                status, said = self._ask(method, path.replace('{id}', 'nobody-runs-this'), body, identity)
                if status not in right:
                    status = f'{status} {reason(said)}'
            except Exception as error:      # whatever kept the answer away
                status = f'{type(error).__name__}: {error}'[:120]
            self.done.append((start, time.time() - start, status, method, path, identity, status in right))
            self.stopping.wait(self.think_s)

    def _renew(self):
        pause_s = RENEWED_S
        while not self.stopping.wait(pause_s):
            try:
                self.token, pause_s = self.lab.token(), RENEWED_S
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                pause_s = 5     # nobody answers just now: the old one is still good

    def _tick(self):
        while not self.stopping.wait(0.1):
            threading.Thread(target=self._tock, daemon=True).start()

    def _tock(self):
        try:
            if self._ask('GET', '/api/v1/auth/me', None, str(uuid.uuid4()))[0] == 200:
                self.clock.append(time.time())
        except (OSError, http.client.HTTPException):
            pass        # the gap tells

    def _ask(self, method, path, body, identity):
        connection = http.client.HTTPSConnection(self.address, timeout=TIMEOUT_S, context=self.context)
        try:
            headers = {'X-Request-Id': identity, 'Connection': 'close'}
            if path.startswith('/api/'):
                headers['Authorization'] = f'Bearer {self.token}'
            if body is not None:
                headers['Content-Type'] = 'application/json'
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    # -- what came of it ------------------------------------------------------------------------------------------------

    def failures(self, since=0):
        return [row for row in self.done if not row[6] and row[0] >= since]

    def outage_s(self, since):
        """The longest time in which no call of the clock was answered."""
        ends = sorted(at for at in self.clock if at >= since - 2)
        return max((later - earlier for earlier, later in zip(ends, ends[1:])), default=0.0)

    def summary(self, since=0):
        rows = [row for row in self.done if row[0] + row[1] >= since]
        failed = [row for row in rows if not row[6]]
        times = sorted(row[1] for row in rows)
        return {'requests': len(rows), 'posts': sum(row[3] == 'POST' for row in rows), 'failed': len(failed), 'failures': Counter(f'{row[3]} {row[4]} {row[2]}' for row in failed).most_common(8),
                'availability': round(1 - len(failed) / len(rows), 6) if rows else None, 'p50_ms': round(times[len(times) // 2] * 1000, 1) if times else None,
                'p99_ms': round(times[int(len(times) * 0.99)] * 1000, 1) if times else None, 'max_ms': round(times[-1] * 1000) if times else None}

    def posted(self):
        return [row[5] for row in self.done if row[3] == 'POST' and row[6]]
