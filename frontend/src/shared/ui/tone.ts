/** How a state is coloured; always beside a word and an icon. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'mute'

/** Rising numbers are worse: which side of the two marks is it on? */
export function toneAbove(value: number, warn: number, bad: number): Tone {
  return value >= bad ? 'bad' : value >= warn ? 'warn' : 'ok'
}
