// Every page of the console in every state worth seeing, in any language: for the tests that look at all of them.
import { readFileSync } from 'node:fs'
import { eventually } from './suite.mjs'

const locales = Object.fromEntries(['en', 'zh-CN'].map((name) => [name, JSON.parse(readFileSync(new URL(`../../frontend/src/shared/locales/${name}.json`, import.meta.url), 'utf8'))]))
const localeOf = (language) => (language.startsWith('zh') ? 'zh-CN' : 'en')

/** All messages of a language: key → text. */
export function messages(language) {
  const flat = {}
  const walk = (node, path) => {
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'string') flat[`${path}${name}`] = value
      else walk(value, `${path}${name}.`)
    }
  }
  walk(locales[localeOf(language)], '')
  return flat
}

export const namespaces = Object.keys(locales.en)
export const translator = (language) => {
  const flat = messages(language)
  return (key) => flat[key] ?? key
}

/** Until what moves has come to rest: a colour on its way is nobody's choice. */
export async function settled(page) {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity).map((each) => each.finished)))
}

let locks = 7000

/**
 * `look(name)` is called at each stop; `page` has a session already. Without `whole`, what looks like another stop is left out,
 * and the proof is not run, which takes some seconds.
 */
export async function walk(visit, page, language, look, { whole = true } = {}) {
  const t = translator(language)
  const stop = look
  look = async (name) => {
    await settled(page)
    await stop(name)
  }
  const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const dialog = page.getByRole('dialog')
  const close = async () => {
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  }

  // As a link does: the page stays, its part changes.
  const go = (path) => page.evaluate((to) => document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(to), path)

  await page.goto('/database/overview')
  await page.locator('figure.chart canvas').nth(3).waitFor()
  await eventually(async () => {
    await page.getByRole('button', { name: t('common.refresh') }).click()
    if ((await page.getByText(t('overview.collecting')).count()) > 0) throw new Error('still collecting')
  })
  await look('overview')

  await go('/database/tables')
  await page.locator('tbody td.name').first().waitFor()
  await look('tables')
  await go('/database/tables?search=no-such-table')
  await page.getByText(t('tables.none'), { exact: true }).waitFor()
  await look('tables-none')

  await go('/database/tables/public/devices')
  for (const tab of await page.getByRole('tab').first().waitFor().then(() => page.getByRole('tab').all())) {
    if (!whole && !/columns|keys|ddl/.test(await tab.getAttribute('id'))) continue
    await tab.click()
    await look(`table-${(await tab.getAttribute('id')).replace('table-tab-', '')}`)
  }
  await go(`/database/tables/public/${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
  await page.getByRole('tab').first().waitFor()
  await look('table-odd-name')

  await go('/database/query')
  const editor = page.locator('.cm-content')
  await editor.waitFor()
  await look('query-empty')
  const write = async (sql) => {
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(sql)
  }
  await write('SELECT d.id, d.serial, d.name, s.name AS "站点", d.status, d.battery, d.tags, d.metadata, d.last_seen_at\nFROM devices AS d JOIN sites AS s USING (tenant_id, site_no)\nORDER BY d.id\nLIMIT 500')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('grid').waitFor()
  await look('query-result')
  await page.getByRole('gridcell').first().dblclick()
  await dialog.waitFor()
  await look('query-row')
  await close()
  visit.allow('400 POST /api/v1/database/query', '403 POST /api/v1/database/query', '422 POST /api/v1/database/query')
  await write("SELECT '设备', nope FROM devices")
  await page.keyboard.press('Control+Enter')
  await page.locator('.cm-lintRange-error').waitFor()
  await look('query-error')
  await write('SELECT t.name, count(*), avg(d.battery) FROM devices d JOIN tenants t ON t.id = d.tenant_id WHERE d.status = $$online$$ GROUP BY 1 ORDER BY 2 DESC')
  await page.getByRole('button', { name: t('query.analyze') }).click()
  await page.locator('td.node').first().waitFor()
  await look('query-plan')
  await page.getByRole('button', { name: t('query.browser'), exact: true }).click()
  await page.getByRole('complementary', { name: t('query.browser') }).getByRole('listitem').first().waitFor()
  await look('query-objects')
  await page.getByRole('button', { name: t('query.history'), exact: true }).click()
  await dialog.getByRole('listitem').first().waitFor()
  await look('query-history')
  await close()

  await go('/database/proof')
  await heading(t('proof.title'))
  await look('proof')
  if (whole) {
    await page.getByTestId('run-proof').click()
    await page.locator('.verdict').waitFor({ timeout: 240_000 })
    await page.locator('details summary').first().click()
    await look('proof-done')
  }

  const lock = (locks += 1)
  const [holder, waiter] = [await visit.psql('nightly-report'), await visit.psql('order-desk')]
  await holder.ask(`BEGIN; SELECT pg_advisory_xact_lock(${lock})::text || 'held';`)
  waiter.send(`SELECT pg_advisory_xact_lock(${lock})::text || 'through';`)
  visit.allow('428 POST /api/v1/database/sessions/')
  await go('/database/sessions')
  const tree = page.getByRole('region', { name: t('sessions.blocking') }).getByRole('listitem')
  await tree.filter({ hasText: `PID ${waiter.pid}` }).waitFor()
  await look('sessions')
  await tree.filter({ hasText: `PID ${holder.pid}` }).first().getByRole('button').last().click()
  await dialog.locator('#confirm-phrase').waitFor()
  await look('sessions-confirm')
  await close()

  await go('/database/performance')
  for (const tab of await page.getByRole('tab').first().waitFor().then(() => page.getByRole('tab').all())) {
    if (!whole && !/statements|indexes/.test(await tab.getAttribute('id'))) continue
    await tab.click()
    await look(`performance-${(await tab.getAttribute('id')).replace('performance-tab-', '')}`)
  }

  visit.allow('428 POST /api/v1/database/maintenance/', '428 POST /api/v1/database/restore')
  await go('/database/maintenance')
  await page.locator('[data-advice]').or(page.getByText(t('advice.none'))).first().waitFor()
  await look('maintenance')
  await page.getByTestId('operation').selectOption('vacuum-full')
  await page.getByText(t('maintenance.interrupts'), { exact: true }).waitFor()
  await page.getByTestId('maintain').click()
  await dialog.locator('#confirm-phrase').waitFor()
  await look('maintenance-confirm')
  await close()

  await go('/database/backups')
  await page.locator('[data-database]').first().waitFor()
  await look('backups')
  await page.getByTestId('backup-now').click()
  await dialog.waitFor()
  if ((await page.locator('[data-backup]').count()) === 0) {
    await look('backups-now')
    await dialog.getByRole('button', { name: t('backups.start') }).click()
    await page.locator('[data-state]').first().waitFor()
    await look('backups-running')
    await page.locator('[data-backup]').first().waitFor({ timeout: 120_000 })
  } else await close()
  await page.locator('[data-backup] button').first().click()
  await dialog.getByTestId('backup').waitFor()
  await look('backup')
  await close()

  await go('/database/schedules')
  await heading(t('schedules.title'))
  await look('schedules')
  await page.getByRole('button', { name: t('schedules.new') }).click()
  await dialog.waitFor()
  await look('schedules-new')
  await close()

  await go('/database/restore')
  await heading(t('restore.title'))
  await look('restore')
  await go('/database/restore/new')
  await page.getByRole('radio').first().check()
  await page.getByTestId('start-restore').waitFor()
  await look('restore-new')
  await page.getByTestId('start-restore').click()
  await dialog.locator('#confirm-phrase').waitFor()
  await look('restore-confirm')
  await close()

  await go('/database/pitr')
  await heading(t('pitr.title'))
  await page.getByText(t('pitr.notConfigured')).or(page.getByText(t('pitr.window'))).first().waitFor()
  await look('pitr')

  await go('/database/jobs')
  await page.locator('tbody tr').first().waitFor()
  await look('jobs')
  await page.locator('tbody tr button').first().click()
  await dialog.getByTestId('job').waitFor()
  await look('job')
  await close()

  await go('/database/audit')
  await page.locator('td.actor').first().waitFor()
  await look('audit')
  await page.locator('td.actor').first().click()
  await dialog.waitFor()
  await look('audit-event')
  await close()
  await page.getByTestId('audit-verify').click()
  await page.getByTestId('audit-verdict').waitFor()
  await look('audit-verdict')
  await close()

  await go('/no/such/page')
  await page.getByText(t('nav.notFound')).waitFor()
  await look('not-found')

  await walkPlatform(visit, page, t, { go, look, heading, whole })
}

/** The pages of the platform; the swarm is the stand-in of engine.mjs. */
export async function walkPlatform(visit, page, t, { go, look, heading, whole }) {
  const panel = page.getByRole('tabpanel')
  await go('/platform/topology')
  await page.locator('svg g.node').first().waitFor()
  await look('topology')
  await go('/platform/topology?view=table')
  await panel.locator('tbody tr').first().waitFor()
  await look('topology-table')
  for (const tab of ['overview', 'services', 'nodes', 'drift', ...(whole ? ['networks', 'secrets', 'configs'] : [])]) {
    await go(`/platform/swarm?tab=${tab}`)
    await heading(t('swarm.title'))
    await panel.locator('tbody tr, section.quorum').first().waitFor()
    await look(`swarm-${tab}`)
  }
  if (visit.platform.engine) {
    await go(`/platform/swarm/services/${visit.platform.engine.service('iot_collector').ID}`)
    await page.getByRole('group', { name: t('swarm.tasksAndHistory') }).locator('tbody tr').first().waitFor()
    await look('swarm-service')
    await page.getByRole('button', { name: t('swarm.scale'), exact: true }).click()
    await page.getByRole('dialog').locator('#new-replicas').waitFor()
    await look('swarm-scale')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  }
  await go('/platform/replication')
  await page.getByRole('region', { name: t('replication.members') }).locator('tbody tr').first().waitFor()
  await look('replication')
  await go('/platform/redis')
  await page.locator('section.server').first().waitFor()
  await look('redis')
  await go('/platform/drills')
  await page.locator('[data-drill]').first().waitFor()
  await page.locator('[data-drill] summary').first().click()
  await look('drills')
  for (const [tab, part] of [['now', 'section.alert'], ...(whole ? [['history', 'tbody tr'], ['silences', '.empty, tbody tr']] : [])]) {
    await go(`/platform/alerts?tab=${tab}`)
    await heading(t('alerts.title'))
    await panel.locator(part).first().waitFor()
    await look(`alerts-${tab}`)
  }
  await go('/platform/metrics')
  await page.locator('figure.chart canvas').nth(5).waitFor()
  await look('metrics')
  await page.getByRole('button', { name: t('metrics.own') }).click()
  await go('/platform/metrics?group=nodes&range=24h&view=numbers')
  await panel.locator('tbody tr').first().waitFor()
  await page.getByRole('button', { name: t('metrics.everyPoint') }).first().click()
  await look('metrics-numbers')
  await go('/platform/logs?service=iot_nginx')
  await page.locator('ol.lines li').first().waitFor()
  await look('logs')
}
