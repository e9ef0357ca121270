import { describe, expect, it } from 'vitest'
import { formatAgo, formatBytes, formatRate, formatSeconds, formatTime } from './format'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10_240, '10 KiB'],
    [1_048_575, '1 MiB'],
    [208_018_791, '198 MiB'],
    [5 * 1024 ** 4, '5 TiB'],
    [-1536, '-1.5 KiB'],
  ])('%d', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text)
  })
})

it('formats durations by their size', () => {
  expect(formatSeconds(0.0042, 'en')).toBe('4.2 ms')
  expect(formatSeconds(0.5, 'en')).toBe('500 ms')
  expect(formatSeconds(7.25, 'en')).toBe('7.3 s')
  expect(formatSeconds(75, 'en')).toBe('1 m 15 s')
  expect(formatSeconds(3_599.6, 'en')).toBe('1 h 0 m')
  expect(formatSeconds(90_061, 'en')).toBe('1 d 1 h')
})

it('gives small rates more digits', () => {
  expect([0.4242, 7.31, 42.26, 1250.4].map((rate) => formatRate(rate, 'en'))).toEqual(['0.42', '7.31', '42.3', '1,250'])
})

it('says how long ago, in the language of the page', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')
  expect(formatAgo('2026-11-23T11:58:00Z', 'en', now)).toBe('2 minutes ago')
  expect(formatAgo('2026-11-22T12:00:00Z', 'zh-CN', now)).toBe('昨天')
})

it('shows midnight as 00, not 24', () => {
  expect(formatTime(new Date(2026, 10, 23, 0, 5, 9).toISOString(), 'en')).toContain('00:05:09')
})
