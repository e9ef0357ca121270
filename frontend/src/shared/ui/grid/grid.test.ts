import { describe, expect, it } from 'vitest'
import { displayLength, fitColumn, isNumeric } from './columnWidths'
import { moveBy, rangeOf, toJson, toTsv } from './selection'

const rows = [
  ['a', null, 1],
  ['b\tc', 'x"y', true],
] as const

describe('copying', () => {
  it('gives one cell as it is', () => {
    expect(toTsv(rows, rangeOf({ row: 1, column: 0 }, { row: 1, column: 0 }))).toBe('b\tc')
  })
  it('gives a range as spreadsheets read it, whichever way it was drawn', () => {
    expect(toTsv(rows, rangeOf({ row: 1, column: 2 }, { row: 0, column: 0 }))).toBe('a\t\t1\n"b\tc"\t"x""y"\ttrue')
  })
  it('keeps null in JSON', () => {
    expect(JSON.parse(toJson([{ name: 'n', type: 'text' }, { name: 'm', type: 'text' }], ['a', null]))).toEqual({ n: 'a', m: null })
  })
})

describe('moving', () => {
  const key = (name: string, ctrlKey = false) => ({ key: name, ctrlKey, metaKey: false })
  it('stays inside', () => {
    expect(moveBy(key('ArrowUp'), { row: 0, column: 0 }, 10, 3, 5)).toEqual({ row: 0, column: 0 })
    expect(moveBy(key('PageDown'), { row: 7, column: 0 }, 10, 3, 5)).toEqual({ row: 9, column: 0 })
  })
  it('goes to the ends with Ctrl', () => {
    expect(moveBy(key('End', true), { row: 0, column: 0 }, 10, 3, 5)).toEqual({ row: 9, column: 2 })
  })
  it('leaves other keys alone', () => {
    expect(moveBy(key('x'), { row: 0, column: 0 }, 10, 3, 5)).toBeNull()
  })
})

describe('widths', () => {
  it('counts wide characters twice', () => {
    expect(displayLength('设备a')).toBe(5)
  })
  it('has bounds', () => {
    expect(fitColumn({ name: 'a', type: 'int' }, 0, [])).toBe(56)
    expect(fitColumn({ name: 'a', type: 'text' }, 0, [['x'.repeat(5000)]])).toBe(420)
  })
  it('knows numbers by their type', () => {
    expect(['bigint', 'numeric(10,2)', 'double precision', 'int4'].every(isNumeric)).toBe(true)
    expect(['interval', 'text', 'int4range', 'point'].some(isNumeric)).toBe(false)
  })
})
