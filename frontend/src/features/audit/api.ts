import { keepPreviousData, useMutation, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import type { operations } from '@/shared/api.gen'
import { call, open, type Reply } from '@/shared/http'

export type AuditFilters = NonNullable<operations['listAudit']['parameters']['query']>
export type AuditEvent = Reply<'/audit', 'get'>['items'][number]
export type Outcome = AuditEvent['outcome']
export type Verdict = Reply<'/audit/verify', 'get'>
export const outcomes: Outcome[] = ['intent', 'succeeded', 'failed', 'refused', 'challenged', 'cancelled']

export function useAudit(filters: Ref<AuditFilters>) {
  return useQuery({
    queryKey: ['audit', filters],
    queryFn: ({ signal }) => call('get', '/audit', { query: filters.value, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
}

/** What an outcome row came of: its intent row, which says what was attempted. */
export function useIntent(event: Ref<AuditEvent | null>) {
  const intentId = computed(() => event.value?.parameters.intent)
  return useQuery({
    queryKey: ['audit-intent', intentId],
    queryFn: async ({ signal }) => {
      const page = await call('get', '/audit', { query: { request_id: event.value?.request_id, limit: 100 }, signal })
      return page.items.find((item) => item.id === intentId.value) ?? null
    },
    enabled: computed(() => typeof intentId.value === 'number'),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useVerify() {
  return useMutation({ mutationKey: ['audit-verify'], mutationFn: () => call('get', '/audit/verify') })
}

export function exportAudit(signal: AbortSignal): Promise<Response> {
  return open('get', '/audit/export', { signal, headers: { Accept: 'application/x-ndjson' } })
}
