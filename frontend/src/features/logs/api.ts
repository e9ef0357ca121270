import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import type { operations } from '@/shared/api.gen'
import { pickTarget } from '@/shared/download'
import { call, open, type Reply } from '@/shared/http'

export type Line = Reply<'/logs', 'get'>['items'][number]
export type Trail = NonNullable<Reply<'/trail/{request_id}', 'get'>['data']>
export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]
export const spans = { '15m': 900, '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800 } as const
export type Span = keyof typeof spans

/** As they stand in the URL; '' is none. */
export interface Filters {
  service: string
  node: string
  level: Level | ''
  text: string
  request: string
  span: Span
}
type Query = NonNullable<operations['logs']['parameters']['query']>

export function queryOf({ service, node, level, text, request, span }: Filters, limit: number, now = Date.now()): Query {
  return {
    limit,
    since: new Date(now - spans[span] * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    ...(service !== '' && { service }),
    ...(node !== '' && { node }),
    ...(level !== '' && { level }),
    ...(text !== '' && { text }),
    // Shorter ones are still being typed.
    ...(request.length >= 8 && { request_id: request }),
  }
}

export const shownMax = 300

export function useLogs(filters: Ref<Filters>, following: Ref<boolean>) {
  return useQuery({
    queryKey: ['logs', filters],
    queryFn: ({ signal }) => call('get', '/logs', { query: queryOf(filters.value, shownMax), signal }),
    placeholderData: keepPreviousData,
    enabled: computed(() => !following.value),
    refetchInterval: 10_000,
    staleTime: 0,
  })
}

/** What a service is called, for the filter. */
export const useServiceNames = () =>
  useQuery({
    queryKey: ['swarm', 'services'],
    queryFn: ({ signal }) => call('get', '/swarm/services', { signal }),
    select: (view) => view.items.map((each) => each.name).sort(),
    staleTime: 60_000,
  })

export const useTrail = (id: Ref<string>) =>
  useQuery({
    queryKey: ['trail', id],
    queryFn: ({ signal }) => call('get', '/trail/{request_id}', { path: { request_id: id.value }, signal }),
    enabled: computed(() => id.value !== ''),
    staleTime: 0,
  })

export async function download(filters: Filters): Promise<boolean> {
  const target = await pickTarget(`guardian-logs-${new Date().toISOString().replace(/[:.]/g, '-')}.ndjson`)
  if (target === null) return false
  await target.write(await open('get', '/logs/download', { query: queryOf(filters, 1000) }), () => undefined)
  return true
}
