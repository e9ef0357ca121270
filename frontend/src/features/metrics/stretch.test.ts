import { expect, it } from 'vitest'
import { fitting, isoOf, moved, paceOf, stretchOf, unixOf, widened } from './stretch'

const now = unixOf('2026-11-26T12:00:00Z')

it('reads a stretch of the URL, and is not misled by what is none', () => {
  expect(stretchOf({})).toEqual({ range: '1h', own: null })
  expect(stretchOf({ range: '7d' })).toEqual({ range: '7d', own: null })
  expect(stretchOf({ range: '1y' }).range).toBe('1h')
  expect(stretchOf({ range: '6h', from: '2026-11-26T10:00:00Z', to: '2026-11-26T11:00:00Z' })).toEqual({ range: '6h', own: { from: now - 7200, to: now - 3600 } })
  for (const [from, to] of [['yesterday', 'today'], ['2026-11-26T11:00:00Z', '2026-11-26T10:00:00Z'], ['2026-11-26T11:00:00Z', '2026-11-26T11:00:59Z'], ['2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z']]) {
    expect(stretchOf({ from: from ?? '', to: to ?? '' }).own).toBeNull()
  }
})

it('writes what it reads', () => {
  expect(isoOf(now)).toBe('2026-11-26T12:00:00Z')
  expect(stretchOf({ from: isoOf(now - 600), to: isoOf(now) }).own).toEqual({ from: now - 600, to: now })
})

it('zooms to a minute at least, and never beyond now', () => {
  expect(fitting(now - 100.4, now - 90, now)).toEqual({ from: now - 125, to: now - 65 })
  expect(fitting(now - 10, now + 50, now)).toEqual({ from: now - 60, to: now })
  expect(fitting(now - 7200, now - 3600, now)).toEqual({ from: now - 7200, to: now - 3600 })
})

it('moves by half of what is shown, and widens to twice that', () => {
  const own = { from: now - 7200, to: now - 3600 }
  expect(moved(own, -1, now)).toEqual({ from: now - 9000, to: now - 5400 })
  expect(moved(own, 1, now)).toEqual({ from: now - 5400, to: now - 1800 })
  expect(moved({ from: now - 3600, to: now }, 1, now)).toEqual({ from: now - 3600, to: now })
  expect(widened(own, now)).toEqual({ from: now - 9000, to: now - 1800 })
})

it('asks once a step, within reason, and not at all while the stretch stands', () => {
  expect([undefined, 5, 15, 60, 1800].map((step) => paceOf({ range: '1h', own: null }, step))).toEqual([5_000, 5_000, 15_000, 60_000, 60_000])
  expect(paceOf({ range: '1h', own: { from: now - 60, to: now } }, 5)).toBeNull()
})
