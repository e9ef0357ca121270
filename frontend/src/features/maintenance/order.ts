import type { Operation, Options } from './api'

export type OptionName = 'analyze' | 'freeze' | 'truncate' | 'skip_locked' | 'concurrently' | 'index_cleanup' | 'parallel' | 'lock_timeout_ms'

/** Which options an operation takes, in the order in which they are shown. */
export const optionsOf: Record<Operation, OptionName[]> = {
  vacuum: ['analyze', 'freeze', 'truncate', 'skip_locked', 'index_cleanup', 'parallel', 'lock_timeout_ms'],
  analyze: ['skip_locked', 'lock_timeout_ms'],
  reindex: ['concurrently', 'lock_timeout_ms'],
  'vacuum-full': ['analyze', 'freeze', 'lock_timeout_ms'],
  checkpoint: [],
}

export interface Choices {
  analyze: boolean
  freeze: boolean
  truncate: boolean
  skip_locked: boolean
  concurrently: boolean
  index_cleanup: 'auto' | 'on' | 'off'
  /** Empty: as the server likes. */
  parallel: number | ''
  lock_timeout_ms: number
}
/** What the server takes where nothing is said. */
export const presets: Choices = { analyze: false, freeze: false, truncate: true, skip_locked: false, concurrently: true, index_cleanup: 'auto', parallel: '', lock_timeout_ms: 5_000 }

/** What is sent: only what this operation takes, and only where it differs from what the server does by itself. */
export function optionsFrom(operation: Operation, choices: Choices): Options {
  return Object.fromEntries(optionsOf[operation].filter((name) => choices[name] !== presets[name] && choices[name] !== '').map((name) => [name, choices[name]]))
}

/** The other way: what an advice proposes, as choices. */
export function choicesFrom(options: Record<string, unknown>): Choices {
  return { ...presets, ...(options as Partial<Choices>) }
}
