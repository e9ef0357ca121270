import { shallowReactive } from 'vue'
import type { Overview } from './api'

/** Seconds of history that the charts show. */
export const spanSeconds = 300
const samplesMax = 400

export interface Sample {
  time: number
  committed: number
  rolledBack: number
  tempBytes: number
  commitsPerSecond: number | null
  rollbacksPerSecond: number | null
  tempBytesPerSecond: number | null
  used: number
  active: number
  idleInTransaction: number
  cacheHitRatio: number | null
  longest: number
  waiting: number
}

// Kept while the tab lives, one list a database, so that leaving the page and coming back loses nothing.
const histories = shallowReactive(new Map<string, Sample[]>())

export function historyOf(database: string): Sample[] {
  return histories.get(database) ?? []
}

export function record(overview: Overview): void {
  const samples = historyOf(overview.database)
  const last = samples.at(-1)
  const next = sampleOf(overview, last)
  if (last && next.time <= last.time) return
  histories.set(overview.database, [...samples, next].slice(-samplesMax))
}

export function sampleOf(overview: Overview, last: Sample | undefined): Sample {
  const { transactions, connections, temp_files: temp } = overview
  const states = connections.by_state
  const time = Date.parse(overview.sampled_at) / 1000
  // After a pause (hidden tab, other page) the mean over the gap would draw a false line: leave it out.
  const seconds = last && time - last.time < 30 ? time - last.time : 0
  const rate = (now: number, before: number | undefined) =>
    before === undefined || seconds <= 0 || now < before ? null : (now - before) / seconds
  return {
    time,
    committed: transactions.committed,
    rolledBack: transactions.rolled_back,
    tempBytes: temp.bytes,
    commitsPerSecond: rate(transactions.committed, last?.committed),
    rollbacksPerSecond: rate(transactions.rolled_back, last?.rolledBack),
    tempBytesPerSecond: rate(temp.bytes, last?.tempBytes),
    used: connections.used,
    active: states.active ?? 0,
    idleInTransaction: (states['idle in transaction'] ?? 0) + (states['idle in transaction (aborted)'] ?? 0),
    cacheHitRatio: overview.cache_hit_ratio,
    longest: overview.longest_transaction?.seconds ?? 0,
    waiting: overview.locks_waiting,
  }
}
