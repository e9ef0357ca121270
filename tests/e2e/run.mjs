// npm test [-- words …: only sentences that hold one of them]: starts a platform and a browser, runs the tests, and leaves nothing behind.
// npm run measure: what takes how long there, one after the other, for a machine that has nothing else to do.
import { readdirSync } from 'node:fs'
import { runAll } from './suite.mjs'
import { person, startBrowser, startPlatform } from './world.mjs'

const began = Date.now()
let platform, browser
let outcome = { passed: 0, failed: 1 }
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void finish().then(() => process.exit(1)))
try {
  const [first, second] = await Promise.allSettled([startPlatform(), startBrowser()])
  platform = first.value
  browser = second.value
  for (const each of [first, second]) if (each.status === 'rejected') throw each.reason
  await platform.sql(`DROP ROLE IF EXISTS ${person.name}; CREATE ROLE ${person.name} LOGIN PASSWORD '${person.password}' IN ROLE iot_owner`)
  console.log(`platform and browser ${browser.version()} ready in ${seconds()} s\n`)
  for (const file of readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.mjs')).sort()) await import(`./${file}`)
  const words = process.argv.slice(2)
  const measures = words[0] === '--measure'
  outcome = await runAll({ platform, browser }, measures ? words.slice(1) : words, { measures, lanes: measures ? 1 : 2 })
} catch (error) {
  console.error(error)
} finally {
  await finish()
}
console.log(`in ${seconds()} s\n${outcome.passed} passed, ${outcome.failed} failed`)
process.exit(outcome.failed > 0 || outcome.passed === 0 ? 1 : 0)

async function finish() {
  await browser?.close().catch(() => {})
  await platform?.stop?.()
}

function seconds() {
  return ((Date.now() - began) / 1000).toFixed(1)
}
