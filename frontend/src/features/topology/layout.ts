import type { Tone } from '@/shared/ui/tone'
import type { Node, Task } from './api'

// Where everything stands in the picture: a box a node, in it what belongs to a group; the rest is counted.

export interface Chip {
  task: Task
  x: number
  y: number
  width: number
}
export interface Box {
  node: Node
  x: number
  y: number
  width: number
  height: number
  chips: Chip[]
  /** Tasks that are not drawn, and how many of them are unwell. */
  others: number
  unwell: number
}
export interface Link {
  key: string
  path: string
}
export interface Picture {
  width: number
  height: number
  boxes: Box[]
  links: Link[]
}

export const chipHeight = 44
const chipGap = 6
const headHeight = 54
const padding = 12
const gap = 36
const boxMin = 232
const boxMax = 340
const chipsMax = 10

const leadsRole = (role: string | null) => role === 'leader' || role === 'standby_leader' || role === 'primary'
export const leads = (task: Task) => leadsRole(task.role)

export function taskTone({ state }: Pick<Task, 'state'>): Tone {
  if (state === 'running') return 'ok'
  return ['failed', 'rejected', 'orphaned'].includes(state) ? 'bad' : 'info'
}

export function nodeTone({ state, availability }: Pick<Node, 'state' | 'availability'>): Tone {
  if (state !== 'ready') return 'bad'
  return availability === 'active' ? 'ok' : 'warn'
}

/** Groups first, by name, their leader before the others; then what is unwell, so that it is seen. */
function drawn(node: Node): Task[] {
  const rank = (task: Task) => (task.group !== null ? 0 : task.state === 'running' ? 2 : 1)
  return node.tasks
    .filter((task) => rank(task) < 2)
    .sort((a, b) => rank(a) - rank(b) || (a.group ?? '').localeCompare(b.group ?? '') || Number(leads(b)) - Number(leads(a)) || a.service.localeCompare(b.service))
    .slice(0, chipsMax)
}

function boxOf(node: Node, width: number): Box {
  const shown = drawn(node)
  const left = new Set(shown)
  const rest = node.tasks.filter((task) => !left.has(task))
  const chips = shown.map((task, index) => ({ task, x: padding, y: headHeight + index * (chipHeight + chipGap), width: width - 2 * padding }))
  const height = headHeight + shown.length * (chipHeight + chipGap) + 26
  return { node, x: 0, y: 0, width, height, chips, others: rest.length, unwell: rest.filter((task) => taskTone(task) !== 'ok').length }
}

export function layout(nodes: readonly Node[], width: number): Picture {
  const columns = Math.max(1, Math.min(nodes.length, Math.floor((width + gap) / (boxMin + gap))))
  // Beside the last box and below the last row there is half a gap, for lines that go around.
  const boxWidth = Math.min(columns === 1 ? width : boxMax, Math.floor((width - (columns - 0.5) * gap) / columns))
  const boxes = nodes.map((node) => boxOf(node, boxWidth))
  let y = 0
  for (let start = 0; start < boxes.length; start += columns) {
    const row = boxes.slice(start, start + columns)
    const height = Math.max(...row.map((box) => box.height))
    row.forEach((box, column) => {
      box.x = column * (boxWidth + gap)
      box.y = y
      box.height = height
    })
    y += height + gap
  }
  return { width, height: Math.max(0, y - gap / 2), boxes, links: links(boxes) }
}

interface Place {
  chip: Chip
  box: Box
}

/** From whoever leads a group to those that follow it. */
function links(boxes: readonly Box[]): Link[] {
  const places = boxes.flatMap((box) => box.chips.filter(({ task }) => task.group !== null && task.role !== null).map((chip) => ({ chip, box })))
  const leaders = places.filter(({ chip }) => leads(chip.task))
  return leaders.flatMap((leader) =>
    places
      .filter((each) => each !== leader && each.chip.task.group === leader.chip.task.group && !leads(each.chip.task))
      .map((each) => ({ key: `${leader.chip.task.id} ${each.chip.task.id}`, path: route(leader, each) })),
  )
}

/** Along the gaps between the boxes, so that no line runs behind one and seems to end there. */
function route(from: Place, to: Place): string {
  const y = ({ chip, box }: Place) => box.y + chip.y + chipHeight / 2
  const edge = ({ chip, box }: Place, right: boolean) => box.x + chip.x + (right ? chip.width : 0)
  const lane = ({ box }: Place, right: boolean) => (right ? box.x + box.width + gap / 2 : box.x - gap / 2)
  // Below each other: on the side where there is a gap.
  const outer = from.box.x === 0
  const exit = from.box.x === to.box.x ? outer : to.box.x > from.box.x
  const entry = from.box.x === to.box.x ? outer : !exit
  const [start, end] = [lane(from, exit), lane(to, entry)]
  const between = to.box.y < from.box.y ? from.box.y - gap / 2 : from.box.y + from.box.height + gap / 2
  const detour = Math.abs(start - end) < 1 ? '' : `V${between} H${end} `
  return `M${edge(from, exit)} ${y(from)} H${start} ${detour}V${y(to)} H${edge(to, entry)}`
}

/** What fits beside the other; the whole name is in the title and in the table. */
export function fit(text: string, width: number, letter = 7.2): string {
  const most = Math.max(4, Math.floor(width / letter))
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}
