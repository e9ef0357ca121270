import { expect, it } from 'vitest'
import type { Overview } from './api'
import { historyOf, record, sampleOf } from './history'

const overview = (second: number, committed: number, database = 'd') =>
  ({
    database,
    sampled_at: new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString(),
    transactions: { committed, rolled_back: 0 },
    temp_files: { bytes: 0, files: 0 },
    connections: { used: 3, by_state: { active: 1, 'idle in transaction': 1, 'idle in transaction (aborted)': 1 } },
    cache_hit_ratio: 0.99,
    longest_transaction: null,
    locks_waiting: 0,
  }) as unknown as Overview

it('makes rates of counters', () => {
  const first = sampleOf(overview(0, 100), undefined)
  expect(first.commitsPerSecond).toBeNull()
  expect(sampleOf(overview(4, 140), first).commitsPerSecond).toBe(10)
  expect(first.idleInTransaction).toBe(2)
})

it('draws no rate over a pause or a reset of the counters', () => {
  const first = sampleOf(overview(0, 100), undefined)
  expect(sampleOf(overview(59, 140), first).commitsPerSecond).toBeNull()
  expect(sampleOf(overview(4, 5), first).commitsPerSecond).toBeNull()
})

it('keeps one history a database, each sample once', () => {
  record(overview(0, 1, 'a'))
  record(overview(0, 1, 'a'))
  record(overview(3, 2, 'a'))
  record(overview(0, 1, 'b'))
  expect(historyOf('a')).toHaveLength(2)
  expect(historyOf('b')).toHaveLength(1)
})
