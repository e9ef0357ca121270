// Prometheus is a stand-in here (engine.mjs answers as it would); tests/platform asks a real one.
import assert from 'node:assert/strict'
import { eventually, test } from './suite.mjs'

async function open(visit, path = '/platform/metrics') {
  const page = await visit.person()
  visit.allow('console warning: Canvas2D: Multiple readback') // of these tests, see drawn()
  await page.goto(path)
  await page.getByRole('heading', { level: 1, name: 'Metrics', exact: true }).waitFor()
  return page
}

const charts = (page) => page.locator('figure.chart')
const plot = (page, index = 0) => charts(page).nth(index).locator('.u-over')
const query = (page) => Object.fromEntries(new URL(page.url()).searchParams)

async function drag(page, from, to) {
  const box = await plot(page).boundingBox()
  await page.mouse.move(box.x + box.width * from, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * ((from + to) / 2), box.y + 70)
  await page.mouse.move(box.x + box.width * to, box.y + 80)
  await page.mouse.up()
}

/** Whether anything of a line is drawn in that part of the chart's width. */
const drawn = (page, from, to) => charts(page).first().locator('canvas').evaluate((canvas, part) => {
  const left = Math.round(canvas.width * 0.1)
  const width = canvas.width - left
  const { data } = canvas.getContext('2d').getImageData(left + Math.round(width * part.from), 0, Math.round(width * (part.to - part.from)), Math.round(canvas.height * 0.85))
  let coloured = 0
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60) coloured += 1
  return coloured
}, { from, to })

test('Each group has its charts, in one call for all of them, and the lines are named with their latest values', async (visit) => {
  const page = await visit.person()
  const calls = []
  page.on('request', (request) => request.url().includes('/metrics/') && calls.push(new URL(request.url()).search))
  await page.goto('/platform/metrics')
  await eventually(async () => assert.equal(await charts(page).locator('canvas').count(), 7))
  assert.deepEqual([...new Set(calls)], ['?group=console&range=1h'])
  assert.match(await charts(page).first().innerText(), /Requests by class of status\s+2xx\s+[\d.]+\/s\s+4xx\s+[\d.]+\/s/)
  await page.getByRole('tab', { name: 'PostgreSQL' }).click()
  await charts(page).filter({ hasText: 'Connections by server and state' }).getByText('pg-1:9187 · idle in transaction').waitFor()
  assert.equal(query(page).group, 'postgresql')
  await page.getByRole('tab', { name: 'Nodes' }).click()
  await page.getByText('24 of 30 lines are shown').waitFor()
})

test('A time in which nothing was measured is a gap in the line', async (visit) => {
  const page = await open(visit)
  await charts(page).first().locator('canvas').waitFor()
  await eventually(async () => assert.ok((await drawn(page, 0.3, 0.4)) > 20))
  assert.equal(await drawn(page, 0.13, 0.17), 0)
})

test('The pointer over one chart shows the same moment in all of them', async (visit) => {
  const page = await open(visit)
  await eventually(async () => assert.equal(await charts(page).locator('canvas').count(), 7))
  const box = await plot(page).boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + 40)
  const whens = charts(page).locator('.when')
  await eventually(async () => assert.equal(await whens.count(), 7))
  assert.equal(new Set(await whens.allInnerTexts()).size, 1)
  await page.mouse.move(box.x + box.width / 2, box.y - 300)
  await eventually(async () => assert.equal(await whens.count(), 0))
})

test('Dragging over a chart zooms all of them, the URL says so, nothing is polled meanwhile, and one key goes back', async (visit) => {
  const page = await open(visit)
  await eventually(async () => assert.equal(await charts(page).locator('canvas').count(), 7))
  const answered = page.waitForResponse((response) => response.url().includes('from='))
  await drag(page, 0.5, 0.75)
  const { data } = await (await answered).json()
  await eventually(async () => assert.ok(query(page).from && query(page).to))
  const length = (Date.parse(query(page).to) - Date.parse(query(page).from)) / 1000
  assert.ok(length > 840 && length < 960, `a quarter of an hour: ${length} s`)
  assert.equal(data.step_seconds, 5)
  await page.getByText('it does not update').waitFor()
  await page.getByText('Stands still').waitFor()
  const calls = []
  page.on('request', (request) => request.url().includes('/metrics/') && calls.push(request.url()))
  await page.reload()
  await eventually(async () => assert.equal(await charts(page).locator('canvas').count(), 7))
  await page.getByRole('button', { name: 'Earlier' }).click()
  await eventually(async () => assert.equal(calls.length, 2))
  await page.getByRole('button', { name: 'Zoom out' }).click()
  await eventually(async () => assert.equal(Math.round((Date.parse(query(page).to) - Date.parse(query(page).from)) / 1000), 2 * length))
  await page.getByRole('button', { name: 'Zoom out' }).press('Escape')
  await eventually(async () => assert.equal(query(page).from, undefined))
})

test('A stretch of one’s own is typed, and one that is none cannot be asked for', async (visit) => {
  const page = await open(visit, '/platform/metrics?group=redis&range=6h')
  await charts(page).first().locator('canvas').waitFor()
  await page.getByRole('button', { name: 'Other…' }).click()
  await page.getByLabel('From').fill('2026-11-20T10:00:00')
  await page.getByLabel('To', { exact: true }).fill('2026-11-20T09:00:00')
  await page.getByText('A minute at least, a year at most').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Show', exact: true }).isDisabled(), true)
  await page.getByLabel('To', { exact: true }).fill('2026-11-20T12:00:00')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await eventually(async () => assert.deepEqual(query(page), { group: 'redis', range: '6h', from: '2026-11-20T10:00:00Z', to: '2026-11-20T12:00:00Z' }))
  await page.getByTestId('metrics-live').click()
  await eventually(async () => assert.deepEqual(query(page), { group: 'redis', range: '6h' }))
})

test('The numbers of every chart are there as tables, down to each point', async (visit) => {
  const page = await open(visit, '/platform/metrics?group=redis&range=15m')
  await charts(page).first().locator('canvas').waitFor()
  await page.getByTestId('metrics-view').click()
  const table = page.getByRole('group', { name: 'Memory of each Redis', exact: true })
  assert.match(await table.innerText(), /redis-1:9121\s+[\d.]+ MiB/)
  await page.getByRole('button', { name: 'Every point' }).first().click()
  const rows = page.getByRole('group', { name: 'Every point of Memory of each Redis' }).locator('tbody tr')
  await eventually(async () => assert.equal(await rows.count(), 181))
  assert.match(await rows.nth(155).innerText(), /–/, 'a gap')
  assert.equal(query(page).view, 'numbers')
})

test('A line is hidden by its name in the legend, and comes back', async (visit) => {
  const page = await open(visit)
  await charts(page).first().locator('canvas').waitFor()
  await eventually(async () => assert.ok((await drawn(page, 0.3, 0.4)) > 20))
  for (const name of ['2xx', '4xx', '5xx']) await charts(page).first().getByRole('button', { name }).click()
  await eventually(async () => assert.equal(await drawn(page, 0.3, 0.4), 0))
  await charts(page).first().getByRole('button', { name: '2xx' }).click()
  await eventually(async () => assert.ok((await drawn(page, 0.3, 0.4)) > 20))
})

for (const state of ['is silent', 'nonsense']) {
  test(`When Prometheus ${state === 'nonsense' ? 'talks nonsense' : state} the charts keep what it said last and say since when; a stretch never seen is an error`, { alone: true }, async (visit) => {
    if (!visit.platform.engine) return visit.notes.push('not run: the platform is not ours')
    const { watch } = visit.platform.engine
    visit.allow('502 GET /api/v1/metrics/', '503 GET /api/v1/metrics/')
    const page = await open(visit, '/platform/metrics?group=edge&range=15m')
    await page.getByText(/^As of /).waitFor()
    watch.prometheus = state
    visit.after(async () => (watch.prometheus = 'answers'))
    await page.getByRole('status').getByText('Old data.').waitFor()
    await page.getByRole('list', { name: 'What is missing' }).getByText('Missing: Prometheus.').waitFor()
    await page.getByRole('button', { name: 'Earlier' }).click()
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    watch.prometheus = 'answers'
    await page.getByTestId('metrics-live').click()
    await page.getByText('Old data.').waitFor({ state: 'detached' })
  })
}

test('Where no Prometheus is configured the page says how to configure it', async (visit) => {
  const page = await visit.person()
  // As the API answers where watch.prometheus is not set: the platform of these tests has it.
  await page.route('**/api/v1/metrics/dashboard*', (route) => route.fulfill({ json: { configured: false, how: 'Set watch.prometheus to show metrics.', as_of: null, stale: false, missing: [], data: null } }))
  await page.goto('/platform/metrics')
  await page.getByText('Prometheus is not configured').waitFor()
  await page.getByText('watch:\n  prometheus: http://prometheus:9090').waitFor()
})
