import { useQuery } from '@tanstack/vue-query'
import { call, type Reply } from '@/shared/http'
import { polled } from '@/shared/view'

export type Topology = NonNullable<Reply<'/topology', 'get'>['data']>
export type Node = Topology['nodes'][number]
export type Task = Node['tasks'][number]
export type Disagreement = Topology['disagreements'][number]

export const useTopology = () =>
  useQuery({ queryKey: ['topology'], queryFn: ({ signal }) => call('get', '/topology', { signal }), ...polled })
