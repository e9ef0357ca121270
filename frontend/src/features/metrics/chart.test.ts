import { describe, expect, it } from 'vitest'
import type { Chart } from './api'
import { boundsOf, factsOf, linesOf, stepsOf, timesOf, valueText } from './chart'

it('has a moment for each value of a line', () => {
  expect(timesOf({ from: '2026-11-26T11:59:45Z', to: '2026-11-26T12:00:00Z', step_seconds: 5 })).toEqual([1795694385, 1795694390, 1795694395, 1795694400])
})

describe('lines', () => {
  it('are named by their labels, in one order, and by the chart where they have none', () => {
    const series: Chart['series'] = [{ labels: { state: 'idle', instance: 'pg-1' }, values: [] }, { labels: {}, values: [] }]
    expect(linesOf(series, 'total').map((line) => line.label)).toEqual(['pg-1 · idle', 'total'])
  })

  it('are told apart by dashes where the colours begin again', () => {
    const lines = linesOf(Array.from({ length: 9 }, () => ({ labels: { a: 'x' }, values: [] })), '')
    expect([lines[0], lines[7], lines[8]].map((line) => [line?.colour, line?.dashed])).toEqual([[1, false], [8, false], [1, true]])
    expect(new Set(lines.map((line) => line.key)).size).toBe(9)
  })
})

it('sums a line up without its gaps, and says that the last value is missing where it is', () => {
  expect(factsOf([1, null, 5])).toEqual({ last: 5, min: 1, mean: 3, max: 5 })
  expect(factsOf([2, null]).last).toBeNull()
  expect(factsOf([null])).toEqual({ last: null, min: null, mean: null, max: null })
})

it.each([
  ['1/s', 0.004, '0.004/s'], ['1/s', 1250, '1,250/s'], ['s', 300, '5 m'], ['s', 0.25, '250 ms'], ['s', 90_000, '1 d 1 h'], ['s', 10, '10 s'], ['s', 0, '0 s'], ['ratio', 0.256, '25.6%'],
  ['bytes', 1536, '1.5 KiB'], ['bytes/s', 2_097_152, '2 MiB/s'], ['connections', 12, '12'], ['events', 1_250_000, '1.3M'], ['load', 0.37, '0.37'],
] as const)('writes %s of %d as %s', (unit, value, text) => {
  expect(valueText(unit, value, 'en')).toBe(text)
})

it('writes a gap as a dash', () => {
  expect(valueText('bytes', null, 'en')).toBe('–')
})

it('has round steps in the unit: powers of two for bytes, whole ones for what is counted', () => {
  expect(stepsOf('bytes')).toContain(4 * 1024 ** 2)
  expect(stepsOf('connections')?.[0]).toBe(1)
  expect(stepsOf('s')).toEqual(expect.arrayContaining([0.001, 60, 86_400]))
  expect(stepsOf('ratio')).toBeNull()
})

it.each([
  ['ratio', 0.01, 0.02, [0, 0.1]], ['ratio', 0.1, 0.8, [0, 1]], ['ratio', 0.97, 0.99, [0.9, 1]], ['ratio', 0.5, 1.2, [0, 1.38]],
  ['bytes', 100, 200, [0, 224]], ['connections', 0, 1, [0, 2]], ['events', 1000, 1100, [990, 1110]], ['events', 0, 0, [0, 1]], ['1/s', 0, 0, [0, 1]],
] as const)('shows %s from %d to %d on an axis of its own', (unit, min, max, bounds) => {
  const [low, high] = boundsOf(unit, min, max)
  expect([low, Math.round(high * 1000) / 1000]).toEqual(bounds)
})

it('has an axis without any value', () => {
  expect(boundsOf('bytes', null, null)).toEqual([0, 1])
})
