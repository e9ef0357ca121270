import type { Comparison } from './api'

export const parts = ['tables', 'sequences', 'extensions', 'owners', 'grants'] as const
export type Part = (typeof parts)[number]

export interface Row {
  name: string
  production: string | number | null
  restored: string | number | null
  /** Rows more or fewer than in production; null where nothing is counted. */
  difference: number | null
  /** An estimate of the planner rather than a count. */
  estimated: { production: boolean; restored: boolean }
}
export interface Section {
  part: Part
  different: Row[]
  equal: Row[]
  /** How many there are in all: a long list is cut, and of some only what differs is listed. */
  totals: { different: number; equal: number }
}

/** Differences apart from what is equal; within tables the largest first. */
export function sectionsOf(comparison: Comparison): Section[] {
  return parts.map((part) => {
    const rows: Row[] = part === 'tables'
      ? comparison.tables.map((each) => ({ name: each.name, production: each.production_rows, restored: each.restored_rows, difference: each.difference, estimated: { production: !each.production_exact, restored: !each.restored_exact } }))
      : comparison[part].map((each) => ({ ...each, difference: null, estimated: { production: false, restored: false } }))
    const differs = (row: Row) => row.production !== row.restored || (row.difference ?? 0) !== 0
    const size = (row: Row) => Math.abs(row.difference ?? Number.POSITIVE_INFINITY)
    const different = comparison.differences[part]
    return {
      part,
      different: rows.filter(differs).sort((a, b) => size(b) - size(a)),
      equal: rows.filter((row) => !differs(row)),
      totals: { different, equal: comparison.totals[part] - different },
    }
  })
}
