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
    padding: [6, 6, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { setScale: false, x: false, y: false } },
    scales: {
      // The window opens with the history, from one minute to the whole span.
      x: { range: (_plot, min, max) => [Math.max(max - input.span, Math.min(min, max - 60)), max] },
      y: { range: (_plot, _min, max) => [0, top(max, input.floor, input.ceiling)] },
    },
    axes: [
      { ...axis, space: 90, size: 26, values: (_plot, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
      { ...axis, space: 36, size: 62, values: (_plot, ticks) => ticks.map(input.format) },
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

function top(max: number | null, floor = 1, ceiling = Number.POSITIVE_INFINITY): number {
  return Math.min(ceiling, Math.max(floor, (max ?? 0) * 1.15))
}
