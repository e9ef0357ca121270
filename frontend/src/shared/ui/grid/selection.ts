import type { GridColumn, GridRow } from './columnWidths'

export interface Cell {
  row: number
  column: number
}

export interface Range {
  top: number
  bottom: number
  left: number
  right: number
}

export function rangeOf(anchor: Cell, active: Cell): Range {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.column, active.column),
    right: Math.max(anchor.column, active.column),
  }
}

/** Tab-separated, as spreadsheets paste it; one cell is copied as it is. */
export function toTsv(rows: readonly GridRow[], range: Range): string {
  if (range.top === range.bottom && range.left === range.right) return String(rows[range.top]?.[range.left] ?? '')
  return rows
    .slice(range.top, range.bottom + 1)
    .map((row) => row.slice(range.left, range.right + 1).map(quoted).join('\t'))
    .join('\n')
}

function quoted(value: GridRow[number]): string {
  const text = value === null ? '' : String(value)
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function toJson(columns: readonly GridColumn[], row: GridRow): string {
  return JSON.stringify(Object.fromEntries(columns.map((column, index) => [column.name, row[index] ?? null])), null, 2)
}

/** Where a key leads from a cell; null when the key is not one of movement. */
export function moveBy(event: { key: string; ctrlKey: boolean; metaKey: boolean }, from: Cell, rows: number, columns: number, page: number): Cell | null {
  const far = event.ctrlKey || event.metaKey
  const to = { ...from }
  switch (event.key) {
    case 'ArrowUp':
      to.row = far ? 0 : from.row - 1
      break
    case 'ArrowDown':
      to.row = far ? rows - 1 : from.row + 1
      break
    case 'ArrowLeft':
      to.column = far ? 0 : from.column - 1
      break
    case 'ArrowRight':
      to.column = far ? columns - 1 : from.column + 1
      break
    case 'PageUp':
      to.row = from.row - page
      break
    case 'PageDown':
      to.row = from.row + page
      break
    case 'Home':
      to.column = 0
      if (far) to.row = 0
      break
    case 'End':
      to.column = columns - 1
      if (far) to.row = rows - 1
      break
    default:
      return null
  }
  return { row: clamp(to.row, rows), column: clamp(to.column, columns) }
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value))
}
