import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import type { components, operations } from '@/shared/api.gen'
import type { ConfirmationHeaders } from '@/shared/confirm'
import { call } from '@/shared/http'
import type { Tone } from '@/shared/ui/tone'

export type Restore = components['schemas']['Restore']
export type Comparison = components['schemas']['Comparison']
export type NewRestore = operations['startRestore']['requestBody']['content']['application/json']
export const stateTones: Record<Restore['state'], Tone> = { running: 'info', beside: 'info', swapped: 'ok', undone: 'mute', discarded: 'mute', failed: 'bad' }

export function useRestores(cursor: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['restores', cursor],
    queryFn: ({ signal }) => call('get', '/database/restores', { query: { limit: 50, cursor: cursor.value }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some((each) => each.state === 'running') ? 2_000 : 30_000),
    staleTime: 0,
  })
}

export function useRestore(id: Ref<string>) {
  return useQuery({
    queryKey: ['restore', id],
    queryFn: ({ signal }) => call('get', '/database/restores/{job_id}', { path: { job_id: id.value }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1_500 : 30_000),
    staleTime: 0,
  })
}

export const startRestore = (body: NewRestore, headers: ConfirmationHeaders) => call('post', '/database/restore', { body, headers })
export const stepRestore = (id: string, step: 'swap' | 'undo' | 'discard', headers: ConfirmationHeaders) =>
  call('post', `/database/restore/{job_id}/${step}`, { path: { job_id: id }, headers })

export function useKeep() {
  const client = useQueryClient()
  return async (id: string, until: string) => {
    await call('put', '/database/restore/{job_id}/keep', { path: { job_id: id }, body: { kept_until: until } })
    await Promise.all(['restore', 'restores'].map((key) => client.invalidateQueries({ queryKey: [key] })))
  }
}
