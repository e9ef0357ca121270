import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../api.gen'
import { clientCodes } from '../problem'

interface Tree { [key: string]: string | Tree }
const load = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8')) as Tree
const locales = { 'zh-CN': load('zh-CN'), en: load('en') }

function leaves(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...leaves(value, `${prefix}${key}.`)],
    ),
  )
}
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

const source = join(import.meta.dirname, '../..')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(vue|ts)$/.test(name) && !name.includes('.test.'))
const text = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n')
const zh = leaves(locales['zh-CN'])
const en = leaves(locales.en)

describe('locales', () => {
  it('have the same keys in every language', () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
  })

  it('have the same placeholders in every language', () => {
    for (const [key, value] of zh) expect({ key, holes: placeholders(en.get(key) ?? '') }).toEqual({ key, holes: placeholders(value) })
  })

  it('have no empty message', () => {
    for (const tree of [zh, en]) expect([...tree].filter(([, value]) => value.trim() === '')).toEqual([])
  })

  it.each(Object.entries(locales))('translate every error code of the contract (%s)', (_, tree) => {
    const known = leaves(tree)
    const missing = [...errorCodes, ...clientCodes].filter((code) => !known.has(`problem.code.${code}`))
    expect(missing).toEqual([])
  })

  it('translate no error code that does not exist', () => {
    const codes = new Set<string>([...errorCodes, ...clientCodes, 'unknown'])
    expect([...zh.keys()].filter((key) => key.startsWith('problem.code.') && !codes.has(key.slice(13)))).toEqual([])
  })

  it('contain every key that the pages use', () => {
    const used = [...text.matchAll(/\bt\(\s*'([\w.]+)'/g), ...text.matchAll(/title: '(nav\.\w+|auth\.\w+)'/g)].map((match) => match[1] ?? '')
    expect(used.length).toBeGreaterThan(200)
    expect([...new Set(used)].filter((key) => !zh.has(key))).toEqual([])
  })

  it('contain no key that nothing uses', () => {
    const literal = new Set([...text.matchAll(/'([\w.]+)'/g)].map((match) => match[1]))
    const vocabularies = [...text.matchAll(/useWords\('([\w.]+)'\)/g)].map((match) => `${match[1] ?? ''}.`)
    const dynamic = [...text.matchAll(/`((?:\w+\.)+)\$\{/g)].map((match) => match[1] ?? '').concat(vocabularies, 'problem.code.', 'sessions.', 'proof.class.', 'impact.')
    expect([...zh.keys()].filter((key) => !literal.has(key) && !literal.has(key.replace(/\.(summary|undo)$/, '')) && !dynamic.some((prefix) => key.startsWith(prefix)))).toEqual([])
  })
})
