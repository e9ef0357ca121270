import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { call, type Reply } from '@/shared/http'
import { useSteer } from '@/shared/steer'
import { polled } from '@/shared/view'

export type Alert = Reply<'/alerts', 'get'>['items'][number]
export type Stretch = Reply<'/alerts/history', 'get'>['items'][number]
export type Silence = Reply<'/alerts/silences', 'get'>['items'][number]
export const ranges = ['1h', '6h', '24h', '7d'] as const
export type Range = (typeof ranges)[number]

export const useAlerts = () =>
  useQuery({ queryKey: ['alerts', 'now'], queryFn: ({ signal }) => call('get', '/alerts', { signal }), ...polled })

export const useHistory = (range: Ref<Range>) =>
  useQuery({ queryKey: ['alerts', 'history', range], queryFn: ({ signal }) => call('get', '/alerts/history', { query: { range: range.value }, signal }), ...polled })

export const useSilences = () =>
  useQuery({ queryKey: ['alerts', 'silences'], queryFn: ({ signal }) => call('get', '/alerts/silences', { signal }), ...polled })

export interface Order {
  minutes: number
  comment: string
}

/** Silencing takes nothing away and can be ended: one step. */
export function useSilencing() {
  const { t } = useI18n()
  const { busy, refusal, steer } = useSteer()
  return {
    busy,
    refusal,
    silence: (alert: Alert, { minutes, comment }: Order) =>
      steer({
        changes: 'alerts', name: 'silence', target: alert.fingerprint, title: t('alerts.silenceTitle', { name: alert.name }),
        call: () => call('post', '/alerts/silences', { body: { alert: alert.name, minutes, comment, ...(alert.labels.instance !== undefined && { instance: alert.labels.instance }) } }),
        done: () => t('alerts.silenced', { name: alert.name }),
      }),
    unsilence: (silence: Silence) =>
      steer({
        changes: 'alerts', name: 'silence', target: silence.id, title: t('alerts.unsilence'),
        call: () => call('delete', '/alerts/silences/{id}', { path: { id: silence.id } }),
        done: () => t('alerts.unsilenced'),
      }),
  }
}
