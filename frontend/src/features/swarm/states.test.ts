import { expect, it } from 'vitest'
import { quorumTone, serviceHealth, taskTone, updateTone } from './states'

it('takes a task for failed only where it did not end as it was told to', () => {
  expect(taskTone({ state: 'running', desired_state: 'running' })).toBe('ok')
  expect(taskTone({ state: 'running', desired_state: 'shutdown' })).toBe('info')
  expect(taskTone({ state: 'shutdown', desired_state: 'shutdown' })).toBe('mute')
  expect(taskTone({ state: 'failed', desired_state: 'shutdown' })).toBe('bad')
  expect(taskTone({ state: 'rejected', desired_state: 'running' })).toBe('bad')
  expect(taskTone({ state: 'preparing', desired_state: 'running' })).toBe('info')
})

it('tells a service without replicas from one whose replicas are gone', () => {
  expect(serviceHealth({ replicas_desired: 0, replicas_running: 0 })).toBe('stopped')
  expect(serviceHealth({ replicas_desired: 3, replicas_running: 0 })).toBe('down')
  expect(serviceHealth({ replicas_desired: 3, replicas_running: 2 })).toBe('degraded')
  expect(serviceHealth({ replicas_desired: 3, replicas_running: 3 })).toBe('running')
})

it('warns of a quorum that stands with none to spare', () => {
  expect(quorumTone({ ok: true, spare: 1 })).toBe('ok')
  expect(quorumTone({ ok: true, spare: 0 })).toBe('warn')
  expect(quorumTone({ ok: false, spare: -1 })).toBe('bad')
})

it('shows an update that stopped half way as what it is', () => {
  expect(updateTone('updating')).toBe('info')
  expect(updateTone('completed')).toBe('ok')
  expect(updateTone('paused')).toBe('bad')
  expect(updateTone('rollback_paused')).toBe('bad')
  expect(updateTone('rollback_completed')).toBe('warn')
})
