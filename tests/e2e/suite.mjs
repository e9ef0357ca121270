// A small runner: tests are sentences, they run in two lanes, and each fails also for what the browser complained about meanwhile.
import { join } from 'node:path'
import { screenshots } from './world.mjs'

const tests = []
const limitMs = 600_000 // for what hangs: every wait in a test has its own, shorter limit

/** `alone`: runs after the others, with the machine to itself (what breaks something). `measures`: only when that is asked for. */
export function test(sentence, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options]
  tests.push({ sentence, body, ...options })
}

// Generous: whoever waits for a condition loses nothing where the machine is quick.
const waitMs = 90_000

/** Tries until `check` does not throw, and returns its value: waiting for a condition, never for a time. */
export async function eventually(check, timeoutMs = waitMs) {
  const end = Date.now() + timeoutMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
  }
}

export async function runAll(world, words, { lanes = 2, measures = false } = {}) {
  const chosen = tests.filter((each) => Boolean(each.measures) === measures && (words.length === 0 || words.some((word) => each.sentence.toLowerCase().includes(word.toLowerCase()))))
  const queue = chosen.filter((each) => !each.alone)
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await runOne(next, world)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const each of chosen.filter((one) => one.alone)) await runOne(each, world)
  // Once more, with the machine to itself: a fault of the console fails again, and what does not is told as what it is.
  for (const each of chosen.filter((one) => one.error)) {
    const first = each.error
    delete each.error
    await runOne(each, world)
    if (!each.error) console.log(`\n! ${each.sentence}: only at the second attempt; the first:\n${indent(first.stack ?? String(first))}\n`)
  }
  const failed = chosen.filter((each) => each.error)
  if (failed.length > 0) console.log(`\n${failed.map((each) => `✗ ${each.sentence}\n${indent(each.error.stack ?? String(each.error))}`).join('\n\n')}\n`)
  return { passed: chosen.length - failed.length, failed: failed.length }
}

async function runOne(each, world) {
  const start = Date.now()
  const visit = new Visit(world)
  let timer
  try {
    const limit = new Promise((_, reject) => (timer = setTimeout(reject, each.limitMs ?? limitMs, new Error(`not done within ${(each.limitMs ?? limitMs) / 1000} s`))))
    await Promise.race([each.body(visit), limit])
    visit.complain()
  } catch (error) {
    each.error = error
    visit.notes.push(...visit.unexpected())
    await visit.picture(each.sentence).catch(() => {})
  } finally {
    clearTimeout(timer)
    await visit.leave()
  }
  const time = `${((Date.now() - start) / 1000).toFixed(1)} s`
  console.log(`${each.error ? '✗' : '✓'} ${each.sentence} (${time})${visit.notes.map((note) => `\n    ${note}`).join('')}`)
}

/** One test's dealings with the world. Everything it opened is closed after it. */
class Visit {
  notes = []
  #contexts = []
  #after = []
  #allowed = []
  #complaints = []

  constructor({ platform, browser }) {
    this.platform = platform
    this.browser = browser
    this.sql = platform.sql
  }

  /** A fresh browser profile with one tab. Options: signedIn, language, theme, width, height. */
  async person({ signedIn = true, language = 'en-US', theme = 'light', width = 1440, height = 900, ...more } = {}) {
    const context = await this.browser.newContext({
      baseURL: this.platform.url, ignoreHTTPSErrors: true, locale: language, colorScheme: theme, reducedMotion: 'reduce', timezoneId: 'UTC',
      viewport: { width, height }, permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true, ...more,
      // The page asks for a session only where somebody has signed in before.
      ...(signedIn && { storageState: { cookies: [], origins: [{ origin: this.platform.url, localStorage: [{ name: 'guardian.signedIn', value: 'yes' }] }] } }),
    })
    context.setDefaultTimeout(waitMs)
    this.#contexts.push(context)
    context.on('page', (page) => this.#watch(page))
    if (signedIn) await this.signIn(context)
    return context.newPage()
  }

  /** As the login form does, without the form; the cookie lands in the profile. */
  async signIn(context) {
    const { username, password } = this.platform
    const reply = await context.request.post('/api/v1/auth/login', { data: { username, password } })
    if (!reply.ok()) throw new Error(`login: ${reply.status()} ${await reply.text()}`)
  }

  #watch(page) {
    const { url } = this.platform
    page.on('console', (message) => {
      // What a failed request prints is told below, with its status.
      if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) this.#complaints.push(`console ${message.type()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.#complaints.push(`uncaught: ${error.stack}`))
    page.on('dialog', (dialog) => {
      this.#complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('response', (response) => {
      if (response.status() >= 400) this.#complaints.push(`${response.status()} ${response.request().method()} ${response.url().replace(url, '')}`)
    })
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText
      // Given up by the page itself: the answer was no longer wanted.
      if (reason !== 'net::ERR_ABORTED') this.#complaints.push(`${reason} ${request.method()} ${request.url().replace(url, '')}`)
    })
  }

  /** A complaint that begins so is what this test is about. */
  allow(...beginnings) {
    this.#allowed.push(...beginnings)
  }

  unexpected() {
    return [...new Set(this.#complaints.filter((line) => !this.#allowed.some((beginning) => line.startsWith(beginning))))]
  }

  complain() {
    const unexpected = this.unexpected()
    if (unexpected.length > 0) throw new Error(`the browser complained:\n${unexpected.join('\n')}`)
  }

  /** Somebody with psql; gone after the test. */
  async psql(application) {
    const session = await this.platform.person(application)
    this.#after.push(() => session.end())
    return session
  }

  after(work) {
    this.#after.push(work)
  }

  async picture(sentence) {
    const pages = this.#contexts.flatMap((context) => context.pages())
    for (const [index, page] of pages.entries()) {
      await page.screenshot({ path: join(screenshots, `FAILED ${sentence.replace(/[^\p{L}\p{N} ,-]/gu, '').slice(0, 90)} ${index}.png`), timeout: 5000 })
    }
  }

  async leave() {
    for (const work of this.#after.reverse()) await work().catch((error) => console.log(`    afterwards: ${error.message}`))
    for (const context of this.#contexts) await context.close().catch(() => {})
  }
}

function indent(text) {
  return text.split('\n').map((line) => `    ${line}`).join('\n')
}
