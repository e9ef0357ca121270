import { describe, expect, it } from 'vitest'
import type { Backup, BackupSummary } from '@/shared/backups'
import type { Job } from '@/shared/jobs'
import { axisOf, marksOf } from './timeline'

const backup = (id: string, at: string, state: Backup['state'] = 'verified') => ({ id, created_at: at, database: 'iot', state }) as Backup
const job = (id: string, at: string | null, state: Job['state']) => ({ id, created_at: '2026-01-01T00:00:00Z', finished_at: at, database: 'iot', state }) as Job

describe('the timeline of backups', () => {
  it('holds backups, drills, restores and the next run in order, and says what retention would delete', () => {
    const marks = marksOf({
      backups: [backup('new', '2026-01-03T00:00:00Z'), backup('old', '2026-01-01T00:00:00Z'), backup('broken', '2026-01-02T00:00:00Z', 'damaged')],
      verdicts: [{ backup_id: 'old', keep: false }, { backup_id: 'new', keep: true }] as never,
      drills: [job('drill', '2026-01-03T01:00:00Z', 'succeeded'), job('runs', null, 'running')],
      restores: [job('restore', '2026-01-03T02:00:00Z', 'failed')],
      summary: [{ database: 'iot', next_run_at: '2026-01-04T00:00:00Z' } as BackupSummary, { database: 'other', next_run_at: null } as BackupSummary],
    })
    expect(marks.map((each) => [each.key, each.lane, each.state])).toEqual([
      ['old', 'backup', 'doomed'], ['broken', 'backup', 'bad'], ['new', 'backup', 'ok'], ['drill', 'drill', 'ok'], ['restore', 'restore', 'bad'], ['next iot', 'backup', 'next'],
    ])
  })

  it('has an axis around everything with a few round times', () => {
    const now = Date.parse('2026-01-04T10:00:00Z')
    const marks = marksOf({ backups: [backup('a', '2026-01-01T00:00:00Z')], verdicts: [], drills: [], restores: [], summary: [] })
    const { from, to, ticks } = axisOf(marks, now, 6)
    expect(from).toBeLessThan(Date.parse('2026-01-01T00:00:00Z'))
    expect(to).toBeGreaterThan(now)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThan(8)
    expect(ticks.every((tick) => tick >= from && tick <= to)).toBe(true)
  })

  it('with nothing on it still shows the last hour', () => {
    const { from, to } = axisOf([], 10_000_000, 6)
    expect(to - from).toBeGreaterThan(3_600_000)
  })
})
