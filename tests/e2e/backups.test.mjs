import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { backUp, confirm, dialog, ended } from './steps.mjs'
import { eventually, test } from './suite.mjs'

test('Back up now: progress moves, the backup is verified, and its age is the big number', { limitMs: 180_000 }, async (visit) => {
  const page = await visit.person()
  await page.goto('/database/backups')
  await page.getByRole('heading', { level: 1, name: 'Backups' }).waitFor()
  const item = await backUp(page, 'before <b>the</b> upgrade')
  await ended(item)
  const card = page.locator('[data-database=iot_guardian]')
  await eventually(async () => assert.match(await card.innerText(), /good[^]*Last verified backup[^]*\d+ m?s/))
  const row = page.locator('tbody tr').filter({ hasText: 'before <b>the</b> upgrade' })
  await row.getByText('verified').waitFor()
  assert.match(await row.innerText(), /[KM]iB/)

  await item.getByRole('button', { name: 'Open the backup' }).click()
  await dialog(page).getByTestId('backup').waitFor()
  assert.match(page.url(), /backup=[0-9a-f-]{36}/)
  await dialog(page).getByRole('button', { name: 'Pin', exact: true }).click()
  await dialog(page).getByRole('button', { name: 'Unpin' }).waitFor()
  await dialog(page).getByLabel('Note').fill('kept for the auditors')
  await dialog(page).getByRole('button', { name: 'Save the note' }).click()
  await row.waitFor({ state: 'detached' })

  // What is downloaded is what lies there: the sum on the page is that of the file.
  await page.evaluate(() => delete window.showSaveFilePicker)
  const [download] = await Promise.all([page.waitForEvent('download'), dialog(page).getByTestId('download').click()])
  const sum = createHash('sha256').update(readFileSync(await download.path())).digest('hex')
  assert.ok((await dialog(page).innerText()).includes(sum))
  await dialog(page).getByText('Manifest (signed)').click()
  await dialog(page).locator('pre').getByText('public', { exact: false }).first().waitFor()

  await page.goto('/database/overview')
  const stat = page.getByTestId('backup-stat')
  await stat.getByText('good').waitFor()
  await stat.getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: 'Backups' }).waitFor()
})

test('A backup that is deleted asks first, in numbers; the last verified one is never deleted', { limitMs: 240_000 }, async (visit) => {
  visit.allow('428 DELETE /api/v1/database/backups/', '409 DELETE /api/v1/database/backups/')
  const page = await visit.person()
  await page.goto('/database/backups')
  for (const note of ['the first of two', 'the second of two']) {
    const item = await backUp(page, note)
    await ended(item)
  }
  const row = page.locator('tbody tr').filter({ hasText: 'the first of two' })
  await row.getByRole('button').click()
  await dialog(page).getByTestId('delete').click()
  await dialog(page).locator('dl.impact').waitFor()
  const impact = await dialog(page).locator('dl.impact').innerText()
  assert.match(impact, /Verified ones that remain\s+[1-9]/)
  await confirm(page)
  await page.getByText('The backup was deleted').waitFor()
  await row.waitFor({ state: 'detached' })
})

test('A job can be cancelled from the page that started it, and its log can be read', { limitMs: 180_000 }, async (visit) => {
  const page = await visit.person()
  await page.goto('/database/backups')
  const holder = await visit.psql('holds-a-table')
  // pg_dump waits for the table: there is time to cancel.
  await holder.ask("BEGIN; LOCK TABLE public.alerts IN ACCESS EXCLUSIVE MODE; SELECT 'held';")
  const item = await backUp(page, 'to be cancelled')
  await ended(item, 'running')
  await page.getByRole('link', { name: /jobs? running/ }).waitFor()
  await item.getByRole('button', { name: 'Cancel' }).click()
  await ended(item, 'cancelled')
  await item.getByRole('link', { name: 'Details' }).click()
  await dialog(page).getByTestId('job').waitFor()
  await dialog(page).getByRole('log').waitFor()
  assert.match(await dialog(page).innerText(), /iot_guardian[^]*cancelled[^]*to be cancelled/)
})

test('A schedule is read in plain words, saved with its next runs, switched off and deleted', async (visit) => {
  visit.allow('428 DELETE /api/v1/database/schedules/')
  const page = await visit.person()
  await page.goto('/database/schedules')
  await page.getByRole('button', { name: 'New schedule' }).click()
  const cron = dialog(page).getByLabel('When (cron')
  await cron.fill('nonsense')
  await dialog(page).getByText('This is no cron expression').waitFor()
  assert.ok(await dialog(page).getByRole('button', { name: 'Save' }).isDisabled())
  await cron.fill('30 3 * * 1-5')
  await dialog(page).getByText('From Monday to Friday at 03:30').waitFor()
  await dialog(page).getByLabel('Time zone').fill('Asia/Shanghai')
  await dialog(page).getByRole('button', { name: 'Save' }).click()
  const row = page.locator('tbody tr').filter({ hasText: 'From Monday to Friday at 03:30' })
  await row.waitFor()
  assert.match(await row.innerText(), /7 daily/)
  assert.match(await row.locator('time').getAttribute('title'), /19:30:00\n/, 'five runs, in the time of the person')
  await page.getByText('what retention would do now').first().waitFor()
  await row.getByRole('checkbox').click()
  await eventually(async () => assert.equal(await row.getByRole('checkbox').isChecked(), false))
  await row.getByRole('button', { name: 'Delete' }).click()
  await dialog(page).locator('dl.impact').waitFor()
  await confirm(page)
  await page.getByText('The schedule was deleted').waitFor()
  await row.waitFor({ state: 'detached' })
})
