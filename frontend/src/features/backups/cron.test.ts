import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCron, readCron } from './cron'

function translator(name: string) {
  const messages = (JSON.parse(readFileSync(join(import.meta.dirname, `../../shared/locales/${name}.json`), 'utf8')) as { cron: Record<string, string> }).cron
  return (key: string, facts: Record<string, unknown> = {}) => (messages[key.replace('cron.', '')] ?? key).replace(/\{(\w+)\}/g, (_, hole: string) => String(facts[hole]))
}
const read = (text: string) => [readCron(text, translator('en'), 'en'), readCron(text, translator('zh-CN'), 'zh-CN')]

describe('a cron expression in plain words', () => {
  it.each([
    ['0 2 * * *', 'Every day at 02:00', '每天 02:00'],
    ['30 3 * * 1', 'On Monday at 03:30', '每周一 03:30'],
    ['0 3 * * sun,7', 'On Sunday at 03:00', '每周日 03:00'],
    ['15 4 * * 1-5', 'From Monday to Friday at 04:15', '周一至周五 04:15'],
    ['0 1,13 * * *', 'Every day at 01:00 and 13:00', '每天 01:00和13:00'],
    ['*/15 * * * *', 'Every 15 minutes', '每 15 分钟'],
    ['0 */6 * * *', 'Every 6 hours, at minute 00', '每 6 小时的第 00 分'],
    ['5 * * * *', 'Every hour at minute 05', '每小时的第 05 分'],
    ['*/10 * * * 6', 'On Saturday every 10 minutes', '每周六 每 10 分钟'],
    ['0 5 1 * *', 'On day 1 of the month at 05:00', '每月 1 日 05:00'],
    ['0 5 1 jan,jul *', 'On day 1 of the month at 05:00 in January and July', '一月和七月，每月 1 日 05:00'],
    ['0 5 1,15 * 6', 'On day 1 and 15 of the month or on Saturday at 05:00', '每月 1和15 日或每周六 05:00'],
  ])('%s', (text, en, zh) => {
    expect(read(text)).toEqual([en, zh])
  })

  it.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '*/0 * * * *', '5-2 * * * *', 'x * * * *', '0 2 * * * *', '1,,2 * * * *', '*-3 * * * *'])('%j is none', (text) => {
    expect(parseCron(text)).toBeNull()
  })
})
