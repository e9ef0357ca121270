import type { LocationQuery } from 'vue-router'

export const ranges = ['15m', '1h', '6h', '24h', '7d'] as const
export type Range = (typeof ranges)[number]

/** What is looked at: the last hour, day, …, which goes on, or from a moment to another, which stands. */
export interface Stretch {
  range: Range
  /** Unix seconds; null while the range goes on. */
  own: { from: number; to: number } | null
}

export const shortest = 60
export const longest = 366 * 86_400

export const isoOf = (unix: number) => new Date(unix * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z')
export const unixOf = (iso: string) => Math.floor(Date.parse(iso) / 1000)

/** What the URL says; what it cannot mean is left out. */
export function stretchOf(query: LocationQuery): Stretch {
  const range = ranges.find((each) => each === query.range) ?? '1h'
  const from = typeof query.from === 'string' ? unixOf(query.from) : NaN
  const to = typeof query.to === 'string' ? unixOf(query.to) : NaN
  return { range, own: to - from >= shortest && to - from <= longest ? { from, to } : null }
}

/** At least a minute around what was chosen, and not after now. */
export function fitting(from: number, to: number, now: number): { from: number; to: number } {
  const length = Math.min(longest, Math.max(shortest, Math.round(to - from)))
  const end = Math.min(Math.floor(now), Math.round((from + to) / 2 + length / 2))
  return { from: end - length, to: end }
}

/** The same length, half of it earlier or later. */
export function moved(own: { from: number; to: number }, direction: -1 | 1, now: number): { from: number; to: number } {
  const by = (direction * (own.to - own.from)) / 2
  return fitting(own.from + by, own.to + by, now)
}

export function widened({ from, to }: { from: number; to: number }, now: number): { from: number; to: number } {
  const by = (to - from) / 2
  return fitting(from - by, to + by, now)
}

/** How often to ask: as often as there is a new point, and never while the stretch stands. */
export function paceOf(stretch: Stretch, stepSeconds: number | undefined): number | null {
  return stretch.own ? null : 1000 * Math.min(60, Math.max(5, stepSeconds ?? 5))
}
