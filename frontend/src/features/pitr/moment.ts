/** Zones in which a moment may be given: the browser's own, and UTC. */
export type Zone = 'local' | 'utc'

/** What a datetime-local field holds for a moment, to the second. */
export function fieldOf(moment: Date, zone: Zone): string {
  const shift = zone === 'local' ? moment.getTimezoneOffset() * 60_000 : 0
  return new Date(moment.getTime() - shift).toISOString().slice(0, 19)
}

/** The moment that a field means, as RFC 3339 in UTC; null when it is none. */
export function momentOf(field: string, zone: Zone): string | null {
  if (field === '') return null
  const moment = new Date(zone === 'utc' ? `${field}Z` : field)
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** Where a moment lies in a window, from 0 to 1; null outside of it. */
export function placeIn(moment: string, from: string, to: string): number | null {
  const [at, start, end] = [Date.parse(moment), Date.parse(from), Date.parse(to)]
  return at < start || at > end || end <= start ? null : (at - start) / (end - start)
}
