/** A node of EXPLAIN (FORMAT JSON), as PostgreSQL names its parts. */
export type RawNode = Record<string, unknown> & { Plans?: RawNode[] }

export interface PlanNode {
  id: number
  depth: number
  title: string
  /** Table, index, join condition, filter … one line each. */
  details: string[]
  cost: number
  /** Without its children's. */
  selfCost: number
  planRows: number
  actualRows: number | null
  loops: number | null
  /** Milliseconds over all loops, with children. */
  time: number | null
  selfTime: number | null
  sharedHit: number | null
  sharedRead: number | null
  /** Keys of warnings, with their numbers. */
  warnings: { key: string; values: Record<string, number> }[]
  neverRan: boolean
}

export interface Plan {
  nodes: PlanNode[]
  planningTime: number | null
  executionTime: number | null
  maxSelf: number
  measured: boolean
}

export function readPlan(reply: readonly Record<string, unknown>[]): Plan | null {
  const top = reply[0]
  const root = top?.Plan as RawNode | undefined
  if (!top || !root) return null
  const nodes: PlanNode[] = []
  walk(root, 0, nodes)
  const measured = nodes.some((node) => node.time !== null)
  return {
    nodes,
    planningTime: number(top['Planning Time']),
    executionTime: number(top['Execution Time']),
    maxSelf: Math.max(1e-9, ...nodes.map((node) => (measured ? (node.selfTime ?? 0) : node.selfCost))),
    measured,
  }
}

function walk(raw: RawNode, depth: number, into: PlanNode[]): PlanNode {
  const loops = number(raw['Actual Loops'])
  const perLoop = number(raw['Actual Total Time'])
  const node: PlanNode = {
    id: into.length,
    depth,
    title: titleOf(raw),
    details: detailsOf(raw),
    cost: number(raw['Total Cost']) ?? 0,
    selfCost: 0,
    planRows: number(raw['Plan Rows']) ?? 0,
    actualRows: number(raw['Actual Rows']),
    loops,
    time: perLoop === null || loops === null ? null : perLoop * loops,
    selfTime: null,
    sharedHit: number(raw['Shared Hit Blocks']),
    sharedRead: number(raw['Shared Read Blocks']),
    warnings: warningsOf(raw),
    neverRan: loops === 0,
  }
  into.push(node)
  const children = (raw.Plans ?? []).map((child) => walk(child, depth + 1, into))
  const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0)
  node.selfCost = Math.max(0, node.cost - sum(children.map((child) => child.cost)))
  node.selfTime = node.time === null ? null : Math.max(0, node.time - sum(children.map((child) => child.time)))
  return node
}

function titleOf(raw: RawNode): string {
  const strategy = text(raw.Strategy)
  const prefix = raw['Parallel Aware'] === true ? 'Parallel ' : ''
  const type = text(raw['Node Type']) ?? '?'
  const join = text(raw['Join Type'])
  const mode = type === 'Aggregate' && strategy !== null && strategy !== 'Plain' ? ` (${strategy})` : ''
  return prefix + (join !== null && join !== 'Inner' ? type.replace(/(Nested Loop|Join)$/, `${join} $1`) : type) + mode
}

const lines: [string, string][] = [
  ['Index Cond', 'Index Cond'],
  ['Recheck Cond', 'Recheck Cond'],
  ['Hash Cond', 'Hash Cond'],
  ['Merge Cond', 'Merge Cond'],
  ['Join Filter', 'Join Filter'],
  ['Filter', 'Filter'],
  ['One-Time Filter', 'One-Time Filter'],
  ['Sort Key', 'Sort Key'],
  ['Group Key', 'Group Key'],
  ['Cache Key', 'Cache Key'],
  ['Subplan Name', ''],
  ['CTE Name', 'CTE'],
  ['Function Name', 'Function'],
]

function detailsOf(raw: RawNode): string[] {
  const found: string[] = []
  const relation = text(raw['Relation Name'])
  if (relation !== null) {
    const schema = text(raw.Schema)
    const alias = text(raw.Alias)
    found.push(`${schema === null ? '' : `${schema}.`}${relation}${alias !== null && alias !== relation ? ` ${alias}` : ''}`)
  }
  const index = text(raw['Index Name'])
  if (index !== null) found.push(`⌁ ${index}`)
  for (const [key, label] of lines) {
    const value = raw[key]
    const shown = Array.isArray(value) ? value.join(', ') : text(value)
    if (shown !== null) found.push(label === '' ? shown : `${label}: ${shown}`)
  }
  return found
}

function warningsOf(raw: RawNode): PlanNode['warnings'] {
  const found: PlanNode['warnings'] = []
  const actual = number(raw['Actual Rows'])
  const planned = number(raw['Plan Rows']) ?? 0
  const removed = (number(raw['Rows Removed by Filter']) ?? 0) + (number(raw['Rows Removed by Join Filter']) ?? 0)
  if (actual !== null && (number(raw['Actual Loops']) ?? 0) > 0) {
    const factor = Math.max(actual, 1) / Math.max(planned, 1)
    if (factor >= 10 || factor <= 0.1) found.push({ key: factor > 1 ? 'under' : 'over', values: { factor: factor > 1 ? factor : 1 / factor } })
  }
  if (removed >= 1000 && removed > (actual ?? 0) * 10) found.push({ key: 'removed', values: { rows: removed } })
  if (raw['Sort Space Type'] === 'Disk') found.push({ key: 'disk', values: { kilobytes: number(raw['Sort Space Used']) ?? 0 } })
  const batches = number(raw['Hash Batches']) ?? 1
  if (batches > 1) found.push({ key: 'batches', values: { batches } })
  return found
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
