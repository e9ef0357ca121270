import { useQuery } from '@tanstack/vue-query'
import type { ConfirmationHeaders } from '@/shared/confirm'
import { call, type Reply } from '@/shared/http'

export type Pitr = Reply<'/database/pitr', 'get'>
export type Instance = Pitr['instances'][number]

export function usePitr() {
  return useQuery({
    queryKey: ['pitr'],
    queryFn: ({ signal }) => call('get', '/database/pitr', { signal }),
    refetchInterval: ({ state }) => (state.data?.instances.some((each) => each.state === 'starting' || each.state === 'removing') ? 3_000 : 15_000),
    staleTime: 0,
  })
}

export const takeBaseBackup = () => call('post', '/database/pitr/backup')
export const restoreTo = (time: string) => call('post', '/database/pitr/restore', { body: { time } })
export const removeInstance = (id: string, headers: ConfirmationHeaders) => call('post', '/database/pitr/instances/{id}/remove', { path: { id }, headers })
