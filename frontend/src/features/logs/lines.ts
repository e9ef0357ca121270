import type { Tone } from '@/shared/ui/tone'
import type { Line } from './api'

export function levelTone(level: string | null): Tone {
  if (level === 'error' || level === 'fatal') return 'bad'
  if (level === 'warn') return 'warn'
  return level === null || level === 'debug' ? 'mute' : 'info'
}

/** Whole lines of JSON out of pieces of bytes, as they come. */
export class LineReader {
  private readonly decoder = new TextDecoder()
  private rest = ''

  read(bytes: Uint8Array): Line[] {
    const parts = (this.rest + this.decoder.decode(bytes, { stream: true })).split('\n')
    this.rest = parts.pop() ?? ''
    return parts.filter((part) => part.trim() !== '').map((part) => JSON.parse(part) as Line)
  }
}
