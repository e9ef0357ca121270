import type uPlot from 'uplot'
import { boundsOf, stepsOf, valueText, type Line, type Unit } from './chart'

interface Input {
  unit: Unit
  lines: readonly Line[]
  hidden: ReadonlySet<string>
  locale: string
  width: number
  height: number
  element: HTMLElement
  times: () => readonly number[]
  /** The moment under the pointer, or null. */
  hover: (index: number | null) => void
  zoom: (from: number, to: number) => void
}

/** Shorter than that, a drag was a click. */
const dragMin = 8

export function plotOptions(input: Input): uPlot.Options {
  const style = getComputedStyle(input.element)
  const css = (name: string) => style.getPropertyValue(name).trim()
  const font = `11px ${style.fontFamily}`
  const axis = { stroke: css('--text-3'), font, grid: { stroke: css('--chart-grid'), width: 1 }, ticks: { show: false } }
  const incrs = stepsOf(input.unit)
  return {
    width: input.width,
    height: input.height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, sync: { key: 'metrics' }, drag: { setScale: false, x: true, y: false } },
    scales: {
      x: { range: () => [input.times()[0] ?? 0, input.times().at(-1) ?? 1] },
      y: { range: (_plot, min, max) => boundsOf(input.unit, min, max) },
    },
    axes: [
      { ...axis, space: 70, size: 26, values: (plot, ticks) => ticks.map(clockOf(plot, input.locale)) },
      {
        ...axis,
        space: 32,
        ...(incrs && { incrs }),
        // The same in all charts: a moment is at the same place in those above and below.
        size: 72,
        values: (_plot, ticks) => ticks.map((tick) => valueText(input.unit, tick, input.locale)),
      },
    ],
    series: [
      {},
      ...input.lines.map((line) => ({
        label: line.label,
        show: !input.hidden.has(line.key),
        stroke: css(`--chart-${line.colour}`),
        width: 1.75,
        ...(line.dashed && { dash: [6, 4] }),
        // A value between two gaps is a point, or it would not be seen at all.
        points: { size: 4, filter: lonely },
        ...(input.lines.length === 1 && { fill: `color-mix(in srgb, ${css(`--chart-${line.colour}`)} 10%, transparent)` }),
      })),
    ],
    hooks: {
      setCursor: [(plot) => input.hover(plot.cursor.idx ?? null)],
      setSelect: [(plot) => {
        const { left, width } = plot.select
        if (width === 0) return
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        if (width >= dragMin) input.zoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
      }],
    },
  }
}

/** Seconds where minutes are few, the day where there is more than one. */
function clockOf(plot: uPlot, locale: string): (tick: number) => string {
  const span = (plot.scales.x?.max ?? 0) - (plot.scales.x?.min ?? 0)
  const options: Intl.DateTimeFormatOptions =
    span > 10 * 86_400 ? { month: '2-digit', day: '2-digit' } : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(span <= 600 && { second: '2-digit' }), ...(span > 86_400 && { month: '2-digit', day: '2-digit' }) }
  const form = new Intl.DateTimeFormat(locale, options)
  return (tick) => form.format(tick * 1000)
}

function lonely(plot: uPlot, index: number, show: boolean): number[] | null {
  const values = plot.data[index]
  if (show || !values) return null
  const found: number[] = []
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) found.push(at)
  }
  return found
}
