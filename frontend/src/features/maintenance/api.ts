import { useQuery } from '@tanstack/vue-query'
import { type Ref } from 'vue'
import type { components } from '@/shared/api.gen'
import type { ConfirmationHeaders } from '@/shared/confirm'
import { call, type Reply } from '@/shared/http'

export type AdviceReply = Reply<'/database/maintenance/advice', 'get'>
export type Advice = components['schemas']['Advice']
export type LockedTable = AdviceReply['locked'][number]
export type Operation = components['schemas']['MaintenanceOperation']
export type Options = components['schemas']['MaintenanceOptions']
export const operations: Operation[] = ['vacuum', 'analyze', 'reindex', 'vacuum-full', 'checkpoint']

export function useAdvice(database: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['maintenance', 'advice', database],
    queryFn: ({ signal }) => call('get', '/database/maintenance/advice', { query: { database: database.value }, signal }),
    staleTime: 10_000,
    // A catalog that somebody has locked refuses the whole advice for as long.
    refetchInterval: (query) => (query.state.status === 'error' ? 3000 : false),
  })
}

export interface Order {
  operation: Operation
  database: string
  /** Quoted; null: the whole database. */
  tables: string[] | null
  options: Options
}

export function maintain({ operation, database, tables, options }: Order, headers: ConfirmationHeaders) {
  const body = { database, ...(tables !== null && { tables }), ...(Object.keys(options).length > 0 && { options }) }
  return call('post', '/database/maintenance/{operation}', { path: { operation }, body, headers })
}

export interface TableResult {
  schema: string
  table: string
  state: 'done' | 'partly' | 'locked' | 'dropped' | 'renamed' | 'refused' | 'skipped' | 'failed'
  detail: string | null
  warnings: string[] | null
  seconds: number | null
  bytes_before: number | null
  bytes_after: number | null
}
export interface MaintenanceResult {
  done: number
  not_done: number
  tables: TableResult[]
  truncated?: boolean
}
