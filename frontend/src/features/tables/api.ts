import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { call, type Reply } from '@/shared/http'
import { tablePath } from '@/shared/identifier'
import type { operations } from '@/shared/api.gen'

export type TableFilters = NonNullable<operations['listTables']['parameters']['query']>
export type TableSummary = Reply<'/database/tables', 'get'>['items'][number]
export type TableDetail = Reply<'/database/tables/{table_name}', 'get'>
export type TableKind = TableSummary['kind']
export type SortKey = NonNullable<TableFilters['sort']>
export const kinds: TableKind[] = ['table', 'partitioned_table', 'view', 'materialized_view', 'foreign_table']

export function useTables(filters: Ref<TableFilters>) {
  return useQuery({
    queryKey: ['tables', filters],
    queryFn: ({ signal }) => call('get', '/database/tables', { query: filters.value, signal }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
}

export function useTable(name: Ref<{ schema: string; name: string; database: string | undefined }>) {
  return useQuery({
    queryKey: ['table', name],
    queryFn: ({ signal }) =>
      call('get', '/database/tables/{table_name}', {
        path: { table_name: tablePath(name.value.schema, name.value.name) },
        query: { database: name.value.database },
        signal,
      }),
    staleTime: 10_000,
  })
}
