// What a browser fetches before the first page (entry, its static imports, their CSS), gzipped, against the budget.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const budget = 150_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 6 }).length

function closure(key, files = new Set(), seen = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) closure(next, files, seen)
  return files
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
const shell = closure(entry)
closure(Object.keys(manifest).find((key) => key.endsWith('app/Shell.vue')), shell)
for (const file of ['index.html', 'theme.js']) shell.add(file)
// The shell also needs one language before it can show anything.
const locale = Object.keys(manifest).filter((key) => /locales\/.*\.json$/.test(key))
const largest = Math.max(0, ...locale.map((key) => size(manifest[key].file)))

const total = [...shell].reduce((sum, file) => sum + size(file), largest)
for (const file of [...shell].sort((a, b) => size(b) - size(a)).slice(0, 8)) console.log(String(size(file)).padStart(8), file)
console.log(String(largest).padStart(8), 'largest language')

const pages = Object.keys(manifest).filter((key) => /Page\.vue$/.test(key))
for (const key of pages) {
  const own = [...closure(key)].filter((file) => !shell.has(file))
  console.log(String(own.reduce((sum, file) => sum + size(file), 0)).padStart(8), `+ ${key}`)
}
const all = readdirSync(dist, { recursive: true }).length
console.log(`shell ${total} of ${budget} bytes gzip; ${all} files in dist`)
if (total > budget) {
  console.error('The shell is over its budget.')
  process.exit(1)
}
