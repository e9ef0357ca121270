import type { Tone } from '@/shared/ui/tone'
import type { Alert } from './api'

export function severityTone(severity: string | null): Tone {
  if (severity === 'critical' || severity === 'page') return 'bad'
  return severity === 'warning' ? 'warn' : 'info'
}

const order: Tone[] = ['bad', 'warn', 'info']

/** What rings, worst first and newest first; what is silenced comes after. */
export function ordered(alerts: readonly Alert[]): Alert[] {
  const rank = (alert: Alert) => (alert.state === 'suppressed' ? 10 : 0) + order.indexOf(severityTone(alert.severity))
  return [...alerts].sort((a, b) => rank(a) - rank(b) || (b.starts_at ?? '').localeCompare(a.starts_at ?? ''))
}

/** Only an address of the web is a link; anything else is shown as it came. */
export const isLink = (runbook: string) => /^https?:\/\/\S+$/.test(runbook)
