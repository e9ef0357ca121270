// Redis and its Sentinels are real here; the swarm is a stand-in (engine.mjs).
import assert from 'node:assert/strict'
import { confirm, dialog, heading } from './steps.mjs'
import { eventually, test } from './suite.mjs'

test('A drill is confirmed with its effect in numbers, followed while it runs, and its report stays', { alone: true }, async (visit) => {
  const page = await visit.person()
  visit.allow('428 POST /api/v1/', '401 ', '503 ', '502 ') // for a moment there is no Redis: that is the drill
  await page.goto('/platform/drills')
  await heading(page, 'Failover drills')
  const card = page.locator('[data-drill=redis-failover]')
  await card.getByText('May run', { exact: true }).waitFor({ timeout: 60_000 })
  const [from] = (await card.locator('.plan').innerText()).split(' ')
  await card.getByRole('button', { name: 'Run drill: Redis failover' }).click()
  await dialog(page).locator('#confirm-phrase').waitFor()
  assert.match(await dialog(page).innerText(), new RegExp(`Have ${from} replaced as Redis's primary[^]*Expected pause`))
  await confirm(page)
  const run = page.getByTestId('drill-run')
  await run.waitFor()
  await run.getByText('A canary has begun to write.').waitFor()
  await page.locator('[data-testid=drill-run][data-state=succeeded]').waitFor({ timeout: 120_000 })
  await run.getByText(`It is broken: ${from} is taken away.`).waitFor()
  await run.getByText('Everything is at full strength.').waitFor()
  assert.match(await run.getByTestId('recovery').innerText(), /\d+(\.\d+)? m?s/)
  assert.match(await run.getByTestId('lost').innerText(), /^\d+$/)
  assert.match(await run.getByRole('img').getAttribute('aria-label'), /^\d+ writes acknowledged, \d+ failed, \d+ lost, longest pause /)
  const changed = run.locator('tr.changed')
  assert.ok((await changed.count()) >= 2, 'who became what')
  await page.keyboard.press('Escape')
  await page.locator('tr[data-state=succeeded]').first().waitFor()
  await eventually(async () => assert.notEqual((await card.locator('.plan').innerText()).split(' ')[0], from), 30_000)
  await page.getByRole('button', { name: 'Redis failover', exact: true }).first().focus()
  await page.keyboard.press('Enter')
  await run.waitFor()
})
