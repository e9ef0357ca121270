"""What the files of the stack have in common with the code, where no part of theirs can be run: Debian has no Loki and no Alloy."""
import re

import yaml

from sources import ROOT

LOKI = yaml.safe_load((ROOT / 'stack' / 'loki-stack.yml').read_text())


def test_lines_go_to_loki_with_the_labels_that_the_console_asks_by():
    alloy = (ROOT / 'stack' / 'loki' / 'config.alloy').read_text()
    given = set(re.findall(r'target_label\s*=\s*"(\w+)"', alloy)) | set(re.findall(r'labels\s*=\s*\{ (\w+) =', alloy))
    code = (ROOT / 'fcgi' / 'logs.c').read_text()
    asked = set(re.findall(r'[{,](\w+)(?:%s|=)\\"', code)) | set(re.findall(r'jsonpick_text\(labels, "(\w+)"\)', code))
    assert given == asked == {'swarm_service', 'host', 'source'}


def test_loki_is_where_the_console_and_the_collectors_look_for_it():
    assert 'http://loki:3100/' in (ROOT / 'stack' / 'loki' / 'config.alloy').read_text() and 'loki' in LOKI['services']
    assert yaml.safe_load((ROOT / 'stack' / 'loki' / 'loki.yml').read_text())['server']['http_listen_port'] == 3100
    assert {network for service in LOKI['services'].values() for network in service['networks']} == set(LOKI['networks'])


def test_every_file_that_a_stack_names_is_there():
    missing = []
    for path in (ROOT / 'stack').glob('*.yml'):
        stack = yaml.safe_load(path.read_text())
        for kind in ('configs', 'secrets'):
            missing += [(path.name, each['file']) for each in (stack.get(kind) or {}).values()
                        if each.get('file', '').startswith('./') and '$' not in each['file'] and not (path.parent / each['file']).exists()]
    assert missing == []


def test_every_image_is_built_once():
    listed = re.search(r'^for service in (.*); do$', (ROOT / 'stack' / 'build').read_text(), re.M)[1].split() + ['barman']
    assert sorted(listed) == sorted(path.parent.name for path in (ROOT / 'stack').glob('*/Dockerfile') if path.parent.name != 'base')
