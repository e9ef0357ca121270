import { describe, expect, it } from 'vitest'
import { fieldOf, momentOf, placeIn } from './moment'

describe('a moment to restore to', () => {
  it.each(['local', 'utc'] as const)('comes back from its field as it went in (%s)', (zone) => {
    expect(momentOf(fieldOf(new Date('2026-11-25T10:20:30Z'), zone), zone)).toBe('2026-11-25T10:20:30Z')
  })

  it('typed in UTC is meant in UTC', () => {
    expect(momentOf('2026-11-25T10:20', 'utc')).toBe('2026-11-25T10:20:00Z')
  })

  it('that is none is nothing', () => {
    expect([momentOf('', 'utc'), momentOf('tomorrow', 'local')]).toEqual([null, null])
  })

  it('has its place in the window, or none outside of it', () => {
    const [from, to] = ['2026-11-25T10:00:00Z', '2026-11-25T12:00:00Z']
    expect([placeIn('2026-11-25T11:00:00Z', from, to), placeIn('2026-11-25T09:59:59Z', from, to), placeIn('2026-11-25T12:00:01Z', from, to), placeIn(from, from, from)]).toEqual([0.5, null, null, null])
  })
})
