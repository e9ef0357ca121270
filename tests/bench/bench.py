"""./dev bench: the console against PHP-FPM, Node, Adminer and psql, on one machine in one run.

Contestants take turns, round by round; a figure is the median over the rounds of the ratio within a round. All sit behind one
nginx without TLS and over one PostgreSQL with fsync off; the console does its whole work (token, revocation in Redis, audit,
logs), the peers need not. Writes bench.json into DEV_HOME. Arguments: names of parts (lists, json, csv, stream, pages, token, swarm, backup, restore)."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contestants import DATABASE, ROWS_SQL, Arena   # noqa: E402
from iotplatform import Failed                                  # noqa: E402
from iotplatform.postgres import binary_folder                  # noqa: E402
from measure import Client, Memory, TotalMemory, cpu_s, curl, median, page_s, ratio, rounds, run, wrk    # noqa: E402

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER.parents[1]
LIMIT = 500
TABLES = 201
ROWS = 1_000_000
STREAM_SQL = 'SELECT r.id, r.device, r.metric, r.value, r.ok, r.note, r.at FROM bench.readings AS r, generate_series(1, 10) AS n'
PAGE_SQL = 'SELECT id, device, metric, value, ok, note, at FROM bench.readings LIMIT 50'


# How often a job is asked how it does. Whoever asks every 10 ms has the two processors' shares moved about: a backup took a fifth longer.
ASKED_S = 0.5


def between(job, begin, end):
    """Seconds, by the job's own record."""
    first, last = (datetime.fromisoformat(job[name].replace('Z', '+00:00')) for name in (begin, end))
    return (last - first).total_seconds()


def milliseconds(seconds):
    return f'{seconds * 1000:.2f} ms'


class Bench:
    def __init__(self, arena, build):
        self.arena = arena
        self.build = build
        self.rows = []
        self.notes = {}

    # -- results -------------------------------------------------------------------------------------------------------

    def row(self, name, value, target, ours, peer='', at_most=False, unit='×', ok=True):
        good = bool(ok) and (value <= target if at_most else value >= target)
        self.rows.append({'name': name, 'ratio': round(value, 3), 'target': target, 'ok': good, 'at_most': at_most, 'unit': unit,
                          'ours': ours, 'peer': peer})
        wanted = f'{"≤" if at_most else "≥"} {target:g} {unit}'
        print(f'  {name:<52} {value:9.2f} {unit:<3} {wanted:>10}  {"ok" if good else "MISSED":<7} {ours:>14}  {peer}', flush=True)

    def note(self, name, *figures):
        self.notes[name] = figures
        print(f'  ({name}: {", ".join(figures)})', flush=True)

    # -- who asks --------------------------------------------------------------------------------------------------------

    def login(self):
        client = Client(self.arena.url)
        body = json.dumps({'username': self.arena.platform.username, 'password': self.arena.platform.password})
        _, text = client.ask('POST', '/api/v1/auth/login', body, {'Content-Type': 'application/json'})
        self.bearer = {'Authorization': f'Bearer {json.loads(text)["access_token"]}'}
        self.posting = {**self.bearer, 'Content-Type': 'application/json'}

    def query_body(self, sql, **more):
        return json.dumps({'sql': sql, 'max_rows': 10_000_000, 'timeout_ms': 600_000, **more})

    # -- that all do the same job ------------------------------------------------------------------------------------------

    def same_tables(self):
        expected = None
        for name, url in self.list_urls.items():
            _, text = Client(url).ask('GET', f'/{url.split("/", 3)[3]}?schema=bench&limit={LIMIT}', headers=self.bearer if name == 'ours' else {})
            items = [(i['schema'], i['name'], i['kind'], i['total_bytes'], i['index_bytes'], i['dead_rows']) for i in json.loads(text)['items']]
            expected = expected or items
            if len(items) != TABLES or items != expected:
                raise Failed(f'{name} lists other tables: {len(items)}, {items[:1]} … {items[-1:]} instead of {expected[:1]} … {expected[-1:]}')

    def same_rows(self, kind, sources):
        """sources: {name: function that gives the whole body}"""
        expected = None
        for name, body in sources.items():
            text = body().decode()
            if kind == 'json':
                rows = json.loads(text)['rows']
                ends = [[float(v) if i == 3 else v for i, v in enumerate(row)] for row in (rows[0], rows[19], rows[-1])]
            else:
                rows = list(csv.reader(io.StringIO(text)))
                header, rows = rows[0], rows[1:]
                ends = [header, *([float(v) if i == 3 else v for i, v in enumerate(row)] for row in (rows[0], rows[19], rows[-1]))]
            expected = expected or ends
            if len(rows) != ROWS or ends != expected:
                raise Failed(f'{name} answers other rows: {len(rows)}\n{ends}\ninstead of\n{expected}')

    # -- parts -----------------------------------------------------------------------------------------------------------

    def lists(self):
        arena = self.arena
        self.list_urls = {
            'ours': f'{arena.url}/api/v1/database/tables', 'php': f'{arena.php_url}/tables_view.php', 'php same': f'{arena.php_url}/tables_rows.php',
            'node same': f'{arena.node_url}/tables',
            'node prepared': f'{arena.node_url}/tables-prepared', 'node text': f'{arena.node_url}/tables-text'}
        self.same_tables()
        reply, _ = Client(arena.url).ask('GET', f'/api/v1/database/tables?schema=bench&limit={LIMIT}', headers=self.bearer)
        unchanged = {**self.bearer, 'If-None-Match': reply.headers['ETag']}
        console = [arena.nginx, arena.platform.short, arena.platform.redis]
        outside = {'ours': console, 'unchanged': console, **{n: [arena.nginx, arena.php] for n in ('php', 'php same')},
                   **{n: [arena.nginx, arena.node] for n in ('node same', 'node prepared', 'node text')}}

        def measured(name, seconds):
            time.sleep(0.2)     # what the one before left in a queue
            before = cpu_s(outside[name])
            if name == 'unchanged':
                per_s, requests, size = wrk(f'{self.list_urls["ours"]}?schema=bench&limit={LIMIT}', seconds, unchanged)
                if size > 1000:
                    raise Failed(f'the unchanged list was sent: {size:.0f} bytes a request')
            else:
                per_s, requests, size = wrk(self.list_urls[name], seconds, self.bearer if name == 'ours' else {}, FOLDER / 'limits.lua')
            return {'per_s': per_s, 'cpu': (cpu_s(outside[name]) - before) / requests}
        for name in outside:
            measured(name, 1)
        made = rounds(5, {name: (lambda name=name: measured(name, 2)) for name in outside})

        per_s, cpu = (lambda v: v['per_s']), (lambda v: v['cpu'])
        speed = {name: f'{median(made, name, per_s):.0f} /s' for name in outside}
        cost = {name: f'{median(made, name, cpu) * 1e6:.0f} µs' for name in outside}
        self.row('table list against PHP (statistics view, unprepared)', ratio(made, 'ours', 'php', per_s), 2.4, speed['ours'], speed['php'])
        self.row('table list against PHP, same SQL', ratio(made, 'ours', 'php same', per_s), 1.4, speed['ours'], speed['php same'])
        self.row('table list against Node, same SQL', ratio(made, 'ours', 'node same', per_s), 1.4, speed['ours'], speed['node same'])
        self.row('CPU outside PostgreSQL a request, of PHP\'s', 1 / ratio(made, 'ours', 'php same', cpu, True), 0.5, cost['ours'], cost['php same'], at_most=True)
        self.row('CPU outside PostgreSQL a request, of Node\'s', 1 / ratio(made, 'ours', 'node same', cpu, True), 0.3, cost['ours'], cost['node same'], at_most=True)
        self.row('unchanged table list against PHP', ratio(made, 'unchanged', 'php', per_s), 15, speed['unchanged'], speed['php'])
        # Not how it is usually done, so without a target; but worth knowing. Nobody can be much quicker than who passes on a text.
        self.note('table list, ratio to Node with the statement prepared', f'{ratio(made, "ours", "node prepared", per_s):.2f}', speed['node prepared'], cost['node prepared'])
        self.note('table list, ratio to Node passing on PostgreSQL\'s JSON', f'{ratio(made, "ours", "node text", per_s):.2f}', speed['node text'], cost['node text'])
        self.note('CPU outside PostgreSQL: PHP with the statistics view', f'{1 / ratio(made, "ours", "php", cpu, True):.2f}', cost['ours'], cost['php'])

    def download(self, kind, targets):
        arena = self.arena
        ours = {**self.posting, 'Accept': {'json': 'application/json', 'csv': 'text/csv'}[kind]}
        body = self.query_body(ROWS_SQL)
        environment = {'PGPASSWORD': arena.environment['BENCH_READER_PASSWORD'], 'PGOPTIONS': ''}
        copy = f'COPY ({ROWS_SQL}) TO STDOUT' + {'json': '', 'csv': ' (FORMAT csv, HEADER)'}[kind]
        psql = [binary_folder() / 'psql', '-X', '-q', '-h', arena.environment['BENCH_PGHOST'], '-p', arena.environment['BENCH_PGPORT'],
                '-U', 'guardian_reader', '-d', DATABASE, '-c', copy]
        php, node = f'{arena.php_url}/rows.{kind}', f'{arena.node_url}/rows.{kind}'
        sources = {'ours': lambda: Client(arena.url).ask('POST', '/api/v1/database/query', body, ours)[1],
                   'php': lambda: Client(php).ask('GET', f'/rows.{kind}')[1], 'node': lambda: Client(node).ask('GET', f'/rows.{kind}')[1]}
        if kind == 'csv':
            sources['psql'] = lambda: subprocess.run(psql, capture_output=True, check=True, env={**os.environ, **environment}).stdout
        self.same_rows(kind, sources)       # warms up, too
        made = rounds(3, {
            'ours': lambda: run(curl(f'{arena.url}/api/v1/database/query', ours, body)), 'php': lambda: run(curl(php)),
            'node': lambda: run(curl(node)), 'psql': lambda: run(psql, env=environment)})
        took = {name: f'{median(made, name):.2f} s' for name in made[0]}
        for peer, target in targets.items():
            label = {'php': 'PHP cursor', 'node': 'Node stream', 'psql': 'psql COPY'}[peer]
            self.row(f'1M rows as {kind.upper()} against {label}', ratio(made, 'ours', peer, smaller_is_better=True), target, took['ours'], took[peer])

    def json(self):
        self.download('json', {'php': 2, 'node': 4.5, 'psql': 0.95})

    def csv(self):
        self.download('csv', {'php': 2, 'node': 3, 'psql': 0.95})

    def stream(self):
        headers = {**self.posting, 'Accept': 'application/json'}
        client = Client(self.arena.url)
        page = ('POST', '/api/v1/database/query', self.query_body(ROWS_SQL), headers)
        first = sorted(client.first_byte(*page)[0] for _ in range(9))
        with Memory(self.arena.platform.stream) as memory:
            started = time.perf_counter()
            first_of_all, size = client.first_byte('POST', '/api/v1/database/query', self.query_body(STREAM_SQL), headers)
            seconds = time.perf_counter() - started
        self.row('worker memory while streaming 10M rows', memory.peak, 16, f'+{memory.growth:.1f} MiB', f'{size / 1e6:.0f} MB in {seconds:.1f} s',
                 at_most=True, unit='MiB', ok=memory.growth <= 1)
        self.row('first byte of 1M rows', first[4] * 1000, 5, milliseconds(first[4]), f'of 10M rows {milliseconds(first_of_all)}', at_most=True, unit='ms')

    # -- Adminer -----------------------------------------------------------------------------------------------------------

    def adminer(self):
        """A signed-in client, and the address of its pages."""
        environment = self.arena.environment
        server = f'{environment["BENCH_PGHOST"]}:{environment["BENCH_PGPORT"]}'
        user = 'guardian_reader'
        client = Client(self.arena.php_url)
        form = {'auth[driver]': 'pgsql', 'auth[server]': server, 'auth[username]': user, 'auth[password]': environment['BENCH_READER_PASSWORD'], 'auth[db]': DATABASE}
        client.ask('POST', '/adminer.php', urllib.parse.urlencode(form), {'Content-Type': 'application/x-www-form-urlencoded'}, expect=(302,))
        return client, '/adminer.php?' + urllib.parse.urlencode({'pgsql': server, 'username': user, 'db': DATABASE, 'ns': 'bench'})

    def pages(self):
        adminer, page = self.adminer()
        ours = Client(self.arena.url)
        _, text = adminer.ask('GET', f'{page}&sql=')
        token = re.search(rb'name=["\']token["\'] value=["\']([^"\']+)', text)[1].decode()
        form = urllib.parse.urlencode({'query': PAGE_SQL, 'limit': '', 'token': token})
        typed = {'Content-Type': 'application/x-www-form-urlencoded'}
        query = [('POST', '/api/v1/database/query', json.dumps({'sql': PAGE_SQL}))]
        # Each time another limit, another address: none from the short-lived cache. Adminer's list fetches its sizes by a second request.
        lists = [('GET', f'/api/v1/database/tables?schema=bench&limit={limit}', None) for limit in range(300, 1000)]
        pages = {
            'table list': (lists, [('GET', page, None), ('GET', f'{page}&script=db', None)], 2, (b'site_200', b'readings')),
            'SQL': (query, [('POST', f'{page}&sql=', form)], 1, (b'2026-01-01 00:01:15', b'said')),
            '50 rows of a table': (query, [('GET', f'{page}&select=readings', None)], 1, (b'2026-01-01 00:01:15', b'said'))}
        for name, (mine, theirs, _, marks) in pages.items():
            for who, client, requests, headers in (('ours', ours, mine[:1], self.posting), ('Adminer', adminer, theirs, typed)):
                text = b''.join(client.ask(*request, headers)[1] for request in requests)
                if not all(mark in text for mark in marks):
                    raise Failed(f'{who}\'s page "{name}" does not show {marks}:\n{text[:3000].decode(errors="replace")}')
        signed_in = {**typed, 'Cookie': '; '.join(f'{k}={v}' for k, v in adminer.cookies.items())}
        for name, (mine, theirs, a_page, _) in pages.items():
            made = rounds(4, {'ours': lambda: page_s(self.arena.url, 1, self.posting, mine),
                              'adminer': lambda: page_s(self.arena.php_url, 1, signed_in, theirs, a_page)})
            self.row(f'page latency against Adminer: {name}', ratio(made, 'ours', 'adminer', smaller_is_better=True), 20,
                     milliseconds(median(made, 'ours')), milliseconds(median(made, 'adminer')))

    def token(self):
        program = self.build / 'tests' / 'bench' / 'token_cached'
        made = subprocess.run(['make', '-s', '-C', self.build, 'tests/bench/token_cached'], capture_output=True, text=True)
        if made.returncode:
            raise Failed(f'token_cached does not build:\n{made.stderr}')
        done = subprocess.run([program, self.arena.platform.short.config_file, self.bearer['Authorization'].split()[1]], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f'token_cached: {done.stderr}')
        cached, fresh = map(float, done.stdout.split())
        self.row('verified JWT, cached', cached, 2, f'{cached:.2f} µs', f'{fresh:.0f} µs unseen', at_most=True, unit='µs')

    # -- a large swarm ---------------------------------------------------------------------------------------------------------

    def swarm(self):
        """100 nodes and 10,000 tasks from a stand-in of the Engine (25 MB, made in advance), as a browser waits for each page of them."""
        client = Client(self.arena.url)

        def page(path):
            started = time.perf_counter()
            _, text = client.ask('GET', f'/api/v1/{path}', headers=self.bearer)
            took = time.perf_counter() - started
            if json.loads(text)['stale']:
                raise Failed(f'{path}: {text[:300]}')
            return took * 1000
        pages = ['swarm/overview', 'swarm/nodes', 'swarm/services', 'swarm/services/stack_service-7', 'topology']
        for path in pages:
            page(path)
        made = rounds(9, {path: (lambda path=path: page(path)) for path in pages})
        for path in pages:
            self.row(f'{path} of 10,000 tasks', median(made, path), 200, f'{median(made, path):.0f} ms', at_most=True, unit='ms')

    # -- backups -----------------------------------------------------------------------------------------------------------

    def more_rows(self):
        """What a backup or a restore costs however small it is (half a second, for the checks) is not what is asked."""
        self.arena.platform.postgres.sql('CREATE TABLE IF NOT EXISTS bench.more AS SELECT r.* FROM bench.readings AS r, generate_series(1, 6); CHECKPOINT', database=DATABASE)

    def backed_up(self, format='custom'):
        """One backup, from when it was asked for to its end: seconds."""
        job = self.job('/api/v1/database/backup', {'database': DATABASE, 'format': format})
        self.backup_id = job['result']['backup_id']
        return between(job, 'created_at', 'finished_at')

    def backup(self):
        """Dumped, hashed, synced, read back, unpacked, signed: against the dump alone, as people make it."""
        arena = self.arena
        target = arena.home / 'alone.dump'
        dump = [binary_folder() / 'pg_dump', *arena.platform.postgres.arguments, '--format=custom', '-f', target, DATABASE]
        self.more_rows()
        self.backed_up()        # warms up
        with TotalMemory(arena.platform.runners[0]) as first, TotalMemory(arena.platform.runners[1]) as second:
            made = rounds(5, {'ours': self.backed_up, 'dump': lambda: run(dump), 'fast dump': lambda: run([*dump, '--compress=1'])})
        took = {name: f'{median(made, name):.2f} s' for name in made[0]}
        self.row('verified backup against pg_dump alone', 1 / ratio(made, 'ours', 'dump', smaller_is_better=True), 1.1, took['ours'], took['dump'], at_most=True)
        self.note('backup, ratio to pg_dump --compress=1', f'{1 / ratio(made, "ours", "fast dump", smaller_is_better=True):.2f}', took['fast dump'])
        peak = max(first.peak, second.peak)
        self.row('memory of a runner with its jobs', peak, 32, f'{peak:.1f} MiB', at_most=True, unit='MiB')

        path = f'/api/v1/database/backups/{self.backup_id}/download'
        file = next(p for r in arena.platform.runners for p in r.folder.glob(f'{self.backup_id}.dump'))
        plain = f'{arena.php_url}/files/{file.parent.name}/{file.name}'
        size = file.stat().st_size
        made = rounds(9, {'ours': lambda: run(curl(arena.url + path, self.bearer)), 'nginx': lambda: run(curl(plain))})
        speed = {name: f'{size / 1e6 / median(made, name):.0f} MB/s' for name in made[0]}
        self.row('download of a backup against nginx with the file', ratio(made, 'ours', 'nginx', smaller_is_better=True), 0.8, speed['ours'], speed['nginx'])

        folder = arena.home / 'alone'
        directory = [*dump[:-4], '--format=directory', '--jobs=2', '-f', folder, DATABASE]

        def alone():
            shutil.rmtree(folder, ignore_errors=True)
            return run(directory)
        made = rounds(5, {'ours': lambda: self.backed_up('directory'), 'dump': alone})
        took = {name: f'{median(made, name):.2f} s' for name in made[0]}
        self.row('verified backup in the directory format against pg_dump --jobs alone', 1 / ratio(made, 'ours', 'dump', smaller_is_better=True), 1.1, took['ours'], took['dump'], at_most=True)

    # -- restores ----------------------------------------------------------------------------------------------------------

    def restore(self):
        """An archive into a database: checked, listed and restored by guardian_maintainer, against pg_restore alone as a superuser."""
        platform, postgres = self.arena.platform, self.arena.platform.postgres
        self.more_rows()
        backup_id = self.job('/api/v1/database/backup', {'database': DATABASE})['result']['backup_id']
        archive = next(path for runner in platform.runners if (path := runner.folder / f'{backup_id}.dump').exists())
        processes = f'--jobs={os.cpu_count()}'

        def ours():
            body = {'backup_id': backup_id, 'database': DATABASE, 'swap': False}
            done = self.job('/api/v1/database/restore', body)
            self.job(f'/api/v1/database/restore/{done["id"]}/discard', None)
            return float(re.search(r'Restored in (\d+) ms', done['log_tail'])[1]) / 1000, between(done, 'started_at', 'finished_at')

        def alone():
            postgres.sql('DROP DATABASE IF EXISTS alone')
            started = time.monotonic()
            postgres.sql("CREATE DATABASE alone TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
            run([binary_folder() / 'pg_restore', '--exit-on-error', processes, *postgres.arguments, '-d', 'alone', archive])
            took = time.monotonic() - started
            postgres.sql('DROP DATABASE alone')
            return took, took
        made = rounds(3, {'ours': ours, 'pg_restore': alone})
        restored = lambda times: times[0]    # noqa: E731
        self.row('restore against pg_restore alone', 1 / ratio(made, 'ours', 'pg_restore', restored, smaller_is_better=True), 1.1,
                 milliseconds(median(made, 'ours', restored)), milliseconds(median(made, 'pg_restore', restored)), at_most=True)
        self.note('restore with statistics and comparison', milliseconds(median(made, 'ours', lambda times: times[1])))

    def job(self, path, body):
        """Starts a job, confirms where that is asked for, and waits for its end."""
        client, text = Client(self.arena.url), json.dumps(body) if body else None
        _, reply = client.ask('POST', path, text, self.posting, expect=(202, 428))
        reply = json.loads(reply)
        if 'phrase' in reply:
            _, reply = client.ask('POST', path, text, {**self.posting, 'X-Confirmation-Token': reply['confirmation_token'],
                                                       'X-Confirmation-Phrase': urllib.parse.quote(reply['phrase'], safe='')}, expect=(202,))
            reply = json.loads(reply)
        while True:
            done = json.loads(client.ask('GET', f'/api/v1/database/jobs/{reply["job_id"]}', headers=self.bearer)[1])
            if done['state'] not in ('queued', 'running'):
                break
            time.sleep(ASKED_S)
        if done['state'] != 'succeeded':
            raise Failed(f'{path}: {done["error"]}\n{done["log_tail"]}')
        return done

    def run(self, parts):
        self.login()
        print(f'\n  {"":<52} {"":>13} {"target":>10}  {"":<7} {"ours":>14}  peer', flush=True)
        for part in parts:
            getattr(self, part)()
        return all(row['ok'] for row in self.rows)


PARTS = ['lists', 'json', 'csv', 'stream', 'pages', 'token', 'swarm', 'backup', 'restore']


def main(parts):
    started = time.monotonic()
    home = Path(os.environ.get('DEV_HOME') or SOURCE / '.dev')
    build = Path(os.environ.get('GUARDIAN_BUILD') or home / 'build').resolve()
    if unknown := set(parts) - set(PARTS):
        sys.exit(f'no part {", ".join(unknown)}; there are: {" ".join(PARTS)}')
    with tempfile.TemporaryDirectory(prefix='guardian-bench-') as folder:
        os.chmod(folder, 0o755)     # PostgreSQL runs as a user of its own
        arena = Arena(folder, build)
        try:
            arena.start()
            print(f'  PostgreSQL, data and contestants up in {time.monotonic() - started:.0f} s; fsync off, no TLS, {os.cpu_count()} cores', flush=True)
            bench = Bench(arena, build)
            ok = bench.run(parts or PARTS)
        finally:
            arena.stop()
    result = {'ok': ok and not parts, 'rows': bench.rows, 'notes': bench.notes, 'conditions': {'cores': os.cpu_count(), 'fsync': False, 'tls': False},
              'seconds': round(time.monotonic() - started)}
    home.mkdir(parents=True, exist_ok=True)
    (home / 'bench.json').write_text(json.dumps(result, indent=2, ensure_ascii=False) + '\n')
    print(f'\n  {sum(row["ok"] for row in bench.rows)} of {len(bench.rows)} targets met, in {result["seconds"]} s; {home / "bench.json"}')
    return 0 if ok else 1


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(str(failure))
