import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import type { components } from '@/shared/api.gen'
import { call, open, type Reply } from '@/shared/http'

export type QueryReply = components['schemas']['QueryReply']
export type QueryRequest = components['schemas']['QueryRequest']
export type QueryServer = components['schemas']['QueryServer']
export type PlanReply = Reply<'/database/query/explain', 'post'>
export type HistoryItem = Reply<'/database/query/history', 'get'>['items'][number]
export type Stream = 'csv' | 'ndjson'
const accept = { csv: 'text/csv', ndjson: 'application/x-ndjson' }

/** The id of a query is the id of its request: made here, so that it can be cancelled while it runs. */
export function newQueryId(): string {
  return crypto.randomUUID()
}

export function runQuery(id: string, body: QueryRequest, signal: AbortSignal): Promise<QueryReply> {
  return call('post', '/database/query', { body, signal, headers: { 'X-Request-Id': id } }) as Promise<QueryReply>
}

export function explainQuery(id: string, body: QueryRequest & { analyze: boolean }, signal: AbortSignal): Promise<PlanReply> {
  return call('post', '/database/query/explain', { body, signal, headers: { 'X-Request-Id': id } })
}

export function streamQuery(id: string, body: QueryRequest, kind: Stream, signal: AbortSignal): Promise<Response> {
  return open('post', '/database/query', { body, signal, headers: { 'X-Request-Id': id, Accept: accept[kind] } })
}

export function cancelQuery(id: string) {
  return call('post', '/database/query/{id}/cancel', { path: { id } })
}

export function useHistory(filters: Ref<{ search: string; mine: boolean }>, enabled: Ref<boolean>) {
  return useInfiniteQuery({
    queryKey: ['query-history', filters],
    queryFn: ({ signal, pageParam }) =>
      call('get', '/database/query/history', {
        query: { mine: filters.value.mine, search: filters.value.search || undefined, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 0,
  })
}
