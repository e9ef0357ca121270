"""Everything of a server that a read-only statement must leave as it was: taken before, compared after."""
import hashlib
import subprocess
from pathlib import Path

from iotplatform.postgres import binary_folder

# Files that the server writes by itself; what stays is what a statement could have put there.
OWN_FILES = ('base/', 'pg_wal/', 'pg_xact/', 'pg_subtrans/', 'pg_multixact/', 'pg_stat/', 'pg_stat_tmp/', 'pg_commit_ts/', 'global/', 'pg_notify/', 'pg_serial/',
             'postmaster.', 'pg_logical/replorigin_checkpoint', 'current_logfiles')

STATEMENTS = {
    'sequences': "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2",
    'large objects': 'SELECT oid, lomowner::regrole::text, lomacl::text FROM pg_largeobject_metadata ORDER BY 1',
    'large object pages': 'SELECT loid, pageno, md5(data) FROM pg_largeobject ORDER BY 1, 2',
    'slots': 'SELECT slot_name, plugin, slot_type, temporary, restart_lsn::text, confirmed_flush_lsn::text FROM pg_replication_slots ORDER BY 1',
    'origins': 'SELECT roident, roname FROM pg_replication_origin ORDER BY 1',
    'roles': 'SELECT oid, * FROM pg_authid ORDER BY 1',
    'members': 'SELECT roleid::regrole::text, member::regrole::text, admin_option FROM pg_auth_members ORDER BY 1, 2',
    'settings': "SELECT name, setting, source FROM pg_settings WHERE source NOT IN ('session', 'client') AND name <> 'application_name' ORDER BY 1",
    'settings of roles and databases': 'SELECT setdatabase, setrole::regrole::text, setconfig FROM pg_db_role_setting ORDER BY 1, 2',
    'databases': 'SELECT datname, datdba, datallowconn, datconnlimit, datacl::text FROM pg_database ORDER BY 1',
    'tablespaces': 'SELECT spcname, spcacl::text, spcoptions FROM pg_tablespace ORDER BY 1',
    'prepared transactions': 'SELECT gid FROM pg_prepared_xacts ORDER BY 1',
    'functions': 'SELECT p.oid, p.proname, md5(p.prosrc), p.proacl::text FROM pg_proc p ORDER BY 1',
    'relations': "SELECT n.nspname, c.relname, c.relkind, c.relfilenode, c.relacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT LIKE 'pg\\_t%%' ORDER BY 1, 2",
    'temporary schemas with something in them': "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence = 't' ORDER BY 1, 2",
    'extensions': 'SELECT extname, extversion FROM pg_extension ORDER BY 1',
    'comments': 'SELECT classoid, objoid, objsubid, description FROM pg_description WHERE objoid > 16383 ORDER BY 1, 2, 3',
    'subscriptions': 'SELECT subname FROM pg_subscription ORDER BY 1',
    'publications': 'SELECT pubname FROM pg_publication ORDER BY 1',
    'statistics were reset': 'SELECT datname, stats_reset FROM pg_stat_database WHERE datname IS NOT NULL ORDER BY 1',
    'statements were reset': 'SELECT stats_reset FROM pg_stat_statements_info',
    'postmaster': 'SELECT pg_postmaster_start_time(), pg_conf_load_time(), pg_is_in_recovery()',
    'backup or restore points': "SELECT timeline_id FROM pg_control_checkpoint()",
}
HELD = {
    'locks of the reader': "SELECT l.locktype, l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.usename = 'guardian_reader'",
    'advisory locks': "SELECT l.objid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND a.usename = 'guardian_reader'",
    'open transactions of the reader': "SELECT state, query FROM pg_stat_activity WHERE usename = 'guardian_reader' AND (state LIKE 'idle in%%' OR (state = 'active' AND xact_start < now() - interval '10 s'))",
    'walsenders': "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walsender' AND usename = 'guardian_reader'",
}


def dump(postgres, *arguments):
    done = subprocess.run([binary_folder() / arguments[0], *postgres.arguments, *arguments[1:]], capture_output=True, check=True,
                          env={'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'})
    # \restrict and \unrestrict carry a random key
    return hashlib.sha256(b'\n'.join(line for line in done.stdout.split(b'\n') if not line.startswith((b'\\restrict ', b'\\unrestrict ')))).hexdigest()


def files(folder):
    """Names of the files below the data folder, and the content of the small ones that configure."""
    found = {}
    for path in sorted(Path(folder).rglob('*')):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(OWN_FILES):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size < 100_000 else path.stat().st_size
    return found


def outside(*folders):
    """What lies where a server that was fooled could write."""
    return {str(folder): sorted(p.name for p in Path(folder).iterdir() if not p.name.startswith(('guardian-', 'pytest', 'iot-guardian-', '.'))) for folder in folders if Path(folder).exists()}


def take(postgres, databases):
    made = {name: postgres.sql(statement, database=databases[0]) for name, statement in STATEMENTS.items() if 'pg_stat_statements' not in statement}
    if postgres.sql("SELECT to_regclass('pg_stat_statements_info')", database=databases[0])[0][0]:
        made['statements were reset'] = postgres.sql(STATEMENTS['statements were reset'], database=databases[0])
    made['globals'] = dump(postgres, 'pg_dumpall', '--globals-only')
    for database in databases:
        made[f'dump of {database}'] = dump(postgres, 'pg_dump', '--no-sync', '-d', database)
    made['files of the data folder'] = files(postgres.data)
    made['files beside it'] = outside(postgres.base, postgres.socket_folder)
    return made


def differences(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def held(postgres):
    """What is still held by the reader's sessions: nothing, when all is well."""
    return {name: rows for name, statement in HELD.items() if (rows := postgres.sql(statement))}
