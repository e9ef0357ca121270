// What the tests stand on: a platform of their own, one browser, and what a test may ask of PostgreSQL behind the console's back.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { startEngine } from './engine.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const home = process.env.DEV_HOME ?? join(here, '..', '..', '.dev')
export const screenshots = join(home, 'screenshots')

export async function startPlatform() {
  // One that runs already (its session.json), for whoever writes tests: only what breaks the platform cannot run there.
  if (process.env.E2E_SESSION) return describe(JSON.parse(readFileSync(process.env.E2E_SESSION, 'utf8')), {})
  const dist = process.env.E2E_WEB_ROOT ?? join(here, '..', '..', 'frontend', 'dist')
  if (!existsSync(join(dist, 'index.html'))) throw new Error(`${dist} holds no single-page app: build it first (./dev up, or npm run build in frontend)`)
  const engine = await startEngine()
  // In a process group of its own: Ctrl-C reaches us, and our end reaches it through the pipe.
  const child = spawn('/usr/bin/python3', [join(here, 'console.py')], { stdio: ['pipe', 'pipe', 'inherit'], detached: true, env: { ...process.env, E2E_DOCKER: engine.address } })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value, done } = await lines.next()
  if (done) throw new Error('the platform did not start; its reason is above')
  const session = JSON.parse(value)
  return describe(session, {
    engine,
    async fault(name) {
      child.stdin.write(`${name}\n`)
      await lines.next()
    },
    async stop() {
      const exit = child.exitCode === null ? once(child, 'exit') : null
      child.stdin.end()
      await exit
      engine.stop()
    },
  })
}

function describe(session, more) {
  return {
    ...session,
    ...more,
    /** What psql prints for a statement: unaligned, without a heading. */
    sql: (statement, ...more) => sql(session, statement, ...more),
    /** A session that stays: a person with psql, who is no superuser. */
    person: (name = 'psql') => openSession(session, name),
  }
}

function sql(session, statement, ...more) {
  return run(session.psql[0], [...session.psql.slice(1), '-v', 'ON_ERROR_STOP=1', '-qAt', ...more, '-c', statement])
}

function run(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 1 << 28, env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      error ? reject(new Error(`${program}: ${stderr || error.message}`)) : resolve(stdout.replace(/\n$/, '')))
  })
}

export const person = { name: 'field_engineer', password: 'of-no-use-elsewhere' }

async function openSession(session, application) {
  const at = session.psql.indexOf('-U')
  const args = session.psql.slice(1).with(at, person.name)
  const child = spawn(session.psql[0], [...args, '-qAt'], { env: { ...process.env, PGPASSWORD: person.password, PGAPPNAME: application }, stdio: ['pipe', 'pipe', 'pipe'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let complaints = ''
  child.stderr.on('data', (chunk) => (complaints += chunk))
  child.stdin.on('error', () => {}) // a session that was ended from outside
  const made = {
    /** Sends and does not wait. */
    send: (statement) => child.stdin.write(`${statement}\n`),
    async ask(statement) {
      made.send(statement)
      const { value, done } = await lines.next()
      if (done) throw new Error(`psql ended: ${complaints}`)
      return value
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.stdin.end('\\q\n')
      // What it still runs would go on for long without it.
      const late = setTimeout(() => void sql(session, `SELECT pg_terminate_backend(${made.pid})`), 500)
      await exit
      clearTimeout(late)
    },
    get complaints() {
      return complaints
    },
  }
  made.pid = Number(await made.ask('SELECT pg_backend_pid();'))
  return made
}

export async function startBrowser() {
  rmSync(screenshots, { recursive: true, force: true })
  mkdirSync(screenshots, { recursive: true })
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    chromiumSandbox: false,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--font-render-hinting=none',
    ],
  })
}
