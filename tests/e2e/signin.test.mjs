import assert from 'node:assert/strict'
import { eventually, test } from './suite.mjs'

async function fill(page, username, password) {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('A wrong password says so clearly, the right one opens the page that was asked for', async (visit) => {
  const page = await visit.person({ signedIn: false })
  visit.allow('401 POST /api/v1/auth/login')
  await page.goto('/database/audit?outcome=refused')
  await fill(page, visit.platform.username, 'not the password')
  await page.getByRole('alert').getByText('Wrong user name or password').waitFor()
  await eventually(async () => assert.equal(await page.getByLabel('Password').inputValue(), '', 'the wrong password is not kept'))
  await fill(page, visit.platform.username, visit.platform.password)
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  await eventually(() => assert.equal(new URL(page.url()).search, '?outcome=refused'))
})

test('Somebody who does not exist is told the same as a wrong password', async (visit) => {
  const page = await visit.person({ signedIn: false })
  visit.allow('401 POST /api/v1/auth/login')
  await page.goto('/')
  await fill(page, 'nobody-of-this-name', 'anything at all')
  await page.getByRole('alert').getByText('Wrong user name or password').waitFor()
})

test('A reload keeps the session, and no script can read what keeps it', async (visit) => {
  const page = await visit.person()
  await page.goto('/database/tables')
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Tables' }).waitFor()
  await page.locator('tbody').getByRole('link', { name: 'devices', exact: true }).first().waitFor()
  const [cookie] = (await page.context().cookies(`${visit.platform.url}/api/v1/auth/refresh`)).filter(({ name }) => name === 'guardian_refresh')
  assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, true, 'Strict', '/api/v1/auth'])
  const readable = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))
  assert.doesNotMatch(readable, /guardian_refresh|eyJ/, 'no token in cookies, local or session storage')
})

test('Two tabs that open at once share one session', async (visit) => {
  const first = await visit.person()
  const second = await first.context().newPage()
  await Promise.all([first.goto('/database/overview'), second.goto('/database/sessions')])
  await first.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  await second.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
  await first.reload()
  await first.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
})

test('Signing out in one tab ends the session in the other and on the server', async (visit) => {
  // What the second tab asks just then is refused.
  visit.allow('401 GET /api/v1/database/', '401 POST /api/v1/auth/refresh')
  const first = await visit.person()
  await first.goto('/database/tables')
  const second = await first.context().newPage()
  let bearer = null
  second.on('request', (request) => (bearer = request.headers().authorization ?? bearer))
  await second.goto('/database/overview')
  await second.getByRole('heading', { name: 'Connections', level: 2 }).waitFor()
  await first.getByRole('button', { name: 'Sign out' }).click()
  await first.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await second.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  const reply = await second.context().request.get('/api/v1/auth/me', { headers: { Authorization: bearer } })
  assert.equal(reply.status(), 401, 'the access token is revoked, not only forgotten')
  await second.reload()
  await second.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
})

test('A session that was ended on the server leads back to the login page, and from there to where one was', async (visit) => {
  const page = await visit.person()
  visit.allow('401 ')
  await page.goto('/database/tables?search=alert')
  await page.locator('tbody').getByRole('link', { name: 'alerts', exact: true }).waitFor()
  const others = await visit.person()
  await others.goto('/database/overview')
  // The very session of this page: signed out by its own token, as from another replica.
  const { access_token: token } = await (await page.context().request.post('/api/v1/auth/refresh')).json()
  await page.context().request.post('/api/v1/auth/logout', { headers: { Authorization: `Bearer ${token}` } })
  await page.locator('tbody').getByRole('link', { name: 'alerts', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await fill(page, visit.platform.username, visit.platform.password)
  await page.getByRole('heading', { level: 1, name: 'alerts' }).waitFor()
  await eventually(async () => assert.equal(await others.getByRole('heading', { level: 1 }).textContent(), 'Overview'))
})
