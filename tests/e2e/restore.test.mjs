import assert from 'node:assert/strict'
import { backUp, confirm, dialog, ended } from './steps.mjs'
import { test } from './suite.mjs'

// It cuts every session of the database: alone.
test('A restore stands beside first, shows what differs, is swapped in, and undone', { alone: true, limitMs: 400_000 }, async (visit) => {
  visit.allow('428 POST /api/v1/database/restore', '503 ', '500 ')
  await visit.sql("DROP TABLE IF EXISTS public.of_today; CREATE TABLE public.of_today (note text); ALTER TABLE public.of_today OWNER TO iot_owner; INSERT INTO public.of_today VALUES ('in the backup')")
  visit.after(() => visit.sql('DROP TABLE IF EXISTS public.of_today'))
  const page = await visit.person()
  await page.goto('/database/backups')
  const item = await backUp(page, 'for a restore')
  await ended(item)
  await item.getByRole('button', { name: 'Open the backup' }).click()
  await visit.sql("INSERT INTO public.of_today VALUES ('after the backup'), ('after it too')")
  await dialog(page).getByText('Restore from it').click()
  await page.getByRole('heading', { level: 1, name: 'New restore' }).waitFor()
  assert.ok(await page.getByRole('radio', { name: /Restore beside/ }).isChecked(), 'the careful way is the preset')
  await page.getByTestId('start-restore').click()
  await confirm(page)
  await page.waitForURL(/restore\/[0-9a-f-]{36}/)
  const report = page.getByTestId('comparison')
  await report.waitFor({ timeout: 200_000 })
  const line = report.getByRole('row', { name: /public\.of_today/ })
  assert.match(await line.first().innerText(), /3\s+1\s+-2/)
  await report.getByText(/Rows of tables: .* equal/).waitFor()
  assert.equal(await visit.sql('SELECT count(*) FROM public.of_today'), '3', 'production is as it was')

  await page.getByRole('button', { name: 'Swap it in' }).click()
  await dialog(page).locator('dl.impact').waitFor()
  assert.match(await dialog(page).locator('dl.impact').innerText(), /Sessions cut/)
  await confirm(page)
  await page.getByTestId('swapped').waitFor({ timeout: 120_000 })
  await page.getByTestId('swapped').getByText(/kept until/).waitFor()
  assert.equal(await visit.sql('SELECT count(*) FROM public.of_today'), '1', 'production is the backup')

  await page.getByRole('button', { name: 'Undo the restore' }).click()
  await confirm(page)
  await page.getByText('It was undone').waitFor({ timeout: 120_000 })
  assert.equal(await visit.sql('SELECT count(*) FROM public.of_today'), '3', 'nothing is lost')
  await page.goto('/database/restore')
  await page.locator('tbody tr').first().getByText('undone').waitFor()
})
