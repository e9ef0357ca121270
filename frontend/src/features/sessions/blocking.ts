import type { Session } from './api'

export interface BlockingNode {
  session: Session
  depth: number
  /** How many wait behind it, directly or not. */
  behind: number
}

/** Who blocks whom, as an indented list: first those that wait for nobody. A ring of waiters begins anywhere. */
export function blockingTree(sessions: readonly Session[]): BlockingNode[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]))
  const waiters = new Map<number, Session[]>()
  for (const session of sessions) {
    for (const pid of session.blocked_by) waiters.set(pid, [...(waiters.get(pid) ?? []), session])
  }
  const involved = sessions.filter((session) => session.blocked_by.length > 0 || waiters.has(session.pid))
  const roots = involved.filter((session) => !session.blocked_by.some((pid) => byPid.has(pid)))
  const seen = new Set<number>()
  const nodes: BlockingNode[] = []
  const visit = (session: Session, depth: number): number => {
    if (seen.has(session.pid)) return 0
    seen.add(session.pid)
    const node = { session, depth, behind: 0 }
    nodes.push(node)
    for (const waiter of waiters.get(session.pid) ?? []) {
      if (!seen.has(waiter.pid)) node.behind += 1 + visit(waiter, depth + 1)
    }
    return node.behind
  }
  for (const session of [...roots, ...involved]) visit(session, 0)
  return nodes
}
