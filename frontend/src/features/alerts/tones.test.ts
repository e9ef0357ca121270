import { expect, it } from 'vitest'
import type { Alert } from './api'
import { isLink, ordered } from './tones'

const alert = (name: string, more: Partial<Alert> = {}) => ({ name, severity: 'warning', state: 'active', starts_at: '2026-11-25T22:00:00Z', ...more }) as Alert

it('puts what rings before what is silenced, the worst first, then the newest', () => {
  const list = [
    alert('silenced', { severity: 'critical', state: 'suppressed' }),
    alert('old'),
    alert('new', { starts_at: '2026-11-25T23:00:00Z' }),
    alert('worst', { severity: 'critical' }),
    alert('unknown', { severity: null }),
  ]
  expect(ordered(list).map((each) => each.name)).toEqual(['worst', 'new', 'old', 'unknown', 'silenced'])
})

it('makes a link of an address alone', () => {
  expect([isLink('https://docs/runbook#x'), isLink('javascript:alert(1)'), isLink('docs/incidents.md#disk')]).toEqual([true, false, false])
})
