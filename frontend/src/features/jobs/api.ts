import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import type { operations } from '@/shared/api.gen'
import { call } from '@/shared/http'
import type { JobState } from '@/shared/jobs'

export type JobFilters = NonNullable<operations['listJobs']['parameters']['query']>
export const states: JobState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled']

export function useJobs(filters: Ref<JobFilters>) {
  return useQuery({
    queryKey: ['jobs-list', filters],
    queryFn: ({ signal }) => call('get', '/database/jobs', { query: filters.value, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
    staleTime: 0,
  })
}
