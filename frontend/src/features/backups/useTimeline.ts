import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { useBackups, type BackupSummary } from '@/shared/backups'
import { call } from '@/shared/http'
import type { JobKind } from '@/shared/jobs'
import { useRetention } from './api'
import { marksOf, type Mark } from './timeline'

function useDone(kind: JobKind, database: Ref<string>) {
  return useQuery({
    queryKey: ['jobs-list', 'timeline', kind, database],
    queryFn: ({ signal }) => call('get', '/database/jobs', { query: { kind, database: database.value || undefined, limit: 100 }, signal }),
    staleTime: 5_000,
  }).data
}

/** The marks of one database, or of all. */
export function useTimeline(database: Ref<string>, summary: Ref<{ databases: BackupSummary[] } | undefined>): ComputedRef<Mark[]> {
  const chosen = computed(() => database.value || undefined)
  const { data: backups } = useBackups(computed(() => ({ database: chosen.value, limit: 200 })))
  const { data: verdicts } = useRetention(chosen, computed(() => true))
  const drills = useDone('restore_drill', database)
  const restores = useDone('restore', database)
  return computed(() => marksOf({
    backups: backups.value?.items ?? [],
    verdicts: verdicts.value?.items ?? [],
    drills: drills.value?.items ?? [],
    restores: restores.value?.items ?? [],
    summary: (summary.value?.databases ?? []).filter((each) => database.value === '' || each.database === database.value),
  }))
}
