import * as format from '@/shared/format'
import type { Chart, Dashboard } from './api'
import { unixOf } from './stretch'

export interface Line {
  /** Distinct within its chart. */
  key: string
  label: string
  colour: number
  /** Beyond the colours that there are, the same ones again, dashed. */
  dashed: boolean
  values: (number | null)[]
}

export const colours = 8

/** The moments that all charts of a page share, in unix seconds. */
export function timesOf({ from, to, step_seconds: step }: Pick<Dashboard, 'from' | 'to' | 'step_seconds'>): number[] {
  const start = unixOf(from)
  return Array.from({ length: Math.round((unixOf(to) - start) / step) + 1 }, (_, index) => start + index * step)
}

/** A line's name is what tells it from the others: the values of its labels. */
export function linesOf(series: Chart['series'], alone: string): Line[] {
  return series.map(({ labels, values }, index) => {
    const name = Object.keys(labels).sort().map((each) => labels[each] ?? '').join(' · ')
    return { key: `${name} ${index}`, label: name === '' ? alone : name, colour: (index % colours) + 1, dashed: index >= colours, values }
  })
}

export interface Facts {
  last: number | null
  min: number | null
  mean: number | null
  max: number | null
}

/** What a person wants of a line in four numbers; a gap counts for nothing. */
export function factsOf(values: readonly (number | null)[]): Facts {
  const known = values.filter((value): value is number => value !== null)
  if (known.length === 0) return { last: null, min: null, mean: null, max: null }
  return {
    last: values.at(-1) ?? null,
    min: known.reduce((a, b) => Math.min(a, b)),
    mean: known.reduce((a, b) => a + b, 0) / known.length,
    max: known.reduce((a, b) => Math.max(a, b)),
  }
}

export type Unit = Chart['unit']

/** A value as one reads it; 0.004 of a rate is not 0. */
export function valueText(unit: Unit, value: number | null, locale: string): string {
  if (value === null) return '–'
  switch (unit) {
    case '1/s': return `${small(value, locale)}/s`
    case 's': return shortSeconds(value, locale)
    case 'ratio': return format.formatPercent(value, locale, 1)
    case 'bytes': return format.formatBytes(value, locale)
    case 'bytes/s': return `${format.formatBytes(value, locale)}/s`
    case 'load': return small(value, locale)
    default: return value < 100_000 ? format.formatNumber(value, locale, 1) : format.formatCompact(value, locale)
  }
}

function small(value: number, locale: string): string {
  return value !== 0 && Math.abs(value) < 0.01 ? format.formatNumber(value, locale, 5) : format.formatRate(value, locale)
}

/** "5 m" where the clock would say "5 m 0 s". */
const shortSeconds = (value: number, locale: string) => (value === 0 ? '0 s' : format.formatSeconds(value, locale).replace(/ 0 [smh]$/, ''))

/** Steps of the axis that are round in the unit. */
export function stepsOf(unit: Unit): number[] | null {
  if (unit === 'bytes' || unit === 'bytes/s') return [0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((each) => each * 1024 ** power))
  if (unit === 's') return [...[-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((each) => each * 10 ** power)), 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000]
  if (unit === 'connections' || unit === 'servers' || unit === 'jobs' || unit === 'events') return Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat()
  return null
}

/** The axis begins at zero, but for what is always near one or grows for ever: its changes would not be seen. */
export function boundsOf(unit: Unit, min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1]
  if (unit === 'ratio') return [min > 0.9 ? 0.9 : Math.min(0, min), Math.max(0.1, max > 0.45 && max <= 1 ? 1 : max * 1.15)]
  if (unit === 'events') return min === max ? [Math.max(0, min - 1), max + 1] : [Math.max(0, min - (max - min) * 0.1), max + (max - min) * 0.1]
  const least = unit === 'connections' || unit === 'servers' || unit === 'jobs' ? 2 : 0
  return [Math.min(0, min), Math.max(least, max * 1.12) || 1]
}
