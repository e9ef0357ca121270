// npm run lab [-- words …]: every steering action from the browser, on the six machines of ./dev lab up, and what docker, patronictl and redis-cli say of it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { confirmed, dialog, open } from './steps.mjs'
import { eventually, runAll, test } from './suite.mjs'
import { screenshots, startBrowser } from './world.mjs'

const run = promisify(execFile)
const home = process.env.DEV_HOME ?? fileURLToPath(new URL('../../.dev', import.meta.url))
const session = JSON.parse(readFileSync(join(home, 'lab', 'session.json'), 'utf8'))

const docker = async (machine, ...args) => (await run('docker', args, { env: { ...process.env, DOCKER_HOST: session.docker[machine] } })).stdout.trim()
const service = async (name) => JSON.parse(await docker('n1', 'service', 'inspect', `guardian_${name}`))[0]
const running = async (name) => (await docker('n1', 'service', 'ps', '--filter', 'desired-state=running', '--format', '{{.Node}} {{.CurrentState}}', `guardian_${name}`))
  .split('\n').filter((line) => line.includes(' Running ')).map((line) => line.split(' ')[0])

/** A program in the container of a service, on whichever machine has it. */
async function inside(name, machines, ...args) {
  for (const machine of machines) {
    const id = await docker(machine, 'ps', '--quiet', '--filter', `label=com.docker.swarm.service.name=guardian_${name}`)
    if (id) return docker(machine, 'exec', id, ...args)
  }
  throw new Error(`no container of ${name} runs`)
}
const workers = ['n4', 'n5', 'n6']
const patronictl = (...args) => inside('pg-1', workers, 'patronictl', '-c', '/etc/guardian/patroni.yml', ...args)
const members = async () => Object.fromEntries(JSON.parse(await patronictl('list', '--format', 'json')).map((row) => [row.Member, row]))
const leader = async () => Object.values(await members()).find((row) => row.Role === 'Leader')?.Member
const redisRole = (number) => inside(`redis-${number}`, workers, 'sh', '-c', 'REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli role | head -n 1')

async function opened(visit, path, title) {
  visit.allow('502 ', '503 ') // what is being moved may be away for a moment
  return open(visit, path, title)
}

const openService = async (visit, name) => opened(visit, `/platform/swarm/services/${(await service(name)).ID}`, `guardian_${name}`)

test('A service is scaled and rolled back from the browser, and the engine has as many tasks', async (visit) => {
  const page = await openService(visit, 'frontend')
  await page.getByRole('button', { name: 'Scale', exact: true }).click()
  await dialog(page).getByLabel('Replicas (now 2)').fill('3')
  await dialog(page).getByRole('button', { name: 'Go on' }).click()
  await confirmed(page)
  await eventually(async () => assert.equal((await running('frontend')).length, 3))
  await page.getByText('3 / 3').waitFor()
  await page.screenshot({ path: join(screenshots, 'lab-service.png') })
  await page.getByRole('button', { name: 'Roll back' }).click()
  await confirmed(page)
  await eventually(async () => assert.equal((await running('frontend')).length, 2))
})

test('A service is rolled to another image from the browser, one task after the other, and back', async (visit) => {
  const before = (await service('frontend')).Spec.TaskTemplate.ContainerSpec.Image
  const other = before.replace(/:[^:@/]+@/, '@') // the same by its digest alone
  const page = await openService(visit, 'frontend')
  await page.getByRole('button', { name: 'Update image' }).click()
  await dialog(page).getByLabel('Image', { exact: true }).fill(other)
  await dialog(page).getByRole('button', { name: 'Go on' }).click()
  await confirmed(page)
  const state = async () => (await service('frontend')).UpdateStatus.State
  await eventually(async () => assert.equal(await state(), 'completed'), 180_000)
  assert.equal((await service('frontend')).Spec.TaskTemplate.ContainerSpec.Image, other)
  await page.getByRole('button', { name: 'Roll back' }).click()
  await confirmed(page)
  await eventually(async () => assert.equal(await state(), 'rollback_completed'), 180_000)
  assert.equal((await service('frontend')).Spec.TaskTemplate.ContainerSpec.Image, before)
})

test('A machine is drained from the browser, its tasks move, and it is made active again', async (visit) => {
  const page = await opened(visit, '/platform/swarm?tab=nodes', 'Swarm')
  await page.getByRole('button', { name: 'Drain node n3' }).click()
  await confirmed(page)
  await eventually(async () => assert.equal(await docker('n1', 'node', 'inspect', '--format', '{{.Spec.Availability}}', 'n3'), 'drain'))
  await eventually(async () => assert.equal(await docker('n3', 'ps', '--quiet', '--filter', 'label=com.docker.stack.namespace=guardian'), ''))
  await page.getByRole('row', { name: /n3/ }).getByText('drained', { exact: true }).waitFor()
  await page.screenshot({ path: join(screenshots, 'lab-drained.png') })
  await page.getByRole('button', { name: 'Activate node n3' }).click()
  await confirmed(page)
  const healthy = (name) => docker('n3', 'ps', '--quiet', '--filter', 'health=healthy', '--filter', `label=com.docker.swarm.service.name=guardian_${name}`)
  await eventually(async () => assert.ok((await healthy('etcd-3')) && (await healthy('sentinel-3'))), 90_000)
})

test('The primary is moved from the browser to its synchronous standby, and patronictl has the same leader', async (visit) => {
  const page = await opened(visit, '/platform/replication', 'Replication')
  const candidate = await eventually(async () => {
    const found = Object.values(await members()).find((row) => row.Role === 'Sync Standby')?.Member
    assert.ok(found)
    return found
  })
  await page.getByRole('button', { name: `Switch over to ${candidate}` }).click()
  await confirmed(page)
  await page.locator('.el-message').getByText(`${candidate} takes over`).waitFor() // it goes by itself, sooner than patronictl has answered twice
  await eventually(async () => assert.equal(await leader(), candidate))
  await page.getByRole('region', { name: 'Members' }).getByRole('row', { name: new RegExp(`${candidate} .*leader`) }).waitFor()
  await page.screenshot({ path: join(screenshots, 'lab-replication.png') })
})

test('Failover is paused and resumed from the browser, and Patroni has it', async (visit) => {
  const page = await opened(visit, '/platform/replication', 'Replication')
  const paused = async () => JSON.parse(await inside('pg-1', workers, 'curl', '-fsS', 'http://localhost:8008/config')).pause ?? false
  await page.getByRole('button', { name: 'Pause failover' }).click()
  await confirmed(page)
  await eventually(async () => assert.equal(await paused(), true))
  await page.getByRole('button', { name: 'Resume failover' }).click()
  await eventually(async () => assert.equal(await paused(), false))
  await page.getByRole('button', { name: 'Pause failover' }).waitFor()
})

test('A replica is made anew from the browser, and streams again', async (visit) => {
  const page = await opened(visit, '/platform/replication', 'Replication')
  const replica = await eventually(async () => {
    const found = Object.values(await members()).find((row) => row.Role === 'Replica' && row.State === 'running')?.Member
    assert.ok(found)
    return found
  })
  const mark = async (...command) => inside(replica, workers, ...command, '/var/lib/postgresql/main/of-before')
  await mark('touch')
  await page.getByRole('button', { name: `Reinitialize ${replica}` }).click()
  await confirmed(page)
  await eventually(() => assert.rejects(mark('cat'), /No such file/))
  await eventually(async () => assert.equal((await members())[replica]?.State, 'running'))
  await page.getByRole('region', { name: 'Members' }).getByRole('row', { name: new RegExp(`${replica} .*running`) }).waitFor()
})

test('Redis is failed over from the browser, and another server says that it is the master', async (visit) => {
  const page = await opened(visit, '/platform/redis', 'Redis')
  const roles = () => Promise.all([1, 2, 3].map(redisRole))
  const before = (await roles()).indexOf('master')
  await page.getByRole('button', { name: 'Fail over' }).click()
  await confirmed(page)
  await eventually(async () => {
    const now = await roles()
    assert.notEqual(now.indexOf('master'), before)
    assert.deepEqual([...now].sort(), ['master', 'slave', 'slave'])
  })
  await page.locator('section.server').filter({ has: page.getByText('primary', { exact: true }) }).getByRole('heading').waitFor()
  await page.screenshot({ path: join(screenshots, 'lab-redis.png') })
})

const browser = await startBrowser()
const platform = { url: session.url, username: session.username, password: session.password, sql: () => assert.fail('not here') }
// They change what the next one stands on: one after the other.
const outcome = await runAll({ platform, browser }, process.argv.slice(2), { lanes: 1 })
await browser.close()
console.log(`${outcome.passed} passed, ${outcome.failed} failed`)
process.exit(outcome.failed > 0 || outcome.passed === 0 ? 1 : 0)
