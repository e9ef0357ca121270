import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import type { components, operations } from '@/shared/api.gen'
import type { ConfirmationHeaders } from '@/shared/confirm'
import { call, open, type Reply } from '@/shared/http'

export type BackupDetail = Reply<'/database/backups/{id}', 'get'>
export type NewBackup = operations['createBackup']['requestBody']['content']['application/json']
export type Verdict = Reply<'/database/retention', 'get'>['items'][number]
export type Schedule = components['schemas']['Schedule']
export type BackupFormat = components['schemas']['BackupFormat']
export type ScheduleInput = components['schemas']['ScheduleWish']

export function useBackup(id: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['backups', 'one', id],
    queryFn: ({ signal }) => call('get', '/database/backups/{id}', { path: { id: id.value ?? '' }, signal }),
    enabled: computed(() => id.value !== undefined),
  })
}

/** What the saved rules would delete at their next run. */
export function useRetention(database: Ref<string | undefined>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: ['retention', database],
    queryFn: ({ signal }) => call('get', '/database/retention', { query: { database: database.value }, signal }),
    enabled,
    staleTime: 5_000,
  })
}

export function useSchedules() {
  return useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => call('get', '/database/schedules', { signal }),
    refetchInterval: 60_000,
    staleTime: 5_000,
  })
}

export const createBackup = (body: NewBackup) => call('post', '/database/backup', { body })
export const drillBackup = (id: string) => call('post', '/database/backups/{id}/drill', { path: { id } })
export const openDownload = (id: string, from: number, signal: AbortSignal) =>
  open('get', '/database/backups/{id}/download', { path: { id }, signal, headers: { Accept: 'application/octet-stream', ...(from > 0 && { Range: `bytes=${from}-` }) } })

export function useBackupChanges() {
  const client = useQueryClient()
  const again = () => Promise.all(['backups', 'backup-summary', 'retention'].map((key) => client.invalidateQueries({ queryKey: [key] })))
  return {
    change: async (id: string, body: { note?: string; pinned?: boolean }) => {
      await call('patch', '/database/backups/{id}', { path: { id }, body })
      await again()
    },
    remove: (id: string, headers: ConfirmationHeaders) => call('delete', '/database/backups/{id}', { path: { id }, headers }),
    again,
  }
}

export function useScheduleChanges() {
  const client = useQueryClient()
  const again = () => Promise.all(['schedules', 'retention', 'backup-summary'].map((key) => client.invalidateQueries({ queryKey: [key] })))
  return {
    save: async (id: string | null, body: ScheduleInput) => {
      const saved = id === null ? await call('post', '/database/schedules', { body }) : await call('put', '/database/schedules/{id}', { path: { id }, body })
      await again()
      return saved
    },
    remove: (id: string, headers: ConfirmationHeaders) => call('delete', '/database/schedules/{id}', { path: { id }, headers }),
    again,
  }
}
