import { useQuery } from '@tanstack/vue-query'
import { call, type Reply } from '@/shared/http'
import { polled } from '@/shared/view'

export type Replication = NonNullable<Reply<'/replication', 'get'>['data']>
export type Member = Replication['members'][number]

export const useReplication = () =>
  useQuery({ queryKey: ['replication'], queryFn: ({ signal }) => call('get', '/replication', { signal }), ...polled })
