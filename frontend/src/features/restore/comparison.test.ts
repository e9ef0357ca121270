import { describe, expect, it } from 'vitest'
import type { Comparison } from './api'
import { sectionsOf } from './comparison'

const counts = (tables: number, sequences = 0, extensions = 0, owners = 0, grants = 0) => ({ tables, sequences, extensions, owners, grants })
const table = (name: string, production_rows: number | null, restored_rows: number | null) => ({
  name, production_rows, restored_rows, production_exact: true, restored_exact: name !== 'public.many',
  difference: production_rows === null || restored_rows === null ? null : restored_rows - production_rows,
})

describe('the comparison of a restored database with production', () => {
  const comparison: Comparison = {
    equal: false,
    truncated: false,
    totals: counts(4, 12, 1, 30),
    differences: counts(3, 0, 0, 1),
    tables: [table('public.same', 5, 5), table('public.few', 10, 9), table('public.many', 10, 200), table('public.gone', 3, null)],
    sequences: [],
    extensions: [{ name: 'pgcrypto', production: '1.3', restored: '1.3' }],
    owners: [{ name: 'public.same', production: 'iot_owner', restored: 'postgres' }],
    grants: [],
  }
  const sections = sectionsOf(comparison)

  it('puts what is missing first, then the largest difference', () => {
    expect(sections[0]?.different.map((row) => row.name)).toEqual(['public.gone', 'public.many', 'public.few'])
  })

  it('keeps what is equal apart, and knows how much of it is not listed', () => {
    expect(sections.map((each) => [each.part, each.different.length, each.equal.length, each.totals.equal])).toEqual([
      ['tables', 3, 1, 1], ['sequences', 0, 0, 12], ['extensions', 0, 1, 1], ['owners', 1, 0, 29], ['grants', 0, 0, 0],
    ])
  })

  it('says which numbers are estimates', () => {
    expect(sections[0]?.different.map((row) => row.estimated.restored)).toEqual([false, true, false])
  })
})
