"""docs/openapi.yaml as a judge of answers: every answer that the tests get is held against it."""
import json
import re
from datetime import datetime
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

ROOT = Path(__file__).resolve().parents[2]
PREFIX = '/api/v1'
REQUEST_ID = re.compile(r'[A-Za-z0-9._-]{8,63}')

formats = FormatChecker(formats=())


@formats.checks('date-time')
def _is_time(text):
    """RFC 3339 in UTC."""
    if not isinstance(text, str):
        return True
    found = re.fullmatch(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?Z', text)
    return bool(found and datetime.fromisoformat(found[1]))


@formats.checks('uri')
def _is_uri(text):
    return not isinstance(text, str) or re.fullmatch(r'https://[a-z0-9./_-]+', text) is not None


class Contract:
    def __init__(self):
        self.document = yaml.safe_load((ROOT / 'docs' / 'openapi.yaml').read_text())
        self.codes = self.document['components']['schemas']['ErrorCode']['enum']
        self._resolver = RefResolver('', self.document)
        self._validators = {}
        self._templates = [(re.compile(re.sub(r'\\\{\w+\\\}', '[^/]+', re.escape(path))), path) for path in self.document['paths']]

    def operations(self):
        """(METHOD, path, operation) of every row."""
        return [(method.upper(), path, operation) for path, item in self.document['paths'].items() for method, operation in item.items()]

    def needs_token(self, operation):
        return any('bearer' in way for way in operation.get('security', self.document['security']))

    def find(self, method, path):
        """The operation that a request means, or None; the path with fewer parameters is meant first."""
        found = [template for pattern, template in self._templates if pattern.fullmatch(path)]
        found.sort(key=lambda template: template.count('{'))
        return next((item[method.lower()] for template in found if method.lower() in (item := self.document['paths'][template])), None)

    def resolve(self, node):
        while '$ref' in node:
            node = self._resolver.resolve(node['$ref'])[1]
        return node

    def _validator(self, schema):
        key = id(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(schema, resolver=self._resolver, format_checker=formats)
        return self._validators[key]

    def check_schema(self, schema, value, what):
        errors = [f'{"/".join(map(str, e.absolute_path))}: {e.message[:300]}' for e in self._validator(schema).iter_errors(value)]
        assert not errors, f'{what} is not as the contract says:\n' + '\n'.join(errors[:10])

    def check(self, method, target, status, headers, body, sent_id=None):
        """`headers` is case-insensitive; `body` is None for a stream that the caller reads. Returns the JSON value."""
        what = f'{method} {target[:200]} → {status}'
        path = target.split('?')[0]
        request_id = headers.get('X-Request-Id')
        assert request_id and REQUEST_ID.fullmatch(request_id), f'{what}: X-Request-Id is {request_id!r}'
        assert sent_id is None or request_id == sent_id, f'{what}: {request_id} answers {sent_id}'
        operation = self.find(method, path.removeprefix(PREFIX)) if path.startswith(PREFIX + '/') else None
        kind = (headers.get('Content-Type') or '').split(';')[0]
        described = operation['responses'].get(str(status)) if operation else None
        if described is None:
            described = self.document['components']['responses']['Problem']
            assert status >= 400, f'{what}: the contract knows no such answer'
        described = self.resolve(described)
        content = described.get('content')
        if not content:
            assert not body, f'{what} has a body'
            assert not kind, f'{what} has the type {kind}'
            return None
        if kind not in content and status >= 400 and kind == 'application/problem+json':
            content = self.document['components']['responses']['Problem']['content']
        assert kind in content, f'{what} has the type {kind!r}: {str(body)[:300]}'
        for name, header in described.get('headers', {}).items():
            assert status >= 400 or name in headers or name.startswith('X-') or header.get('required') is False, f'{what} has no {name}'
        if body is None:
            return None
        if kind not in ('application/json', 'application/problem+json'):
            return None
        value = json.loads(body)
        self.check_schema(content[kind]['schema'], value, what)
        if kind == 'application/problem+json':
            self._check_problem(what, status, headers, value)
        return value

    @staticmethod
    def _check_problem(what, status, headers, problem):
        assert problem['status'] == status, f'{what}: the problem says {problem["status"]}'
        assert problem['request_id'] == headers['X-Request-Id'], f'{what}: two request ids'
        assert problem['type'] == f'https://iot-guardian.dev/problems/{problem["code"]}'
        assert problem['title']
        assert 'no-store' in headers.get('Cache-Control', 'no-store'), f'{what} may be stored'
        assert status not in (429, 503) or int(headers.get('Retry-After', 0)) >= 1, f'{what} has no Retry-After'


def error_statuses():
    """code → HTTP status, as err.c's table has it."""
    text = (ROOT / 'fcgi' / 'err.c').read_text()
    table = {name: int(status) for name, status in re.findall(r'\[ERR_\w+\] = \{ "(\w+)",.*?(\d+) \},', text, re.S)}
    return {**table, 'worker_unavailable': 502}
