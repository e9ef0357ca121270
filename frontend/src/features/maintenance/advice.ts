import type { Advice } from './api'

/** Of the words that explain an advice: some kinds have two. */
export function adviceKey({ kind, index, table }: Pick<Advice, 'kind' | 'index' | 'table'>): string {
  if (kind === 'bloat') return index === null ? 'bloat_table' : 'bloat_index'
  if (kind === 'invalid_index') return /_cc(?:new|old)\d*$/.test(index ?? '') ? 'invalid_left' : 'invalid_index'
  if (kind === 'autovacuum_off') return table === null ? 'autovacuum_server' : 'autovacuum_off'
  return kind
}
