"""What the lints look at: the files of the repository, and the tables inside some of them."""
import ast
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns):
    """Files that git knows or would add, so that a new file is looked at before its first commit; without git, all."""
    listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '--', *patterns], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        return sorted(path for pattern in patterns for path in ROOT.glob(pattern.replace(':(glob)', '')) if path.is_file())
    return sorted(ROOT / name for name in set(listed.stdout.splitlines()) if (ROOT / name).is_file())


def c_files():
    return tracked(':(glob)fcgi/**/*.[ch]')


def openapi():
    return yaml.safe_load((ROOT / 'docs' / 'openapi.yaml').read_text())


def operations(document):
    """(method, path, operation) of every row of the contract."""
    return [(method.upper(), path, operation) for path, item in document['paths'].items() for method, operation in item.items()
            if method in ('get', 'post', 'put', 'patch', 'delete')]


def without_comments(text):
    """C without comments; strings and line numbers stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: m[0] if m[0][0] in '"\'' else '\n' * m[0].count('\n') or ' ', text)


def without_strings(text):
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', without_comments(text))


def route_table():
    """The rows of routes.c: dictionaries of method, path, needs, confirm, audit, fields, streams, relays."""
    text = without_comments((ROOT / 'fcgi' / 'routes.c').read_text())
    table = text[text.index('table[] = {'):]
    rows = []
    for row in re.findall(r'\{ \.method.*?\},', table, re.S):
        value = {name: found[1].strip() for name in ('method', 'path', 'needs', 'confirm', 'audit', 'fields', 'streams', 'relays')
                 if (found := re.search(rf'\.{name} = ("[^"]*"|[^,}}]+)', row))}
        rows.append({**value, 'method': value['method'].removeprefix('METHOD_'), 'path': value['path'].strip('"')})
    return rows


def _array(text, name):
    found = re.search(rf'\b{name}\[\] = \{{(.*?)\}};', text, re.S)
    return re.findall(r'"([^"]*)"', found[1]) if found else []


def declared_fields():
    """name of a field list → its fields, as fcgi/api/*.c declares them."""
    lists = {}
    for path in sorted((ROOT / 'fcgi' / 'api').glob('*.c')):
        text = without_comments(path.read_text())
        defines = dict(re.findall(r'#define (\w+) \(?([0-9][^\n]*?)\)?\n', text))
        for name, body in re.findall(r'const struct field (\w+)\[\] = \{(.*?)\n\};', text, re.S):
            lists[name] = [_field(row, text, defines) for row in re.findall(r'\{([^{}]*?"[^{}]*)\}', body)]
    return lists


def _number(text, defines):
    text = defines.get(text, text).rstrip('uUlL')
    return int(text) if re.fullmatch(r'-?\d+', text) else None


def _field(row, text, defines):
    choices = re.search(r'\.choices = (\w+)', row)
    preset = re.search(r'\.preset = ("[^"]*"|NULL)', row)
    limits = {name: _number(found[1], defines) for name in ('min', 'max') if (found := re.search(rf'\.{name} = (\w+)', row))}
    return {'name': re.search(r'"([^"]*)"', row)[1], 'place': re.search(r'FIELD_(QUERY|BODY|PATH)', row)[1].lower(),
            'type': re.search(r'FIELD_(STRINGS|STRING|INTEGER|BOOLEAN|ENUM|OBJECT)', row)[1].lower(), 'required': '.required = true' in row,
            'choices': _array(text, choices[1]) if choices else None,
            'preset': ast.literal_eval(preset[1]) if preset and preset[1] != 'NULL' else None, **limits}


def error_table():
    """code → HTTP status, as err.c has it."""
    text = (ROOT / 'fcgi' / 'err.c').read_text()
    return {name: int(status) for name, status in re.findall(r'\[ERR_\w+\] = \{ "(\w+)",.*?(\d+) \},', text, re.S)}
