import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { confirm, dialog, ended } from './steps.mjs'
import { test } from './suite.mjs'

test('An archive from elsewhere is uploaded, marked as foreign, and restored beside after a warning', { limitMs: 300_000 }, async (visit) => {
  visit.allow('428 POST /api/v1/database/restore', '422 POST /api/v1/database/backups/upload')
  const folder = mkdtempSync(join(tmpdir(), 'upload-'))
  visit.after(async () => rmSync(folder, { recursive: true }))
  await visit.sql("DROP TABLE IF EXISTS public.sent_elsewhere; CREATE TABLE public.sent_elsewhere AS SELECT generate_series(1, 7) AS id")
  const { pg_dump: [program, ...options], database } = visit.platform
  execFileSync(program, [...options, '--dbname', database, '--format=custom', '--table=public.sent_elsewhere', `--file=${join(folder, 'own.dump')}`])
  await visit.sql('DROP TABLE public.sent_elsewhere')
  writeFileSync(join(folder, 'own.sql'), 'CREATE TABLE t ();\n')

  const page = await visit.person()
  await page.goto('/database/backups')
  await page.locator('[data-database]').first().waitFor({ timeout: 60_000 })
  await page.getByTestId('upload-archive').click()
  const form = dialog(page).getByTestId('upload')
  await form.locator('input[type=file]').setInputFiles(join(folder, 'own.sql'))
  await form.getByRole('button', { name: 'Upload', exact: true }).click()
  await form.getByText('pg_dump --format=custom', { exact: false }).waitFor()
  await form.locator('input[type=file]').setInputFiles(join(folder, 'own.dump'))
  await form.getByLabel('Note').fill('from elsewhere')
  await form.getByRole('button', { name: 'Upload', exact: true }).click()
  const item = page.locator('[data-job]').filter({ hasText: 'Upload' }).first()
  await item.waitFor()
  await ended(item)
  await page.locator('tbody tr').filter({ hasText: 'from elsewhere' }).getByText('not made here').waitFor()

  await item.getByRole('button', { name: 'Open the backup' }).click()
  await dialog(page).getByText('Whoever made this archive decided').waitFor()
  await dialog(page).getByText('Restore from it').click()
  await page.getByRole('note').getByText('Whoever made this archive decided').waitFor()
  await page.getByTestId('start-restore').click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  assert.match(await dialog(page).innerText(), /run foreign code in/)
  await confirm(page)
  await page.waitForURL(/restore\/[0-9a-f-]{36}/)
  const report = page.getByTestId('comparison')
  await report.waitFor({ timeout: 200_000 })
  await report.getByRole('row', { name: /public\.sent_elsewhere/ }).first().waitFor()
})
