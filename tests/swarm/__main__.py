"""./dev lab: python3 -m swarm COMMAND, with DEV_HOME and DEV_PORT."""
import sys
import time

from iotplatform.process import Failed

from .drills import DRILLS, perform
from .lab import Lab, missing
from .report import document, save


def up(lab, arguments):
    lab.up(lambda line: print(line, flush=True))
    print(f'\n  IoT Guardian   {lab.url}   (from this machine)\n  user           admin\n  password       {lab.password}\n  authority      {lab.secrets / "ca.crt"}\n'
          f'  for programs   {lab.home / "session.json"}\n  Docker         DOCKER_HOST={lab.machines[1].docker_host} docker node ls\n')


def watch(lab, arguments):
    lab.watch()


def status(lab, arguments):
    if not lab.machines[1].running and not lab.machines[2].running:
        raise Failed('The lab is down.')
    manager = lab.manager()
    holder = ' '.join(f'n{n}' for n in lab.vip_holder()) or 'nobody'
    print(f'  {lab.url} at {holder}; swarm leader n{lab.leader()}; PostgreSQL primary n{lab.pg_primary()}; Redis primary n{lab.redis_primary()}\n')
    for name, state in lab.nodes(manager).items():
        print(f'  {name:<4} {state}')
    for name, (running, wanted) in lab.services(manager).items():
        print(f'  {name:<18} {running}/{wanted}')
    if not lab.healthy():
        raise Failed('\n  not at full strength')


def drill(lab, arguments):
    if not arguments:
        for name, (title, _) in DRILLS.items():
            print(f'  {name:<20} {title}')
        return
    names = list(DRILLS) if arguments == ('all',) else arguments
    unknown = [name for name in names if name not in DRILLS]
    if unknown:
        raise Failed(f'There is no drill {unknown[0]}; there are: {" ".join(DRILLS)}')
    broken, started = [], time.monotonic()
    for name in names:
        made = perform(lab, name)
        path = save(lab.home, made)
        print(path.read_text(), flush=True)
        if not made['ok']:
            broken.append(name)
    print(f'{len(names)} of {len(DRILLS)} drills in {time.monotonic() - started:.0f} s', flush=True)
    if broken:
        raise Failed(f'Promises were not kept: {" ".join(broken)}')


def report(lab, arguments):
    print(document(lab.home))


def down(lab, arguments):
    lab.down(purge='--purge' in arguments)


def lacking(lab, arguments):
    if lacks := missing():
        raise Failed('\n'.join(lacks))


def main(command='', *arguments):
    commands = {'up': up, 'watch': watch, 'status': status, 'drill': drill, 'report': report, 'down': down, 'missing': lacking}
    if command not in commands:
        sys.exit('./dev lab up | watch | status | drill NAME … | report | missing | down [--purge]')
    commands[command](Lab(), arguments)


try:
    main(*sys.argv[1:])
except Failed as failure:
    sys.exit(str(failure))
