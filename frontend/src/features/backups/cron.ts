/** A cron expression of five fields, as its reader needs it; null when it is none. The server's reading is the one that counts. */
export interface Cron {
  minute: Field
  hour: Field
  day: Field
  month: Field
  weekday: Field
}
interface Field {
  /** `*`: no limit. */
  any: boolean
  /** Of a star with a step. */
  step: number | null
  values: number[]
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export function parseCron(text: string): Cron | null {
  const [minute, hour, day, month, weekday, more] = text.trim().toLowerCase().split(/\s+/)
  if (weekday === undefined || more !== undefined) return null
  const fields = {
    minute: parseField(minute ?? '', 0, 59),
    hour: parseField(hour ?? '', 0, 23),
    day: parseField(day ?? '', 1, 31),
    month: parseField(month ?? '', 1, 12, monthNames),
    weekday: parseField(weekday, 0, 7, weekdayNames),
  }
  if (Object.values(fields).includes(null)) return null
  const cron = fields as Cron
  // Sunday is 0 and 7.
  cron.weekday.values = [...new Set(cron.weekday.values.map((value) => value % 7))].sort((a, b) => a - b)
  return cron
}

function parseField(text: string, low: number, high: number, names: string[] = []): Field | null {
  const values = new Set<number>()
  const number = (part: string) => {
    const at = names.indexOf(part)
    return at >= 0 ? at + low : /^\d+$/.test(part) ? Number(part) : Number.NaN
  }
  for (const part of text.split(',')) {
    const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part)
    if (!match) return null
    const [, first = '', last, every] = match
    const step = every === undefined ? 1 : Number(every)
    const from = first === '*' ? low : number(first)
    const to = first === '*' ? (high === 7 ? 6 : high) : last !== undefined ? number(last) : every !== undefined ? high : from
    if (!(from >= low && to <= high && from <= to && step >= 1) || (first === '*' && last !== undefined)) return null
    for (let value = from; value <= to; value += step) values.add(value)
  }
  const step = /^\*\/(\d+)$/.exec(text)?.[1]
  return { any: text === '*' || step === '1', step: step === undefined || step === '1' ? null : Number(step), values: [...values].sort((a, b) => a - b) }
}

type Translate = (key: string, facts?: Record<string, unknown>) => string

/** "Every day at 02:00", "每周一 03:30": in the language of `t`. */
export function readCron(text: string, t: Translate, locale: string): string | null {
  const cron = parseCron(text)
  if (!cron) return null
  const interval = cron.hour.any || cron.hour.step !== null
  // "Every day, every 15 minutes" says nothing more than "every 15 minutes".
  const days = interval && cron.day.any && cron.weekday.any ? '' : daysOf(cron, t, locale)
  const facts = { time: timeOf(cron, t, locale), days, months: monthsOf(cron, t, locale) }
  const sentence = t('cron.sentence', facts).trim()
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

const two = (value: number) => String(value).padStart(2, '0')

function list(items: string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(items)
}

function timeOf({ minute, hour }: Cron, t: Translate, locale: string): string {
  const single = minute.values.length === 1 ? minute.values[0] : undefined
  if (hour.any && minute.any) return t('cron.everyMinute')
  if (hour.any && minute.step !== null) return t('cron.everyMinutes', { count: minute.step })
  if (hour.any && single !== undefined) return t('cron.hourly', { minute: two(single) })
  if (hour.step !== null && single !== undefined) return t('cron.everyHours', { count: hour.step, minute: two(single) })
  const times = hour.values.flatMap((h) => minute.values.map((m) => `${two(h)}:${two(m)}`))
  if (times.length <= 12) return t('cron.at', { times: list(times, locale) })
  const minutes = minute.any ? t('cron.everyMinute') : t('cron.minutes', { minutes: list(minute.values.map(two), locale) })
  return hour.any ? minutes : t('cron.ofHours', { minutes, hours: list(hour.values.map(two), locale) })
}

function daysOf({ day, weekday }: Cron, t: Translate, locale: string): string {
  const inMonth = t('cron.monthDays', { days: list(day.values.map(String), locale) })
  const name = new Intl.DateTimeFormat(locale, { weekday: locale.startsWith('zh') ? 'short' : 'long', timeZone: 'UTC' })
  const inWeek = weekday.values.join() === '1,2,3,4,5' ? t('cron.workdays') : t('cron.weekDays', { days: list(weekday.values.map((value) => name.format(Date.UTC(2023, 0, 1 + value))), locale) })
  if (day.any && weekday.any) return t('cron.everyDay')
  if (day.any) return inWeek
  // With both given, either is enough.
  return weekday.any ? inMonth : t('cron.either', { one: inMonth, other: inWeek })
}

function monthsOf({ month }: Cron, t: Translate, locale: string): string {
  if (month.any) return ''
  const name = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' })
  return t('cron.inMonths', { months: list(month.values.map((value) => name.format(Date.UTC(2023, value - 1, 1))), locale) })
}
