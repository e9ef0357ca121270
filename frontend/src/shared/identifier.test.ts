import { expect, it } from 'vitest'
import { qualified, quoteIdentifier, tablePath } from './identifier'

it('quotes what PostgreSQL would read otherwise', () => {
  expect(quoteIdentifier('devices')).toBe('devices')
  expect(quoteIdentifier('Order Details')).toBe('"Order Details"')
  expect(quoteIdentifier('设备')).toBe('"设备"')
  expect(quoteIdentifier('a"b')).toBe('"a""b"')
  expect(quoteIdentifier('user')).toBe('"user"')
  expect(quoteIdentifier('1st')).toBe('"1st"')
  expect(qualified('public', 'MixedCase')).toBe('public."MixedCase"')
})

it('names a table in a path without ambiguity', () => {
  expect(tablePath('public', 'a.b')).toBe('"public"."a.b"')
})
