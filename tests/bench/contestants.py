"""Who runs: the console as it is, and PHP-FPM, Node and Adminer behind the same nginx over the same PostgreSQL."""
import json
import os
import re
import shutil
from pathlib import Path

from iotplatform import Nginx, Platform
from iotplatform.engine import Upstream, generated
from iotplatform.nginx import render
from iotplatform.process import Daemon, Failed, connects, free_port, socket_path, write

FOLDER = Path(__file__).resolve().parent
PEERS = FOLDER / 'peers'
TABLES_SQL = FOLDER.parents[1] / 'fcgi' / 'sql' / 'tables.sql'
DATABASE = 'iot_guardian'
CONNECTIONS = 4     # of each contestant for short calls

# The console remembers sizes for a second and gives them to its statement; the peers are given them ready-made.
SIZES = """SELECT array_agg(oid)::text, array_agg(pg_table_size(oid))::text, array_agg(pg_indexes_size(oid))::text
           FROM pg_class WHERE relnamespace = 'bench'::regnamespace AND relkind = 'r'"""
# The console's statement up to where it makes the JSON; the peers make theirs themselves.
JSON_PART = "\nSELECT pg_catalog.concat(\n    '{\"items\":['"
TABLE_ROWS = """
SELECT p.nspname AS schema, p.relname AS name,
       CASE p.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned_table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized_view' ELSE 'foreign_table' END AS kind,
       p.row_estimate, p.table_bytes + p.index_bytes AS total_bytes, p.table_bytes, p.index_bytes, p.dead_rows,
       to_char(p.last_vacuum AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_vacuum,
       to_char(p.last_analyze AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_analyze, NULL AS partition_of
FROM page AS p WHERE $8::text IS NOT NULL LIMIT $7::int
"""
ROWS_SQL = 'SELECT id, device, metric, value, ok, note, at FROM bench.readings'


class Php(Daemon):
    """PHP-FPM with OPcache: as many children as the console has workers."""

    def __init__(self, home, environment):
        super().__init__('php-fpm', home)
        self.socket = socket_path(home, 'php-fpm.sock')
        self.environment = environment

    def start(self):
        sessions = self.home / 'php-sessions'
        sessions.mkdir(exist_ok=True, mode=0o700)
        conf = self.home / 'etc' / 'php-fpm.conf'
        root = os.geteuid() == 0
        write(conf, '\n'.join([
            '[global]', f'error_log = {self.log_file}', 'daemonize = no', 'log_level = warning', '[bench]', f'listen = {self.socket}',
            *(['user = root', 'group = root'] if root else []), 'pm = static', f'pm.max_children = {CONNECTIONS}', 'catch_workers_output = yes',
            *(f'env[{name}] = "{value}"' for name, value in self.environment.items()),
            'php_admin_value[memory_limit] = 512M',
            f'php_admin_value[session.save_path] = {sessions}', f'php_admin_value[upload_tmp_dir] = {sessions}', '']), 0o600)
        program = shutil.which('php-fpm8.2') or shutil.which('php-fpm') or '/usr/sbin/php-fpm8.2'
        self.spawn([program, '-d', 'opcache.enable=1', '-d', 'opcache.validate_timestamps=0', '--nodaemonize', '--fpm-config', conf, *(['--allow-to-run-as-root'] if root else [])],
                   ready=lambda: connects(self.socket))


class Node(Daemon):
    """fastify and pg, one process a core."""

    def __init__(self, home, environment):
        super().__init__('node', home)
        self.socket = socket_path(home, 'node.sock')
        self.environment = environment

    def start(self):
        self.spawn(['node', PEERS / 'server.js'], ready=lambda: connects(self.socket),
                   env={**self.environment, 'NODE_ENV': 'production', 'BENCH_LISTEN': str(self.socket), 'BENCH_PROCESSES': str(min(os.cpu_count() or 2, 2)),
                        'BENCH_CONNECTIONS': str(CONNECTIONS)})


class BenchNginx(Nginx):
    """The console's own nginx configuration without TLS, and in it a server for each peer: all have the same buffers, logs and headers."""

    peers = ''

    def start(self):
        self.work.mkdir(parents=True, exist_ok=True)
        text = re.sub(r'^\s*ssl_\w+ .*\n', '', render(self.values), flags=re.M).replace(' ssl http2;', ';')
        body, brace, _ = text.rpartition('}')
        headers = ''.join(sorted(set(re.findall(r'^ *add_header .*\n', text, flags=re.M))))
        write(self.conf, body + self.peers.replace('<headers>', headers) + brace + '\n')
        self.internal.unlink(missing_ok=True)
        self.spawn(['nginx', '-c', self.conf, '-p', self.work, '-e', self.log_file, '-g', 'daemon off;'], ready=lambda: connects(self.internal))
        return self


PEER_SERVERS = '''
    upstream node {{
        server unix:{node};
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{php_port};
<headers>        root {peers};
        fastcgi_read_timeout 620s;
        fastcgi_param SCRIPT_FILENAME $bench_script;
        fastcgi_param DOCUMENT_URI $document_uri;
        fastcgi_param SCRIPT_NAME $document_uri;
        fastcgi_param REQUEST_URI $request_uri;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param QUERY_STRING $query_string;
        fastcgi_param CONTENT_TYPE $content_type;
        fastcgi_param CONTENT_LENGTH $content_length;
        fastcgi_param SERVER_PROTOCOL $server_protocol;
        fastcgi_param REMOTE_ADDR $remote_addr;
        fastcgi_param SERVER_NAME localhost;
        fastcgi_param REDIRECT_STATUS 200;

        location / {{
            set $bench_script $document_root$uri;
            fastcgi_pass unix:{php};
        }}
        location /rows. {{
            set $bench_script {peers}/rows.php;
            fastcgi_pass unix:{php};
        }}
        location /files/ {{
            alias {backups}/;
        }}
        location = /adminer.php {{
            set $bench_script /usr/share/adminer/adminer.php;
            fastcgi_pass unix:{php};
        }}
    }}
    server {{
        listen 127.0.0.1:{node_port};
<headers>        location / {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffer_size 64k;
            proxy_buffers 16 64k;
            proxy_busy_buffers_size 128k;
            proxy_max_temp_file_size 0;
            proxy_read_timeout 620s;
            proxy_pass http://node;
        }}
    }}
'''


class Arena:
    """Everything that the bench starts, in one folder."""

    def __init__(self, home, build):
        self.home = Path(home)
        self.engine = Upstream(generated())     # a stand-in: nobody has such a swarm at hand
        self.platform = Platform(home, port=free_port(), build=build, durable=False, workers=(CONNECTIONS, 2),
                                 config={'auth': {'access_ttl_s': 3600}, 'docker': {'address': self.engine.address}})
        settings = self.platform.postgres.settings
        settings['autovacuum'] = 'off'                  # would measure itself
        settings['synchronize_seqscans'] = 'off'        # every contestant gets the rows in the same order
        rows = self.home / 'rows.sql'
        write(rows, ROWS_SQL)
        tables = self.home / 'tables.sql'
        write(tables, self.tables_rows())
        secret = self.platform.secrets
        self.environment = {
            'BENCH_PGHOST': str(self.platform.postgres.socket_folder), 'BENCH_PGPORT': str(self.platform.postgres.port),
            'BENCH_PGDATABASE': DATABASE, 'BENCH_MONITOR_USER': 'guardian_monitor', 'BENCH_MONITOR_PASSWORD': secret.text('monitor_password'),
            'BENCH_READER_USER': 'guardian_reader', 'BENCH_READER_PASSWORD': secret.text('reader_password'),
            'BENCH_TABLES_SQL': str(TABLES_SQL), 'BENCH_TABLES_ROWS_SQL': str(tables), 'BENCH_ROWS_SQL': str(rows), 'BENCH_SIZES': str(self.home / 'sizes.json')}
        self.php = Php(home, self.environment)
        self.node = Node(home, self.environment)
        old = self.platform.nginx
        self.nginx = self.platform.nginx = BenchNginx(home, old.port, self.platform.short.address, self.platform.stream.address, PEERS,
                                                      USER=old.values['USER'], STREAM_LIMIT=2, LOGIN_RATE='1000r/s')
        self.url = f'http://127.0.0.1:{old.port}'
        php_port, node_port = free_port(), free_port()
        self.php_url, self.node_url = f'http://127.0.0.1:{php_port}', f'http://127.0.0.1:{node_port}'
        self.nginx.peers = PEER_SERVERS.format(backups=self.home / 'backups', php=self.php.socket, node=self.node.socket, peers=PEERS, php_port=php_port, node_port=node_port)

    @staticmethod
    def tables_rows():
        head, mark, _ = TABLES_SQL.read_text().rpartition(JSON_PART)
        if not mark:
            raise Failed(f'{TABLES_SQL} no longer makes its JSON where the bench expects it')
        return head + TABLE_ROWS

    def start(self):
        platform = self.platform
        platform.start_data(load=False)
        platform.postgres.sql(f'CREATE DATABASE {DATABASE}')
        platform.postgres.run_files([FOLDER / 'data.sql'], DATABASE)
        write(self.home / 'sizes.json', json.dumps(platform.postgres.sql(SIZES, database=DATABASE)[0]))
        platform.migrate()
        platform.start_web()
        self.php.start()
        self.node.start()

    def stop(self):
        for daemon in (self.node, self.php, self.nginx, self.platform.short, self.platform.stream):
            daemon.stop()
        self.platform.purge()
        self.engine.close()
