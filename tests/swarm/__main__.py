"""./dev lab: python3 -m swarm COMMAND, with DEV_HOME and DEV_PORT."""
import sys

from iotplatform.process import Failed

from .lab import Lab


def up(lab, arguments):
    lab.up(lambda line: print(line, flush=True))
    print(f'\n  IoT Guardian   {lab.url}   (from this machine)\n  user           admin\n  password       {lab.password}\n  authority      {lab.secrets / "ca.crt"}\n'
          f'  for programs   {lab.home / "session.json"}\n  Docker         DOCKER_HOST={lab.machines[1].docker_host} docker node ls\n')


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


def down(lab, arguments):
    lab.down(purge='--purge' in arguments)


def main(command='', *arguments):
    commands = {'up': up, 'status': status, 'down': down}
    if command not in commands:
        sys.exit('./dev lab up | status | drill NAME … | down [--purge]')
    commands[command](Lab(), arguments)


try:
    main(*sys.argv[1:])
except Failed as failure:
    sys.exit(str(failure))
