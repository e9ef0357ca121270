import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { eventually, test } from './suite.mjs'

// The calendar of the time range has rows, too.
const rows = (page) => page.getByRole('group', { name: 'Audit' }).locator('tbody tr')
const shownIds = async (page) => (await rows(page).locator('td:first-child button').allTextContents()).map(Number)

/** Something to find: a refused statement under a mark of its own. */
async function refused(visit, page) {
  const mark = `e2e_${createHash('md5').update(String(Math.random())).digest('hex').slice(0, 12)}`
  const { access_token: token } = await (await page.context().request.post('/api/v1/auth/refresh')).json()
  const id = `audit-test-${mark}`
  await page.context().request.post('/api/v1/database/query', { headers: { Authorization: `Bearer ${token}`, 'X-Request-Id': id }, data: { sql: `DROP TABLE ${mark}` } })
  return { mark, id }
}

test('Every attempt is in the audit log, refused ones too: found by filters, opened, followed by its request', async (visit) => {
  const page = await visit.person()
  const { mark, id } = await refused(visit, page)
  await page.goto('/database/audit')
  await page.getByRole('searchbox', { name: /^Action/ }).fill('database.query')
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('refused')
  await page.getByRole('searchbox', { name: 'Request id' }).fill(id)
  await eventually(async () => assert.equal(await rows(page).count(), 1))
  await rows(page).first().click()
  const drawer = page.getByRole('dialog')
  await drawer.waitFor()
  await drawer.getByText(`DROP TABLE ${mark}`).waitFor()
  const text = await drawer.innerText()
  for (const part of [id, `DROP TABLE ${mark}`, 'sql_read_only', 'database.query', 'refused', '127.0.0.1', visit.platform.username]) assert.ok(text.includes(part), part)
  const [eventId] = await shownIds(page)
  const hash = await visit.sql(`SELECT encode(hash, 'hex') FROM audit_event WHERE id = ${eventId}`, '-d', 'guardian').catch(() => visit.sql(`SELECT hash FROM audit_event WHERE id = ${eventId}`, '-d', 'guardian'))
  assert.ok(text.includes(hash.replace(/^\\x/, '')), 'the hash is the one in the database')
  await drawer.getByRole('button', { name: 'all events of this request' }).click()
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('')
  await eventually(async () => assert.equal(await rows(page).count(), 2))
  await rows(page).last().click()
  await drawer.getByText(`DROP TABLE ${mark}`).waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  await page.reload()
  await eventually(async () => assert.equal(await rows(page).count(), 2, 'the filters are in the address'))
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await eventually(async () => assert.ok((await rows(page).count()) > 2))
})

test('The intent is written before the outcome, and both are shown for a request', async (visit) => {
  const page = await visit.person()
  const id = `audit-both-${Date.now()}`
  const { access_token: token } = await (await page.context().request.post('/api/v1/auth/refresh')).json()
  const reply = await page.context().request.post('/api/v1/database/query', { headers: { Authorization: `Bearer ${token}`, 'X-Request-Id': id }, data: { sql: 'SELECT 1' } })
  assert.equal(reply.status(), 200)
  await page.goto(`/database/audit?request=${id}`)
  await eventually(async () => assert.equal(await rows(page).count(), 2))
  const [newer, older] = await rows(page).allInnerTexts()
  assert.match(newer, /succeeded/)
  assert.match(older, /intent/)
})

test('Without the intents a page is as full as with them', async (visit) => {
  const page = await visit.person()
  const { access_token: token } = await (await page.context().request.post('/api/v1/auth/refresh')).json()
  const outcomes = async () => Number(await visit.sql("SELECT count(*) FROM audit_event WHERE outcome <> 'intent'", '-d', 'guardian'))
  while ((await outcomes()) < 101) await page.context().request.post('/api/v1/database/query', { headers: { Authorization: `Bearer ${token}` }, data: { sql: 'SELECT 1' } })
  await page.goto('/database/audit')
  await eventually(async () => assert.equal(await rows(page).count(), 100))
  assert.equal(await rows(page).filter({ has: page.getByText('intent', { exact: true }) }).count(), 0)
  await page.getByRole('checkbox', { name: 'Intents too' }).check()
  await eventually(async () => assert.ok((await rows(page).filter({ has: page.getByText('intent', { exact: true }) }).count()) > 0))
  assert.equal(await rows(page).count(), 100)
})

test('A time range in the address limits the list', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/audit?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')
  await page.getByText('No event matches the filters.').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await rows(page).first().waitFor()
})

test('The audit log pages to older events', async (visit) => {
  const page = await visit.person()
  const { access_token: token } = await (await page.context().request.post('/api/v1/auth/refresh')).json()
  for (let have = Number(await visit.sql("SELECT count(*) FROM audit_event WHERE outcome <> 'intent'", '-d', 'guardian')); have < 110; have += 1) {
    await page.context().request.post('/api/v1/database/query', { headers: { Authorization: `Bearer ${token}` }, data: { sql: 'SELECT 1' } })
  }
  await page.goto('/database/audit')
  await rows(page).first().waitFor()
  const newest = await shownIds(page)
  await page.getByRole('button', { name: 'Next page' }).click()
  await eventually(async () => assert.ok(Math.max(...(await shownIds(page))) < Math.min(...newest)))
  await page.getByRole('button', { name: 'First page' }).click()
  await eventually(async () => assert.ok((await shownIds(page)).includes(newest.at(-1)) || Math.min(...(await shownIds(page))) >= newest.at(-1)))
})

test('The chain is verified from the page', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/audit')
  const before = Number(await visit.sql('SELECT count(*) FROM audit_event', '-d', 'guardian'))
  await page.getByTestId('audit-verify').click()
  const verdict = page.getByTestId('audit-verdict')
  await verdict.getByText('The chain is whole').waitFor()
  const checked = Number((await verdict.locator('dd').first().innerText()).replaceAll(',', ''))
  assert.ok(checked >= before, `${checked} checked, ${before} there`)
})

test('The export holds every event, in order, as the database has them', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/audit')
  await page.evaluate(() => delete window.showSaveFilePicker)
  const known = Number(await visit.sql('SELECT max(id) FROM audit_event', '-d', 'guardian'))
  const coming = page.waitForEvent('download')
  await page.getByTestId('audit-export').click()
  const file = await coming
  assert.match(file.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.ndjson$/)
  const ids = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line)).filter((event) => event.id !== undefined).map((event) => Number(event.id))
  assert.deepEqual(ids, ids.toSorted((a, b) => a - b))
  const wanted = (await visit.sql(`SELECT id FROM audit_event WHERE id <= ${known} ORDER BY id`, '-d', 'guardian')).split('\n').map(Number)
  assert.deepEqual(wanted.filter((id) => !ids.includes(id)), [])
  await page.getByText(/^Exported /).waitFor()
})
