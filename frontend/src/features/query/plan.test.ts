import { expect, it } from 'vitest'
import { readPlan } from './plan'

const measured = [
  {
    Plan: {
      'Node Type': 'Hash Join', 'Join Type': 'Left', 'Total Cost': 100, 'Plan Rows': 10, 'Actual Rows': 500, 'Actual Loops': 1, 'Actual Total Time': 20,
      'Hash Cond': '(a.id = b.id)',
      Plans: [
        { 'Node Type': 'Seq Scan', Schema: 'public', 'Relation Name': 'a', Alias: 'a', 'Total Cost': 60, 'Plan Rows': 10, 'Actual Rows': 10, 'Actual Loops': 2, 'Actual Total Time': 6, 'Rows Removed by Filter': 5000 },
        { 'Node Type': 'Hash', 'Total Cost': 30, 'Plan Rows': 1, 'Actual Rows': 0, 'Actual Loops': 0, 'Actual Total Time': 0, 'Hash Batches': 4 },
      ],
    },
    'Planning Time': 0.5,
    'Execution Time': 21,
  },
]

it('gives each node its own share of cost and time', () => {
  const plan = readPlan(measured)
  expect(plan).toMatchObject({ measured: true, planningTime: 0.5, executionTime: 21, maxSelf: 12 })
  expect(plan?.nodes.map((node) => [node.title, node.depth, node.selfCost, node.selfTime])).toEqual([
    ['Hash Left Join', 0, 10, 8],
    ['Seq Scan', 1, 60, 12],
    ['Hash', 1, 30, 0],
  ])
})

it('points at what went wrong', () => {
  const nodes = readPlan(measured)?.nodes ?? []
  expect(nodes.map((node) => node.warnings.map((each) => each.key))).toEqual([['under'], ['removed'], ['batches']])
  expect(nodes[2]?.neverRan).toBe(true)
})

it('reads a plan that was not measured', () => {
  expect(readPlan([{ Plan: { 'Node Type': 'Result', 'Total Cost': 0.01, 'Plan Rows': 1 } }])).toMatchObject({ measured: false, executionTime: null })
})

it('takes nothing for a plan that is none', () => {
  expect(readPlan([])).toBeNull()
})
