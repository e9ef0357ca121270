import type { Tone } from '@/shared/ui/tone'
import type { Drift, Node, Quorum, Service, Task } from './api'

/** A task that ended as it was told to is no failure; one that should run and does not is. */
export function taskTone({ state, desired_state: desired }: Pick<Task, 'state' | 'desired_state'>): Tone {
  if (state === 'running') return desired === 'running' ? 'ok' : 'info'
  if (state === 'failed' || state === 'rejected' || state === 'orphaned') return 'bad'
  if (['complete', 'shutdown', 'remove'].includes(state)) return 'mute'
  return 'info'
}

export function nodeTone({ state, availability }: Pick<Node, 'state' | 'availability'>): Tone {
  if (state !== 'ready') return 'bad'
  return availability === 'active' ? 'ok' : 'warn'
}

export type Health = 'running' | 'degraded' | 'down' | 'stopped'

export function serviceHealth({ replicas_desired: desired, replicas_running: running }: Pick<Service, 'replicas_desired' | 'replicas_running'>): Health {
  if (desired === 0) return 'stopped'
  if (running === 0) return 'down'
  return running < desired ? 'degraded' : 'running'
}

export const healthTone: Record<Health, Tone> = { running: 'ok', degraded: 'warn', down: 'bad', stopped: 'mute' }

export function updateTone(state: string): Tone {
  if (state === 'updating') return 'info'
  if (state === 'completed') return 'ok'
  return state.endsWith('paused') ? 'bad' : 'warn'
}

/** With none to spare the next loss breaks it. */
export function quorumTone({ ok, spare }: Pick<Quorum, 'ok' | 'spare'>): Tone {
  if (!ok) return 'bad'
  return spare === 0 ? 'warn' : 'ok'
}

export const driftTone: Record<Drift['services'][number]['state'], Tone> = { in_step: 'ok', drifted: 'warn', missing: 'bad', extra: 'info' }
