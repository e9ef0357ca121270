import assert from 'node:assert/strict'
import { join } from 'node:path'
import { confirm, dialog, open } from './steps.mjs'
import { eventually, test } from './suite.mjs'
import { screenshots } from './world.mjs'

const rowOf = (page, pid) => page.locator('tbody tr').filter({ has: page.getByRole('cell', { name: String(pid), exact: true }) })
const alive = (visit, pid) => visit.sql(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`)

const openSessions = (visit, query = '') => open(visit, `/database/sessions${query}`, 'Sessions')

test('A blocked session stands under the one that blocks it, and goes on when that one is terminated', async (visit) => {
  const [holder, waiter] = [await visit.psql('nightly-report'), await visit.psql('order-desk')]
  await holder.ask("BEGIN; UPDATE public.devices SET name = name WHERE id = (SELECT min(id) FROM public.devices); SELECT 'held';")
  waiter.send("UPDATE public.devices SET name = name WHERE id = (SELECT min(id) FROM public.devices); SELECT 'through';")
  const page = await openSessions(visit)
  const tree = page.getByRole('region', { name: 'Who blocks whom' }).getByRole('listitem').filter({ hasText: String(holder.pid) })
  await eventually(async () => {
    assert.equal(await tree.count(), 2)
    assert.match(await tree.nth(0).innerText(), new RegExp(`PID ${holder.pid}[^]*blocks 1[^]*idle in transaction[^]*nightly-report`))
    assert.match(await tree.nth(1).innerText(), new RegExp(`PID ${waiter.pid}[^]*waits for PID ${holder.pid}[^]*order-desk`))
  })
  const indent = (index) => tree.nth(index).evaluate((item) => parseFloat(getComputedStyle(item).paddingLeft))
  assert.ok((await indent(1)) > (await indent(0)))

  await tree.nth(0).getByRole('button', { name: /^Terminate/ }).click()
  await dialog(page).locator('dl.impact > div').first().waitFor()
  const impact = Object.fromEntries(await dialog(page).locator('dl.impact > div').evaluateAll((all) => all.map((each) => [each.querySelector('dt').textContent, each.querySelector('dd').textContent])))
  assert.equal(impact.PID, String(holder.pid))
  assert.equal(impact['Sessions it blocks'], '1', JSON.stringify(impact))
  const submit = dialog(page).locator('button[type=submit]')
  assert.ok(await submit.isDisabled(), 'nothing typed')
  await dialog(page).getByLabel('Type to confirm:').fill('something else')
  assert.ok(await submit.isDisabled(), 'the wrong phrase')
  assert.equal(await alive(visit, holder.pid), '1')
  await confirm(page)
  await page.getByText(`Session PID ${holder.pid} is gone`).waitFor()
  assert.equal(await alive(visit, holder.pid), '0')
  assert.equal(await waiter.ask(''), 'through')
  await eventually(async () => assert.equal(await tree.count(), 0))
})

test('What one was about to confirm is refused as stale when the session ended in between', async (visit) => {
  const psql = await visit.psql('short-lived')
  const page = await openSessions(visit, '?search=short-lived')
  visit.allow('409 POST /api/v1/database/sessions/')
  await rowOf(page, psql.pid).getByRole('button', { name: /^Terminate/ }).click()
  await dialog(page).waitFor()
  await psql.end()
  await eventually(async () => assert.equal(await alive(visit, psql.pid), '0'))
  await confirm(page)
  await dialog(page).getByText('Things have changed').waitFor()
  visit.allow('404 POST /api/v1/database/sessions/')
  await dialog(page).getByRole('button', { name: 'Start again' }).click()
  await dialog(page).getByText('Not found', { exact: true }).waitFor()
  await dialog(page).getByRole('button', { name: 'Cancel' }).click()
  await dialog(page).waitFor({ state: 'hidden' })
})

test('Cancelling ends the statement and leaves the session', async (visit) => {
  const psql = await visit.psql('busy-one')
  psql.send('SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b;')
  const page = await openSessions(visit, '?search=busy-one')
  const button = rowOf(page, psql.pid).getByRole('button', { name: /^Cancel/ })
  await eventually(async () => assert.ok(await button.isEnabled()))
  await button.click()
  await confirm(page)
  await page.getByText(`The statement of PID ${psql.pid} was cancelled`).waitFor()
  assert.equal(await psql.ask("SELECT 'still here';"), 'still here')
  assert.match(psql.complaints, /canceling statement/)
})

test('Changing one’s mind in the dialog does nothing', async (visit) => {
  const psql = await visit.psql('spared')
  const page = await openSessions(visit, '?search=spared')
  await rowOf(page, psql.pid).getByRole('button', { name: /^Terminate/ }).click()
  await dialog(page).waitFor()
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'hidden' })
  assert.equal(await psql.ask('SELECT 1;'), '1')
})

test('A confirmation that has expired says so and can be started again', async (visit) => {
  const psql = await visit.psql('patient')
  const page = await visit.person()
  visit.allow('428 POST /api/v1/database/sessions/')
  await page.clock.install()
  await page.goto('/database/sessions?search=patient')
  await rowOf(page, psql.pid).getByRole('button', { name: /^Terminate/ }).click()
  await dialog(page).getByText(/expires in/).waitFor()
  await page.clock.fastForward(121_000)
  await page.clock.runFor(500)
  await dialog(page).getByText('The confirmation has expired; nothing was done.').waitFor()
  assert.equal(await psql.ask('SELECT 1;'), '1')
})

const phone = { width: 375, height: 560, isMobile: true, hasTouch: true }

test('On a phone the state of a session stays in sight beside what can be done to it', async (visit) => {
  const psql = await visit.psql('on-a-phone')
  psql.send("BEGIN; SELECT 'no number'::int;")
  await eventually(async () => assert.equal(await visit.sql(`SELECT state FROM pg_stat_activity WHERE pid = ${psql.pid}`), 'idle in transaction (aborted)'))
  const page = await visit.person(phone)
  await page.goto('/database/sessions?search=on-a-phone')
  const row = rowOf(page, psql.pid)
  await row.getByText('aborted transaction').waitFor()
  const edges = (locator) => locator.evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ left, right }) => ({ left, right })))
  const state = await edges(row.locator('.tag'))
  const buttons = await edges(row.getByRole('button', { name: /PID/ }))
  assert.equal(buttons.length, 2)
  assert.ok(Math.max(...state.map((each) => each.right)) <= Math.min(...buttons.map((each) => each.left)), JSON.stringify({ state, buttons }))
  assert.ok(Math.max(...buttons.map((each) => each.right)) <= 375, JSON.stringify(buttons))
  await page.screenshot({ path: join(screenshots, 'sessions-row.375px.png') })
})

test('On a phone a confirmation opens at its summary', async (visit) => {
  const psql = await visit.psql('summarised')
  visit.allow('428 POST /api/v1/database/sessions/')
  const page = await visit.person(phone)
  await page.goto('/database/sessions?search=summarised')
  await rowOf(page, psql.pid).getByRole('button', { name: /^Terminate/ }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  const { longer, top, summary } = await dialog(page).locator('.body').evaluate((body) => ({
    longer: body.scrollHeight > body.clientHeight,
    top: body.getBoundingClientRect().top,
    summary: body.querySelector('.summary').getBoundingClientRect().top,
  }))
  await page.screenshot({ path: join(screenshots, 'sessions-confirm-opens.375px.png') })
  assert.ok(longer, 'it does not fit, or there would be nothing to see here')
  assert.ok(summary >= top, `the summary begins ${top - summary} px above what is shown`)
})

test('Sessions can be searched, filtered by state, and opened to the whole statement', async (visit) => {
  const psql = await visit.psql('a-long-statement')
  await psql.ask(`BEGIN; SELECT '${'x'.repeat(300)}' || 'the end of it';`)
  const page = await openSessions(visit)
  await page.getByRole('searchbox').fill('a-long-statement')
  await eventually(async () => assert.equal(await page.locator('tbody tr').count(), 1))
  await page.getByRole('combobox', { name: 'State' }).selectOption('idle in transaction')
  await page.getByRole('button', { name: /^BEGIN|^SELECT/ }).click()
  await page.locator('tr.full').getByText('the end of it').waitFor()
  await page.reload()
  await eventually(async () => assert.equal(await page.locator('tbody tr').count(), 1, 'the filter is in the address'))
  await page.getByRole('checkbox', { name: 'Server processes too' }).check()
  await page.getByRole('searchbox').fill('')
  await page.getByRole('combobox', { name: 'State' }).selectOption('')
  await page.getByText('checkpointer').first().waitFor()
})
