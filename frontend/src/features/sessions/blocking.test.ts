import { expect, it } from 'vitest'
import type { Session } from './api'
import { blockingTree } from './blocking'

const session = (pid: number, ...blockedBy: number[]) => ({ pid, blocked_by: blockedBy }) as unknown as Session
const shape = (sessions: Session[]) => blockingTree(sessions).map((node) => [node.session.pid, node.depth, node.behind])

it('is empty when nobody waits', () => {
  expect(shape([session(1), session(2)])).toEqual([])
})

it('puts waiters under those they wait for, and counts all behind', () => {
  expect(shape([session(3, 2), session(1), session(2, 1), session(4, 1), session(9)])).toEqual([
    [1, 0, 3],
    [2, 1, 1],
    [3, 2, 0],
    [4, 1, 0],
  ])
})

it('shows a ring once', () => {
  expect(shape([session(1, 2), session(2, 1)])).toEqual([
    [1, 0, 1],
    [2, 1, 0],
  ])
})

it('shows a waiter whose blocker is not in the list', () => {
  expect(shape([session(5, 77)])).toEqual([[5, 0, 0]])
})
