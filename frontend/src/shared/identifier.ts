const plain = /^[a-z_][a-z0-9_]*$/
// Words that PostgreSQL does not take as a bare table or column name.
const reserved = new Set(
  ('all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate collation column ' +
    'concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp ' +
    'current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ' +
    'ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not ' +
    'notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some ' +
    'symmetric table tablesample then to trailing true union unique user using variadic verbose when where window with').split(' '),
)

export function quoteIdentifier(name: string): string {
  return plain.test(name) && !reserved.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** As the API wants a table named in a path: always quoted, so that no dot is ambiguous. */
export function tablePath(schema: string, name: string): string {
  return `"${schema.replaceAll('"', '""')}"."${name.replaceAll('"', '""')}"`
}

export function qualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}
