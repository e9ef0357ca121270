"""A drill's report, as JSON for programs and as Markdown for people; docs/drills.md is made of all runs."""
import json
import statistics
from pathlib import Path

from .images import SOURCE

DOCUMENT = SOURCE / 'docs' / 'drills.md'
BY_HAND = '<!-- From here on written by hand: ./dev lab report leaves it as it is. -->\n'


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
    return '\n'.join([*lines, '', f'The processors of this machine were busy for {report["busy_before"]} % before it.', '', *load_lines(report), *timeline_lines(report)])


def load_lines(report):
    load = report.get('load')
    if not load:
        return []
    failures = ', '.join(f'{count} × {what}' for what, count in load['failures']) or 'none'
    return [f'{load["requests"]:,} requests, {load["posts"]:,} of them POST; p50 {load["p50_ms"]} ms, p99 {load["p99_ms"]} ms; failed: {failures}.', '']


def timeline_lines(report):
    return ['```', *(f'{at:8.1f} s  {what}' for at, what in report['timeline']), '```', '']


def save(home, report):
    """Keeps the run, as JSON and as Markdown, in the drill's folder under `home`/reports; the Markdown's path."""
    folder = Path(home) / 'reports' / report['drill']
    folder.mkdir(parents=True, exist_ok=True)
    name = report['at'].replace(':', '')
    (folder / f'{name}.json').write_text(json.dumps(report, indent=1, ensure_ascii=False) + '\n')
    path = folder / f'{name}.md'
    path.write_text(markdown(report, 1))
    return path


class Runs:
    """All runs of one drill. Seconds are told and judged by their median; what must never happen, by the worst run."""

    def __init__(self, reports):
        self.reports = reports
        self.drill, self.title, self.promise = (reports[-1][key] for key in ('drill', 'title', 'promise'))
        self.rows = [self.row(index) for index in range(len(reports[-1]['measured']))]
        self.ok = all(row['ok'] for row in self.rows)

    def row(self, index):
        last = self.reports[-1]['measured'][index]
        each = [row for report in self.reports for row in report['measured'] if row['what'] == last['what']]
        values = [row['value'] for row in each]
        if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
            return {**last, 'value': last['value'] if len(set(map(str, values))) == 1 else ', '.join(sorted(set(map(str, values)))), 'span': '', 'ok': all(row['ok'] for row in each)}
        never = last['target'] == 0
        made = max(values) if never else statistics.median(values)
        made = round(made, 3) if isinstance(made, float) and not made.is_integer() else int(made)
        good = made <= last['target'] if last['unit'] == 's' and last['target'] is not None else all(row['ok'] for row in each)
        return {**last, 'value': made, 'span': f'{min(values):,} – {max(values):,}' if len(values) > 1 else '', 'ok': good}

    def headline(self):
        return '; '.join(f'{row["what"]}: {figure(row)}' for row in self.rows if row['target'] is not None)

    def typical(self):
        """The run in the middle by its first promised figure of seconds."""
        def order(report):
            return next((row['value'] for row in report['measured'] if row['target'] is not None and row['unit'] == 's'), 0)
        return sorted(self.reports, key=order)[len(self.reports) // 2]

    def markdown(self):
        typical = self.typical()
        lines = [f'## {self.drill}: {self.title}', '', f'{self.promise} **{"Kept" if self.ok else "Not kept"}**; {plural(len(self.reports))}, the last {self.reports[-1]["at"]}.', '',
                 '| measured | median | from – to | promised | |', '| --- | --- | --- | --- | --- |']
        lines += [f'| {row["what"]} | {figure(row)} | {row["span"]} | {target(row)} | {"" if row["ok"] else "**missed**"} |' for row in self.rows]
        lines += ['', *load_lines(typical), *timeline_lines(typical)]
        return '\n'.join(lines)


def plural(count):
    return '1 run' if count == 1 else f'{count} runs'


def all_runs(home):
    from .drills import DRILLS
    for name in DRILLS:
        reports = [json.loads(path.read_text()) for path in sorted((Path(home) / 'reports' / name).glob('*.json'))]
        if reports:
            yield Runs(reports)


def document(home):
    """docs/drills.md from every run that is kept; what people wrote below the figures stays."""
    *_, by_hand = DOCUMENT.read_text().partition(BY_HAND)
    runs = list(all_runs(home))
    rows = '\n'.join(f'| [{r.drill}](#{anchor(r)}) | {r.title} | {len(r.reports)} | {r.headline()} | {"kept" if r.ok else "**not kept**"} |' for r in runs)
    DOCUMENT.write_text(f'''# Drills: what was broken on purpose, and what happened

Made by `./dev lab report` from all runs of `./dev lab drill …`; six machines (network namespaces with a Docker engine each) on one computer with two cores, so
seconds are pessimistic. Who calls through the edge thinks for 0.2 s after each answer (5 to 40 ms while everything is replaced), four or six at a time, with a new connection for each call; who writes to PostgreSQL asks one server after the other, a second at most for each. Seconds are medians of the runs; what must never happen is that of the worst run. The timeline is that of the run in the middle. To repeat it:
`./dev lab up`, `./dev lab drill all` five times (or `./dev lab drill pg-node-lost switchover` for some of them), `./dev lab report`. What to do when it happens for
real: [incidents](incidents/README.md).

| drill | what breaks | runs | measured | promise |
| --- | --- | --- | --- | --- |
{rows}

''' + '\n'.join(each.markdown() for each in runs) + f'\n{BY_HAND}{by_hand}')
    return DOCUMENT


def anchor(runs):
    text = f'{runs.drill}: {runs.title}'.lower()
    return ''.join(c for c in text if c.isalnum() or c in ' -_').replace(' ', '-')
