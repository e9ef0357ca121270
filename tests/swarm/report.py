"""A drill's report, as JSON for programs and as Markdown for people; docs/drills.md is all of the latest."""
import json
from pathlib import Path

from .images import SOURCE

DOCUMENT = SOURCE / 'docs' / 'drills.md'

def figure(row):
    value = row['value']
    text = {True: 'yes', False: 'no'}.get(value) if isinstance(value, bool) else f'{value:,}' if isinstance(value, (int, float)) else str(value)
    return f'{text} {row["unit"]}'.strip()


def target(row):
    if row['target'] is None:
        return ''
    return f'{"≥" if row["unit"] == "%" else "≤"} {row["target"]} {row["unit"]}'.strip()


def markdown(report, level=2):
    lines = [f'{"#" * level} {report["drill"]}: {report["title"]}', '', f'{report["promise"]} **{"Kept" if report["ok"] else "Not kept"}**, {report["at"]}.', '',
             '| measured | | promised | |', '| --- | --- | --- | --- |']
    lines += [f'| {row["what"]} | {figure(row)} | {target(row)} | {"" if row["ok"] else "**missed**"} |' for row in report['measured']]
    if report.get('load'):
        load = report['load']
        lines += ['', f'{load["requests"]:,} requests, {load["posts"]:,} of them POST; p50 {load["p50_ms"]} ms, p99 {load["p99_ms"]} ms; failed: '
                  + (', '.join(f'{count} × {what}' for what, count in load['failures']) or 'none') + '.']
    lines += ['', '```', *(f'{at:8.1f} s  {what}' for at, what in report['timeline']), '```', '']
    return '\n'.join(lines)


def save(home, report):
    """Writes both forms under `home`/reports; the Markdown's path."""
    folder = Path(home) / 'reports'
    folder.mkdir(exist_ok=True)
    (folder / f'{report["drill"]}.json').write_text(json.dumps(report, indent=1, ensure_ascii=False) + '\n')
    path = folder / f'{report["drill"]}.md'
    path.write_text(markdown(report, 1))
    return path


def document(home):
    """docs/drills.md from the latest report of each drill."""
    from .drills import DRILLS
    reports = [json.loads(path.read_text()) for name in DRILLS if (path := Path(home) / 'reports' / f'{name}.json').exists()]
    rows = '\n'.join(f'| [{r["drill"]}](#{anchor(r)}) | {r["title"]} | {headline(r)} | {"kept" if r["ok"] else "**not kept**"} |' for r in reports)
    DOCUMENT.write_text(f'''# Drills: what was broken on purpose, and what happened

Made by `./dev lab report` from the latest `./dev lab drill …` of each; six machines (network namespaces with a Docker engine each) on one computer with two cores,
so seconds are pessimistic, and each figure is one run. What to do when it happens for real: [incidents](incidents/README.md).

| drill | what breaks | measured | promise |
| --- | --- | --- | --- |
{rows}

''' + '\n'.join(markdown(report) for report in reports))
    return DOCUMENT


def anchor(report):
    text = f'{report["drill"]}: {report["title"]}'.lower()
    return ''.join(c for c in text if c.isalnum() or c in ' -_').replace(' ', '-')


def headline(report):
    return '; '.join(f'{row["what"]}: {figure(row)}' for row in report['measured'] if row['target'] is not None)
