import type { Tone } from '@/shared/ui/tone'
import type { Outcome } from './api'

export const outcomeTone: Record<Outcome, Tone> = {
  intent: 'info',
  succeeded: 'ok',
  failed: 'bad',
  refused: 'warn',
  challenged: 'info',
  cancelled: 'mute',
}
