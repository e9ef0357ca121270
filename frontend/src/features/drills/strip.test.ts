import { describe, expect, it } from 'vitest'
import type { DrillRunItem } from './api'
import { secondsFrom, stripOf, trendOf } from './strip'

const strip = { from: '2026-11-26T07:00:00.000Z', bin_ms: 250, bins: [[5, 0, 0], [5, 0, 0], [0, 1, 2], [0, 0, 0], [4, 0, 0]] }

describe('the strip', () => {
  it('has its zero at the break', () => {
    const found = stripOf({ strip, broke_at: '2026-11-26T07:00:00.500Z' })
    expect(found?.bars.map((each) => each.at)).toEqual([-0.5, -0.25, 0, 0.25, 0.5])
    expect(found?.bars[2]).toEqual({ at: 0, stayed: 0, failed: 1, lost: 2 })
    expect([found?.from, found?.to, found?.most]).toEqual([-0.5, 0.75, 5])
  })

  it('begins at zero while nothing is broken', () => {
    expect(stripOf({ strip, broke_at: null })?.from).toBe(0)
  })

  it('is not there before the canary has written', () => {
    expect(stripOf({ strip: null, broke_at: null })).toBeNull()
    expect(stripOf({ strip: { ...strip, bins: [] }, broke_at: null })).toBeNull()
  })

  it('has few ticks, however long it took', () => {
    const long = { ...strip, bins: Array.from({ length: 520 }, () => [1, 0, 0]) }
    const ticks = stripOf({ strip: long, broke_at: '2026-11-26T07:00:03.000Z' })?.ticks ?? []
    expect(ticks).toContain(0)
    expect(ticks.length).toBeLessThanOrEqual(10)
  })
})

it('counts a moment from the break', () => {
  expect(secondsFrom('2026-11-26T07:00:03.000Z', '2026-11-26T07:00:04.250Z')).toBe(1.25)
  expect(secondsFrom(null, '2026-11-26T07:00:04.250Z')).toBeNull()
})

it('shows the trend of what was measured, oldest first', () => {
  const run = (id: string, drill: string, seconds: number | null) => ({ id, drill, created_at: id, report: { recovery_seconds: seconds, kept: true } }) as unknown as DrillRunItem
  const runs = [run('c', 'switchover', 3), run('b', 'redis-failover', 1), run('a', 'switchover', 2), run('z', 'switchover', null)]
  expect(trendOf(runs, 'switchover').map((each) => [each.id, each.seconds])).toEqual([['a', 2], ['c', 3]])
})
