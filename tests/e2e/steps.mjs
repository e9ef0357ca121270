// What several journeys do alike.
import assert from 'node:assert/strict'
import { eventually } from './suite.mjs'

export const dialog = (page) => page.getByRole('dialog')
export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()

/** A page where people act: what it says to the first of the two steps is no fault. */
export async function open(visit, path, title) {
  const page = await visit.person()
  visit.allow('428 POST /api/v1/')
  await page.goto(path)
  await heading(page, title)
  return page
}

/** Types what the dialog wants typed. */
export async function confirm(page) {
  await dialog(page).locator('#confirm-phrase').waitFor()
  await dialog(page).getByLabel('Type to confirm:').fill(await dialog(page).locator('label code').innerText())
  await dialog(page).locator('button[type=submit]').click()
}

/** The same, and waits until the dialog is gone: it is done. */
export async function confirmed(page) {
  await confirm(page)
  await dialog(page).waitFor({ state: 'hidden' })
}

/** Starts a backup on the page of backups; its entry among what runs, which others may run beside. */
export async function backUp(page, note, format = 'custom') {
  await page.locator('[data-database]').first().waitFor({ timeout: 60_000 })
  await page.getByTestId('backup-now').click()
  await dialog(page).getByLabel('Note').fill(note)
  await dialog(page).getByLabel('Format').selectOption(format)
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
