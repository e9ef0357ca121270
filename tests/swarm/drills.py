"""One real thing is broken; people and canaries see what happens; it is mended. Each drill is a function with a line that says what it promises."""
import json
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor

from iotplatform.process import Failed, wait_for

from .lab import STACK
from .watch import Canary, Watch, ensure_canaries, settled

DRILLS = {}


def drill(name, title):
    def register(function):
        DRILLS[name] = (title, function)
        return function
    return register


def perform(lab, name):
    """Preflight, the drill, and everything well again: the report as a dictionary."""
    title, function = DRILLS[name]
    wait_for(lab.healthy, 240, f'preflight of {name}: everything at full strength', poll_s=1)
    ensure_canaries(lab)
    busy = settled()
    started = time.time()
    watch = function(lab)
    wait_for(lab.healthy, 300, f'everything at full strength after {name}', poll_s=1)
    report = {'drill': name, 'title': title, 'promise': ' '.join(function.__doc__.split()), 'at': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(started)), 'seconds': round(time.time() - started, 1), 'busy_before': busy,
              'measured': watch.measured, 'timeline': sorted(watch.timeline), 'ok': all(row['ok'] for row in watch.measured)}
    if watch.load:
        report['load'] = watch.load.summary()
    return report


def pg(number):
    return f'pg-{number - 3}'


def other(lab, *excluded):
    """A worker that is none of these."""
    return next(number for number in (6, 5, 4) if number not in excluded)


# -- PostgreSQL ------------------------------------------------------------------------------------------------------------

def database_figures(watch, target_s):
    """What the canary in the data network saw."""
    for at, server in watch.postgres.seen['servers'][1:]:
        watch.timeline.append((round(at - watch.broken_at, 1), f'a write is acknowledged by {server}'))
    watch.measure('until writes are acknowledged again', watch.postgres.gap_s(watch.broken_at), target_s, 's')
    watch.measure('acknowledged writes', len(watch.postgres.seen['acknowledged']))
    watch.measure('acknowledged writes lost', len(watch.postgres.lost('pg-1,pg-2,pg-3')), 0)
    if watch.load:
        watch.measure('requests that failed through the edge', watch.load.summary(watch.broken_at)['failed'])
        watch.measure('longest time without an answered call', watch.load.outage_s(watch.broken_at), unit='s')


def promoted(lab, old):
    return lab.pg_primary(without={old}) not in (None, old)


@drill('pg-node-lost', 'The machine of the PostgreSQL primary loses its power')
def pg_node_lost(lab):
    """Writes are acknowledged again within 10 s, none that was acknowledged is lost, and the machine joins again by itself."""
    old = lab.pg_primary()
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        watch.broke(f'power cut of n{old} with {pg(old)}, the primary')
        lab.machines[old].power_cut()
        watch.until(lambda: promoted(lab, old), 90, 'another primary')
        watch.until(lab.ready, 90, 'the console is ready')
        time.sleep(5)
        watch.note(f'n{old} has power again')
        lab.machines[old].power_on()
        watch.until(lab.pg_whole, 240, 'three members in the flow', poll_s=1)
    database_figures(watch, 10)
    return watch


@drill('pg-primary-killed', 'The PostgreSQL primary is killed')
def pg_primary_killed(lab):
    """Writes are acknowledged again within 10 s and none that was acknowledged is lost."""
    old = lab.pg_primary()
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        watch.broke(f'kill -9 of the postmaster of {pg(old)}')
        lab.machines[old].exec(f'{STACK}_{pg(old)}', 'sh', '-c', 'kill -9 $(head -n 1 /var/lib/postgresql/main/postmaster.pid)')
        watch.until(lambda: lab.pg_primary() is not None and lab.ready(), 90, 'a primary and a ready console')
        watch.until(lab.pg_whole, 240, 'three members in the flow', poll_s=1)
    watch.note(f'the primary is {pg(lab.pg_primary())}')
    database_figures(watch, 10)
    return watch


@drill('switchover', 'The primary is moved on purpose')
def switchover(lab):
    """Writes pause for at most 3 s and none that was acknowledged is lost."""
    old = lab.pg_primary()
    candidate = next(name for name, row in lab.members().items() if row['role'] == 'sync_standby')
    body = json.dumps({'leader': pg(old), 'candidate': candidate})
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        watch.broke(f'switchover from {pg(old)} to {candidate}, its synchronous standby, through Patroni')
        said = lab.machines[old].exec(f'{STACK}_{pg(old)}', 'sh', '-c', 'curl -s -m 30 -u "patroni:$(cat /run/secrets/patroni_rest_password)" -X POST -d "$1" http://localhost:8008/switchover', 'sh', body)
        watch.note(said.stdout.strip())
        watch.until(lambda: lab.pg_primary() == int(candidate[-1]) + 3, 60, f'{candidate} is the primary')
        watch.until(lab.pg_whole, 120, 'three members in the flow', poll_s=1)
    database_figures(watch, 3)
    return watch


@drill('partition', 'The cable of the primary\'s machine is pulled')
def partition(lab):
    """Never do two primaries acknowledge: the one that is cut off stops, another takes over within 12 s, and nothing acknowledged on either side is lost."""
    old = lab.pg_primary()
    inside = Canary(lab, lab.machines[old], 'postgres', pg(old))
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        inside.start()
        time.sleep(3)
        watch.broke(f'n{old} with {pg(old)}, the primary, is cut off; a canary inside goes on writing to it')
        lab.machines[old].cut()
        watch.until(lambda: promoted(lab, old), 90, 'another primary')
        watch.until(lab.ready, 90, 'the console is ready')
        time.sleep(10)
        inside.stop()
        lab.machines[old].heal()
        watch.note('the cable is back')
        watch.until(lab.pg_whole, 240, 'three members in the flow', poll_s=1)
    database_figures(watch, 12)
    first_outside = next((at for at, server in watch.postgres.seen['servers'] if server != pg(old)), float('inf'))
    watch.measure('writes acknowledged inside, after another primary had acknowledged', sum(at > first_outside for _, at in inside.seen['acknowledged']), 0)
    inside_figures(watch, lab, inside, old)
    return watch


@drill('pg-primary-frozen', 'The PostgreSQL primary stands still for longer than its lease')
def pg_primary_frozen(lab):
    """Another takes over within 15 s; who comes to itself again does not take the lead back, and nothing acknowledged by either is lost."""
    old = lab.pg_primary()
    machine = lab.machines[old]
    container = machine.container(f'{STACK}_{pg(old)}')
    inside = Canary(lab, machine, 'postgres', pg(old))
    leaders = []
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        inside.start()
        time.sleep(3)
        watch.broke(f'all processes of {pg(old)}, the primary, are frozen; a canary beside it goes on writing to it')
        machine.docker('pause', container)
        try:
            watch.until(lambda: promoted(lab, old), 90, 'another primary')
            watch.until(lab.ready, 90, 'the console is ready')
        finally:
            machine.docker('unpause', container, check=False)      # the swarm may have taken it away meanwhile
        watch.note(f'{pg(old)} goes on as if nothing had happened')

        def whole():
            """As the others see it: what it remembers itself is from before."""
            leaders.append(lab.pg_primary(without={old}))
            return lab.pg_whole(without={old})
        watch.until(whole, 240, 'three members in the flow')
        inside.stop()
    database_figures(watch, 15)
    inside_figures(watch, lab, inside, old)
    watch.measure('the lead was taken back', old in leaders, ok=old not in leaders)
    return watch


def inside_figures(watch, lab, inside, old):
    """What the canary saw that knew the old primary alone."""
    last_inside = max((at for _, at in inside.seen['acknowledged']), default=0)
    watch.measure('last acknowledgement inside, after it broke', max(0.0, last_inside - watch.broken_at), unit='s')
    watch.measure('writes acknowledged inside and lost', len(lost_of(inside, lab.machines[3], 'pg-1,pg-2,pg-3')), 0)


def lost_of(canary, machine, hosts):
    """Asked from another machine than the one that the canary sat on."""
    canary.machine = machine
    return canary.lost(hosts)


BALLAST = '/var/lib/postgresql/ballast'


def in_pg(lab, number, script, *words, **options):
    return lab.machines[number].exec(f'{STACK}_{pg(number)}', 'sh', '-c', script, 'sh', *words, **options)


def fill_disk(lab, number, free_bytes=0):
    """A file takes what is free on the disk of this machine's PostgreSQL, but for so much."""
    free = int(in_pg(lab, number, 'df -B1 --output=avail /var/lib/postgresql | tail -n 1').stdout)
    in_pg(lab, number, 'fallocate -l "$1" "$2"', str(free - free_bytes), BALLAST)


def free_disk(lab, number):
    if lab.machines[number].container(f'{STACK}_{pg(number)}'):
        in_pg(lab, number, 'rm -f "$1"', BALLAST)
    lab.machines[number].in_machine('rm', '-f', '/run/disk/volume/ballast')


def until_refused(lab, number, statement, times):
    """The statement again and again on this machine's PostgreSQL until it says why not; its words."""
    script = 'for i in $(seq 1 "$2"); do printf "%s;\n" "$1"; done | PGOPTIONS="-c synchronous_commit=local" psql -X -q -o /dev/null -v ON_ERROR_STOP=1 -h /tmp -d iot_guardian'
    said = in_pg(lab, number, script, statement, str(times), check=False, timeout_s=120)
    return said.stderr.strip().splitlines() if said.returncode else []


@drill('disk-full', 'The disk of the PostgreSQL primary is full')
def disk_full(lab):
    """Who writes is told that the disk is full, or another primary takes over: within 30 s writes are acknowledged again, none that was acknowledged is lost, and with room again the member joins by itself."""
    old = lab.pg_primary()
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        try:
            in_pg(lab, old, 'psql -X -q -h /tmp -d iot_guardian -c "CREATE TABLE IF NOT EXISTS lab_bulk (t text)"')
            fill_disk(lab, old, free_bytes=24 << 20)
            watch.broke(f'the disk of n{old} with {pg(old)}, the primary, is full; what is written goes on')
            said = until_refused(lab, old, "INSERT INTO lab_bulk SELECT md5(n::text) || md5((n + 1)::text) FROM generate_series(1, 20000) AS n", 400)
            watch.note('a big write is told: ' + (said[0] if said else 'nothing'))
            lost = until_refused(lab, old, "SELECT pg_logical_emit_message(false, 'lab', repeat('x', 1000000))", 400)
            watch.note('WAL has no room either: ' + (lost[-1] if lost else 'it had'))
            watch.until(lambda: promoted(lab, old), 90, 'another primary')
            watch.until(lab.ready, 90, 'the console is ready')
            time.sleep(5)
        finally:
            free_disk(lab, old)
        watch.note('there is room again')
        watch.until(lab.pg_whole, 240, 'three members in the flow', poll_s=1)
        in_pg(lab, lab.pg_primary(), 'psql -X -q -h /tmp -d iot_guardian -c "DROP TABLE IF EXISTS lab_bulk"')
    watch.measure('what a big write was told', said[0] if said else '', ok=bool(said))
    database_figures(watch, 30)
    return watch


@drill('etcd-lost', 'All of etcd is gone for half a minute')
def etcd_lost(lab):
    """The primary goes on as long as it reaches its standbys: no write waits longer than 5 s, and none is lost."""
    manager = lab.manager()
    names = [f'{STACK}_etcd-{i}' for i in (1, 2, 3)]
    old = lab.pg_primary()
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        watch.broke('the three members of etcd are taken away')
        manager.docker('service', 'scale', '--detach', *(f'{name}=0' for name in names))
        watch.until(lambda: not any(lab.machines[i].container(f'{STACK}_etcd-{i}') for i in (1, 2, 3)), 60, 'no etcd is left')
        time.sleep(30)
        manager.docker('service', 'scale', '--detach', *(f'{name}=1' for name in names))
        watch.note('etcd is started again')
        watch.until(lab.pg_whole, 240, 'Patroni has its store again, three members in the flow', poll_s=1)
    watch.measure('the primary is the same', lab.pg_primary() == old, ok=lab.pg_primary() == old)
    database_figures(watch, 5)
    return watch


# -- Redis -----------------------------------------------------------------------------------------------------------------

@drill('redis-primary-lost', 'The machine of the Redis primary loses its power')
def redis_primary_lost(lab):
    """Redis takes writes again within 6 s; nobody who was signed out is signed in again."""
    apart(lab)
    old = lab.redis_primary()
    ended = lab.token()
    sign_out(lab, ended)
    with Watch(lab, redis_on=lab.machines[3]) as watch:
        watch.broke(f'power cut of n{old} with redis-{old - 3}, the primary')
        lab.machines[old].power_cut()
        watch.until(lambda: lab.redis_primary(without={old}) not in (None, old), 60, 'the Sentinels name another primary')
        watch.until(lambda: lab.ready(), 90, 'the console is ready')
        revived = is_let_in(lab, ended)
        time.sleep(3)
        watch.note(f'n{old} has power again')
        lab.machines[old].power_on()
        watch.until(lab.redis_whole, 240, 'two replicas in the flow', poll_s=1)
    for at, server in watch.redis.seen['servers'][1:]:
        watch.timeline.append((round(at - watch.broken_at, 1), f'a write is acknowledged by {server}'))
    watch.measure('until Redis acknowledges writes again', watch.redis.gap_s(watch.broken_at), 6, 's')
    watch.measure('acknowledged writes', len(watch.redis.seen['acknowledged']))
    watch.measure('acknowledged writes lost (nothing durable lives there)', len(watch.redis.lost('sentinel')))
    watch.measure('a token that was signed out is let in', revived, ok=not revived)
    watch.measure('requests that failed through the edge', watch.load.summary(watch.broken_at)['failed'])
    watch.measure('longest time without an answered call', watch.load.outage_s(watch.broken_at), unit='s')
    return watch


def apart(lab):
    """The two primaries on two machines, or this drill would be two."""
    def moved():
        if lab.redis_primary() not in (None, lab.pg_primary()):
            return True
        lab.sentinel('failover', STACK)
        time.sleep(5)
        return False
    wait_for(moved, 120, 'the primaries of PostgreSQL and Redis on two machines', poll_s=1)
    wait_for(lab.redis_whole, 120, 'Redis at full strength', poll_s=1)


def sign_out(lab, token):
    request = urllib.request.Request(f'{lab.url}/api/v1/auth/logout', data=b'', method='POST', headers={'Authorization': f'Bearer {token}'})
    urllib.request.urlopen(request, timeout=15, context=lab.context()).read()


def is_let_in(lab, token):
    try:
        lab.ask('/auth/me', token=token)
        return True
    except OSError:
        return False


# -- the swarm itself --------------------------------------------------------------------------------------------------------

def strength(watch, lab, without=()):
    """Waits for as many tasks as there should be of what has no home of its own."""
    names = ('backend', 'backend-stream', 'frontend')
    manager = lab.manager(without)
    return watch.until(lambda: all(running == wanted for name, (running, wanted) in lab.services(manager).items() if name in names) and down_is_known(lab, manager, without), 180,
                       'workers and SPA at full strength', poll_s=0.5)


def down_is_known(lab, manager, numbers):
    nodes = lab.nodes(manager)
    return all(nodes.get(f'n{number}') != 'ready' for number in numbers)


@drill('worker-lost', 'A worker machine loses its power')
def worker_lost(lab):
    """At least 99.9 % of the calls are answered, and within 60 s there are as many workers as before."""
    lost = other(lab, lab.pg_primary(), lab.redis_primary())
    role = lab.members()[pg(lost)]['role'].replace('_', ' ')
    with Watch(lab, postgres_on=lab.machines[3]) as watch:
        watch.broke(f'power cut of n{lost}: a third of the workers, a {role} of PostgreSQL, a replica of Redis')
        lab.machines[lost].power_cut()
        seconds = strength(watch, lab, {lost})
        time.sleep(3)
        during = watch.load.summary(watch.broken_at)
        watch.note(f'n{lost} has power again')
        lab.machines[lost].power_on()
        watch.until(lab.healthy, 240, 'everything at full strength', poll_s=1)
    swarm_figures(watch, during, seconds)
    database_figures(watch, 10)
    return watch


def swarm_figures(watch, during, seconds):
    watch.measure('calls answered', during['availability'] * 100, 99.9, '%', ok=during['availability'] >= 0.999)
    watch.measure('calls', during['requests'])
    watch.measure('until full strength', seconds, 60, 's')


@drill('manager-leader-lost', 'The machine that leads the swarm loses its power')
def manager_leader_lost(lab):
    """At least 99.9 % of the calls are answered; another manager leads and takes orders within 60 s."""
    lost = lab.leader()
    move_address_from(lab, lost)
    with Watch(lab, postgres_on=lab.machines[6]) as watch:
        watch.broke(f'power cut of n{lost}, which leads the swarm; with it go an etcd and a Sentinel')
        lab.machines[lost].power_cut()
        watch.until(lambda: lab.leader({lost}) not in (None, lost), 90, 'another manager leads')
        manager = lab.manager({lost})
        manager.docker('service', 'update', '--detach', '--label-add', f'drill={uuid.uuid4().hex[:8]}', f'{STACK}_frontend', timeout_s=60)
        seconds = watch.until(lambda: lab.services(manager)['frontend'] == (2, 2), 60, 'an order was taken')
        time.sleep(3)
        during = watch.load.summary(watch.broken_at)
        watch.note(f'n{lost} has power again')
        lab.machines[lost].power_on()
        watch.until(lab.healthy, 240, 'everything at full strength', poll_s=1)
    swarm_figures(watch, during, seconds)
    database_figures(watch, 10)
    return watch


def move_address_from(lab, number):
    """The moving address is another drill's matter: it goes to the other edge first."""
    if lab.vip_holder() != [number]:
        return
    lab.machines[number].exec(f'{STACK}_vip', 'pkill', '-x', 'keepalived')
    wait_for(lambda: lab.vip_holder() not in ([], [number]) and len(lab.vip_holder()) == 1, 60, 'the address at another edge', poll_s=0.5)


@drill('edge-lost', 'The machine that has the address loses its power')
def edge_lost(lab):
    """The address is at the other edge within 3 s; after that no call fails."""
    lost = lab.vip_holder()[0]
    with Watch(lab) as watch:
        watch.broke(f'power cut of n{lost}, an edge with the address')
        lab.machines[lost].power_cut()
        watch.until(lambda: lab.vip_holder() not in ([], [lost]), 60, 'the address is at another edge', poll_s=0.1)
        time.sleep(25)
        watch.note(f'n{lost} has power again')
        lab.machines[lost].power_on()
        watch.until(lab.healthy, 240, 'everything at full strength', poll_s=1)
    watch.measure('longest time without an answered call', watch.load.outage_s(watch.broken_at), 3, 's')
    watch.measure('requests that failed', watch.load.summary(watch.broken_at)['failed'])
    late = [row for row in watch.load.failures(watch.broken_at + 3)]
    watch.measure('requests that failed and were made 3 s later or more', len(late), 0)
    return watch


@drill('full-restart', 'All six machines lose their power at once')
def full_restart(lab):
    """When power is back everything comes up by itself within three minutes, and no acknowledged write is lost."""
    with Watch(lab, postgres_on=lab.machines[3], load=False) as watch:
        time.sleep(6)
    watch.broke('power cut of all six machines')
    for machine in lab.machines.values():
        machine.power_cut()
    time.sleep(3)
    power_at = time.time()
    watch.note('power is back')
    lab.start_machines()
    watch.until(lambda: managed(lab), 120, 'the swarm has a leader')
    watch.until(lab.ready, 300, 'the console is ready', poll_s=0.5)
    watch.measure('until the console is ready, from the power on', time.time() - power_at, 180, 's')
    watch.until(lambda: managed(lab) and lab.healthy(), 300, 'everything at full strength', poll_s=1)
    ensure_canaries(lab)
    watch.measure('acknowledged writes', len(watch.postgres.seen['acknowledged']))
    watch.measure('acknowledged writes lost', len(watch.postgres.lost('pg-1,pg-2,pg-3')), 0)
    watch.measure('the login works', bool(lab.token()), ok=True)
    return watch


def managed(lab):
    try:
        return lab.leader() is not None and bool(lab.manager())
    except Failed:
        return False


# -- updates -----------------------------------------------------------------------------------------------------------------

def together(order, names):
    """The same for several services at once, as a deployment does: (name, the swarm's verdict) of each."""
    with ThreadPoolExecutor(len(names)) as pool:
        return list(zip(names, pool.map(order, names)))


def updated(lab, name, image):
    """docker service update, as the console or a person does it; waits for the swarm's verdict."""
    return ordered(lab, name, 'update', '--no-resolve-image', '--image', image)


def ordered(lab, name, *order):
    """Gives the order and waits for the swarm's verdict on it, not on the one before."""
    before = verdict(lab, name)
    lab.manager().docker('service', order[0], '--detach', *order[1:], f'{STACK}_{name}')

    def decided():
        state, started = verdict(lab, name)
        return state if started != before[1] and state in ('completed', 'rollback_completed', 'paused', 'rollback_paused') else None
    return wait_for(decided, 400, f'the {order[0]} of {name}', poll_s=0.5)


def verdict(lab, name):
    """(state, when it began)"""
    status = lab.manager().engine(f'/services/{STACK}_{name}').get('UpdateStatus') or {}
    return status.get('State'), status.get('StartedAt')


def posted_twice(lab, load):
    """(how often an action that was asked for once is in the audit log as more than one attempt, how many are not in it)."""
    wanted = load.posted()
    number = lab.pg_primary()
    sql = "SELECT coalesce(json_object_agg(request_id, n), '{}') FROM (SELECT request_id, count(*) FILTER (WHERE outcome = 'intent') AS n FROM audit_event WHERE at > now() - interval '1 hour' GROUP BY 1) AS a"
    said = lab.machines[number].exec(f'{STACK}_{pg(number)}', 'psql', '-X', '-A', '-t', '-h', '/tmp', '-d', 'guardian', '-c', sql)
    counts = json.loads(said.stdout)
    return sum(counts.get(identity, 0) > 1 for identity in wanted), sum(counts.get(identity, 0) == 0 for identity in wanted)


def update_figures(watch, lab, requests_min):
    summary = watch.load.summary()
    failures = watch.load.failures()
    for start, seconds, status, method, path, identity, _ in failures[:20]:
        watch.timeline.append((round(start + seconds - watch.broken_at, 1), f'{method} {path} failed after {seconds:.1f} s: {status} ({identity})'))
    if failures[20:]:
        watch.note(f'{len(failures) - 20} more failed')
    twice, unseen = posted_twice(lab, watch.load)
    watch.measure('requests', summary['requests'], ok=summary['requests'] >= requests_min)
    watch.measure('of them POST', summary['posts'])
    watch.measure('requests that failed', summary['failed'], 0)
    watch.measure('actions that happened twice', twice, 0)
    watch.measure('actions that are not in the audit log', unseen, 0)
    watch.measure('slowest answer', summary['max_ms'], unit='ms')


@drill('rolling-update', 'Everything in the path of a request is replaced, and put back')
def rolling_update(lab, groups=(('backend', 'backend-stream'), ('frontend', 'edge')), requests_min=20000, think_s=0.02):
    """Not one of 20,000 requests fails, and no action happens twice."""
    services = [service for group in groups for service in group]
    values, tag = lab.images.values(), f'drill-{uuid.uuid4().hex[:8]}'
    names = {'backend': 'IMAGE_GUARDIAN', 'backend-stream': 'IMAGE_GUARDIAN', 'frontend': 'IMAGE_FRONTEND', 'edge': 'IMAGE_EDGE'}
    news = {image: lab.images.variant(image, f'LABEL drill={tag}', tag) for image in {names[service] for service in services}}
    with Watch(lab, threads=6, think_s=think_s) as watch:
        watch.broke('the update begins')
        rounds = 0
        while not rounds or len(watch.load.done) < requests_min:      # all of them are made while something is replaced
            rounds += 1
            for group in groups:
                for service, state in together(lambda service: updated(lab, service, news[names[service]]), group):
                    watch.note(f'{service}: {state}')
                    watch.measure(f'{service} is updated', state, ok=state == 'completed')
            for group in groups:
                for service, state in together(lambda service: ordered(lab, service, 'rollback'), group):
                    watch.note(f'{service} back: {state}')
        watch.measure('times that everything was replaced and put back', rounds)
    update_figures(watch, lab, requests_min)
    left = [name for name in services if lab.manager().docker('service', 'inspect', '--format', '{{.Spec.TaskTemplate.ContainerSpec.Image}}', f'{STACK}_{name}').stdout.strip() != values[names[name]]]
    watch.measure('services that are not on the old image again', len(left), 0)
    return watch


@drill('bad-image', 'An update whose program does not work')
def bad_image(lab):
    """The swarm takes it back by itself; no request fails."""
    tag = f'bad-{uuid.uuid4().hex[:8]}'
    bad = lab.images.variant('IMAGE_GUARDIAN', 'CMD ["sleep", "infinity"]', tag)
    with Watch(lab) as watch:
        watch.broke('the workers are updated to an image whose health check fails')
        state = updated(lab, 'backend', bad)
        watch.note(f'backend: {state}')
        watch.measure('the swarm took it back', state, ok=state == 'rollback_completed')
    update_figures(watch, lab, 500)
    return watch
