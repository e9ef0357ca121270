/**
 * Breaks a JSON text into lines without reading its values: a number keeps every digit, a key every duplicate.
 * A text that is no JSON comes back as something readable all the same.
 */
export function indentJson(text: string): string {
  let out = ''
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.max(0, depth))}`
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}](?:\s*[\]}])?|[,:]|[^\s"[\]{},:]+/g)) {
    const first = token[0] ?? ''
    const isEmpty = token.length > 1 && '[{'.includes(first) && /^[[{]\s*[\]}]$/.test(token)
    if (isEmpty) {
      out += first + (token.at(-1) ?? '')
    } else if ('[{'.includes(first)) {
      depth += 1
      out += first + line()
    } else if (']}'.includes(first)) {
      for (const close of token.replace(/\s/g, '')) {
        depth -= 1
        out += line() + close
      }
    } else if (first === ',') {
      out += `,${line()}`
    } else {
      out += first === ':' ? ': ' : token
    }
  }
  return out
}
