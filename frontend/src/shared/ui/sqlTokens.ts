export interface SqlToken {
  kind: 'keyword' | 'string' | 'number' | 'comment' | 'plain'
  text: string
}

const pattern =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^']|'')*'|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<name>"(?:[^"]|"")*")|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[A-Za-z_]\w*)/g

const keywords = new Set(
  ('add after all alter always analyze and as asc before begin between by cascade case check cluster collate column comment commit constraint ' +
    'create cross current database default deferrable deferred delete desc disable distinct do domain drop each else enable end except ' +
    'exclude execute exists explain extension false fetch for foreign from full function generated grant group having identity if ilike ' +
    'immutable in include increment index inherits initially inner insert instead intersect into is join key language lateral left like ' +
    'limit list local lock materialized maxvalue minvalue no not null of offset on only or order outer over owned owner partition policy ' +
    'primary privileges procedure range recursive references rename replace restrict returning returns revoke right row rows ' +
    'rule schema select sequence set show start statement stored table tablespace temporary then to trigger true truncate type union unique ' +
    'unlogged update using values view virtual when where window with without hash operator replica').split(' '),
)

/** Colours for reading; never used to decide anything. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let end = 0
  for (const match of sql.matchAll(pattern)) {
    const kind = kindOf(match)
    if (kind === 'plain') continue
    if (match.index > end) tokens.push({ kind: 'plain', text: sql.slice(end, match.index) })
    tokens.push({ kind, text: match[0] })
    end = match.index + match[0].length
  }
  if (end < sql.length) tokens.push({ kind: 'plain', text: sql.slice(end) })
  return tokens
}

function kindOf(match: RegExpMatchArray): SqlToken['kind'] {
  const groups = match.groups ?? {}
  if (groups.comment !== undefined) return 'comment'
  if (groups.string !== undefined) return 'string'
  if (groups.number !== undefined) return 'number'
  if (groups.word !== undefined && keywords.has(groups.word.toLowerCase())) return 'keyword'
  return 'plain'
}
