"""The demonstration data: tests/demo/*.sql into one database, whole or not at all."""
import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / 'demo'
DATABASE = 'iot_guardian'


def load(postgres, database=DATABASE):
    """Fills the database unless it exists. It takes its name only when it is complete."""
    if postgres.sql('SELECT 1 FROM pg_database WHERE datname = %s', database):
        return False
    making = f'{database}_loading'
    postgres.sql(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')
    postgres.sql(f"CREATE DATABASE \"{making}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    files = sorted(FOLDER.glob('*.sql'))
    postgres.run_files([f for f in files if f.name.startswith('00')], making)
    postgres.run_files([f for f in files if not f.name.startswith('00')], making, role='iot_owner')
    postgres.sql(f'ALTER DATABASE "{making}" OWNER TO iot_owner')
    postgres.sql(f'ALTER DATABASE "{making}" RENAME TO "{database}"')
    return True


def version():
    """Changes when the data set does: for caches of a filled cluster."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob('*.sql')):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
