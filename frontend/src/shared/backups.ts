import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import type { components, operations } from './api.gen'
import { call, type Reply } from './http'
import type { Tone } from './ui/tone'

export type Backup = components['schemas']['Backup']
export type BackupSummary = Reply<'/database/backups/summary', 'get'>['databases'][number]
export type BackupFilters = NonNullable<operations['listBackups']['parameters']['query']>
export const backupTones: Record<Backup['state'], Tone> = { verified: 'ok', damaged: 'bad', missing: 'bad' }
export const summaryTones: Record<BackupSummary['state'], Tone> = { ok: 'ok', old: 'bad', none: 'bad' }

export function useBackups(filters: Ref<BackupFilters>) {
  return useQuery({
    queryKey: ['backups', filters],
    queryFn: ({ signal }) => call('get', '/database/backups', { query: filters.value, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
}

/** How old the last verified backup of each database is: the number that says whether backups work. */
export function useBackupSummary() {
  return useQuery({
    queryKey: ['backup-summary'],
    queryFn: ({ signal }) => call('get', '/database/backups/summary', { signal }),
    refetchInterval: 60_000,
    staleTime: 5_000,
  })
}
