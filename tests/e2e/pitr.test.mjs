import assert from 'node:assert/strict'
import { confirm } from './steps.mjs'
import { eventually, test } from './suite.mjs'

/** The server's clock has passed the second; what it says then. */
const past = (visit, second) => eventually(async () => assert.equal(await visit.sql(`SELECT clock_timestamp() > '${second}'::timestamptz + interval '1 second'`), 't'))

test('A moment is restored beside the cluster, is there to be looked into, and is removed', { alone: true, limitMs: 500_000 }, async (visit) => {
  visit.allow('428 POST /api/v1/database/pitr/instances')
  const page = await visit.person()
  await page.goto('/database/pitr')
  await page.getByTestId('base-backup').click()
  const moment = page.getByTestId('moment')
  await moment.waitFor({ timeout: 240_000 })      // a base backup there is, and so a window
  await visit.sql('DROP TABLE IF EXISTS public.of_then; CREATE TABLE public.of_then AS SELECT 1 AS one')
  visit.after(() => visit.sql('DROP TABLE IF EXISTS public.of_then'))
  const second = await visit.sql("SELECT to_char((date_trunc('second', clock_timestamp()) + interval '1 second') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')")
  await past(visit, `${second}Z`)
  await visit.sql('INSERT INTO public.of_then VALUES (2)')

  await page.getByLabel('Time zone').selectOption('utc')
  await moment.fill(second)
  await eventually(async () => assert.ok(await page.getByTestId('restore-to').isEnabled(), 'the window grows by itself'))
  await page.getByTestId('restore-to').click()
  const instance = page.locator('[data-instance]').first()
  await instance.locator('.connect code').waitFor({ timeout: 240_000 })
  const [, port] = /port=(\d+)/.exec(await instance.locator('.connect code').innerText()) ?? []
  assert.ok(port, 'how to connect is shown')

  await instance.getByRole('button').last().click()
  await confirm(page)
  await eventually(async () => assert.equal(await page.locator('[data-instance]').count(), 0), 120_000)
})
