import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { eventually, test } from './suite.mjs'
import { messages, namespaces, settled, translator, walk } from './walk.mjs'
import { screenshots } from './world.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong, one line each: by all of its rules, or by these. */
async function violations(page, rules) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const found = await page.evaluate((only) => window.axe.run(
    // Of rows that are all alike, the first ones.
    { include: document, exclude: ['tbody tr:nth-child(n+9)', '.vg-row:nth-child(n+6)', 'details:nth-of-type(n+5)', '.names > li:nth-child(n+9)'] },
    { resultTypes: ['violations'], preload: false, ...(only && { runOnly: only }) },
  ), rules)
  return found.violations.flatMap(({ id, help, nodes }) => nodes.slice(0, 4).map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary.split('\n')[1]?.trim()}`))
}

/** The system's theme changes while the page is open, and back. */
async function inDark(page, work) {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html.dark').waitFor({ state: 'attached' })
  await settled(page)
  await work()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.locator('html:not(.dark)').waitFor({ state: 'attached' })
  await settled(page)
}

/** Words on the page that are not data: texts outside code and tables of results, and what is read aloud. */
function words(page) {
  return page.evaluate(() => {
    const data = 'code, pre, .mono, .vg, .cm-editor, option, script, style, dd, [lang]:not(html)'
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim()
      if (text !== '' && !node.parentElement.closest(data)) found.push(text)
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll(`[${name}]`)) if (!element.closest('[lang]:not(html)')) found.push(element.getAttribute(name))
    }
    return found
  })
}

function untranslated(found, language) {
  const key = new RegExp(`^(${namespaces.join('|')})\\.[a-z]\\w*(\\.\\w+)*$`)
  const [own, other] = language.startsWith('zh') ? [messages('zh-CN'), messages('en')] : [messages('en'), messages('zh-CN')]
  const ownTexts = new Set(Object.values(own))
  const foreign = new Set(Object.values(other).filter((text) => text.length > 3 && !text.includes('{') && !ownTexts.has(text)))
  // A title of letters alone in the other script needs no list.
  const chinese = /\p{Script=Han}/u
  return found.filter((text) => key.test(text) || (foreign.has(text) && (chinese.test(text) || text.includes(' '))))
}

for (const language of ['en-US', 'zh-CN']) {
  test(`Every page in ${language === 'en-US' ? 'English' : '中文'}, light and dark: nothing for axe to complain about, no text untranslated, no scrolling sideways`, async (visit) => {
    const wrong = []
    const look = (page) => async (name) => {
      const found = [...(await violations(page)), ...untranslated(await words(page), language).map((text) => `untranslated: ${text}`)]
      const { width, shown } = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, shown: document.documentElement.clientWidth }))
      if (width > shown) found.push(`scrolls sideways: ${width} > ${shown}`)
      const picture = (theme) => page.screenshot({ path: join(screenshots, `${name}.${language.slice(0, 2)}.${theme}.png`) })
      await picture('light')
      await inDark(page, async () => {
        // Nothing but the colours is another.
        found.push(...(await violations(page, ['color-contrast', 'link-in-text-block'])).map((each) => `in the dark, ${each}`))
        await picture('dark')
      })
      wrong.push(...found.map((each) => `${name}: ${each}`))
    }
    const signedOut = await visit.person({ signedIn: false, language })
    await signedOut.goto('/')
    await signedOut.getByRole('button', { name: translator(language)('auth.submit') }).waitFor()
    await look(signedOut)('login')
    const page = await visit.person({ language })
    await walk(visit, page, language, look(page))
    assert.deepEqual([...new Set(wrong)], [])
  })
}

for (const language of ['en-US', 'zh-CN']) {
  test(`On a telephone, 375 px wide, every page is usable without scrolling sideways (${language === 'en-US' ? 'English' : '中文'})`, async (visit) => {
    const wrong = []
    const page = await visit.person({ language, width: 375, height: 740, isMobile: true, hasTouch: true, theme: language === 'en-US' ? 'light' : 'dark' })
    const t = translator(language)
    await walk(visit, page, language, async (name) => {
      const { width, outside } = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        // What can be pressed must be where a thumb reaches it, or in a box that scrolls there.
        outside: [...document.querySelectorAll('button, a, input, select')].filter((element) => {
          const box = element.getBoundingClientRect()
          if (box.width === 0 || getComputedStyle(element).visibility === 'hidden' || element.closest('.skip, .el-picker-panel, .side')) return false
          let scrolls = element.parentElement
          while (scrolls && !['auto', 'scroll'].includes(getComputedStyle(scrolls).overflowX)) scrolls = scrolls.parentElement
          return box.right > 376 && !scrolls
        }).map((element) => element.outerHTML.slice(0, 120)),
      }))
      if (width > 375) wrong.push(`${name}: ${width} px wide`)
      wrong.push(...outside.map((each) => `${name}: out of reach: ${each}`))
      await page.screenshot({ path: join(screenshots, `${name}.${language.slice(0, 2)}.375px.png`) })
    }, { whole: language === 'en-US' })
    await page.goto('/database/overview')
    await page.getByRole('button', { name: t('nav.menu') }).click()
    await settled(page)
    await page.screenshot({ path: join(screenshots, `menu.${language.slice(0, 2)}.375px.png`) })
    await page.getByRole('navigation').getByRole('link', { name: t('nav.sessions'), exact: true }).click()
    await page.getByRole('heading', { level: 1, name: t('sessions.title') }).waitFor()
    await eventually(async () => assert.equal(await page.getByRole('navigation').getByRole('link', { name: t('nav.audit'), exact: true }).isVisible(), false, 'the menu closes behind one'))
    assert.deepEqual(wrong, [])
  })
}

test('The language changes at once, and is remembered', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables')
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await page.getByRole('button', { name: '简体中文' }).click()
  await page.getByRole('heading', { level: 1, name: messages('zh-CN')['tables.title'] }).waitFor()
  await eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN'))
  await page.reload()
  await page.getByRole('heading', { level: 1, name: messages('zh-CN')['tables.title'] }).waitFor()
  await eventually(async () => assert.match(await page.title(), new RegExp(messages('zh-CN')['nav.tables'])))
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
})

test('A browser in neither language gets Chinese first', async (visit) => {
  const page = await visit.person({ signedIn: false, language: 'fr-FR' })
  await page.goto('/')
  await page.getByRole('heading', { level: 1, name: messages('zh-CN')['auth.title'] }).waitFor()
})

test('Dark and light follow the system until one chooses, and the choice is remembered', async (visit) => {
  const page = await visit.person({ theme: 'dark' })
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, each) => sum + Number(each), 0))
  await page.goto('/database/tables')
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await eventually(async () => assert.ok((await background()) < 200))
  await page.emulateMedia({ colorScheme: 'light' })
  await eventually(async () => assert.ok((await background()) > 600))
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByRole('button', { name: /^Theme/ }).click()
  await eventually(async () => assert.ok((await background()) > 600, 'light, chosen'))
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await eventually(async () => assert.ok((await background()) > 600, 'remembered'))
  await page.getByRole('button', { name: /^Theme/ }).click()
  await eventually(async () => assert.ok((await background()) < 200, 'dark, chosen'))
})

test('With the keyboard alone one signs in, goes to the SQL page and runs a query', async (visit) => {
  const page = await visit.person({ signedIn: false })
  await page.goto('/')
  await page.getByLabel('User name').waitFor()
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'username'))
  await page.keyboard.type(visit.platform.username)
  await page.keyboard.press('Tab')
  await page.keyboard.type(visit.platform.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  /** Tab until the focus is on what has this name; every stop on the way must be seen to have it. */
  const tabTo = async (name, key = 'Tab') => {
    for (let stops = 0; stops < 40; stops += 1) {
      await page.keyboard.press(key)
      const at = await page.evaluate(() => {
        const element = document.activeElement
        const style = getComputedStyle(element)
        const box = element.getBoundingClientRect()
        return {
          name: (element.getAttribute('aria-label') ?? element.textContent).trim(),
          seen: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none' || element === document.body || element.shadowRoot !== null,
          there: box.width > 0 && box.bottom > 0, what: element.outerHTML.slice(0, 100),
        }
      })
      assert.ok(at.seen && at.there, `the focus cannot be seen on ${at.what}`)
      if (at.name === name) return
    }
    assert.fail(`${name} is not reached by Tab`)
  }
  await tabTo('SQL')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'SQL' }).waitFor()
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.getAttribute('data-testid')), 'sql-editor', 'the editor has the focus'))
  await page.keyboard.type('SELECT 6 * 7 AS answer')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await page.getByRole('gridcell').allTextContents(), ['42']))
  await page.keyboard.press('Escape')
  await tabTo('Query result, 1 rows')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Row 1 of 1' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await tabTo('Explain', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('group', { name: 'Plan' }).waitFor()
})

test('Names and values that look like markup are text everywhere', async (visit) => {
  const page = await visit.person()
  const evil = '<img src=x onerror=alert(1)>'
  const none = async (where) => assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('img, body script, svg[onload], iframe')].map((element) => element.outerHTML)), [], where)
  const psql = await visit.psql(evil)
  await psql.ask(`BEGIN; SELECT '<script>alert(2)</script>';`)
  await visit.sql(`CREATE SCHEMA IF NOT EXISTS "<b>s</b>"; CREATE TABLE IF NOT EXISTS "<b>s</b>"."<svg onload=alert(3)>" ("{{7*7}}" int PRIMARY KEY); COMMENT ON TABLE "<b>s</b>"."<svg onload=alert(3)>" IS '<img src=x onerror=alert(4)>'; GRANT USAGE ON SCHEMA "<b>s</b>" TO guardian_reader; GRANT SELECT ON ALL TABLES IN SCHEMA "<b>s</b>" TO guardian_reader`)
  visit.after(() => visit.sql('DROP SCHEMA "<b>s</b>" CASCADE'))
  await page.goto('/database/overview')
  await page.locator('figure.chart').first().waitFor()
  await none('overview')
  await page.goto(`/database/tables?search=${encodeURIComponent('<')}`)
  await page.getByRole('link', { name: evil, exact: true }).waitFor()
  await none('list')
  await page.getByRole('link', { name: '<svg onload=alert(3)>', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: '<svg onload=alert(3)>' }).waitFor()
  await page.getByText('<img src=x onerror=alert(4)>').first().waitFor()
  for (const tab of await page.getByRole('tab').first().waitFor().then(() => page.getByRole('tab').all())) {
    await tab.click()
    await none(await tab.textContent())
  }
  await page.getByText('Query this table').click()
  await page.getByTestId('run').click()
  await page.getByRole('columnheader', { name: /{{7\*7}}/ }).waitFor()
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  const sent = page.waitForRequest((request) => request.url().endsWith('/database/query'))
  await page.keyboard.insertText(`SELECT * FROM "${evil}", (SELECT '${evil}' AS "${evil}") AS more`)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('gridcell', { name: '<script>alert(1)</script>' }).waitFor()
  await none('grid')
  await page.getByRole('gridcell').first().dblclick()
  await page.getByRole('dialog').getByText('<script>alert(1)</script>').waitFor()
  await none('row')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Objects' }).click()
  await page.getByRole('complementary').getByText(evil).first().waitFor()
  await page.getByRole('button', { name: 'History', exact: true }).click()
  await page.getByRole('dialog').getByText(evil).first().waitFor()
  await none('objects and history')
  await page.goto(`/database/sessions?search=${encodeURIComponent('<img')}`)
  visit.allow('428 POST /api/v1/database/sessions/')
  await page.locator('tbody').getByText(evil).first().waitFor()
  await page.locator('tbody tr').filter({ hasText: String(psql.pid) }).getByRole('button', { name: /^Terminate/ }).click()
  await page.getByRole('dialog').getByText(evil).first().waitFor()
  await none('sessions')
  await page.goto(`/database/audit?outcome=intent&request=${(await sent).headers()['x-request-id']}`)
  await page.locator('td.actor').first().click()
  await page.getByRole('dialog').getByText(evil).first().waitFor()
  await none('audit')
})

test('Every page is there within 2 s on the demonstration data, with nothing cached', { measures: true }, async (visit) => {
  const ready = {
    '/database/overview': (page) => page.locator('figure.chart canvas').nth(3).waitFor(),
    '/database/tables': (page) => page.locator('tbody td.name').first().waitFor(),
    '/database/tables?partitions=yes': (page) => page.locator('tbody td.name').first().waitFor(),
    '/database/tables/public/devices': (page) => page.locator('tbody td.name').first().waitFor(),
    '/database/tables/public/wide_table': (page) => page.locator('tbody td.name').first().waitFor(),
    '/database/query': (page) => page.locator('.cm-content').waitFor(),
    '/database/proof': (page) => page.getByTestId('run-proof').waitFor(),
    '/database/sessions': (page) => page.locator('tbody tr').first().waitFor(),
    '/database/performance': (page) => page.getByRole('tab').first().waitFor(),
    '/database/maintenance': (page) => page.locator('[data-advice]').or(page.getByText('Nothing needs to be done')).first().waitFor(),
    '/database/backups': (page) => page.locator('[data-database]').first().waitFor(),
    '/database/schedules': (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    '/database/restore': (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    '/database/jobs': (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    '/database/audit': (page) => page.locator('td.actor').first().waitFor(),
  }
  const slow = []
  for (const [path, there] of Object.entries(ready)) {
    let best = Infinity
    for (let attempt = 0; attempt < 8 && best > 2000; attempt += 1) { // another process may have had the core
      const page = await visit.person()
      const start = performance.now()
      await page.goto(path, { waitUntil: 'commit' })
      await there(page)
      best = Math.min(best, performance.now() - start)
      await page.context().close()
    }
    visit.notes.push(`${path} ${Math.round(best)} ms`)
    if (best > 2000) slow.push(`${path}: ${Math.round(best)} ms`)
  }
  assert.deepEqual(slow, [])
})
