// A stand-in for the Docker Engine's API (v1.41) of a swarm of six nodes, with its logs, and for Prometheus and Alertmanager:
// real ones cannot be had where the browser tests run.
import { once } from 'node:events'
import { createServer } from 'node:http'

const stack = { 'com.docker.stack.namespace': 'iot' }
const now = () => new Date().toISOString()
const digest = `sha256:${'3f'.repeat(32)}`

/** name, image, label of its quorum, nodes of its tasks, more. */
const described = [
  ['iot_postgres', 'registry.local/postgresql:15.8', 'postgresql', ['node-4']],
  ['iot_standby', 'registry.local/postgresql:15.8', 'postgresql', ['node-5']],
  ['iot_redis-1', 'registry.local/redis:7.0.15', 'redis', ['node-4']],
  ['iot_redis-2', 'registry.local/redis:7.0.15', 'redis', ['node-6']],
  ['iot_etcd-1', 'registry.local/etcd:3.4.23', 'etcd', ['node-1']],
  ['iot_etcd-2', 'registry.local/etcd:3.4.23', 'etcd', ['node-2']],
  ['iot_etcd-3', 'registry.local/etcd:3.4.23', 'etcd', ['node-3']],
  ['iot_guardian-fcgi', 'registry.local/guardian-fcgi:1.0.0', null, ['node-1', 'node-2']],
  ['iot_nginx', 'registry.local/nginx:1.22.1', null, ['node-1', 'node-2', 'node-3'], { Endpoint: { Ports: [{ Protocol: 'tcp', TargetPort: 443, PublishedPort: 8443, PublishMode: 'ingress' }] } }],
  ['iot_collector', 'registry.local/collector:2.1.0', null, [], { failing: true }],
]

class Swarm {
  constructor() {
    this.count = 100
    this.nodes = Array.from({ length: 6 }, (_, index) => this.#node(index))
    this.services = []
    this.tasks = []
    for (const [name, image, group, hosts, more] of described) this.add(name, image, group, hosts, more)
    this.networks = [{ Id: 'net-backend', Name: 'iot_backend', Driver: 'overlay', Scope: 'swarm', Internal: true, Attachable: false, Ingress: false, Options: { encrypted: '' }, IPAM: { Config: [{ Subnet: '10.20.1.0/24' }] } }]
    this.secrets = [{ ID: 'sec-1', CreatedAt: now(), UpdatedAt: now(), Spec: { Name: 'iot_pg_password_v3' } }, { ID: 'sec-2', CreatedAt: now(), UpdatedAt: now(), Spec: { Name: 'iot_unused_v1' } }]
    this.configs = [{ ID: 'con-1', CreatedAt: now(), UpdatedAt: now(), Spec: { Name: 'iot_nginx_4be1c2' } }]
  }

  #id(kind) {
    this.count += 1
    return `${kind}${String(this.count).padStart(25 - kind.length, '0')}`
  }

  #node(index) {
    const manager = index < 3
    return {
      ID: this.#id('node'), Version: { Index: 10 + index }, CreatedAt: now(), UpdatedAt: now(),
      Spec: { Role: manager ? 'manager' : 'worker', Availability: 'active', Labels: { zone: `z${index % 3 + 1}` } },
      Description: { Hostname: `node-${index + 1}`, Resources: { NanoCPUs: 8e9, MemoryBytes: 32 * 2 ** 30 }, Engine: { EngineVersion: '20.10.24' } },
      Status: { State: 'ready', Addr: `10.0.0.${index + 1}` },
      ...(manager && { ManagerStatus: { Leader: index === 0, Reachability: 'reachable', Addr: `10.0.0.${index + 1}:2377` } }),
    }
  }

  add(name, image, group, hosts, { failing = false, Endpoint = {} } = {}) {
    const service = {
      ID: this.#id('svc'), Version: { Index: this.count }, CreatedAt: now(), UpdatedAt: now(),
      Spec: {
        Name: name, Labels: { ...stack, ...(group && { 'iot_guardian.quorum': group }) }, Mode: { Replicated: { Replicas: failing ? 1 : hosts.length } },
        TaskTemplate: {
          ContainerSpec: { Image: `${image}@${digest}`, Env: ['TZ=UTC', 'PASSWORD_FILE=/run/secrets/pg'], Secrets: name === 'iot_postgres' ? [{ SecretName: 'iot_pg_password_v3' }] : [], ReadOnly: true, StopGracePeriod: 3e10, Healthcheck: { Test: ['CMD', 'healthy'] } },
          Placement: { Constraints: ['node.labels.zone == z1'] }, Networks: [{ Target: 'net-backend' }], RestartPolicy: { Condition: 'any' },
          Resources: { Limits: { NanoCPUs: 1e9, MemoryBytes: 2 ** 29 }, Reservations: { NanoCPUs: 2e8, MemoryBytes: 2 ** 27 } },
        },
        UpdateConfig: { Parallelism: 1, Delay: 5e9, Monitor: 1e10, Order: 'stop-first', FailureAction: 'rollback' },
      },
      Endpoint,
    }
    this.services.push(service)
    hosts.forEach((host, index) => this.#task(service, host, index + 1))
    if (failing) {
      for (const host of ['node-4', 'node-5', 'node-6']) this.#task(service, host, 1, { state: 'failed', wanted: 'shutdown', error: 'task: non-zero exit (3)', exit: 3 })
      this.#task(service, 'node-4', 1, { state: 'preparing' })
    }
    return service
  }

  #task(service, host, slot, { state = 'running', wanted = 'running', error, exit } = {}) {
    const node = this.nodes.find((each) => each.Description.Hostname === host)
    this.tasks.push({
      ID: this.#id('task'), CreatedAt: new Date(Date.now() - 1000 * (500 - this.count % 400)).toISOString(), UpdatedAt: now(), ServiceID: service.ID, Slot: slot, NodeID: node.ID, DesiredState: wanted,
      Spec: { ContainerSpec: { Image: service.Spec.TaskTemplate.ContainerSpec.Image }, Resources: service.Spec.TaskTemplate.Resources },
      Status: { State: state, Timestamp: now(), Message: state === 'running' ? 'started' : state, ...(error && { Err: error }), ContainerStatus: { ContainerID: 'c'.repeat(64), ExitCode: exit ?? 0 } },
      NetworksAttachments: [{ Network: { ID: 'net-backend' }, Addresses: [`10.20.1.${this.count % 250}/24`] }],
    })
  }

  /** So many more tasks, spread over so many nodes. */
  grow(tasks, nodes = this.nodes.length) {
    while (this.nodes.length < nodes) this.nodes.push(this.#node(this.nodes.length))
    const service = this.add('iot_sensors', 'registry.local/sensors:1.4.2', null, [])
    service.Spec.Mode.Replicated.Replicas = tasks
    for (let index = 0; index < tasks; index += 1) this.#task(service, `node-${index % nodes + 1}`, index + 1)
  }

  settle(service) {
    const wanted = service.Spec.Mode.Replicated.Replicas
    const own = () => this.tasks.filter((task) => task.ServiceID === service.ID && task.DesiredState === 'running')
    for (const task of own().slice(wanted)) Object.assign(task, { DesiredState: 'shutdown', Status: { ...task.Status, State: 'shutdown' } })
    for (let slot = own().length + 1; slot <= wanted; slot += 1) this.#task(service, `node-${slot % 6 + 1}`, slot)
  }

  change(object, spec, query) {
    const before = object.Spec
    object.Spec = query.get('rollback') === 'previous' ? object.PreviousSpec : spec
    if (before.Name) object.PreviousSpec = before
    object.Version.Index += 1
    object.UpdatedAt = now()
    if (!before.Name) return {}
    object.UpdateStatus = { State: 'completed', StartedAt: now(), CompletedAt: now(), Message: 'update completed' }
    this.settle(object)
    return { Warnings: null }
  }

  info() {
    return { Name: 'node-1', ServerVersion: '20.10.24', Swarm: { NodeID: this.nodes[0].ID, LocalNodeState: 'active', Cluster: { ID: 'cluster-of-the-tests' } } }
  }
}

const requestId = 'e2e0f00d-0000-4000-8000-00000000cafe'

/** The last lines of a service, in the Engine's frames: kind of stream, size, text. */
function frame(swarm, service, level, text, at = now()) {
  const task = swarm.tasks.find((each) => each.ServiceID === service.ID)
  const line = Buffer.from(`${at} com.docker.swarm.node.id=${task.NodeID},com.docker.swarm.service.id=${service.ID},com.docker.swarm.task.id=${task.ID} ${JSON.stringify({ time: at, level, event: 'request', request_id: requestId, message: text })}\n`)
  const head = Buffer.alloc(8)
  head[0] = level === 'error' ? 2 : 1
  head.writeUInt32BE(line.length, 4)
  return Buffer.concat([head, line])
}

function sendLogs(swarm, service, url, response) {
  response.writeHead(200, { 'Content-Type': 'application/vnd.docker.raw-stream' })
  const name = service.Spec.Name
  for (const [level, text] of [['info', `${name} is up`], ['warn', `${name} is slow`], ['error', `${name} has lost its upstream <img src=x>`]]) response.write(frame(swarm, service, level, text))
  if (url.searchParams.get('follow') !== '1') return void response.end()
  let count = 0
  const timer = setInterval(() => response.write(frame(swarm, service, 'info', `followed line ${(count += 1)}`)), 300)
  response.on('close', () => clearInterval(timer))
}

/** What a query is about → the lines that Prometheus has for it: labels, a level, how much it swings. */
const measured = [
  ['guardian_requests_total', [[{ status: '2xx' }, 40, 12], [{ status: '4xx' }, 3, 2], [{ status: '5xx' }, 0.02, 0.02]]],
  ['histogram_quantile', [[{ pool: 'short' }, 0.012, 0.004], [{ pool: 'stream' }, 0.3, 0.2]]],
  ['guardian_workers_busy', [[{ pool: 'short' }, 0.2, 0.15], [{ pool: 'stream' }, 0.05, 0.04]]],
  ['guardian_response_bytes', [[{ pool: 'short' }, 240_000, 90_000], [{ pool: 'stream' }, 3_000_000, 2_500_000]]],
  ['guardian_audit_events', [[{}, 124_000, 40]]],
  ['guardian_audit_sealed', [[{}, 60, 55]]],
  ['node_network', Array.from({ length: 30 }, (_, index) => [{ instance: `node-${index + 1}:9100` }, 1_000_000 + index * 250_000, 300_000])],
  ['node_', Array.from({ length: 6 }, (_, index) => [{ instance: `node-${index + 1}:9100` }, 0.2 + index * 0.1, 0.08])],
  ['pg_stat_activity_count', ['pg-1', 'pg-2'].flatMap((name) => ['active', 'idle', 'idle in transaction'].map((state, index) => [{ instance: `${name}:9187`, state }, 4 + index * 7, 3]))],
  ['pg_', [[{ datname: 'iot_guardian' }, 900, 250], [{ datname: 'guardian' }, 40, 15]]],
  ['redis_', [[{ instance: 'redis-1:9121' }, 3_500_000, 400_000], [{ instance: 'redis-2:9121' }, 3_200_000, 300_000]]],
]

/** Lines over the wanted moments; nothing was measured in the second tenth of each, whatever their length. */
function matrix(query, params) {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(params.get(name)))
  const lines = measured.find(([word]) => query.includes(word))?.[1] ?? []
  return lines.map(([metric, level, swing], index) => {
    const values = []
    for (let at = start; at <= end; at += step) {
      const part = (at - start) / (end - start)
      if (part < 0.1 || part > 0.2) values.push([at, String(level + swing * Math.sin(part * 19 + index))])
    }
    return { metric, values }
  })
}

/** Alertmanager and Prometheus, as far as the console asks them. */
class Watch {
  silences = []
  /** Prometheus: answers, "is silent", or talks "nonsense". */
  prometheus = 'answers'
  asked = []
  alerts = [
    ['DiskFillsUp', 'critical', 'node-4', 'The disk of node-4 is 91 % full', 'https://docs.example/runbooks#disk', 'Delete old backups by retention'],
    ['ServiceDegraded', 'warning', 'node-5', 'iot_collector runs 0 of 1', 'docs/incidents.md#collector', null],
  ].map(([alertname, severity, instance, summary, runbook, action], index) => ({
    fingerprint: `f${index}`.padEnd(16, '0'), labels: { alertname, severity, instance }, annotations: { summary, runbook, ...(action && { safe_action: action }) },
    startsAt: new Date(Date.now() - 3_600_000 * (index + 1)).toISOString(), updatedAt: now(), endsAt: now(), status: { state: 'active', silencedBy: [], inhibitedBy: [] },
  }))

  answer(method, path, body, params) {
    if (path === '/api/v2/alerts') return this.alerts
    if (path === '/api/v2/silences' && method === 'GET') return this.silences
    if (path === '/api/v2/silences') return this.#silence(JSON.parse(body))
    if (method === 'DELETE') return this.#end(path.split('/').pop())
    if (path !== '/api/v1/query_range') return undefined
    const query = params.get('query')
    this.asked.push({ query, start: Number(params.get('start')), end: Number(params.get('end')), step: Number(params.get('step')) })
    if (this.prometheus === 'nonsense') return '<html>gateway</html>'
    if (!query.includes('ALERTS')) return { status: 'success', data: { resultType: 'matrix', result: matrix(query, params) } }
    const at = Math.floor(Date.now() / 1000)
    return { status: 'success', data: { resultType: 'matrix', result: [{ metric: { alertname: 'DiskFillsUp', severity: 'critical', instance: 'node-4' }, values: [[at - 7_200, '1'], [at - 7_140, '1']] }] } }
  }

  #silence(made) {
    const id = `00000000-0000-4000-8000-${String(this.silences.length + 1).padStart(12, '0')}`
    this.silences.push({ ...made, id, status: { state: 'active' }, updatedAt: now() })
    this.#apply(made, { state: 'suppressed', silencedBy: [id], inhibitedBy: [] })
    return { silenceID: id }
  }

  #end(id) {
    const silence = this.silences.find((each) => each.id === id)
    silence.status.state = 'expired'
    this.#apply(silence, { state: 'active', silencedBy: [], inhibitedBy: [] })
    return {}
  }

  #apply({ matchers }, status) {
    for (const alert of this.alerts) if (matchers.every(({ name, value }) => alert.labels[name] === value)) alert.status = status
  }
}

async function answer(swarm, method, url, body) {
  const [kind, id, verb] = url.pathname.replace('/v1.41/', '').split('/')
  if (kind === 'info') return swarm.info()
  const list = swarm[kind]
  if (!list) return undefined
  if (id === undefined) return list
  const object = list.find((each) => each.ID === id)
  if (!object || method === 'GET') return object
  if (verb !== 'update' || Number(url.searchParams.get('version')) !== object.Version.Index) return undefined
  return swarm.change(object, JSON.parse(body), url.searchParams)
}

export async function startEngine() {
  const engine = { swarm: new Swarm(), watch: new Watch(), silent: false, changes: [], requestId }
  const server = createServer(async (request, response) => {
    if (engine.silent) return void request.socket.destroy()
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url, 'http://docker')
    if (request.method === 'POST') engine.changes.push(url.pathname)
    const followed = /^\/v1\.41\/services\/([^/]+)\/logs$/.exec(url.pathname)
    if (followed) return void sendLogs(engine.swarm, engine.swarm.services.find((each) => each.ID === followed[1]), url, response)
    if (url.pathname === '/api/v1/query_range' && engine.watch.prometheus === 'is silent') return void request.socket.destroy()
    if (url.pathname.startsWith('/api/')) return void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(engine.watch.answer(request.method, url.pathname, Buffer.concat(chunks).toString(), url.searchParams) ?? null))
    const found = await answer(engine.swarm, request.method, url, Buffer.concat(chunks).toString())
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(found ?? { message: 'page not found' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  engine.address = `http://127.0.0.1:${server.address().port}`
  engine.reset = () => (engine.swarm = new Swarm())
  engine.service = (name) => engine.swarm.services.find((each) => each.Spec.Name === name)
  engine.stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return engine
}
