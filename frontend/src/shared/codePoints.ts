/** The UTF-16 offset of the n-th character (code point, from 1), as PostgreSQL's positions count; clamped to the text. */
export function utf16Offset(text: string, position: number): number {
  let offset = 0
  for (let seen = 1; seen < position && offset < text.length; seen += 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return Math.min(offset, text.length)
}
