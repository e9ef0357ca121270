"""Dependencies go down only, and a library is seen by the one module that hides it."""
import re

import pytest

from sources import ROOT, c_files, without_comments

LAYERS = [
    ('base', 'arena clock err log metrics'),
    ('request', 'request request_fields call'),
    ('gateways', 'confine db db_connection db_gate db_listen maintainer program program_client sql_gen cache* upstream jsonpick copytext stackfile token keys sqlparse sqlparse_tree sqlparse_functions sqlparse_mask config yamltext password seal vault'),
    ('domain', 'auth confirm page audit audit_chain audit_spool audit_verify runner* escapes* jobs job_kinds job_folder archive_look backup* upload* restore* cron retention schedule audit_system maintenance* pitr pitr_instance pitr_jobs prometheus swarm* replication* redisview drill* topology logs logstream'),
    ('api', 'routes api/*'),
    ('programs', 'worker service housekeeper migrate* migrations_gen main_fcgi main_ctl main_jobs job_service job_child job_clock job_keeper job_steps pitr_keeper'),
]
# Gateways do not include each other, but for what one gateway is made of and for the three that hold no connection.
GATEWAYS = [{'cache', 'cache_sentinel', 'cache_wire', 'cache_watch'}, {'program', 'program_client', 'confine'}, {'db', 'db_connection', 'db_gate', 'db_listen', 'maintainer', 'sql_gen'}, {'token', 'keys'}, {'sqlparse', 'sqlparse_tree', 'sqlparse_functions', 'sqlparse_mask'}, {'config', 'yamltext'}]
SHARED_GATEWAYS = {'config', 'seal', 'yamltext', 'jsonpick'}

LIBRARIES = {
    'libpq-fe.h': {'db', 'db_connection', 'db_listen', 'maintainer', 'runner*', 'migrate*'},
    'hiredis': {'cache', 'cache_sentinel', 'cache_wire', 'cache_watch'},
    'jwt.h': {'token'},
    'yaml.h': {'yamltext'},
    'pg_query.h': {'sqlparse'},
    'curl/': {'upstream'},
    'sodium': {'password', 'seal', 'vault'},
    'fcgiapp.h': {'request'},
    'fcgi_stdio.h': set(),
}


def matches(module, patterns):
    return any(module == p or (p.endswith('*') and module.startswith(p[:-1])) for p in patterns)


def module_of(path):
    return str(path.relative_to(ROOT / 'fcgi').with_suffix(''))


def layer_of(module):
    for level, (_, modules) in enumerate(LAYERS):
        if matches(module, modules.split()):
            return level
    return None


def includes(path):
    return re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', without_comments(path.read_text()), re.M)


def own_includes(path):
    for kind, name in includes(path):
        if kind == '"':
            target = (path.parent / name).resolve()
            if target.suffix == '.h':
                yield module_of(target)


def test_every_module_has_a_layer():
    assert [module_of(p) for p in c_files() if layer_of(module_of(p)) is None] == []


def test_includes_go_down_only():
    assert [f'{module_of(path)} includes {other}' for path in c_files() for other in own_includes(path)
            if (layer_of(other) or 0) > layer_of(module_of(path))] == []


def test_gateways_do_not_include_each_other():
    level = [name for name, _ in LAYERS].index('gateways')
    wrong = []
    for path in c_files():
        module = module_of(path)
        if layer_of(module) != level:
            continue
        family = next((g for g in GATEWAYS if module in g), {module})
        wrong += [f'{module} includes {other}' for other in own_includes(path)
                  if layer_of(other) == level and other not in family | SHARED_GATEWAYS]
    assert wrong == []


@pytest.mark.parametrize('library', LIBRARIES)
def test_a_library_is_included_only_by_the_module_that_hides_it(library):
    assert [f'{module_of(path)} includes {name}' for path in c_files() for kind, name in includes(path)
            if kind == '<' and (name == library or (not library.endswith('.h') and name.startswith(library)))
            and not matches(module_of(path), LIBRARIES[library])] == []


def test_jansson_is_not_used_in_the_base_layer():
    assert [module_of(path) for path in c_files() if layer_of(module_of(path)) == 0 and ('<', 'jansson.h') in includes(path)] == []


def test_only_programs_and_the_log_itself_log():
    level = [name for name, _ in LAYERS].index('programs')
    assert [module_of(path) for path in c_files() if 'log' in own_includes(path) and module_of(path) != 'log'
            and layer_of(module_of(path)) != level] == []


def test_statements_are_sent_by_the_database_modules_alone():
    sends = re.compile(r'\bPQ(?:exec|send)\w*\s*\(')
    assert [module_of(path) for path in c_files() if sends.search(without_comments(path.read_text()))
            and not matches(module_of(path), ('db', 'db_connection', 'maintainer', 'runner*', 'migrate*'))] == []
