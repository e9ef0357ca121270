export interface GridColumn {
  name: string
  type: string
}
export type CellValue = string | number | boolean | null
export type GridRow = readonly CellValue[]

const charWidth = 7.3
const padding = 22
const narrowest = 56
const widest = 420

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g

/** Columns of a terminal: East Asian characters take two. */
export function displayLength(text: string): number {
  return text.length + (text.match(wide)?.length ?? 0)
}

export function isNumeric(type: string): boolean {
  return /^(smallint|integer|bigint|int[248]?|numeric|decimal|real|double precision|float[48]?|oid|money)\b/i.test(type)
}

/** Wide enough for the name and the first rows, without measuring anything on screen. */
export function fitColumn(column: GridColumn, index: number, rows: readonly GridRow[], sample = 200): number {
  let longest = Math.max(displayLength(column.name), displayLength(column.type) * 0.85)
  for (let row = 0; row < Math.min(sample, rows.length); row += 1) {
    const value = rows[row]?.[index]
    longest = Math.max(longest, value === null || value === undefined ? 4 : displayLength(String(value).slice(0, 120)))
  }
  return Math.round(Math.min(widest, Math.max(narrowest, longest * charWidth + padding)))
}
