import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { components } from '@/shared/api.gen'
import { call } from '@/shared/http'
import { isOver, useStarted } from '@/shared/jobs'
import { useSteer } from '@/shared/steer'

export type Drill = components['schemas']['FailoverDrill']
export type DrillRun = components['schemas']['DrillRun']
export type DrillRunItem = components['schemas']['DrillRunItem']

export const useDrills = () =>
  useQuery({ queryKey: ['drills'], queryFn: ({ signal }) => call('get', '/drills', { signal }), refetchInterval: 10_000, staleTime: 0 })

export function useRuns(cursor: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['drills', 'runs', cursor],
    queryFn: ({ signal }) => call('get', '/drills/runs', { query: { limit: 30, cursor: cursor.value }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
    staleTime: 0,
  })
}

/** While it runs, once a second: also while PostgreSQL is away, which is what a drill does to it. */
export function useRun(id: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['drill-run', id],
    queryFn: ({ signal }) => call('get', '/drills/runs/{id}', { path: { id: id.value ?? '' }, signal }),
    enabled: computed(() => id.value !== undefined),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 1_000),
    retry: false,
    staleTime: 0,
  })
}

/** Two steps; `opened` gets the run. */
export function useRunDrill(opened: Ref<string | undefined>) {
  const { t } = useI18n()
  const started = useStarted()
  const { busy, refusal, steer } = useSteer()
  const run = (drill: Drill) =>
    steer({
      changes: 'drills', name: `drill.${drill.name}`, target: drill.name, title: t(`drills.name.${drill.name}`),
      call: async (headers) => {
        const { job_id: id } = await call('post', '/drills/{name}', { path: { name: drill.name }, headers })
        await started(id)
        opened.value = id
      },
      done: () => t('drills.begun'),
    })
  return { busy, refusal, run }
}
