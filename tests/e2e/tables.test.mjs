import assert from 'node:assert/strict'
import { eventually, test } from './suite.mjs'

const link = (page, name) => page.locator('tbody td.name').getByRole('link', { name, exact: true }).first()
const tabs = (page) => page.getByRole('tab').first().waitFor().then(() => page.getByRole('tab').all())
/** schema.name of each row, from where its link leads. */
const names = (page) => page.locator('tbody td.name a').evaluateAll((all) => all.map((each) => each.pathname.split('/').slice(-2).map(decodeURIComponent).join('.')))

test('The list of tables is what psql lists', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables')
  await link(page, 'devices').waitFor()
  const shown = new Set(await names(page))
  for (let more = await page.getByRole('button', { name: 'Next page' }).count(); more > 0 && (await page.getByRole('button', { name: 'Next page' }).isEnabled());) {
    const first = (await names(page))[0]
    await page.getByRole('button', { name: 'Next page' }).click()
    await eventually(async () => assert.notEqual((await names(page))[0], first))
    for (const name of await names(page)) shown.add(name)
  }
  const wanted = (await visit.sql(`SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'guardian_selftest')`)).split('\n')
  // Without what other tests make meanwhile.
  const tidy = (list) => [...list].filter((name) => !/^(paged|<b>s<\/b>)\./.test(name)).map((name) => name.replace(/\s+/g, ' ').trim()).sort()
  assert.deepEqual(tidy(shown), tidy(wanted))
})

test('Search, kind and order are in the address and survive a reload', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables')
  await link(page, 'devices').waitFor()
  await page.getByRole('searchbox').fill('device')
  await eventually(async () => assert.ok((await names(page)).every((name) => name.includes('device'))))
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('table')
  await page.getByRole('button', { name: 'Total', exact: true }).click()
  const sorted = async () => {
    const bytes = (await page.locator('td.total .sr-only').allTextContents()).map((text) => Number(text.match(/\(([\d,]+)/)[1].replaceAll(',', '')))
    assert.ok(bytes.length > 1)
    assert.deepEqual(bytes, bytes.toSorted((a, b) => b - a))
    assert.equal(await page.getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort'), 'descending')
  }
  await eventually(sorted)
  const before = await names(page)
  await eventually(() => assert.match(page.url(), /(?=.*search=device)(?=.*kind=table)(?=.*sort=total_bytes)/))
  await page.reload()
  await link(page, 'devices').waitFor()
  await eventually(async () => assert.deepEqual(await names(page), before))
  assert.equal(await page.getByRole('searchbox').inputValue(), 'device')
  await page.getByRole('button', { name: 'Total', exact: true }).click()
  await eventually(async () => assert.equal(await page.getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort'), 'ascending'))
  await eventually(async () => assert.deepEqual((await names(page)).toSorted(), before.toSorted()))
})

test('A search that finds nothing says so and offers to clear the filters', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables?search=no-such-table-anywhere')
  await page.getByText('No tables', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await link(page, 'devices').waitFor()
})

test('A long list pages forward and back to the first page', async (visit) => {
  await visit.sql('CREATE SCHEMA paged')
  visit.after(() => visit.sql('DROP SCHEMA paged CASCADE'))
  await visit.sql('DO $$ BEGIN FOR n IN 1001 .. 1230 LOOP EXECUTE format($q$CREATE TABLE paged.%I ()$q$, $q$t$q$ || n); END LOOP; END $$')
  const page = await visit.person()
  await page.goto('/database/tables?schema=paged')
  await link(page, 't1001').waitFor()
  const seen = new Set(await names(page))
  assert.equal(seen.size, 100)
  for (const first of ['t1101', 't1201']) {
    await page.getByRole('button', { name: 'Next page' }).click()
    await link(page, first).waitFor()
    for (const name of await names(page)) seen.add(name)
  }
  assert.equal(seen.size, 230)
  assert.ok(await page.getByRole('button', { name: 'Next page' }).isDisabled())
  await page.reload()
  await link(page, 't1201').waitFor()
  await page.getByRole('button', { name: 'First page' }).click()
  await link(page, 't1001').waitFor()
})

for (const name of ['设备', 'Order Details', 'say "hi".v2', '100%/a?b=c&d#e', '📈 naïve café', 'no_columns']) {
  test(`The table ${name} opens from the list, and every tab of it`, async (visit) => {
    const page = await visit.person()
    await page.goto(`/database/tables?search=${encodeURIComponent(name)}`)
    await link(page, name).click()
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    for (const tab of await tabs(page)) {
      await tab.click()
      await page.locator('[role=tab][aria-selected=true]', { hasText: (await tab.textContent()).replace(/\d+$/, '') }).waitFor()
      await eventually(async () => assert.notEqual((await page.getByRole('tabpanel').innerText()).trim(), ''))
    }
    await eventually(async () => assert.match(await page.getByRole('tabpanel').innerText(), /CREATE TABLE/, 'the last tab is the DDL'))
    await page.reload()
    await page.getByText(/CREATE TABLE/).first().waitFor()
    const columns = (await visit.sql(`SELECT attname FROM pg_attribute WHERE attrelid = '${`public."${name.replaceAll('"', '""')}"`.replaceAll("'", "''")}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`)).split('\n').filter(Boolean)
    await page.getByRole('tab', { name: /^Columns/ }).click()
    await eventually(async () => assert.deepEqual(await page.locator('tbody td.name').allTextContents().then((all) => all.map((each) => each.trim())), columns.map((each) => each.trim())))
  })
}

test('A table of every kind opens with every tab: partitioned, view, materialized view, with triggers, policies, keys', async (visit) => {
  const page = await visit.person()
  const some = (await visit.sql(`SELECT DISTINCT ON (kind) '/database/tables/' || n || '/' || r FROM (
      SELECT n.nspname n, c.relname r, c.relkind::text || (c.relispartition) || (c.relrowsecurity) || EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT tgisinternal)
        || EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND contype = 'x') AS kind
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname ~ '^[a-z_]+$' AND n.nspname !~ '^pg_|^information|^guardian' AND relname ~ '^[a-z_0-9]+$') s ORDER BY kind, r`)).split('\n')
  assert.ok(some.length >= 6)
  for (const path of some) {
    await page.goto(path)
    for (const tab of await tabs(page)) {
      await tab.click()
      await eventually(async () => assert.notEqual((await page.getByRole('tabpanel').innerText()).trim(), '', `${path}, ${await tab.textContent()}`))
    }
  }
  visit.notes.push(`opened: ${some.map((path) => path.slice('/database/tables/'.length)).join(', ')}`)
})

test('A foreign key can be followed both ways', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables/public/devices')
  await page.getByRole('tab', { name: /^Foreign keys/ }).click()
  await page.getByRole('tabpanel').getByRole('link', { name: 'public.device_types', exact: true }).first().click()
  await page.getByRole('heading', { level: 1, name: 'device_types', exact: true }).waitFor()
  await page.getByRole('tab', { name: /^Foreign keys/ }).click()
  await page.getByRole('heading', { name: 'Referenced by' }).waitFor()
  await page.getByRole('tabpanel').getByRole('link', { name: 'public.devices', exact: true }).first().click()
  await page.getByRole('heading', { level: 1, name: 'devices', exact: true }).waitFor()
})

test('“Query this table” opens the runner with a statement that runs as it is', async (visit) => {
  const page = await visit.person()
  for (const name of ['设备', 'Order Details', 'say "hi".v2', 'table']) {
    await page.goto(`/database/tables/public/${encodeURIComponent(name)}`)
    await page.getByText('Query this table').click()
    await page.getByTestId('run').click()
    await page.getByRole('grid').waitFor()
    const columns = Number(await visit.sql(`SELECT count(*) FROM pg_attribute WHERE attrelid = 'public."${name.replaceAll('"', '""')}"'::regclass AND attnum > 0`))
    assert.equal(await page.getByRole('grid').getAttribute('aria-colcount'), String(columns + 1), name)
  }
})

test('A table that is not there says so', async (visit) => {
  const page = await visit.person()
  visit.allow('404 GET /api/v1/database/tables/')
  await page.goto('/database/tables/public/gone')
  await page.getByRole('alert').getByText('Not found', { exact: true }).waitFor()
})
