import { expect, it } from 'vitest'
import type { Node, Task } from './api'
import { fit, layout } from './layout'

const task = (id: string, more: Partial<Task> = {}): Task => ({ id, service: id, state: 'running', group: null, role: null, lag_bytes: null, address: null, ...more })
const node = (hostname: string, tasks: Task[]): Node => ({ hostname, role: 'worker', state: 'ready', availability: 'active', tasks })
const cluster = [
  node('n1', [task('pg-1', { group: 'postgresql', role: 'leader' }), task('web-1')]),
  node('n2', [task('pg-2', { group: 'postgresql', role: 'replica', lag_bytes: 7 }), task('web-2', { state: 'failed' })]),
  node('n3', [task('pg-3', { group: 'postgresql', role: 'replica' })]),
]

it('draws a line from who leads to each that follows', () => {
  const { links } = layout(cluster, 1200)
  expect(links.map((link) => link.key)).toEqual(['pg-1 pg-2', 'pg-1 pg-3'])
})

it('runs no line behind a box: along the gaps alone', () => {
  const wide = [...cluster.slice(1), node('n4', []), cluster[0] as Node, node('n5', []), node('n6', [task('pg-4', { group: 'postgresql', role: 'replica' })])]
  for (const width of [320, 600, 1200]) {
    const { boxes, links } = layout(wide, width)
    expect(links).toHaveLength(3)
    for (const { path } of links) {
      const steps = [...path.matchAll(/([MHV])([\d.]+)(?: ([\d.]+))?/g)]
      let [x, y] = [0, 0]
      steps.forEach(([, verb, first, second], index) => {
        const before = { x, y }
        if (verb !== 'V') x = Number(first)
        if (verb === 'V') y = Number(first)
        if (verb === 'M') y = Number(second)
        if (index <= 1 || index === steps.length - 1) return
        for (const box of boxes) {
          const crosses = Math.max(before.x, x) > box.x && Math.min(before.x, x) < box.x + box.width && Math.max(before.y, y) > box.y && Math.min(before.y, y) < box.y + box.height
          expect({ width, path, box: box.node.hostname, crosses }).toMatchObject({ crosses: false })
        }
      })
    }
  }
})

it('draws no line where nobody leads', () => {
  expect(layout(cluster.slice(1), 1200).links).toEqual([])
})

it('shows the members of groups and what is unwell, and counts the others', () => {
  const [first, second] = layout(cluster, 1200).boxes
  expect(first?.chips.map(({ task: { id } }) => id)).toEqual(['pg-1'])
  expect([first?.others, first?.unwell]).toEqual([1, 0])
  expect(second?.chips.map(({ task: { id } }) => id)).toEqual(['pg-2', 'web-2'])
})

it('stays within the width that there is, and no box lies on another', () => {
  for (const width of [320, 700, 1200]) {
    const { boxes, height } = layout(cluster, width)
    for (const box of boxes) {
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(box.y + box.height).toBeLessThanOrEqual(height)
      for (const other of boxes) {
        if (other === box) continue
        const apart = other.x >= box.x + box.width || box.x >= other.x + other.width || other.y >= box.y + box.height || box.y >= other.y + other.height
        expect(apart).toBe(true)
      }
    }
  }
})

it('draws a node of a thousand tasks as a few chips and a number', () => {
  const [box] = layout([node('big', Array.from({ length: 1000 }, (_, index) => task(`t${index}`, { state: 'failed' })))], 400).boxes
  expect(box?.chips).toHaveLength(10)
  expect([box?.others, box?.unwell]).toEqual([990, 990])
})

it('says nothing of no nodes', () => {
  expect(layout([], 800)).toEqual({ width: 800, height: 0, boxes: [], links: [] })
})

it('cuts a name that does not fit', () => {
  expect(fit('iot_guardian-fcgi', 60)).toBe('iot_gua…')
  expect(fit('pg-1', 60)).toBe('pg-1')
})
