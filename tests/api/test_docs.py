"""The documents: what they tell people to type works as it stands."""
import json
import os
import re
import subprocess

import pytest

from contract import ROOT
from iotplatform import slowness

BLOCK = re.compile(r'^```sh\n(.*?)^```', re.M | re.S)


@pytest.fixture(scope='module')
def said(platform, tmp_path_factory):
    """The folder in which docs/api.md was followed from top to bottom, and what was printed for each block."""
    folder = tmp_path_factory.mktemp('docs')
    (folder / '.dev').mkdir()
    (folder / '.dev' / 'session.json').write_text(json.dumps(platform.session()))
    blocks = BLOCK.findall((ROOT / 'docs' / 'api.md').read_text())
    script = 'set -euo pipefail\n' + '\nprintf "\\0"\n'.join(blocks)
    done = subprocess.run(['bash', '-c', script], cwd=folder, capture_output=True, text=True, timeout=120 * slowness(), env={**os.environ, 'no_proxy': '*'})
    assert done.returncode == 0, f'{done.stdout[-2000:]}\n{done.stderr[-2000:]}'
    return folder, done.stdout.split('\0')


def values(text):
    """The JSON values in a text, one behind the other; what is none is left out."""
    found, at, decoder = [], 0, json.JSONDecoder()
    while (at := text.find('{', at)) >= 0:
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def test_the_calls_of_the_api_page_are_answered(said, psql):
    folder, printed = said
    overview, tables, query = values(printed[0])
    assert 'connections' in overview and len(tables['items']) == 5
    rows = psql('SELECT count(*) FROM telemetry')[0][0]
    assert query['rows'] == [[rows]]
    with open(folder / 'telemetry.csv') as file:
        assert sum(1 for _ in file) == rows + 1


def test_the_cancelled_query_of_the_api_page_ends(said):
    answers = values(said[1][1])
    assert {answer.get('cancelled', answer.get('code')) for answer in answers} == {True, 'cancelled'}, answers


def test_the_two_steps_of_the_api_page_end_the_session(said):
    printed = said[1][2]
    assert printed.startswith('End session ')
    answers = values(printed)
    assert {answer.get('signal', answer.get('code')) for answer in answers} == {'terminate', 'db_unavailable'}, answers
    assert all(answer.get('done', True) for answer in answers)


def test_the_backup_of_the_api_page_is_made_and_downloaded(said):
    folder, printed = said
    summary, schedule, retention = values(printed[3])
    backup = json.loads((folder / 'job.json').read_text())['result']['backup_id']
    assert [each['state'] for each in summary['databases'] if each['database'] == 'iot_guardian'] == ['ok']
    assert schedule['time_zone'] == 'Asia/Shanghai' and len(schedule['next_runs']) == 5
    assert [each['keep'] for each in retention['items'] if each['backup_id'] == backup] == [True]
    assert (folder / 'backup.dump').read_bytes().startswith(b'PGDMP')


def test_the_upload_of_the_api_page_is_taken_in(said):
    assert len(values(said[1][4])[0]['job_id']) == 36
