import { expect, it } from 'vitest'
import { memoryShare, memoryTone, serverState } from './servers'

const server = { reachable: true, role: 'replica', link: 'up', loading: false }

it('says first what is worst', () => {
  expect(serverState(server).key).toBe('well')
  expect(serverState({ ...server, link: 'down' }).key).toBe('unlinked')
  expect(serverState({ ...server, link: 'down', loading: true }).key).toBe('loading')
  expect(serverState({ ...server, reachable: false, link: null, loading: null }).key).toBe('silent')
  expect(serverState({ ...server, role: 'primary', link: null }).key).toBe('well')
})

it('has no share of memory where there is no limit', () => {
  expect(memoryShare({ memory_used_bytes: 10, memory_max_bytes: 0 })).toBeNull()
  expect(memoryShare({ memory_used_bytes: 85, memory_max_bytes: 100 })).toBe(0.85)
  expect([memoryTone(null), memoryTone(0.5), memoryTone(0.85), memoryTone(0.99)]).toEqual(['info', 'ok', 'warn', 'bad'])
})
