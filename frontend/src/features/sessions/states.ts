import type { Tone } from '@/shared/ui/tone'

/** "idle in transaction (aborted)" → "idle_in_transaction_aborted": the key of its words. */
export function stateKey(state: string | null): string {
  return state === null || state === '' ? 'unknown' : state.replace(/[ ()]+/g, '_').replace(/_$/, '')
}

export function stateTone(state: string | null): Tone {
  if (state === 'active') return 'ok'
  if (state === 'idle in transaction') return 'warn'
  if (state === 'idle in transaction (aborted)') return 'bad'
  return 'mute'
}
