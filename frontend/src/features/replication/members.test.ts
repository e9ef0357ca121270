import { expect, it } from 'vitest'
import type { Member, Replication } from './api'
import { canTakeOver, lagTone, memberTone, ordered } from './members'

const member = (name: string, more: Partial<Member> = {}) => ({ name, role: 'replica', state: 'streaming', lag_bytes: 0, ...more }) as Member
const cluster = { source: 'patroni', leader: 'a', paused: false } as Replication

it('puts the leader first, then who is nearest to it', () => {
  const list = [member('far', { lag_bytes: 900 }), member('unknown', { lag_bytes: null }), member('near', { lag_bytes: 3 }), member('a', { role: 'leader' })]
  expect(ordered(list).map((each) => each.name)).toEqual(['a', 'near', 'far', 'unknown'])
})

it('offers a switchover only to a member that is well, and only where Patroni can do it', () => {
  expect(canTakeOver(member('b'), cluster)).toBe(true)
  expect(canTakeOver(member('a', { role: 'leader', state: 'running' }), cluster)).toBe(false)
  expect(canTakeOver(member('b', { state: 'start failed' }), cluster)).toBe(false)
  expect(canTakeOver(member('b'), { ...cluster, paused: true })).toBe(false)
  expect(canTakeOver(member('b'), { ...cluster, source: 'postgresql' })).toBe(false)
  expect(canTakeOver(member('b'), { ...cluster, leader: null })).toBe(false)
})

it('knows a state that is on its way from one that has failed', () => {
  expect([memberTone({ state: 'streaming' }), memberTone({ state: 'starting' }), memberTone({ state: 'start failed' }), memberTone({ state: 'crashed' })]).toEqual(['ok', 'warn', 'bad', 'bad'])
})

it('takes an unknown lag for unknown, not for none', () => {
  expect([lagTone(null), lagTone(0), lagTone(17 * 1048576), lagTone(65 * 1048576)]).toEqual(['mute', 'ok', 'warn', 'bad'])
})
