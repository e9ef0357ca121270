import { toneAbove, type Tone } from '@/shared/ui/tone'
import type { Server } from './api'

/** What is wrong with it first: the key of its words. */
export function serverState(server: Pick<Server, 'reachable' | 'role' | 'link' | 'loading'>): { key: 'silent' | 'loading' | 'unlinked' | 'well'; tone: Tone } {
  if (!server.reachable) return { key: 'silent', tone: 'bad' }
  if (server.loading === true) return { key: 'loading', tone: 'warn' }
  if (server.role === 'replica' && server.link !== 'up') return { key: 'unlinked', tone: 'bad' }
  return { key: 'well', tone: 'ok' }
}

/** Share of the memory that it may use; null where there is no limit. */
export function memoryShare({ memory_used_bytes: used, memory_max_bytes: max }: Pick<Server, 'memory_used_bytes' | 'memory_max_bytes'>): number | null {
  return used === null || max === null || max === 0 ? null : used / max
}

export const memoryTone = (share: number | null): Tone => (share === null ? 'info' : toneAbove(share, 0.8, 0.95))
