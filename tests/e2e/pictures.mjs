// npm run pictures: those of docs/img, from a platform of their own. Made small with pngquant where it is installed.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually } from './suite.mjs'
import { person, startBrowser, startPlatform } from './world.mjs'

const platform = await startPlatform()
const browser = await startBrowser()
try {
  await platform.sql(`CREATE ROLE ${person.name} LOGIN PASSWORD '${person.password}' IN ROLE iot_owner`)
  const context = await browser.newContext({
    baseURL: platform.url, ignoreHTTPSErrors: true, locale: 'en-US', viewport: { width: 1440, height: 900 },
    storageState: { cookies: [], origins: [{ origin: platform.url, localStorage: [{ name: 'guardian.signedIn', value: 'yes' }] }] },
  })
  await context.request.post('/api/v1/auth/login', { data: { username: platform.username, password: platform.password } })
  const page = await context.newPage()

  await page.goto('/database/overview')
  await page.locator('figure.chart').first().waitFor()
  const users = await Promise.all(Array.from({ length: 6 }, (_, n) => platform.person(['ingest', 'ingest', 'reports', 'billing', 'dashboard', 'dashboard'][n])))
  const end = Date.now() + 90_000
  // Waves of short transactions, now and then one that stays open: something to see in each chart.
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const work = Promise.all(users.map(async (user, n) => {
    while (Date.now() < end) {
      const burst = 2 + Math.round(24 * (1 + Math.sin(Date.now() / 9000 + n)))
      for (let i = 0; i < burst && Date.now() < end; i += 1) await user.ask(`SELECT count(*) FROM devices WHERE id % ${n + 7} = ${i % 5};`)
      if (n === 3) await user.ask("SELECT count(*) FROM telemetry WHERE md5(device_id::text) < 'c';")
      if (n === 2) await user.ask('BEGIN; SELECT count(*) FROM alerts;')
      await pause(n === 2 ? 2000 + 6000 * Math.random() : 300)
      if (n === 2) await user.ask('COMMIT; SELECT 1;')
    }
  }))
  await pause(80_000)
  await shoot(page, 'overview')
  await work

  await page.goto('/database/query')
  await page.locator('.cm-content').click()
  await page.keyboard.insertText(`-- The devices that report most alerts, with their site and the last time they were heard
SELECT d.serial, d.name, s.name AS site, d.status, count(*) AS alerts, max(a.level) AS worst, d.last_seen_at
FROM devices AS d
JOIN sites AS s USING (tenant_id, site_no)
JOIN alerts AS a ON a.device_id = d.id
GROUP BY d.id, s.name
ORDER BY alerts DESC, d.serial
LIMIT 500`)
  await page.keyboard.press('Control+Enter')
  await eventually(() => page.getByRole('grid').waitFor({ timeout: 500 }))
  await shoot(page, 'query')
  for (const user of users) await user.end()
} finally {
  await browser.close()
  await platform.stop?.()
}

async function shoot(page, name) {
  const path = fileURLToPath(new URL(`../../docs/img/${name}.png`, import.meta.url))
  await page.screenshot({ path })
  try {
    execFileSync('pngquant', ['--force', '--skip-if-larger', '--quality', '70-95', '--output', path, path])
  } catch (error) {
    if (error.code === 'ENOENT') console.log('pngquant is not installed: the picture stays large')
  }
  console.log(path)
}
