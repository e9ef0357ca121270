import { expect, it } from 'vitest'
import { indentJson } from './jsonText'

it('lays out like JSON.stringify', () => {
  for (const value of [{ a: [1, { b: 'x,y:{z}' }, []], c: {} }, [], [[[]]], 'a"b\\', null, [[1], [2]], { 'k: "q"': [true, false] }]) {
    expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
  }
})

it('keeps every digit and every key', () => {
  expect(indentJson('{"a": 1e400, "n": 9007199254740993, "p": 1.10, "p": -0.0}')).toBe(
    '{\n  "a": 1e400,\n  "n": 9007199254740993,\n  "p": 1.10,\n  "p": -0.0\n}',
  )
})
