import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { call, type Reply } from '@/shared/http'
import { isoOf, paceOf, type Stretch } from './stretch'

type Answer = Reply<'/metrics/dashboard', 'get'>
export type Dashboard = NonNullable<Answer['data']>
export type Chart = Dashboard['charts'][number]
export type Group = Dashboard['group']
export const groups: Group[] = ['console', 'postgresql', 'replication', 'redis', 'nodes', 'backups', 'edge']

/** One call for all charts of the page. */
export function useDashboard(group: Ref<Group>, stretch: Ref<Stretch>) {
  const time = computed(() => {
    const { range, own } = stretch.value
    return own ? { from: isoOf(own.from), to: isoOf(own.to) } : { range }
  })
  return useQuery<Answer>({
    queryKey: ['metrics', group, time],
    queryFn: ({ signal }) => call('get', '/metrics/dashboard', { query: { group: group.value, ...time.value }, signal }),
    refetchInterval: ({ state }) => paceOf(stretch.value, state.data?.data?.step_seconds) ?? false,
    staleTime: () => (stretch.value.own ? Number.POSITIVE_INFINITY : 0),
    // Another stretch of the same charts comes in their place: the old ones stay until then.
    placeholderData: (before) => (before?.data?.group === group.value ? before : undefined),
  })
}
