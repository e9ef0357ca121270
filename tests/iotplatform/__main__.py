"""The steps of ./dev that concern processes: python3 -m iotplatform COMMAND, with DEV_HOME, DEV_PORT, DEV_STANDBY and DEV_PITR."""
import json
import os
import ssl
import sys
import urllib.request
from pathlib import Path

from .platform import SOURCE, Platform
from .process import Failed, wait_for


def platform():
    home = Path(os.environ.get('DEV_HOME') or SOURCE / '.dev')
    chosen = {}
    for name in ('standby', 'pitr'):
        remembered = home / 'run' / name
        if os.environ.get(f'DEV_{name.upper()}'):
            remembered.parent.mkdir(parents=True, exist_ok=True)
            remembered.touch()
        chosen[name] = remembered.exists()
    return Platform(home, port=int(os.environ.get('DEV_PORT') or 8443), build=os.environ.get('GUARDIAN_BUILD') or home / 'build', **chosen)


def ask(made, path, body=None):
    """The JSON of one call through nginx."""
    context = ssl.create_default_context(cafile=made.nginx.certificate)
    request = urllib.request.Request(made.url + path, data=json.dumps(body).encode() if body else None,
                                     headers={'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=15, context=context) as reply:
        return json.load(reply)


def check(made):
    """The console is ready and the login that we are about to print works."""
    def ready():
        nonlocal reason
        try:
            return ask(made, '/api/v1/health/ready')
        except OSError as error:
            reason = error
            return None
    reason = None
    try:
        wait_for(ready, 20, f'{made.url}/api/v1/health/ready', poll_s=0.1)
    except Failed as failure:
        raise Failed(f'{failure}: {reason}\nLogs: {made.home}/logs') from None
    try:
        token = ask(made, '/api/v1/auth/login', {'username': made.username, 'password': made.password})['access_token']
    except OSError as error:
        raise Failed(f'{made.username} cannot log in at {made.url}: {error}') from None
    if not token:
        raise Failed('the login gave no token')


def show(made):
    path = made.write_session()
    print(f'\n  IoT Guardian   {made.url}\n  user           {made.username}\n  password       {made.password}\n'
          f'  for programs   {path}\n  certificate    {made.nginx.certificate} (made for this machine: the browser will ask once)\n')


def main(command):
    made = platform()
    commands = {'data': made.start_data, 'migrate': made.migrate, 'web': made.start_web, 'check': lambda: check(made), 'show': lambda: show(made),
                'stop': made.stop, 'purge': made.purge}
    commands[command]()


try:
    main(sys.argv[1])
except Failed as failure:
    sys.exit(str(failure))
