import type { Tone } from '@/shared/ui/tone'

/** "idle in transaction (aborted)" → "idle_in_transaction_aborted": the key of its words. */
export function stateKey(state: string | null): string {
  return state === null || state === '' ? 'unknown' : state.replace(/[ ()]+/g, '_').replace(/_$/, '')
}

/** At most three; a queue of a hundred is not read pid by pid. */
export function pidList(pids: readonly number[]): string {
  return pids.length > 3 ? `${pids.slice(0, 3).join(', ')} +${pids.length - 3}` : pids.join(', ')
}

export function stateTone(state: string | null): Tone {
  if (state === 'active') return 'ok'
  if (state === 'idle in transaction') return 'warn'
  if (state === 'idle in transaction (aborted)') return 'bad'
  return 'mute'
}
