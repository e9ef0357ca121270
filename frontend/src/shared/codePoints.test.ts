import { expect, it } from 'vitest'
import { utf16Offset } from './codePoints'

it('counts characters as PostgreSQL does, from one', () => {
  expect(utf16Offset('SELECT nosuch', 8)).toBe(7)
  expect(utf16Offset("SELECT '设备', x", 14)).toBe(13)
})

it('takes a character outside the basic plane as one', () => {
  const sql = "SELECT '😀😀', nosuch"
  expect(utf16Offset(sql, 14)).toBe(sql.indexOf('nosuch'))
})

it('stays inside the text', () => {
  expect(utf16Offset('abc', 99)).toBe(3)
  expect(utf16Offset('', 1)).toBe(0)
})
