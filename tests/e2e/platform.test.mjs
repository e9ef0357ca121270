// The swarm, its logs, Prometheus and Alertmanager are stand-ins here (engine.mjs answers as they would). PostgreSQL's replication, Redis and its Sentinels are real.
import assert from 'node:assert/strict'
import { backUp, ended } from './steps.mjs'
import { eventually, test } from './suite.mjs'

const dialog = (page) => page.getByRole('dialog')
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()

async function open(visit, path, title) {
  const page = await visit.person()
  visit.allow('428 POST /api/v1/') // the first of the two steps
  await page.goto(path)
  await heading(page, title)
  return page
}

/** Types what the dialog wants typed. */
async function confirm(page) {
  const phrase = await dialog(page).locator('label code').innerText()
  await dialog(page).getByLabel('Type to confirm:').fill(phrase)
  await dialog(page).locator('button[type=submit]').click()
  await dialog(page).waitFor({ state: 'hidden' })
}

const replicas = (visit, name) => visit.platform.engine.service(name).Spec.Mode.Replicated.Replicas

test('The swarm’s overview counts what the engine has, says what needs attention, and shows each quorum with its places', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, '/platform/swarm', 'Swarm')
  const attention = page.getByRole('region', { name: 'Needs attention' })
  await attention.getByText('service iot_collector runs 0 of 1').waitFor()
  assert.match(await attention.innerText(), /Critical/)
  assert.match(await page.getByRole('region', { name: 'Nodes', exact: true }).innerText(), /6\s*\/ 6/)
  const etcd = page.getByRole('region', { name: 'etcd', exact: true })
  assert.match(await etcd.innerText(), /Holds, 1 may be lost[^]*3 of 3 healthy, 2 needed[^]*iot_etcd-1[^]*node-1/)
  assert.match(await page.getByRole('region', { name: 'postgresql', exact: true }).innerText(), /Holds, none to spare/)
  await page.getByText(/^As of /).waitFor()
})

test('A service is scaled in two steps: the effect first, then the phrase, then the engine has the new number', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const { engine } = visit.platform
  const page = await open(visit, '/platform/swarm?tab=services&search=guardian', 'Swarm')
  await page.getByRole('link', { name: 'iot_guardian-fcgi' }).click()
  await heading(page, 'iot_guardian-fcgi')
  await page.getByRole('button', { name: 'Scale', exact: true }).click()
  await dialog(page).getByLabel('Replicas (now 2)').fill('4')
  await dialog(page).getByRole('button', { name: 'Go on' }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  assert.equal(replicas(visit, 'iot_guardian-fcgi'), 2, 'nothing is done by the first step')
  await confirm(page)
  await page.getByText('iot_guardian-fcgi is being scaled to 4').waitFor()
  assert.equal(replicas(visit, 'iot_guardian-fcgi'), 4)
  await page.getByText('4 / 4').waitFor()
  await eventually(async () => assert.equal(await page.getByRole('group', { name: 'Tasks and their history' }).getByText('running', { exact: true }).count(), 8, 'state and wanted state of four'))
  await page.getByRole('button', { name: 'Roll back' }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  await confirm(page)
  await page.getByText('2 / 2').waitFor()
  assert.equal(engine.changes.filter((path) => path.includes(engine.service('iot_guardian-fcgi').ID)).length, 2)
})

test('A new image is refused as the field that is wrong, or rolled out after both steps', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, `/platform/swarm/services/${visit.platform.engine.service('iot_nginx').ID}`, 'iot_nginx')
  visit.allow('400 POST /api/v1/swarm/', '422 POST /api/v1/swarm/')
  const ask = async (image) => {
    await page.getByRole('button', { name: 'Update image' }).click()
    await dialog(page).getByLabel('Image', { exact: true }).fill(image)
    await dialog(page).getByRole('button', { name: 'Go on' }).click()
  }
  await ask('nginx; rm -rf /')
  await page.getByRole('alert').getByText('A field of the request is wrong').waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Close' }).click()
  await ask('registry.local/nginx:1.24.0')
  await dialog(page).locator('#confirm-phrase').waitFor()
  assert.match(await dialog(page).innerText(), /3 tasks are replaced, 1 at a time/)
  await confirm(page)
  await eventually(() => assert.equal(visit.platform.engine.service('iot_nginx').Spec.TaskTemplate.ContainerSpec.Image, 'registry.local/nginx:1.24.0'))
  await page.getByText('registry.local/nginx:1.24.0').first().waitFor()
})

test('What would break a quorum is refused in the server’s own sentence, which stays on the page; nothing is done', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, '/platform/swarm?tab=nodes', 'Swarm')
  visit.allow('409 POST /api/v1/swarm/nodes/')
  await page.getByRole('button', { name: 'Drain node node-5' }).click()
  const refusal = page.getByRole('alert')
  await refusal.getByText('Refused: it would break a quorum').waitFor()
  assert.match(await refusal.innerText(), /Draining node node-5 would leave 1 of 2 postgresql members healthy/)
  assert.equal(await dialog(page).count(), 0)
  assert.equal(visit.platform.engine.swarm.nodes[4].Spec.Availability, 'active')
  await page.getByRole('main').getByRole('button', { name: 'Close' }).click()
  await refusal.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Pause node node-3' }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  await confirm(page)
  await page.getByRole('row', { name: /node-3/ }).getByText('paused', { exact: true }).waitFor()
  assert.equal(visit.platform.engine.swarm.nodes[2].Spec.Availability, 'pause')
})

test('Drift names what is in the file and what runs; secrets are names alone', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, '/platform/swarm?tab=drift', 'Swarm')
  const drifted = page.getByRole('region', { name: 'guardian-fcgi' })
  await drifted.getByRole('cell', { name: 'registry.local/guardian-fcgi:1.1.0' }).waitFor()
  await page.getByRole('region', { name: 'archive' }).getByText('Does not run').waitFor()
  await page.getByRole('tab', { name: 'Secrets' }).click()
  await page.getByRole('row', { name: /iot_pg_password_v3 v3 .* iot_postgres/ }).waitFor()
  await page.getByRole('row', { name: /iot_unused_v1 .* unused/ }).waitFor()
  assert.match(page.url(), /tab=secrets/)
})

test('The topology says who disagrees, draws nodes with their roles, opens a node by keyboard, and is a table, too', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  await visit.platform.fault('start standby')
  const page = await open(visit, '/platform/topology', 'Topology')
  await page.getByText('Swarm says that redis-1 runs on node-4, but no Sentinel knows it: believe the Sentinels.').waitFor()
  const node = (name) => page.getByRole('button', { name: new RegExp(`^${name};`) })
  await eventually(async () => assert.match(await node('node-4').locator('title').textContent(), /worker · ready; iot_postgres: leader;/))
  await eventually(async () => assert.match(await node('node-5').locator('title').textContent(), /iot_standby: replica · .* behind/))
  assert.equal(await page.locator('svg path.link').count(), 1, 'a curve from the leader to its replica')
  await node('node-5').focus()
  await page.keyboard.press('Enter')
  await dialog(page).getByRole('row', { name: /iot_standby/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Table' }).click()
  await page.getByRole('row', { name: /node-4 iot_postgres running postgresql leader/ }).waitFor()
  await page.getByRole('searchbox').fill('standby')
  await eventually(async () => assert.equal(await page.locator('tbody tr').count(), 1))
})

test('PostgreSQL alone, without Patroni, still shows who follows whom and how far behind; nothing can be switched', async (visit) => {
  if (!visit.platform.fault) return visit.notes.push('not run: the platform is not ours')
  await visit.platform.fault('start standby')
  const page = await open(visit, '/platform/replication', 'Replication')
  const members = page.getByRole('region', { name: 'Members' })
  const standby = members.getByRole('row', { name: /standby/ })
  await standby.getByText('streams (streaming)').waitFor()
  await standby.getByText('replica', { exact: true }).waitFor()
  assert.match(await standby.innerText(), /\d B|KiB|MiB/)
  await members.getByText('leader', { exact: true }).waitFor()
  await page.getByRole('region', { name: 'Replication slots' }).getByRole('row', { name: /standby physical in use/ }).waitFor()
  await page.getByRole('region', { name: 'If the leader died now' }).getByText('Nobody takes over').waitFor()
  assert.equal(await page.getByRole('button', { name: /Switch over|Pause failover/ }).count(), 0)
  assert.equal(await visit.sql("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'standby'"), '1')
})

test('Redis shows its primary, its replicas and what each Sentinel believes', async (visit) => {
  const page = await open(visit, '/platform/redis', 'Redis')
  await eventually(async () => assert.equal(await page.getByRole('region').filter({ hasText: /^127\.0\.0\.1/ }).filter({ hasText: 'replica' }).count(), 2))
  const sentinels = page.getByRole('region', { name: 'Sentinels' })
  await sentinels.getByText('can fail over').waitFor()
  assert.equal(await sentinels.getByText('agrees', { exact: true }).count(), 3)
  assert.match(await sentinels.innerText(), /3 of 3 agree on the primary/)
})

test('An alert shows its runbook and its safe action, is silenced for a reason, and rings again when the silence ends', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, '/platform/alerts', 'Alerts')
  const disk = page.getByRole('region', { name: 'DiskFillsUp' })
  await disk.getByText('Delete old backups by retention').waitFor()
  assert.equal(await disk.getByRole('link', { name: 'Runbook' }).getAttribute('href'), 'https://docs.example/runbooks#disk')
  assert.equal(await page.getByRole('region', { name: 'ServiceDegraded' }).getByRole('link').count(), 0, 'what is no address is no link')
  await disk.getByRole('button', { name: 'Silence DiskFillsUp' }).click()
  const submit = dialog(page).getByRole('button', { name: 'Silence', exact: true })
  assert.ok(await submit.isDisabled(), 'without a reason')
  await dialog(page).getByLabel('Why').fill('A bigger disk is on its way')
  await submit.click()
  await disk.getByText('silenced', { exact: true }).waitFor()
  assert.deepEqual(visit.platform.engine.watch.silences.map((each) => [each.comment, each.createdBy]), [['A bigger disk is on its way', visit.platform.username]])
  await page.getByRole('tab', { name: 'Silences' }).click()
  await page.getByRole('row', { name: /active .*DiskFillsUp.* A bigger disk/ }).getByRole('button', { name: 'End' }).click()
  await page.getByRole('row', { name: /over .*DiskFillsUp/ }).waitFor()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByRole('row', { name: /DiskFillsUp/ }).waitFor()
})

test('Logs are found by filters that stand in the URL, followed as they come, and lead to the trail of their request', async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const page = await open(visit, '/platform/logs?service=iot_nginx&level=warn', 'Logs')
  const lines = page.getByRole('list', { name: 'Log lines' }).getByRole('listitem')
  await eventually(async () => assert.equal(await lines.count(), 2))
  assert.equal(await page.getByRole('button', { name: 'Follow' }).isEnabled(), true)
  await page.getByRole('searchbox', { name: 'Search in the lines' }).fill('upstream')
  await eventually(async () => assert.equal(await lines.count(), 1))
  assert.match(page.url(), /text=upstream/)
  await lines.first().getByText('<img src=x>').waitFor()
  await page.getByRole('searchbox', { name: 'Search in the lines' }).fill('followed')
  await page.getByLabel('Level').selectOption('')
  // A filter that is still on its way to the URL would end what follows.
  await eventually(async () => assert.ok(page.url().includes('text=followed') && !page.url().includes('level='), page.url()))
  await eventually(async () => assert.equal(await lines.count(), 0))
  await page.getByRole('button', { name: 'Follow' }).click()
  await lines.filter({ hasText: 'followed line 3' }).waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.goto(`/platform/logs?service=iot_nginx&trail=${visit.platform.engine.requestId}`)
  await dialog(page).getByText('It left no audit event.').waitFor()
  await dialog(page).getByText('iot_nginx has lost its upstream').first().waitFor()
  await page.keyboard.press('Escape')
  const saved = page.waitForEvent('download')
  await page.evaluate(() => delete window.showSaveFilePicker)
  await page.getByRole('button', { name: 'Download' }).click()
  assert.match((await saved).suggestedFilename(), /^guardian-logs-.*\.ndjson$/)
})

test('The trail of a request leads to the job that it started', async (visit) => {
  const page = await open(visit, '/database/backups', 'Backups')
  const item = await backUp(page, 'for its trail')
  await ended(item)
  const job = await item.getAttribute('data-job')
  const request = await visit.sql(`SELECT request_id FROM job WHERE id = '${job}'`, '-d', 'guardian')
  await page.goto(`/platform/logs?trail=${request}`)
  await dialog(page).getByRole('listitem').filter({ hasText: /Backup .*succeeded/ }).getByRole('link').click()
  await eventually(async () => assert.equal(new URL(page.url()).searchParams.get('job'), job))
})

test('What is not configured says how to configure it', async (visit) => {
  const page = await visit.person()
  // As the API answers where docker.address is not set: the platform of these tests has it.
  await page.route('**/api/v1/topology', (route) => route.fulfill({ json: { configured: false, how: 'Set docker.address to see where everything runs.', as_of: null, stale: false, missing: [], data: null } }))
  await page.goto('/platform/topology')
  await page.getByText('Topology is not configured').waitFor()
  await page.getByText('docker:\n  address: http://docker-proxy:2375').waitFor()
})

test('When the engine is silent the pages keep what it said last, and say since when', { alone: true }, async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const { engine } = visit.platform
  const page = await open(visit, '/platform/swarm?tab=services', 'Swarm')
  await page.getByRole('link', { name: 'iot_nginx' }).waitFor()
  engine.silent = true
  visit.after(async () => (engine.silent = false))
  await page.getByRole('status').getByText('Old data.').waitFor()
  await page.getByRole('list', { name: 'What is missing' }).getByRole('listitem').first().waitFor()
  await page.getByRole('link', { name: 'iot_nginx' }).waitFor()
  await page.goto('/platform/topology')
  await page.getByText('Missing: swarm.').waitFor()
  engine.silent = false
  await page.getByText('Missing: swarm.').waitFor({ state: 'detached' })
})

test('Ten thousand tasks are a table of which only what is seen exists, and it scrolls to its end', { alone: true }, async (visit) => {
  if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
  const { engine } = visit.platform
  engine.swarm.grow(10_000)
  visit.after(async () => engine.reset())
  const page = await open(visit, '/platform/topology?view=table', 'Topology')
  const table = page.getByRole('group', { name: 'All tasks by node' })
  await eventually(async () => assert.ok(Number(await table.locator('table').getAttribute('aria-rowcount')) > 10_000))
  const frames = await table.evaluate(async (box) => {
    const took = []
    for (let top = 0; top < 40_000; top += 400) {
      const start = performance.now()
      box.scrollTop = top
      await new Promise(requestAnimationFrame)
      took.push(performance.now() - start)
    }
    return took.sort((a, b) => a - b)
  })
  assert.ok((await table.locator('tbody tr').count()) < 80, 'rows in the page')
  await table.evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await eventually(async () => assert.equal(await table.locator('tbody tr.line').last().getAttribute('aria-rowindex'), await table.locator('table').getAttribute('aria-rowcount')))
  visit.notes.push(`a step of the scroll: median ${frames[50].toFixed(0)} ms, worst ${frames[99].toFixed(0)} ms`)
  await page.getByRole('tab', { name: 'Picture' }).click()
  await page.getByRole('button', { name: /^node-1;/ }).waitFor()
  assert.ok((await page.locator('svg g').count()) < 400, 'the picture stays a picture')
})

test('A failover of Redis in two steps moves the primary, and the session outlives it', { alone: true }, async (visit) => {
  const page = await open(visit, '/platform/redis', 'Redis')
  const card = (word) => page.locator('section.server').filter({ has: page.getByText(word, { exact: true }) }).getByRole('heading')
  await eventually(async () => assert.equal(await card('replica').count(), 2))
  const before = await card('primary').innerText()
  visit.allow('503 ', '502 ', '409 POST /api/v1/redis/')
  await page.getByRole('button', { name: 'Fail over' }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  assert.match(await dialog(page).innerText(), new RegExp(`Let Sentinel promote a replica in place of ${before}`))
  await confirm(page)
  await eventually(async () => {
    const after = await card('primary').innerText({ timeout: 2_000 })
    assert.notEqual(after, before)
  }, 60_000)
  await eventually(async () => assert.equal(await card('replica').count(), 2), 60_000)
  await page.getByRole('link', { name: 'Swarm', exact: true }).click()
  await heading(page, 'Swarm')
})
