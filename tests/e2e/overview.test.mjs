import assert from 'node:assert/strict'
import { eventually, test } from './suite.mjs'

const card = (page, name) => page.getByRole('region', { name, exact: true })
const digits = (text) => Number(text.replace(/[^\d.]/g, ''))

test('The overview shows the numbers that psql says', async (visit) => {
  const page = await visit.person()
  const ask = async () => ({
    size: Number(await visit.sql("SELECT pg_database_size('iot_guardian')")),
    used: Number(await visit.sql('SELECT count(*) FROM pg_stat_activity WHERE backend_type = $$client backend$$')),
  })
  await page.goto('/database/overview')
  // Others come and go meanwhile: what is shown lies between what was before it was asked for and what is after it, or nearly.
  await eventually(async () => {
    const before = await ask()
    await page.getByRole('button', { name: 'Refresh' }).click()
    const size = digits(await card(page, 'Database size').locator('.value').getAttribute('title'))
    const used = digits((await card(page, 'Connections').locator('.value').textContent()).split('/')[0])
    const after = await ask()
    const between = (value, name, slack) => assert.ok(value >= Math.min(before[name], after[name]) - slack && value <= Math.max(before[name], after[name]) + slack, `${name}: ${value}, psql ${before[name]} … ${after[name]}`)
    between(size, 'size', before.size / 100)
    between(used, 'used', 3)
  })
  assert.equal(digits((await card(page, 'Connections').locator('.value').textContent()).split('/')[1]), Number(await visit.sql("SELECT current_setting('max_connections')")))
  const version = (await visit.sql('SHOW server_version')).split(' ')[0]
  await page.getByText(`PostgreSQL ${version}`).first().waitFor()
  const deadlocks = await visit.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'iot_guardian'")
  await card(page, 'Waiting for locks').getByText(`deadlocks ${deadlocks}`).waitFor()
  const percent = Number(await visit.sql('SELECT round(100.0 * max(age(datfrozenxid)) / 2000000000, 2) FROM pg_database'))
  assert.ok(Math.abs(digits(await card(page, 'Wraparound').locator('.value').textContent()) - percent) < 1)
})

test('An open transaction shows as the longest, with its PID and statement', async (visit) => {
  const page = await visit.person()
  const psql = await visit.psql('forgotten-terminal')
  await psql.ask("BEGIN; SELECT 'a forgotten transaction';")
  await page.goto('/database/overview')
  await eventually(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click()
    const text = await card(page, 'Longest transaction').textContent()
    assert.match(text, new RegExp(`PID ${psql.pid}\\b`))
    assert.match(text, /a forgotten transaction/)
  })
  await card(page, 'Longest transaction').getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
  await page.getByRole('cell', { name: String(psql.pid), exact: true }).waitFor()
  await eventually(async () => assert.equal(await page.locator('tbody tr').count(), 1, 'the link leads to that session alone'))
})

test('The charts draw what is measured, and keep it when one leaves the page and returns', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/overview')
  const charts = page.locator('figure.chart')
  await eventually(async () => assert.equal(await charts.count(), 4))
  const drawn = () => charts.locator('canvas').evaluateAll((all) => all.map((canvas) => {
    const colours = new Set()
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]}`)
    return colours.size
  }))
  await eventually(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click()
    assert.equal(await page.getByText('Collecting…').count(), 0)
    for (const colours of await drawn()) assert.ok(colours >= 3, `lines, grid and letters: ${colours} colours`)
  })
  await page.getByRole('link', { name: 'Tables', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await page.goBack()
  await charts.first().waitFor()
  assert.equal(await page.getByText('Collecting…').count(), 0, 'the history is still there')
})

test('Polling pauses while the page is hidden and goes on when it is seen', async (visit) => {
  const page = await visit.person()
  await page.clock.install()
  await page.goto('/database/overview')
  await card(page, 'Connections').waitFor()
  let calls = 0
  page.on('request', (request) => (calls += request.url().includes('/database/overview') ? 1 : 0))
  await eventually(async () => {
    await page.clock.runFor(3_100)
    assert.ok(calls >= 2, 'it polls while it is seen')
  })
  const show = (state) => page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value })
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value === 'hidden' })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  }, state)
  await show('hidden')
  const before = calls
  await page.clock.runFor(60_000)
  assert.ok(calls - before <= 1, `a minute hidden: ${calls - before} calls`) // one may have been due
  await show('visible')
  const then = calls
  await eventually(async () => {
    await page.clock.runFor(3_100)
    assert.ok(calls > then)
  })
})

test('When PostgreSQL does not answer the overview says so, keeps the old numbers as old, and recovers by itself', { alone: true }, async (visit) => {
  if (!visit.platform.fault) return visit.notes.push('not run: the platform is not ours')
  const page = await visit.person()
  visit.allow('503 GET', '504 GET')
  await page.goto('/database/overview')
  await card(page, 'Connections').waitFor()
  await visit.platform.fault('pause postgres')
  visit.after(() => visit.platform.fault('resume postgres'))
  const alert = page.getByRole('main').getByRole('alert')
  await alert.waitFor()
  await card(page, 'Connections').waitFor()
  await page.getByText(/^Old data/).waitFor()
  await visit.platform.fault('resume postgres')
  await alert.waitFor({ state: 'detached' })
  await page.getByText('Live', { exact: true }).waitFor()
})
