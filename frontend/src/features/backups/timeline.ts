import type { Backup, BackupSummary } from '@/shared/backups'
import type { Job } from '@/shared/jobs'
import type { Verdict } from './api'

export type Lane = 'backup' | 'drill' | 'restore'
export interface Mark {
  key: string
  lane: Lane
  at: number
  iso: string
  database: string
  /** How it went, or what becomes of it. */
  state: 'ok' | 'bad' | 'doomed' | 'next'
  /** What a click opens. */
  link: { backup: string } | { job: string } | null
}
export const lanes: Lane[] = ['backup', 'drill', 'restore']

interface Sources {
  backups: readonly Backup[]
  verdicts: readonly Verdict[]
  drills: readonly Job[]
  restores: readonly Job[]
  summary: readonly BackupSummary[]
}

/** Everything that has a time, oldest first. */
export function marksOf({ backups, verdicts, drills, restores, summary }: Sources): Mark[] {
  const doomed = new Set(verdicts.filter((each) => !each.keep).map((each) => each.backup_id))
  const mark = (lane: Lane, key: string, iso: string, database: string, state: Mark['state'], link: Mark['link']): Mark => ({ key, lane, at: Date.parse(iso), iso, database, state, link })
  const ofJob = (lane: Lane) => (job: Job) => mark(lane, job.id, job.finished_at ?? job.created_at, job.database ?? '', job.state === 'succeeded' ? 'ok' : 'bad', { job: job.id })
  return [
    ...backups.map((each) => mark('backup', each.id, each.created_at, each.database, doomed.has(each.id) ? 'doomed' : each.state === 'verified' ? 'ok' : 'bad', { backup: each.id })),
    ...drills.filter((job) => job.finished_at !== null).map(ofJob('drill')),
    ...restores.filter((job) => job.finished_at !== null).map(ofJob('restore')),
    ...summary.filter((each) => each.next_run_at !== null).map((each) => mark('backup', `next ${each.database}`, each.next_run_at ?? '', each.database, 'next', null)),
  ].sort((a, b) => a.at - b.at)
}

const steps = [60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000].map((seconds) => seconds * 1000)

/** From the oldest mark, an hour ago at the latest, to the newest or now, with some air; about `count` round times between. */
export function axisOf(marks: readonly Mark[], now: number, count: number): { from: number; to: number; ticks: number[]; step: number } {
  const times = marks.map((each) => each.at)
  const first = Math.min(now - 3_600_000, ...times)
  const last = Math.max(now, ...times)
  const air = (last - first) * 0.03
  const [from, to] = [first - air, last + air]
  const step = steps.find((each) => (to - from) / each <= count) ?? Number(steps.at(-1))
  const offset = new Date(now).getTimezoneOffset() * 60_000
  const ticks: number[] = []
  for (let tick = Math.ceil((from - offset) / step) * step + offset; tick <= to; tick += step) ticks.push(tick)
  return { from, to, ticks, step }
}
