"""Habits of the C code that a reader may rely on."""
import re
import shutil
import subprocess

import pytest

from sources import ROOT, c_files, tracked, without_strings

FUNCTION_LINES = 60
FILE_LINES = 600
VUE_LINES = 250
BANNED = {
    'sprintf': 'snprintf', 'vsprintf': 'vsnprintf', 'gets': 'fgets', 'strtok': 'strcspn', 'atoi': 'strtol', 'atol': 'strtol', 'atoll': 'strtoll',
    'atof': 'strtod', 'system': 'execve', 'popen': 'execve', 'alloca': 'the arena', 'strncpy': 'snprintf', 'mktemp': 'mkstemp', 'tmpnam': 'mkstemp',
    'rand': 'getrandom', 'srand': 'getrandom', 'gmtime': 'gmtime_r', 'localtime': 'gmtime_r', 'ctime': 'strftime', 'asctime': 'strftime',
    'setjmp': 'bool', 'longjmp': 'bool', 'sscanf_s': '', 'usleep': 'ppoll', 'sleep': 'ppoll',
}


def functions(text):
    """(name, first line, lines) of every function; they begin in the first column and end with a brace there."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        start = at
        head = lines[at]
        if re.match(r'[A-Za-z_].*\(', head) and not head.startswith(('#', 'typedef', 'extern "C"')):
            while at < len(lines) - 1 and not lines[at].rstrip().endswith(('{', ';', '}')):
                at += 1
            signature = ' '.join(lines[start:at + 1])
            if lines[at].rstrip().endswith('{') and '=' not in signature.split('(')[0]:
                end = next((i for i in range(at, len(lines)) if lines[i] == '}'), len(lines) - 1)
                yield re.search(r'(\w+)\s*\(', signature)[1], start + 1, end - start + 1
                at = end
        at += 1


def where(path, line=None):
    return f'{path.relative_to(ROOT)}' + (f':{line}' if line else '')


def test_no_function_has_more_than_60_lines():
    assert [f'{where(path, line)} {name}: {count}' for path in c_files() for name, line, count in functions(without_strings(path.read_text()))
            if count > FUNCTION_LINES] == []


def test_the_function_counter_sees_the_functions():
    assert sum(1 for path in c_files() for _ in functions(without_strings(path.read_text()))) > 200


def test_no_c_file_has_more_than_600_lines():
    assert [f'{where(p)}: {n}' for p in c_files() if (n := len(p.read_text().splitlines())) > FILE_LINES] == []


def test_no_vue_file_has_more_than_250_lines():
    assert [f'{where(p)}: {n}' for p in tracked(':(glob)frontend/src/**/*.vue') if (n := len(p.read_text().splitlines())) > VUE_LINES] == []


@pytest.mark.parametrize('function', BANNED)
def test_a_banned_function_is_never_called(function):
    call = re.compile(rf'(?<![\w.>]){function}\s*\(')
    assert [where(path, number) for path in c_files() for number, line in enumerate(without_strings(path.read_text()).splitlines(), 1)
            if call.search(line)] == [], f'use {BANNED[function]}'


def test_every_c_file_begins_with_its_licence():
    assert [where(p) for p in c_files() if p.read_text().splitlines()[:1] != ['/* SPDX-License-Identifier: MIT */']] == []


def test_every_header_is_guarded():
    assert [where(p) for p in c_files() if p.suffix == '.h' and not re.search(r'#ifndef (GUARDIAN_\w+_H)\n#define \1\n', p.read_text())] == []


def test_no_struct_has_a_typedef():
    assert [where(p, n) for p in c_files() for n, line in enumerate(without_strings(p.read_text()).splitlines(), 1)
            if re.match(r'\s*typedef\s+(struct|enum|union)\b', line)] == []


def test_no_line_ends_in_white_space():
    assert [where(p, n) for p in [*c_files(), *tracked(':(glob)fcgi/sql/*.sql', ':(glob)fcgi/m*/*.sql', ':(glob)tests/**/*.py')]
            for n, line in enumerate(p.read_text().split('\n'), 1) if line != line.rstrip()] == []


def test_functions_that_return_bool_and_take_an_err_are_marked():
    """A failure that is dropped is a bug: the compiler says so where a header asks for it."""
    wrong = []
    for path in c_files():
        if path.suffix != '.h' or path.parent.name == 'api':
            continue
        for name, rest in re.findall(r'^bool (\w+)\([^;]*?struct err \*err\)([^;]*);', without_strings(path.read_text()), re.M | re.S):
            if 'warn_unused_result' not in rest and name not in DROPPABLE:
                wrong.append(f'{where(path)} {name}')
    assert wrong == []


# Its failure changes nothing that anybody waits for, or it only reports one and is always false.
DROPPABLE = {'cache_throttle_clear', 'db_error'}


def test_clang_format_has_nothing_to_say():
    if not (ROOT / '.clang-format').exists():
        return      # the format is not pinned yet
    program = shutil.which('clang-format-14') or 'clang-format'
    done = subprocess.run([program, '--dry-run', '--Werror', *map(str, c_files())], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:4000]


def test_nothing_names_a_folder_of_one_machine():
    files = [p for p in tracked('*') if p.suffix in ('.c', '.h', '.sql', '.py', '.md', '.yaml', '.yml', '.ts', '.vue', '.am', '.ac', '.template', '')]
    home = re.compile(r'(?<![\w.])/(?:work|home/\w+|Users/\w+)/')
    assert [where(p) for p in files if home.search(p.read_text(errors='replace')) and p.name != 'test_c_style.py'] == []
