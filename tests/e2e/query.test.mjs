import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fling, scrollsSmoothly } from './steps.mjs'
import { eventually, test } from './suite.mjs'

const editor = (page) => page.locator('.cm-content')
const alert = (page) => page.getByRole('region', { name: 'Result' }).getByRole('alert')

async function open(visit, options) {
  const page = await visit.person(options)
  await page.goto('/database/query')
  await editor(page).waitFor()
  return page
}

/** Replaces what is in the editor, as pasted: no bracket is closed, nothing completed. */
async function write(page, sql) {
  await editor(page).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
}

async function run(page, sql) {
  await write(page, sql)
  await page.keyboard.press('Control+Enter')
}

const cells = (page) => page.getByRole('gridcell').allTextContents()

test('Completion offers the columns of the table, and Ctrl+Enter runs the statement', async (visit) => {
  const page = await visit.person()
  const schema = page.waitForResponse((response) => response.url().includes('/database/schema')) // the editor's first focus asks for it
  await page.goto('/database/query')
  await editor(page).click()
  await schema
  await page.keyboard.insertText('SELECT serial FROM devices WHERE devices')
  const offer = page.locator('.cm-tooltip-autocomplete').getByRole('option', { name: 'serial', exact: true })
  await eventually(async () => {
    await page.keyboard.type('.ser')
    await offer.waitFor({ timeout: 5000 }).catch(async (error) => {
      for (const _ of '.ser') await page.keyboard.press('Backspace')
      throw error
    })
  })
  await offer.click()
  await page.keyboard.insertText(' IS NOT NULL ORDER BY 1 LIMIT 3')
  await eventually(async () => assert.equal(await editor(page).innerText(), 'SELECT serial FROM devices WHERE devices.serial IS NOT NULL ORDER BY 1 LIMIT 3'))
  await page.keyboard.press('Control+Enter')
  await page.getByRole('grid').waitFor()
  assert.deepEqual(await cells(page), (await visit.sql('SELECT serial FROM devices ORDER BY serial COLLATE "C" LIMIT 3')).split('\n'))
})

test('Values of every type are shown as psql shows them', async (visit) => {
  const page = await open(visit)
  await run(page, 'SELECT * FROM all_types WHERE id = 1')
  await page.getByRole('grid').waitFor()
  await page.getByRole('gridcell').first().dblclick()
  await page.getByRole('dialog').locator('dl > div').first().waitFor()
  const shown = await page.getByRole('dialog').locator('dl > div').evaluateAll((all) => Object.fromEntries(all.map((each) => [each.querySelector('dt').firstChild.textContent.trim(), each.querySelector('dd').textContent])))
  const columns = (await visit.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'all_types'::regclass AND attnum > 0 ORDER BY attnum")).split('\n')
  const row = (await visit.sql('SELECT * FROM all_types WHERE id = 1', '-F', '\x1f', '-P', 'null=NULL', '-c', "SET timezone = 'UTC'")).split('\x1f')
  const wanted = Object.fromEntries(columns.map((column, place) => [column, row[place]]))
  for (const [column, value] of Object.entries(wanted)) {
    if (['j', 'jb'].includes(column)) assert.deepEqual(shown[column].replace(/\s/g, ''), value.replace(/\s/g, ''), column) // laid out anew
    else if (column === 'flag') assert.equal(shown[column], { t: 'true', f: 'false' }[value], column)
    else assert.equal(shown[column], value, column)
  }
})

test('An error is marked at its place, also behind characters outside the basic plane', async (visit) => {
  const page = await open(visit)
  visit.allow('400 POST /api/v1/database/query', '422 POST /api/v1/database/query')
  await run(page, "SELECT '设备 😀 é' AS \"名称\",\n       nope\nFROM devices")
  await alert(page).getByText('nope').first().waitFor()
  await eventually(async () => assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'nope'))
  await write(page, "SELECT 1;\n\nSELECT '😀😀' FORM devices")
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.equal(await page.locator('.cm-lintRange-error').innerText(), 'devices'))
  await page.keyboard.type(' ')
  await eventually(async () => assert.equal(await page.locator('.cm-lintRange-error').count(), 0, 'the mark goes when the text changes'))
})

test('A DELETE is refused with its reason, and nothing is deleted', async (visit) => {
  const page = await open(visit)
  visit.allow('403 POST /api/v1/database/query', '400 POST /api/v1/database/query', '422 POST /api/v1/database/query')
  const before = await visit.sql('SELECT count(*) FROM alerts')
  await run(page, 'DELETE FROM alerts')
  await alert(page).getByText('Refused: only read-only statements run here').waitFor()
  assert.match(await alert(page).innerText(), /DELETE/)
  await run(page, 'WITH gone AS (DELETE FROM alerts RETURNING *) SELECT count(*) FROM gone')
  await eventually(async () => assert.match(await alert(page).innerText(), /only read-only statements/))
  assert.equal(await visit.sql('SELECT count(*) FROM alerts'), before)
})

test('A long statement stops on the server when one presses Stop', async (visit) => {
  const page = await open(visit)
  visit.allow('409 POST /api/v1/database/query', '499 POST /api/v1/database/query', '422 POST /api/v1/database/query', '400 POST /api/v1/database/query', '503 POST /api/v1/database/query')
  const sent = page.waitForRequest((request) => request.url().endsWith('/database/query'))
  await run(page, 'SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b')
  const id = (await sent).headers()['x-request-id']
  const running = () => visit.sql(`SELECT count(*) FROM pg_stat_activity WHERE application_name = '${id}' AND state = 'active'`)
  await eventually(async () => assert.equal(await running(), '1'))
  await page.getByTestId('cancel').click()
  const pressed = Date.now()
  await eventually(async () => assert.equal(await running(), '0'))
  visit.notes.push(`gone from pg_stat_activity ${Date.now() - pressed} ms after Stop`)
  await page.getByText('Stopped, on the server too.').waitFor()
  await run(page, 'SELECT 42 AS answer')
  await eventually(async () => assert.deepEqual(await cells(page), ['42']))
})

test('Leaving the page stops the statement that runs', async (visit) => {
  const page = await open(visit)
  const sent = page.waitForRequest((request) => request.url().endsWith('/database/query'))
  await run(page, 'SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b')
  const id = (await sent).headers()['x-request-id']
  const running = () => visit.sql(`SELECT count(*) FROM pg_stat_activity WHERE application_name = '${id}' AND state = 'active'`)
  await eventually(async () => assert.equal(await running(), '1'))
  await page.getByRole('link', { name: 'Tables', exact: true }).click()
  await eventually(async () => assert.equal(await running(), '0'))
})

test('A statement that takes longer than its limit is ended and says so', async (visit) => {
  const page = await open(visit)
  visit.allow('504 POST /api/v1/database/query')
  await page.route('**/api/v1/database/query', (route) => route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), timeout_ms: 1000 }) }))
  await run(page, 'SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b')
  await alert(page).waitFor()
  visit.notes.push((await alert(page).locator('.headline').innerText()))
})

test('A result that was cut says so, and the whole of it can be downloaded', async (visit) => {
  const page = await open(visit)
  await page.getByRole('combobox', { name: 'Rows at most' }).selectOption('100')
  await run(page, 'SELECT i FROM generate_series(1, 1000) AS i')
  await alert(page).getByText('Only the first 100 rows are shown, the result is longer').waitFor()
  assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '101')
  await page.evaluate(() => delete window.showSaveFilePicker)
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download all as CSV' }).click()
  const text = await readFile(await (await coming).path(), 'utf8')
  assert.equal(text.trimEnd().split(/\r?\n/).length, 1001)
})

test('A downloaded CSV holds what psql writes, byte for byte', async (visit) => {
  const page = await open(visit)
  // The person's answer to the browser's "save as": a real file, in the browser's own file system.
  await page.evaluate(() => {
    window.showSaveFilePicker = async ({ suggestedName }) => (window.saved = await (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }))
  })
  const statement = `SELECT id, serial, name, ip, tags, metadata, installed_on, last_seen_at FROM devices ORDER BY id`
  await write(page, statement)
  await page.getByTestId('download-csv').click()
  await page.getByText(/^\s*Saved query-.*\.csv/).waitFor()
  const saved = await page.evaluate(async () => (await window.saved.getFile()).text())
  const wanted = await visit.sql(`COPY (${statement}) TO STDOUT (FORMAT csv, HEADER)`, '-c', "SET timezone = 'UTC'")
  assert.ok(wanted.length > 100_000)
  assert.equal(saved.replaceAll('\r\n', '\n').trimEnd(), wanted.replaceAll('\r\n', '\n').trimEnd())
})

test('Explain draws the plan, Analyze measures it', async (visit) => {
  const page = await open(visit)
  await write(page, 'SELECT t.name, count(*) FROM devices d JOIN tenants t ON t.id = d.tenant_id GROUP BY 1 ORDER BY 2 DESC')
  await page.getByRole('button', { name: 'Explain' }).click()
  const plan = page.getByRole('group', { name: 'Plan' })
  await plan.waitFor()
  const text = await plan.innerText()
  for (const part of ['Sort', 'Aggregate', 'Hash Join', 'Seq Scan', 'devices', 'tenants']) assert.ok(text.includes(part), part)
  await page.getByText('Estimates, not run.').waitFor()
  await page.getByRole('button', { name: 'Analyze' }).click()
  await page.getByText(/^Execution/).waitFor()
  await plan.getByRole('columnheader', { name: 'Buffers' }).waitFor()
  const indents = await plan.locator('td.node').evaluateAll((all) => all.map((each) => parseFloat(getComputedStyle(each).paddingLeft)))
  assert.ok(new Set(indents).size >= 3, 'deeper steps stand further in')
})

test('The history opens a statement again, refused ones too', async (visit) => {
  const page = await open(visit)
  visit.allow('403 POST /api/v1/database/query', '400 POST /api/v1/database/query', '422 POST /api/v1/database/query')
  const mark = `e2e-${Date.now()}`
  await run(page, `SELECT '${mark}' AS "once upon a time"`)
  await eventually(async () => assert.deepEqual(await cells(page), [mark]))
  await run(page, `DROP TABLE "${mark}"`)
  await alert(page).waitFor()
  await page.reload()
  await write(page, 'SELECT 1')
  await page.getByRole('button', { name: 'History', exact: true }).click()
  const history = page.getByRole('dialog', { name: 'History' })
  await history.getByRole('searchbox').fill(mark)
  await eventually(async () => assert.equal(await history.getByRole('listitem').count(), 2))
  await history.getByRole('listitem').filter({ hasText: 'DROP TABLE' }).getByText('refused').waitFor()
  await history.getByRole('button', { name: /once upon a time/ }).click()
  await history.waitFor({ state: 'hidden' })
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.getAttribute('data-testid')), 'sql-editor', 'the editor has the focus'))
  await eventually(async () => assert.equal(await editor(page).innerText(), `SELECT '${mark}' AS "once upon a time"`))
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await cells(page), [mark]))
})

test('A draft survives a reload', async (visit) => {
  const page = await open(visit)
  await write(page, 'SELECT 1 -- not finished')
  // The editor reads what was typed a moment later: nobody reloads that fast.
  await eventually(async () => assert.equal(await page.evaluate(() => sessionStorage.getItem('guardian.draft')), 'SELECT 1 -- not finished'))
  await page.reload()
  await eventually(async () => assert.equal(await editor(page).innerText(), 'SELECT 1 -- not finished'))
})

test('With a selection only the selection runs; of several statements, the one with the cursor', async (visit) => {
  const page = await open(visit)
  await write(page, 'SELECT 11;\nSELECT 22')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await cells(page), ['22']))
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await cells(page), ['11']))
  await write(page, 'SELECT 33 + 44')
  await page.keyboard.press('Control+Home')
  for (const _ of 'SELECT 33') await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await cells(page), ['33']))
})

test('Names of the object list go into the statement, quoted where SQL needs it', async (visit) => {
  const page = await open(visit)
  await write(page, 'SELECT count(*) FROM ')
  await page.keyboard.press('Control+End')
  await page.getByRole('button', { name: 'Objects' }).click()
  const objects = page.getByRole('complementary', { name: 'Objects' })
  await objects.getByRole('searchbox').fill('order det')
  await objects.getByRole('button', { name: 'Order Details', exact: true }).click()
  await eventually(async () => assert.equal(await editor(page).innerText(), 'SELECT count(*) FROM "Order Details"'))
  await page.keyboard.press('Control+Enter')
  await eventually(async () => assert.deepEqual(await cells(page), ['6000']))
})

test('Cells can be walked with the arrow keys and copied', async (visit) => {
  const page = await open(visit)
  await run(page, "SELECT i, 'row ' || i AS name FROM generate_series(1, 500) AS i")
  const grid = page.getByRole('grid')
  await grid.waitFor()
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+c')
  await eventually(async () => assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '2\trow 2\n3\trow 3'))
  await page.keyboard.press('Control+End')
  await page.getByRole('gridcell', { name: 'row 500', exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Row 500 of 500' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
})

const open100000 = async (visit) => {
  const page = await open(visit)
  await page.getByRole('combobox', { name: 'Rows at most' }).selectOption('100000')
  await run(page, "SELECT i AS id, md5(i::text) AS digest, now() - i * interval '1 second' AS at, random() AS reading, i % 7 = 0 AS ok, CASE WHEN i % 3 = 0 THEN 'Temperature 温度 ' || i END AS note, i * 1.5 AS n1, i * 2.5 AS n2 FROM generate_series(1, 100000) AS i")
  const grid = page.getByRole('grid')
  await grid.waitFor()
  return { page, grid }
}

test('Of 100,000 rows those are on screen that belong to the place, however fast one scrolls, to the last', async (visit) => {
  const { page, grid } = await open100000(visit)
  assert.equal(await grid.getAttribute('aria-rowcount'), '100001')
  await fling(grid, 60)
  const { row, shown } = await grid.evaluate(async (host) => {
    const row = Math.floor(host.scrollTop / 27) + 5
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    const shown = [...host.querySelectorAll('[role=row]')].find((each) => each.getAttribute('aria-rowindex') === String(row + 2))
    return { row, shown: shown?.querySelector('[role=gridcell]')?.textContent }
  })
  assert.equal(shown, String(row + 1))
  await grid.evaluate((host) => (host.scrollTop = host.scrollHeight))
  await page.getByRole('rowheader', { name: '100000', exact: true }).waitFor()
})

test('100,000 rows scroll smoothly', { measures: true }, async (visit) => {
  const { grid } = await open100000(visit)
  await scrollsSmoothly(visit, grid, 'rows of a result')
})
