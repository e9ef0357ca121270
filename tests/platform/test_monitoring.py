"""Debian's Prometheus, Alertmanager and exporters over the files in stack/, and the console over them: a real failure becomes an alert, a call
to a webhook and a mail."""
import calendar
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml

import api_conftest
from iotplatform import free_port, monitoring, wait_for
from iotplatform.process import Failed

STACK = Path(__file__).resolve().parents[2] / 'stack'
RULES = [rule for group in yaml.safe_load((STACK / 'prometheus' / 'rules.yml').read_text())['groups'] for rule in group['rules']]
DASHBOARDS = sorted((STACK / 'grafana' / 'dashboards').glob('*.json'))


class World:
    pass


@pytest.fixture(scope='module')
def world():
    made = World()
    with api_conftest.new_folder('watch') as home:
        metrics_port = free_port()
        names = ('NodeExporter', 'NodeNetworkExporter', 'PostgresExporter', 'RedisExporter', 'NginxExporter', 'Alertmanager', 'Prometheus')
        made.parts = {name: getattr(monitoring, name)(name.lower(), home) for name in names}
        made.webhook, made.mailbox = monitoring.Webhook(), monitoring.Mailbox()
        platform = made.platform = api_conftest.TestPlatform(home, workers=(2, 1), tcp_port=free_port(), config={
            'audit': {'seal_interval_s': 1}, 'watch': {'prometheus': made.parts['Prometheus'].address, 'alertmanager': made.parts['Alertmanager'].address}})
        internal = platform.nginx.values['INTERNAL_LISTEN']
        platform.nginx.values['INTERNAL_LISTEN'] = f'{internal}; listen 127.0.0.1:{metrics_port}'
        try:
            platform.redis.start()
            platform.postgres.create().start()
            api_conftest.make_small_data(platform)
            platform.migrate()
            platform.start_web()
            parts = made.parts
            parts['NodeExporter'].start()
            parts['NodeNetworkExporter'].start()
            parts['PostgresExporter'].start(f'postgresql://postgres@:{platform.postgres.port}/postgres?host={platform.postgres.socket_folder}&sslmode=disable')
            parts['RedisExporter'].start(f'redis://127.0.0.1:{platform.redis.port}', platform.secrets.text('redis_password'))
            parts['NginxExporter'].start(f'http://127.0.0.1:{metrics_port}/nginx')
            parts['Alertmanager'].start(made.webhook.url, made.mailbox.address)
            parts['Prometheus'].start({
                'guardian': f'127.0.0.1:{metrics_port}', 'guardian-stream': f'127.0.0.1:{metrics_port}', 'node': parts['NodeExporter'].target,
                'node-network': parts['NodeNetworkExporter'].target,
                'postgresql': parts['PostgresExporter'].target, 'redis': parts['RedisExporter'].target, 'nginx': parts['NginxExporter'].target,
                'alertmanager': parts['Alertmanager'].target}, parts['Alertmanager'].target)
            made.client = platform.client()
            made.client.post('/database/maintenance/analyze', {'database': 'iot_guardian'})      # a job to count
            yield made
        finally:
            api_conftest.keep_logs(platform, 'watch')
            for part in made.parts.values():
                part.kill()
            made.webhook.close()
            made.mailbox.close()
            platform.stop()
            platform.purge()


@pytest.fixture
def api(world):
    return world.client


def ask(world, expression):
    from urllib.parse import quote
    reply = world.parts['Prometheus'].get('/api/v1/query?query=' + quote(expression, safe=''))
    assert reply['status'] == 'success', reply
    return reply['data']['result']


def all_up(world):
    return {r['metric']['job']: r['value'][1] for r in ask(world, 'up')} == dict.fromkeys(
        ('prometheus', 'alertmanager', 'guardian', 'guardian-stream', 'node', 'node-network', 'postgresql', 'redis', 'nginx'), '1')


def test_every_job_of_the_real_configuration_is_scraped(world):
    wait_for(lambda: all_up(world), 60, 'all targets up', poll_s=0.2)


def test_the_rules_pass_promtools_own_tests():
    done = subprocess.run(['promtool', 'test', 'rules', STACK / 'prometheus' / 'rules.test.yml'], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert subprocess.run(['promtool', 'check', 'config', STACK / 'prometheus' / 'prometheus.yml'], capture_output=True).returncode == 0


def test_the_check_of_the_rules_would_see_a_wrong_one(tmp_path):
    for name in ('rules.yml', 'rules.test.yml'):
        shutil.copy(STACK / 'prometheus' / name, tmp_path)
    text = (tmp_path / 'rules.yml').read_text()
    assert 'redis_up == 0' in text
    (tmp_path / 'rules.yml').write_text(text.replace('redis_up == 0', 'redis_up == 2'))
    assert subprocess.run(['promtool', 'test', 'rules', tmp_path / 'rules.test.yml'], capture_output=True).returncode != 0


def test_alertmanagers_file_is_valid_once_filled_in(world):
    assert subprocess.run(['amtool', 'check-config', world.platform.home / 'etc' / 'alertmanager.yml'], capture_output=True).returncode == 0


MAIL = 'ALERT_EMAIL=a@b.c\nSMTP_SMARTHOST=mail:25\n'


@pytest.mark.parametrize('settings, told', [('', set()), ('# nobody yet\n', set()), ('WEBHOOK_URL=http://x/y?z=it\'s\n', {'webhook_configs'}), (MAIL, {'email_configs'}),
                                            (f'{MAIL}SMTP_USERNAME=u\nSMTP_PASSWORD=p\'$&=w\nWEBHOOK_URL=http://x', {'webhook_configs', 'email_configs'})])
def test_alertmanager_tells_those_who_are_set_and_its_file_is_valid_without_any(tmp_path, settings, told):
    (tmp_path / 'settings').write_text(settings)
    text = monitoring.fill(tmp_path / 'settings')
    (tmp_path / 'alertmanager.yml').write_text(text)
    checked = subprocess.run(['amtool', 'check-config', tmp_path / 'alertmanager.yml'], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    conf = yaml.safe_load(text)
    assert {key for receiver in conf['receivers'] for key in receiver} - {'name'} == told
    assert conf['global'].get('smtp_auth_password') == ("p'$&=w" if 'SMTP_PASSWORD' in settings else None)


@pytest.mark.parametrize('settings, said', [('WEBHOOK=http://x\n', 'no setting WEBHOOK'), ('ALERT_EMAIL=a@b.c\n', 'SMTP_SMARTHOST'), ('SMTP_REQUIRE_TLS=maybe\n', 'true or false')])
def test_a_wrong_setting_of_alerting_is_said(tmp_path, settings, said):
    (tmp_path / 'settings').write_text(settings)
    with pytest.raises(Failed, match=said):
        monitoring.fill(tmp_path / 'settings')


@pytest.mark.parametrize('rule', [rule for rule in RULES if 'alert' in rule], ids=lambda rule: rule['alert'])
def test_every_alert_has_a_severity_a_runbook_that_exists_and_a_safe_action(rule):
    assert rule['labels']['severity'] in ('none', 'info', 'warning', 'critical') and rule['annotations']['summary'] and rule['annotations']['safe_action']
    path, _, anchor = rule['annotations']['runbook'].partition('#')
    headings = re.findall(r'^## (.+)$', (STACK.parent / path).read_text(), re.M)
    assert anchor in {heading.lower() for heading in headings}


PANELS = [(path.stem, panel['title'], target['expr']) for path in DASHBOARDS for panel in json.loads(path.read_text())['panels'] for target in panel['targets']]


def test_dashboards_name_the_provisioned_data_source():
    sources = yaml.safe_load((STACK / 'grafana' / 'provisioning' / 'datasources' / 'prometheus.yml').read_text())['datasources']
    used = {panel['datasource']['uid'] for path in DASHBOARDS for panel in json.loads(path.read_text())['panels']}
    assert used == {source['uid'] for source in sources} and len(PANELS) >= 20


@pytest.mark.parametrize('dashboard, title, expression', PANELS, ids=[f'{d}: {t}' for d, t, _ in PANELS])
def test_every_panels_query_gives_something(world, dashboard, title, expression):
    wait_for(lambda: ask(world, expression), 60, f'{title}: {expression}', poll_s=0.5)


PATHS = api_conftest.Client.__init__.__globals__['CONTRACT'].document['paths']
CHOICES = next(p['schema']['enum'] for p in PATHS['/metrics/query']['get']['parameters'] if p['name'] == 'name')
GROUPS = ('console', 'postgresql', 'replication', 'redis', 'nodes', 'backups', 'edge')
# There is no standby, no slot, no archive and no backup here.
ABSENT = {'replication_lag_bytes', 'wal_bytes', 'slot_bytes', 'archive_age_seconds', 'backup_age_seconds'}


def moment(unix_s):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(unix_s))


def dashboard(api, group, **params):
    return api.get('/metrics/dashboard', params={'group': group, **params}).json


@pytest.mark.parametrize('name', [n for n in CHOICES if n not in ABSENT])
def test_every_named_query_gives_points(world, api, name):
    def points():
        data = api.get('/metrics/query', params={'name': name, 'range': '15m'}).json['data']
        assert data['name'] == name and data['unit'] and data['step_seconds'] == 3
        return [point for series in data['series'] for point in series['points'] if point[1] is not None]
    wait_for(points, 60, f'{name} giving points', poll_s=0.5)


def test_the_groups_hold_every_named_query_once(api):
    shown = [chart['name'] for group in GROUPS for chart in dashboard(api, group)['data']['charts']]
    assert shown == CHOICES


def test_all_charts_of_a_group_are_on_one_grid_that_ends_now(api):
    data = wait_for(lambda: (found := dashboard(api, 'console', range='15m')['data']) and any(chart['series'] for chart in found['charts']) and found,
                    60, 'something measured', poll_s=0.5)
    start, end, step = (calendar.timegm(time.strptime(data[name], '%Y-%m-%dT%H:%M:%SZ')) if name != 'step_seconds' else data[name]
                        for name in ('from', 'to', 'step_seconds'))
    assert step == 5 and end - start == 900 and start % step == 0 and 0 <= time.time() - end < 60
    assert {len(series['values']) for chart in data['charts'] for series in chart['series']} == {181}


def test_a_time_before_anything_was_measured_is_a_gap_and_not_a_zero(world, api):
    def edges():
        series = dashboard(api, 'nodes', range='1h')['data']['charts'][0]['series']
        return series and (series[0]['values'][0], series[0]['values'][-1])
    first, last = wait_for(lambda: (found := edges()) and found[1] is not None and found, 60, 'a value of now', poll_s=0.5)
    assert first is None and last >= 0


def test_a_stretch_of_ones_own_has_a_step_that_fits_it(api):
    now = int(time.time())
    for length, step in ((60, 5), (7200, 30), (30 * 86400, 7200)):
        assert dashboard(api, 'edge', **{'from': moment(now - length), 'to': moment(now)})['data']['step_seconds'] == step


@pytest.mark.parametrize('params', [
    {}, {'group': 'up'}, {'group': 'redis', 'range': '1y'}, {'group': 'redis', 'from': '2026-11-25T22:00:00Z'}, {'group': 'redis', 'to': '2026-11-25T22:00:00Z'},
    {'group': 'redis', 'range': '1h', 'from': '2026-11-25T22:00:00Z', 'to': '2026-11-25T23:00:00Z'},
    {'group': 'redis', 'from': '2026-11-25T22:00:00Z', 'to': '2026-11-25T22:00:59Z'}, {'group': 'redis', 'from': '2026-11-25T22:00:00Z', 'to': '2024-11-25T22:00:00Z'},
    {'group': 'redis', 'from': '2020-11-25T22:00:00Z', 'to': '2026-11-25T22:00:00Z'}, {'group': 'redis', 'from': 'yesterday, or the day before', 'to': '2026-11-25T22:00:00Z'},
])
def test_a_stretch_that_is_none_is_refused(api, params):
    api.problem('bad_field', 'GET', '/metrics/dashboard', params=params)


@pytest.mark.parametrize('params', [{'name': 'up'}, {'name': 'vector(1)'}, {}, {'name': 'requests', 'range': '1y'}, {'name': 'requests', 'query': 'up'}])
def test_free_queries_are_refused(api, params):
    api.problem('bad_field', 'GET', '/metrics/query', params=params)


def test_the_audit_chains_state_is_a_metric(world, api):
    api.get('/audit/verify')
    wait_for(lambda: [r['value'][1] for r in ask(world, 'guardian_audit_whole')] == ['1'], 30, 'the verified state', poll_s=0.2)
    events = world.platform.audit('SELECT max(id) FROM audit_event')[0][0]
    wait_for(lambda: any(int(r['value'][1]) >= events for r in ask(world, 'max(guardian_audit_events)')), 30, 'the length', poll_s=0.2)


def test_a_real_failure_reaches_the_console_the_webhook_and_the_mailbox_and_ends(world, api):
    wait_for(lambda: all_up(world), 60, 'all targets up', poll_s=0.2)
    world.platform.redis.kill()
    try:
        wait_for(lambda: any(a['labels']['alertname'] == 'RedisDown' and a['status'] == 'firing' for a in world.webhook.alerts), 90, 'the webhook', poll_s=0.2)
        wait_for(lambda: any('[FIRING] RedisDown' in mail for mail in world.mailbox.mails), 60, 'the mail', poll_s=0.2)
    finally:
        world.platform.redis.start()
    mail = next(mail for mail in world.mailbox.mails if '[FIRING] RedisDown' in mail)
    assert 'does not answer' in mail and 'Sentinels promote a replica' in mail and 'runbooks.md#redisdown' in mail
    wait_for(lambda: any(a['labels']['alertname'] == 'RedisDown' and a['status'] == 'resolved' for a in world.webhook.alerts), 90, 'the end', poll_s=0.2)
    wait_for(lambda: api.send('GET', '/auth/me').status_code == 200, 20, 'the console well again')
    rows = wait_for(lambda: [a for a in api.get('/alerts/history', params={'range': '15m'}).json['items'] if a['name'] == 'RedisDown'], 60, 'the history',
                    poll_s=0.5)
    assert rows[0]['severity'] == 'critical' and rows[0]['from']


def test_an_alert_is_shown_with_runbook_and_safe_action_and_can_be_silenced(world, api):
    world.parts['NginxExporter'].kill()
    try:
        def shown():
            return next((a for a in api.get('/alerts').json['items'] if a['name'] == 'TargetDown'), None)
        alert = wait_for(shown, 150, 'TargetDown', poll_s=0.5)
        assert alert['runbook'] == 'docs/runbooks.md#targetdown' and alert['safe_action'] and alert['state'] == 'active' and alert['starts_at']
        silence = api.post('/alerts/silences', {'alert': 'TargetDown', 'instance': alert['labels']['instance'], 'minutes': 5, 'comment': 'a test'}).json['id']
        wait_for(lambda: (found := shown()) and found['state'] == 'suppressed' and found['silenced_by'] == [silence], 30, 'the silence', poll_s=0.2)
        row = next(s for s in api.get('/alerts/silences').json['items'] if s['id'] == silence)
        assert row['state'] == 'active' and row['created_by'] == 'admin' and f'instance={alert["labels"]["instance"]}' in row['matchers']
        assert api.call('DELETE', f'/alerts/silences/{silence}').status == 204
        wait_for(lambda: (found := shown()) and found['state'] == 'active', 30, 'the end of the silence', poll_s=0.2)
        api.problem('not_found', 'DELETE', '/alerts/silences/00000000-0000-0000-0000-000000000000')
        api.problem('bad_field', 'POST', '/alerts/silences', {'alert': 'x', 'minutes': 0, 'comment': 'x'})
    finally:
        world.parts['NginxExporter'].start(f'http://{world.platform.nginx.values["INTERNAL_LISTEN"].split()[-1]}/nginx')


def test_with_prometheus_and_alertmanager_down_the_last_known_answers_are_shown_with_their_age(world, api):
    api.get('/metrics/query', params={'name': 'requests', 'range': '1h'})
    api.get('/alerts')
    dashboard(api, 'redis', range='6h')
    for name in ('Prometheus', 'Alertmanager'):
        world.parts[name].pause()
    try:
        for path, params in (('/metrics/query', {'name': 'requests', 'range': '1h'}), ('/metrics/dashboard', {'group': 'redis', 'range': '6h'}), ('/alerts', None)):
            kept = api.get(path, params=params).json
            assert kept['stale'] is True and kept['as_of'] and kept['missing']
        api.problem('upstream_unavailable', 'GET', '/metrics/query', params={'name': 'requests', 'range': '7d'})
        api.problem('upstream_unavailable', 'GET', '/metrics/dashboard', params={'group': 'redis', 'range': '7d'})
    finally:
        for name in ('Prometheus', 'Alertmanager'):
            world.parts[name].resume()


def test_without_prometheus_the_answer_says_how_to_configure_it(tmp_path):
    with api_conftest.small_platform('unwatched', workers=(1, 1)) as made:
        client = made.client()
        for path, params in (('/metrics/query', {'name': 'requests'}), ('/metrics/dashboard', {'group': 'edge'}), ('/alerts', None), ('/alerts/history', None), ('/alerts/silences', None)):
            reply = client.get(path, params=params).json
            assert reply['configured'] is False and 'watch.' in reply['how']
        client.problem('not_configured', 'POST', '/alerts/silences', {'alert': 'x', 'minutes': 1, 'comment': 'x'})
