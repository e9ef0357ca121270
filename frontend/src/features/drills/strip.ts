import type { DrillRun, DrillRunItem } from './api'

export interface Bar {
  /** Seconds from the break, or from the beginning while nothing is broken. */
  at: number
  /** Acknowledged, and still there. */
  stayed: number
  failed: number
  /** Acknowledged, and gone. */
  lost: number
}
export interface Strip {
  bars: Bar[]
  from: number
  to: number
  /** The most writes of a bar. */
  most: number
  ticks: number[]
}

const steps = [1, 2, 5, 10, 20, 30, 60]

/** What the canary saw, on an axis that is zero at the break. */
export function stripOf(run: Pick<DrillRun, 'strip' | 'broke_at'>): Strip | null {
  if (!run.strip || run.strip.bins.length === 0) return null
  const begin = Date.parse(run.strip.from)
  const zero = run.broke_at === null ? begin : Date.parse(run.broke_at)
  const bin = run.strip.bin_ms / 1000
  const from = (begin - zero) / 1000
  const bars = run.strip.bins.map(([stayed = 0, failed = 0, lost = 0], i) => ({ at: from + i * bin, stayed, failed, lost }))
  const to = from + bars.length * bin
  const step = steps.find((each) => (to - from) / each <= 9) ?? 120
  const ticks: number[] = []
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick + 0) // never -0
  return { bars, from, to, most: Math.max(1, ...bars.map((each) => Math.max(each.stayed + each.lost, each.failed))), ticks }
}

/** Seconds from the break to a moment of the timeline; null while nothing is broken. */
export const secondsFrom = (brokeAt: string | null, at: string) => (brokeAt === null ? null : (Date.parse(at) - Date.parse(brokeAt)) / 1000)

export interface Point {
  id: string
  at: string
  seconds: number
  kept: boolean | null
}

/** Recoveries of one drill that were measured, oldest first. */
export function trendOf(runs: readonly DrillRunItem[], drill: string): Point[] {
  return runs
    .flatMap((run) => {
      const seconds = run.report?.recovery_seconds
      return run.drill === drill && typeof seconds === 'number' ? [{ id: run.id, at: run.created_at, seconds, kept: run.report?.kept ?? null }] : []
    })
    .reverse()
}
