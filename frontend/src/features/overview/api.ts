import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { call, type Reply } from '@/shared/http'

export type Overview = Reply<'/database/overview', 'get'>
export const pollMs = 3_000

export function useOverview(database: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['overview', database],
    queryFn: ({ signal }) => call('get', '/database/overview', { query: { database: database.value }, signal }),
    refetchInterval: pollMs,
    staleTime: 0,
  })
}
