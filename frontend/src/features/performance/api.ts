import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import type { operations } from '@/shared/api.gen'
import { call, type Reply } from '@/shared/http'

export type PerformanceFilters = NonNullable<operations['databasePerformance']['parameters']['query']>
export type Performance = Reply<'/database/performance', 'get'>
export type Statement = Performance['statements']['items'][number]
export type SortKey = NonNullable<PerformanceFilters['sort']>

export function usePerformance(filters: Ref<PerformanceFilters>) {
  return useQuery({
    queryKey: ['performance', filters],
    queryFn: ({ signal }) => call('get', '/database/performance', { query: filters.value, signal }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })
}
