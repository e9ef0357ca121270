import { useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { computed, reactive, readonly, type Ref } from 'vue'
import type { components } from './api.gen'
import { call } from './http'
import { ApiProblem } from './problem'
import type { Tone } from './ui/tone'

export type Job = components['schemas']['Job']
/** A newer server may know more. */
export const jobKinds = ['backup', 'upload', 'restore', 'restore_swap', 'restore_undo', 'restore_discard', 'restore_drill', 'vacuum', 'vacuum-full', 'analyze', 'reindex', 'checkpoint', 'base_backup', 'pitr_restore', 'pitr_remove', 'drill'] as const
export type JobKind = (typeof jobKinds)[number]
export type JobState = Job['state']
export const jobTones: Record<JobState, Tone> = { queued: 'mute', running: 'info', succeeded: 'ok', failed: 'bad', cancelled: 'warn' }
export const isOver = (job: Pick<Job, 'state'>) => job.state !== 'queued' && job.state !== 'running'

/** What a job that ended may have changed. */
const touched: Partial<Record<string, string[]>> = {
  backup: ['backups', 'backup-summary', 'retention'],
  upload: ['backups', 'backup-summary'],
  restore: ['restores', 'restore'],
  restore_swap: ['restores', 'restore', 'overview', 'tables', 'backups'],
  restore_undo: ['restores', 'restore', 'overview', 'tables'],
  restore_discard: ['restores', 'restore'],
  restore_drill: ['backups', 'backup-summary'],
  drill: ['drills', 'drill-run', 'replication', 'redis'],
}

/**
 * One poll for every page: slow while nothing runs, quick while something does, none while nobody looks. Pages filter it by kind.
 */
export function useActiveJobs() {
  const client = useQueryClient()
  return useQuery({
    queryKey: ['jobs', 'active'],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all((['running', 'queued'] as const).map((state) => call('get', '/database/jobs', { query: { state, limit: 50 }, signal })))
      const items = pages.flatMap((page) => page.items)
      await follow(client, items)
      return items
    },
    refetchInterval: ({ state }) => ((state.data?.length ?? 0) > 0 || Object.values(own.jobs).some((job) => !isOver(job)) ? 1_000 : 15_000),
    staleTime: 1_000,
  })
}

// Jobs that this tab has started or seen running, so that their end can be told.
const own = reactive<{ jobs: Record<string, Job>; ended: Job[] }>({ jobs: {}, ended: [] })
/** What ended while this tab looked, newest first, until somebody has taken notice. */
export const endedJobs = computed(() => readonly(own.ended) as readonly Job[])

async function follow(client: QueryClient, active: Job[]): Promise<void> {
  const there = new Set(active.map((job) => job.id))
  for (const job of active) own.jobs[job.id] = job
  for (const id of Object.keys(own.jobs).filter((each) => !there.has(each))) {
    const job = await find(id)
    // Another poll may have told it meanwhile.
    if (id in own.jobs && job === null) Reflect.deleteProperty(own.jobs, id)
    else if (id in own.jobs && job && isOver(job)) settle(client, job)
  }
}

/** Null when there is no such job any more. */
async function find(id: string): Promise<Job | null> {
  try {
    return await call('get', '/database/jobs/{id}', { path: { id } })
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'not_found') return null
    throw error
  }
}

function settle(client: QueryClient, job: Job): void {
  Reflect.deleteProperty(own.jobs, job.id)
  own.ended.unshift(job)
  own.ended.length = Math.min(own.ended.length, 20)
  for (const key of ['job', 'jobs-list', ...(touched[job.kind] ?? ['maintenance', 'performance', 'pitr'])]) void client.invalidateQueries({ queryKey: [key] })
}

export function dismissEnded(id: string): void {
  own.ended = own.ended.filter((job) => job.id !== id)
}

/** Nothing that one person started is told to the next. */
export function forgetJobs(): void {
  own.jobs = {}
  own.ended = []
}

/** After a call that answered with a job: it is shown at once and its end is told. */
export function useStarted() {
  const client = useQueryClient()
  return async (id: string): Promise<void> => {
    own.jobs[id] = await call('get', '/database/jobs/{id}', { path: { id } })
    void client.invalidateQueries({ queryKey: ['jobs-list'] })
    await client.refetchQueries({ queryKey: ['jobs', 'active'] })
  }
}

export function useJob(id: Ref<string | undefined>) {
  return useQuery({
    queryKey: ['job', id],
    queryFn: ({ signal }) => call('get', '/database/jobs/{id}', { path: { id: id.value ?? '' }, signal }),
    enabled: computed(() => id.value !== undefined),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 1_000),
    staleTime: 0,
  })
}

export function useCancelJob() {
  const client = useQueryClient()
  return async (id: string): Promise<void> => {
    await call('post', '/database/jobs/{id}/cancel', { path: { id } })
    for (const queryKey of [['jobs'], ['job', id], ['jobs-list']]) void client.invalidateQueries({ queryKey })
  }
}
