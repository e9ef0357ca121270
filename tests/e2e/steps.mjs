// What several journeys do alike.
import assert from 'node:assert/strict'
import { eventually } from './suite.mjs'

export const dialog = (page) => page.getByRole('dialog')

/** Types what the dialog wants typed. */
export async function confirm(page) {
  await dialog(page).locator('#confirm-phrase').waitFor()
  await dialog(page).getByLabel('Type to confirm:').fill(await dialog(page).locator('label code').innerText())
  await dialog(page).locator('button[type=submit]').click()
}

/** Starts a backup on the page of backups; its entry among what runs, which others may run beside. */
export async function backUp(page, note) {
  await page.locator('[data-database]').first().waitFor({ timeout: 60_000 })
  await page.getByTestId('backup-now').click()
  await dialog(page).getByLabel('Note').fill(note)
  const [reply] = await Promise.all([
    page.waitForResponse((each) => each.url().endsWith('/database/backup') && each.request().method() === 'POST'),
    dialog(page).getByRole('button', { name: 'Start' }).click(),
  ])
  const { job_id: id } = await reply.json()
  const item = page.locator(`[data-job="${id}"]`)
  await item.waitFor()
  return item
}

export const ended = (item, state = 'succeeded') => eventually(async () => assert.equal(await item.getAttribute('data-state'), state), 120_000)
