import type { Tone } from '@/shared/ui/tone'
import type { Member, Replication } from './api'

export const leads = ({ role }: Pick<Member, 'role'>) => role === 'leader' || role === 'standby_leader'

const well = ['running', 'streaming']
const onTheWay = ['starting', 'creating replica', 'initializing new cluster', 'in archive recovery', 'running custom bootstrap script', 'stopping']

export function memberTone({ state }: Pick<Member, 'state'>): Tone {
  if (well.includes(state)) return 'ok'
  return onTheWay.includes(state) ? 'warn' : 'bad'
}

/** 16 MiB is a segment of WAL, and what a planned switchover may wait for. */
export function lagTone(bytes: number | null): Tone {
  if (bytes === null) return 'mute'
  return bytes > 64 * 1048576 ? 'bad' : bytes > 16 * 1048576 ? 'warn' : 'ok'
}

/** Whether one may ask for it at all; the server decides with all it knows. */
export function canTakeOver(member: Member, { source, leader, paused }: Replication): boolean {
  return source === 'patroni' && leader !== null && paused !== true && !leads(member) && memberTone(member) === 'ok'
}

/** The leader first, then who is nearest to it. */
export function ordered(members: readonly Member[]): Member[] {
  const far = Number.MAX_SAFE_INTEGER
  return [...members].sort((a, b) => Number(leads(b)) - Number(leads(a)) || (a.lag_bytes ?? far) - (b.lag_bytes ?? far) || a.name.localeCompare(b.name))
}
