import { fitColumn, isNumeric, type GridColumn, type GridRow } from './columnWidths'
import { moveBy, rangeOf, toTsv, type Cell } from './selection'

// A grid of plain elements: the rows on screen and a few more exist, and are written anew when they scroll into another place.
// No framework in the path of a scroll event, so that 100,000 rows scroll as smoothly as 100.

export interface GridEvents {
  copied: (text: string, cells: number) => void
  opened: (row: number) => void
  selected: (cells: number) => void
}

interface Slot {
  element: HTMLElement
  number: HTMLElement
  cells: HTMLElement[]
  row: number
  /** Which arrangement of columns the cells were last placed for. */
  layout: number
}

const rowHeight = 27
const overscan = 6
const shownMax = 400

export class VirtualGrid {
  private readonly head = element('div', 'vg-head', 'row')
  private readonly body = element('div', 'vg-body', 'rowgroup')
  private readonly headCells: HTMLElement[] = []
  private readonly observer: ResizeObserver
  private readonly listening = new AbortController()
  private slots: Slot[] = []
  private widths: number[] = []
  private lefts: number[] = []
  private numeric: boolean[] = []
  private gutter = 0
  private firstColumn = 0
  private lastColumn = -1
  private frame = 0
  private arrangement = 0
  private active: Cell = { row: 0, column: 0 }
  private anchor: Cell = { row: 0, column: 0 }
  private touched = false

  constructor(
    private readonly host: HTMLElement,
    private readonly columns: readonly GridColumn[],
    private readonly rows: readonly GridRow[],
    private readonly events: GridEvents,
  ) {
    host.replaceChildren(this.head, this.body)
    host.setAttribute('role', 'grid')
    host.setAttribute('aria-rowcount', String(rows.length + 1))
    host.setAttribute('aria-colcount', String(columns.length + 1))
    host.setAttribute('aria-multiselectable', 'true')
    host.tabIndex = 0
    this.gutter = Math.max(44, String(rows.length).length * 8 + 20)
    this.widths = columns.map((column, index) => fitColumn(column, index, rows))
    this.numeric = columns.map((column) => isNumeric(column.type))
    this.buildHead()
    this.layout()
    this.observer = new ResizeObserver(() => {
      this.schedule()
    })
    this.observer.observe(host)
    this.listen()
    this.paint()
  }

  destroy(): void {
    this.listening.abort()
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    this.host.replaceChildren()
  }

  get activeRow(): number {
    return this.active.row
  }

  private buildHead(): void {
    this.head.setAttribute('aria-rowindex', '1')
    const corner = element('div', 'vg-corner', 'columnheader')
    corner.textContent = '#'
    corner.style.width = `${this.gutter}px`
    corner.setAttribute('aria-colindex', '1')
    this.head.append(corner)
    this.columns.forEach((column, index) => {
      const cell = element('div', 'vg-name', 'columnheader')
      cell.setAttribute('aria-colindex', String(index + 2))
      cell.title = `${column.name} · ${column.type}`
      const name = element('span', 'vg-column')
      name.textContent = column.name
      const type = element('span', 'vg-type')
      type.textContent = column.type
      const grip = element('span', 'vg-grip')
      grip.dataset.column = String(index)
      if (isNumeric(column.type)) cell.classList.add('vg-right')
      cell.append(name, type, grip)
      this.headCells.push(cell)
      this.head.append(cell)
    })
  }

  private layout(): void {
    this.arrangement += 1
    let left = this.gutter
    this.lefts = this.widths.map((width) => {
      const here = left
      left += width
      return here
    })
    this.head.style.width = `${left}px`
    this.body.style.width = `${left}px`
    this.body.style.height = `${this.rows.length * rowHeight}px`
    this.headCells.forEach((cell, index) => {
      cell.style.left = `${this.lefts[index] ?? 0}px`
      cell.style.width = `${this.widths[index] ?? 0}px`
    })
  }

  private schedule(): void {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => {
      this.paint()
    })
  }

  /** Brings the pool of rows to what is on screen; rows that stay are not touched. */
  private paint(force = false): void {
    const { scrollTop, clientHeight } = this.host
    const columnsMoved = this.findColumns()
    const needed = Math.min(this.rows.length, Math.ceil(clientHeight / rowHeight) + overscan * 2)
    const resized = this.resizePool(needed)
    const first = Math.max(0, Math.min(this.rows.length - needed, Math.floor(scrollTop / rowHeight) - overscan))
    for (let row = first; row < first + needed; row += 1) {
      const slot = this.slots[row % needed]
      if (slot && (force || resized || columnsMoved || slot.row !== row)) this.write(slot, row)
    }
  }

  private findColumns(): boolean {
    const left = this.host.scrollLeft
    const right = left + this.host.clientWidth
    let first = 0
    while (first < this.columns.length - 1 && (this.lefts[first + 1] ?? 0) < left + this.gutter) first += 1
    let last = first
    while (last < this.columns.length - 1 && (this.lefts[last + 1] ?? 0) < right) last += 1
    const moved = first !== this.firstColumn || last !== this.lastColumn
    this.firstColumn = first
    this.lastColumn = last
    if (moved) this.arrangement += 1
    return moved
  }

  private resizePool(needed: number): boolean {
    if (this.slots.length === needed) return false
    for (const extra of this.slots.splice(needed)) extra.element.remove()
    while (this.slots.length < needed) {
      const row = element('div', 'vg-row', 'row')
      const number = element('div', 'vg-number', 'rowheader')
      number.style.width = `${this.gutter}px`
      number.setAttribute('aria-colindex', '1')
      row.append(number)
      this.body.append(row)
      this.slots.push({ element: row, number, cells: [], row: -1, layout: -1 })
    }
    return true
  }

  private write(slot: Slot, row: number): void {
    slot.row = row
    slot.element.style.transform = `translateY(${row * rowHeight}px)`
    slot.element.classList.toggle('vg-odd', row % 2 === 1)
    slot.element.setAttribute('aria-rowindex', String(row + 2))
    slot.number.textContent = String(row + 1)
    const count = this.columns.length === 0 ? 0 : this.lastColumn - this.firstColumn + 1
    for (const extra of slot.cells.splice(count)) extra.remove()
    while (slot.cells.length < count) {
      const cell = element('div', 'vg-cell', 'gridcell')
      slot.element.append(cell)
      slot.cells.push(cell)
    }
    const place = slot.layout !== this.arrangement
    slot.layout = this.arrangement
    slot.cells.forEach((cell, index) => {
      if (place) this.placeCell(cell, this.firstColumn + index)
      this.writeCell(cell, row, this.firstColumn + index)
    })
  }

  private placeCell(cell: HTMLElement, column: number): void {
    cell.style.left = `${this.lefts[column] ?? 0}px`
    cell.style.width = `${this.widths[column] ?? 0}px`
    cell.setAttribute('aria-colindex', String(column + 2))
  }

  private writeCell(cell: HTMLElement, row: number, column: number): void {
    const value = this.rows[row]?.[column] ?? null
    const range = rangeOf(this.anchor, this.active)
    const chosen =
      this.touched && row >= range.top && row <= range.bottom && column >= range.left && column <= range.right
    const isActive = this.touched && row === this.active.row && column === this.active.column
    let name = 'vg-cell'
    if (value === null) name += ' vg-null'
    else if (typeof value === 'boolean') name += value ? ' vg-true' : ' vg-false'
    if (this.numeric[column] === true) name += ' vg-right'
    if (chosen) name += ' vg-chosen'
    if (isActive) name += ' vg-active'
    // Writing what is already there costs the browser a new style all the same.
    if (cell.className !== name) cell.className = name
    if (cell.ariaSelected !== String(chosen)) cell.ariaSelected = String(chosen)
    cell.textContent = shown(value)
    if (isActive) {
      cell.id = this.activeId
      this.host.setAttribute('aria-activedescendant', this.activeId)
    } else if (cell.id !== '') {
      cell.removeAttribute('id')
    }
  }

  private get activeId(): string {
    return `${this.host.id}-active`
  }

  private listen(): void {
    const { signal } = this.listening
    this.host.addEventListener('scroll', () => this.schedule(), { passive: true, signal })
    this.host.addEventListener('keydown', (event) => this.onKey(event), { signal })
    this.host.addEventListener('pointerdown', (event) => this.onPointerDown(event), { signal })
    this.host.addEventListener('dblclick', (event) => this.onDoubleClick(event), { signal })
    this.host.addEventListener('focus', () => this.onFocus(), { signal })
  }

  private onFocus(): void {
    if (this.touched || this.rows.length === 0) return
    this.select({ row: Math.floor(this.host.scrollTop / rowHeight), column: this.firstColumn }, false)
  }

  private onKey(event: KeyboardEvent): void {
    if (this.rows.length === 0) return
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      const range = rangeOf(this.anchor, this.active)
      this.events.copied(toTsv(this.rows, range), (range.bottom - range.top + 1) * (range.right - range.left + 1))
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      this.anchor = { row: 0, column: 0 }
      this.select({ row: this.rows.length - 1, column: this.columns.length - 1 }, true, false)
    } else if (event.key === 'Enter') {
      this.events.opened(this.active.row)
    } else if (event.altKey && event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      this.resize(this.active.column, (this.widths[this.active.column] ?? 0) + (event.key === 'ArrowLeft' ? -24 : 24))
    } else {
      const page = Math.max(1, Math.floor(this.host.clientHeight / rowHeight) - 2)
      const next = event.altKey ? null : moveBy(event, this.active, this.rows.length, this.columns.length, page)
      if (!next) return
      this.select(next, event.shiftKey)
    }
    event.preventDefault()
  }

  private select(cell: Cell, extend: boolean, reveal = true): void {
    this.touched = true
    this.active = cell
    if (!extend) this.anchor = cell
    if (reveal) this.reveal(cell)
    this.paint(true)
    const range = rangeOf(this.anchor, this.active)
    this.events.selected((range.bottom - range.top + 1) * (range.right - range.left + 1))
  }

  private reveal({ row, column }: Cell): void {
    const head = this.head.offsetHeight
    const top = row * rowHeight
    const { host } = this
    if (top < host.scrollTop) host.scrollTop = top
    else if (top + rowHeight > host.scrollTop + host.clientHeight - head) host.scrollTop = top + rowHeight - host.clientHeight + head
    const left = this.lefts[column] ?? 0
    const width = this.widths[column] ?? 0
    if (left - this.gutter < host.scrollLeft) host.scrollLeft = left - this.gutter
    else if (left + width > host.scrollLeft + host.clientWidth) host.scrollLeft = left + width - host.clientWidth
  }

  private onPointerDown(event: PointerEvent): void {
    const target = event.target as HTMLElement
    if (target.dataset.column !== undefined) {
      this.dragWidth(event, target, Number(target.dataset.column))
      return
    }
    const cell = this.cellAt(event)
    if (!cell || event.button !== 0) return
    this.select(cell, event.shiftKey, false)
    if (event.pointerType !== 'mouse') return
    const drag = new AbortController()
    const move = (moved: PointerEvent) => {
      const over = this.cellAt(moved)
      if (over && (over.row !== this.active.row || over.column !== this.active.column)) this.select(over, true)
    }
    document.addEventListener('pointermove', move, { signal: drag.signal })
    document.addEventListener('pointerup', () => drag.abort(), { signal: drag.signal })
  }

  private cellAt(event: MouseEvent): Cell | null {
    const box = this.body.getBoundingClientRect()
    const row = Math.floor((event.clientY - box.top) / rowHeight)
    const x = event.clientX - box.left
    if (!(event.target instanceof Node) || !this.body.contains(event.target)) return null
    if (row < 0 || row >= this.rows.length || this.columns.length === 0) return null
    let column = 0
    while (column < this.columns.length - 1 && (this.lefts[column + 1] ?? 0) <= x) column += 1
    return { row, column }
  }

  private dragWidth(event: PointerEvent, grip: HTMLElement, column: number): void {
    event.preventDefault()
    const start = event.clientX
    const width = this.widths[column] ?? 0
    const drag = new AbortController()
    grip.setPointerCapture(event.pointerId)
    grip.addEventListener('pointermove', (moved) => this.resize(column, width + moved.clientX - start), { signal: drag.signal })
    grip.addEventListener('pointerup', () => drag.abort(), { signal: drag.signal })
    grip.addEventListener('pointercancel', () => drag.abort(), { signal: drag.signal })
  }

  private resize(column: number, width: number): void {
    this.widths[column] = Math.max(40, Math.min(1200, Math.round(width)))
    this.layout()
    this.paint(true)
  }

  private onDoubleClick(event: MouseEvent): void {
    const target = event.target as HTMLElement
    const column = Number(target.dataset.column ?? Number.NaN)
    const known = this.columns[column]
    if (known) {
      this.resize(column, fitColumn(known, column, this.rows, 5000))
      return
    }
    const cell = this.cellAt(event)
    if (cell) this.events.opened(cell.row)
  }
}

function shown(value: GridRow[number]): string {
  if (value === null) return 'NULL'
  const text = typeof value === 'string' ? value : String(value)
  const short = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text
  return short.includes('\n') ? short.replaceAll('\n', '↵') : short
}

function element(tag: string, className: string, role?: string): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  if (role !== undefined) made.setAttribute('role', role)
  return made
}
