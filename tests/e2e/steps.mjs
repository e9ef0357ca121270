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

/** Scrolls 460 px (some 17 rows) a frame, again from the top where it ends; milliseconds between the frames, the shortest first. */
export const fling = (scroller, frames) => scroller.evaluate(async (host, wanted) => {
  const times = []
  const step = 460
  let last = await new Promise(requestAnimationFrame)
  while (times.length < wanted) {
    host.scrollTop += step
    const now = await new Promise(requestAnimationFrame)
    times.push(now - last)
    last = now
    if (host.scrollTop + host.clientHeight > host.scrollHeight - step) host.scrollTop = 0
  }
  return times.toSorted((a, b) => a - b)
}, frames)

/** 55 frames a second or more are what an eye takes for 60; the best of eight flings, since other programs take turns with the browser. */
export async function scrollsSmoothly(visit, scroller, what) {
  const page = scroller.page()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const used = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000
  let best = null
  for (let attempt = 0; attempt < 8 && !(best?.median >= 55); attempt += 1) {
    const before = await used()
    const times = await fling(scroller, 180)
    const one = { median: 1000 / times[times.length >> 1], slow: times[Math.floor(times.length * 0.95)], cpu: ((await used()) - before) / times.length }
    if (best === null || one.median > best.median) best = one
  }
  visit.notes.push(`${what}: median ${best.median.toFixed(1)} frames/s, 95 % within ${best.slow.toFixed(1)} ms, ${best.cpu.toFixed(1)} ms of the page's thread for each`)
  assert.ok(best.median >= 55, `${what}: ${best.median.toFixed(1)} frames/s`)
}
