import type uPlot from 'uplot'

export interface ChartSeries {
  label: string
  /** Which of the chart colours of the theme. */
  colour: 1 | 2 | 3 | 4
  values: (number | null)[]
}

interface Input {
  series: ChartSeries[]
  format: (value: number) => string
  floor?: number | undefined
  ceiling?: number | undefined
  /** Lower end of the axis while nothing lies below it. */
  base?: number | undefined
  span: number
  locale: string
  width: number
  height: number
  element: HTMLElement
}

export function chartOptions(input: Input): uPlot.Options {
  const style = getComputedStyle(input.element)
  const css = (name: string) => style.getPropertyValue(name).trim()
  const clock = new Intl.DateTimeFormat(input.locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const font = `11px ${style.fontFamily}`
  const axis = { stroke: css('--text-3'), font, grid: { stroke: css('--chart-grid'), width: 1 }, ticks: { show: false } }
  return {
    width: input.width,
    height: input.height,
    padding: [6, 30, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { setScale: false, x: false, y: false } },
    scales: {
      // The window opens with the history, from one minute to the whole span.
      x: { range: (_plot, min, max) => [Math.max(max - input.span, Math.min(min, max - 60)), max] },
      y: { range: (_plot, min, max) => [bottom(min, input.base), top(max, input.floor, input.ceiling)] },
    },
    axes: [
      { ...axis, space: 90, size: 26, values: (_plot, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
      { ...axis, space: 36, size: (_plot, labels) => 14 + 7 * Math.max(2, ...(labels ?? []).map((label) => label.length)), values: (_plot, ticks) => ticks.map(input.format) },
    ],
    series: [
      {},
      ...input.series.map((line, index) => ({
        label: line.label,
        stroke: css(`--chart-${line.colour}`),
        width: 1.75,
        points: { show: false },
        ...(index === 0 && { fill: `color-mix(in srgb, ${css(`--chart-${line.colour}`)} 10%, transparent)` }),
      })),
    ],
  }
}

/** Zero, or a higher base while no value lies below it. */
function bottom(min: number | null, base = 0): number {
  return min === null || min >= base ? base : Math.max(0, Math.floor(min * 10) / 10)
}

function top(max: number | null, floor = 1, ceiling = Number.POSITIVE_INFINITY): number {
  return Math.min(ceiling, Math.max(floor, (max ?? 0) * 1.15))
}
