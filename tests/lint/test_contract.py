"""docs/openapi.yaml, the route table, the declared fields, the error table and nginx say the same."""
import re

import pytest
from jsonschema import Draft202012Validator

from sources import ROOT, declared_fields, error_table, openapi, operations, route_table

# Made by nginx when no worker answers, or never sent.
NOT_IN_C = {'worker_unavailable'}
NOT_IN_CONTRACT = {'none', 'config'}

TEMPLATE = (ROOT / 'nginx' / 'guardian.conf.template').read_text()


def public_rows():
    return [row for row in route_table() if row['needs'] != 'NEEDS_INTERNAL']


def resolve(document, node):
    while isinstance(node, dict) and '$ref' in node:
        target = document
        for part in node['$ref'].removeprefix('#/').split('/'):
            target = target[part]
        node = target
    return node


def rows_with_operations():
    document = openapi()
    by_key = {(method, path): operation for method, path, operation in operations(document)}
    return [(document, row, by_key[row['method'], row['path']]) for row in public_rows() if (row['method'], row['path']) in by_key]


def test_the_route_table_equals_the_paths_of_the_contract():
    assert sorted((r['method'], r['path']) for r in public_rows()) == sorted((m, p) for m, p, _ in operations(openapi()))


def test_the_route_table_has_a_permission_in_every_row():
    assert [r['path'] for r in route_table() if r.get('needs') not in ('NEEDS_NOTHING', 'NEEDS_SUPERADMIN', 'NEEDS_INTERNAL')] == []


def test_a_row_needs_a_token_exactly_where_the_contract_says_so():
    def needs_bearer(document, operation):
        return any('bearer' in way for way in operation.get('security', document['security']))
    assert [row['path'] for document, row, operation in rows_with_operations()
            if needs_bearer(document, operation) != (row['needs'] == 'NEEDS_SUPERADMIN')] == []


def test_a_row_asks_for_confirmation_exactly_where_the_contract_has_a_428():
    assert [row['path'] for _, row, operation in rows_with_operations() if ('428' in operation['responses']) != ('confirm' in row)] == []


def test_every_row_that_is_confirmed_is_audited():
    assert [row['path'] for row in route_table() if 'confirm' in row and 'audit' not in row] == []


def test_every_row_that_changes_something_is_audited():
    """Refreshing a session alone is left to its own event, written when a used token comes again."""
    assert [row['path'] for row in route_table() if row['method'] != 'GET' and 'audit' not in row and row['path'] != '/auth/refresh'] == []


def test_nginx_sends_exactly_the_rows_that_stream_to_the_stream_pool():
    regex = re.search(r'location ~ (\^/api/\S+\$) \{[^{}]*(?:\$\{[^{}]*\}[^{}]*)*fastcgi_pass pool_stream;', TEMPLATE)[1]
    exact = re.findall(r'location = (/api/\S+) \{[^{}]*(?:\$\{[^{}]*\}[^{}]*)*fastcgi_pass pool_stream;', TEMPLATE)
    assert [row['path'] for row in public_rows()
            if bool(re.match(regex, '/api/v1' + row['path']) or '/api/v1' + row['path'] in exact) != ('streams' in row)] == []


def test_nginx_passes_on_unread_exactly_the_bodies_that_are_relayed():
    exact = re.findall(r'location = /api/v1(/\S+) \{[^{}]*(?:\$\{[^{}]*\}[^{}]*)*fastcgi_request_buffering off;', TEMPLATE)
    assert exact == [row['path'] for row in public_rows() if 'relays' in row]


def test_a_row_relays_its_body_exactly_where_the_contract_says_bytes():
    assert [row['path'] for _, row, operation in rows_with_operations()
            if ('application/octet-stream' in operation.get('requestBody', {}).get('content', {})) != ('relays' in row)] == []


def test_the_error_codes_of_the_contract_are_those_of_the_table():
    enum = set(openapi()['components']['schemas']['ErrorCode']['enum'])
    assert enum - NOT_IN_C == set(error_table()) - NOT_IN_CONTRACT


def test_the_error_codes_of_nginx_are_in_the_contract():
    enum = set(openapi()['components']['schemas']['ErrorCode']['enum'])
    codes = set(re.findall(r'^\s+(?:\d{3}|default) (\w+);', re.search(r'map \$status \$problem_code \{(.*?)\}', TEMPLATE, re.S)[1], re.M))
    assert codes - enum == set()


def test_the_contract_has_no_dangling_reference():
    document, dangling = openapi(), []

    def walk(node):
        if isinstance(node, dict):
            if '$ref' in node:
                try:
                    resolve(document, node)
                except KeyError:
                    dangling.append(node['$ref'])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)
    walk(document)
    assert dangling == []


def test_the_contract_has_no_member_without_a_value():
    """A comma in an unquoted text of a flow mapping makes a member of what follows it."""
    empty = []

    def walk(node, path):
        if isinstance(node, dict):
            empty.extend(f'{path}/{key}' for key, value in node.items() if value is None)
            for key, value in node.items():
                walk(value, f'{path}/{key}')
        elif isinstance(node, list):
            for i, value in enumerate(node):
                if value is not None or not path.endswith('/enum'):
                    walk(value, f'{path}/{i}')
    walk(openapi(), '')
    assert empty == []


def test_the_contract_uses_every_schema_it_defines():
    text = (ROOT / 'docs' / 'openapi.yaml').read_text()
    document = openapi()
    assert [name for kind in ('schemas', 'parameters', 'responses') for name in document['components'][kind]
            if f"#/components/{kind}/{name}'" not in text] == []


def test_every_schema_of_the_contract_is_a_valid_schema():
    document = openapi()
    for name, schema in document['components']['schemas'].items():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_its_own_id_and_a_problem_for_what_goes_wrong():
    document = openapi()
    ids = [operation['operationId'] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert [i for i, (_, _, operation) in zip(ids, operations(document))
            if operation['responses']['default'] != {'$ref': '#/components/responses/Problem'}] == []


def test_every_object_of_the_contract_is_closed():
    """A member that nobody wrote down is found by the tests, and by no client first."""
    open_objects = []

    def walk(node, path):
        if isinstance(node, dict):
            if 'properties' in node and node.get('type') in ('object', ['object', 'null']) and 'additionalProperties' not in node:
                open_objects.append(path)
            for key, value in node.items():
                walk(value, f'{path}/{key}')
        elif isinstance(node, list):
            for i, value in enumerate(node):
                walk(value, f'{path}/{i}')
    walk(openapi(), '')
    assert open_objects == []


def expected_fields(document, operation):
    """(place, name) → (required, schema)."""
    found = {}
    for parameter in operation.get('parameters', []):
        parameter = resolve(document, parameter)
        if parameter['in'] in ('query', 'path'):
            found[parameter['in'], parameter['name']] = (parameter.get('required', False) and parameter['in'] != 'path',
                                                         resolve(document, parameter['schema']))
    body = operation.get('requestBody')
    if body and 'application/json' in body['content']:
        schema = resolve(document, body['content']['application/json']['schema'])
        for name, value in schema.get('properties', {}).items():
            found['body', name] = (name in schema.get('required', []), resolve(document, value))
    return found


ROWS = rows_with_operations()


@pytest.mark.parametrize('document, row, operation', ROWS, ids=[f"{row['method']} {row['path']}" for _, row, _ in ROWS])
def test_a_row_declares_the_fields_of_the_contract(document, row, operation):
    expected = expected_fields(document, operation)
    lists = declared_fields()
    name, first = re.fullmatch(r'&?(\w*)(?:\[(\d+)\])?', row.get('fields', '')).groups()      # &list[1]: all but its first
    if name and name not in lists:
        pytest.fail(f'{name} is declared nowhere')
    declared = {(f['place'], f['name']): f for f in lists.get(name, [])[int(first or 0):]}
    assert set(declared) == set(expected)
    differences = []
    for key, field in declared.items():
        required, schema = expected[key]
        kind = 'enum' if 'enum' in schema else schema['type']
        if field['type'] != {'array': 'strings'}.get(kind, kind):
            differences.append(f"{key}: {field['type']} is {kind} in the contract")
        if key[0] != 'path' and field['required'] != required:
            differences.append(f"{key}: required is {required} in the contract")
        if 'enum' in schema and field['choices'] != schema['enum']:
            differences.append(f"{key}: choices are {schema['enum']} in the contract, {field['choices']} in C")
        if kind == 'integer' and (field.get('min'), field.get('max')) != (schema.get('minimum'), schema.get('maximum')):
            differences.append(f"{key}: {field.get('min')} to {field.get('max')} is {schema.get('minimum')} to {schema.get('maximum')} in the contract")
        default = schema.get('default')
        text = None if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        if field['preset'] != text:
            differences.append(f"{key}: preset {field['preset']} is {text} in the contract")
        if schema.get('maxLength') and (field.get('max') or 10**9) < schema['maxLength']:
            differences.append(f"{key}: {field['max']} bytes do not hold the contract's {schema['maxLength']} characters")
    assert differences == []
