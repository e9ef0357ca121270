import assert from 'node:assert/strict'
import { eventually, test } from './suite.mjs'

test('The proof tries every known escape, and each is refused or held', { alone: true }, async (visit) => {
  const page = await visit.person()
  await page.goto('/database/proof')
  await page.getByText('Not run yet').waitFor()
  await page.getByTestId('run-proof').click()
  await page.getByText('Read-only holds').waitFor({ timeout: 240_000 })
  const figures = Object.fromEntries(await page.locator('.verdict dl > div').evaluateAll((all) => all.map((each) => [each.querySelector('dt').textContent, Number(each.querySelector('dd').textContent.replaceAll(',', ''))])))
  assert.ok(figures.tried >= 150, `${figures.tried} tried`)
  assert.equal(figures.failed, 0)
  assert.equal(await page.locator('details').count(), figures.tried)
  visit.notes.push(Object.entries(figures).map(([name, value]) => `${value} ${name}`).join(', '))
  await page.getByRole('checkbox', { name: 'Only failures' }).check()
  await page.getByText('Nothing failed').waitFor()
  await page.getByRole('checkbox', { name: 'Only failures' }).uncheck()
  await page.getByRole('searchbox').fill('setval')
  await eventually(async () => assert.ok((await page.locator('details').count()) < 30))
  await page.locator('details').first().locator('summary').click()
  await page.locator('details[open] pre').first().waitFor()
  assert.match(await page.locator('details[open] pre').first().innerText(), /setval/i)
})
