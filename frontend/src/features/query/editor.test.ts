import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { ensureSyntaxTree } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import { statementAt } from './editor'

function at(doc: string, anchor: number, head = anchor) {
  const state = EditorState.create({ doc, selection: { anchor, head }, extensions: sql({ dialect: PostgreSQL }) })
  ensureSyntaxTree(state, doc.length, 5000)
  return statementAt(state)
}

describe('what Run sends', () => {
  it('is the whole text when it is one statement', () => {
    expect(at('-- why\nSELECT 1;\n', 3)).toEqual({ sql: '-- why\nSELECT 1;\n', offset: 0 })
  })
  it('is the selection when there is one', () => {
    expect(at('SELECT 1, 2', 0, 8)).toEqual({ sql: 'SELECT 1', offset: 0 })
  })
  it('is the statement under the cursor when there are several', () => {
    const doc = "SELECT 'a;b';\nSELECT 2;\nSELECT 3"
    expect(at(doc, 2).sql).toBe("SELECT 'a;b';")
    expect(at(doc, 16)).toEqual({ sql: 'SELECT 2;', offset: 14 })
    expect(at(doc, doc.length).sql).toBe('SELECT 3')
  })
})
