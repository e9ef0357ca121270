import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState } from '@codemirror/state'
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers, placeholder,
  rectangularSelection,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { SchemaItem } from '@/shared/schema'
import type { Statement } from './runner'

export interface SqlEditorHandle {
  view: EditorView
  /** The selection, else the statement under the cursor. */
  statement(): Statement
  replace(text: string): void
  insert(text: string): void
  setSchema(items: SchemaItem[]): void
  markError(from: number, message: string): void
  clearError(): void
  destroy(): void
}

/** Chromium asks the shadow root for its selection, the others the document. */
type SelectionRoot = (Document | ShadowRoot) & { getSelection?: () => Selection | null }

interface Options {
  text: string
  label: string
  placeholder: string
  onRun: () => void
  onChange: (text: string) => void
  /** Called when completion is first wanted. */
  onFocus: () => void
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--info)', fontWeight: '600' },
  { tag: tags.typeName, color: 'var(--chart-4)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--text-2)' },
])

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface-2)', color: 'var(--text-3)', border: 'none', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 6%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--surface-3)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad) 1.5px', textUnderlineOffset: '3px', backgroundColor: 'var(--bad-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', border: '1px solid var(--line-strong)', borderRadius: '6px', boxShadow: 'var(--shadow-up)', color: 'var(--text)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--accent)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)', maxWidth: '60ch' },
  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', border: '1px solid var(--line-strong)', color: 'var(--text)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface-3)', border: '1px solid var(--line-strong)', color: 'var(--text)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)', outline: '1px solid var(--warn)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--surface-3)' },
})

/**
 * Builds the editor in a shadow root: there its styles are constructed style sheets, which a content security policy
 * without unsafe-inline allows; in the document they would be <style> elements, which it does not.
 */
export function createEditor(host: HTMLElement, options: Options): SqlEditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const language = new Compartment()
  const run = () => {
    options.onRun()
    return true
  }
  const state = EditorState.create({
    doc: options.text,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), highlightSpecialChars(), history(), drawSelection(),
      rectangularSelection(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ icons: false }), search({ top: true }),
      highlightSelectionMatches(), syntaxHighlighting(colours), theme, placeholder(options.placeholder),
      EditorView.lineWrapping,
      EditorState.allowMultipleSelections.of(true),
      EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocapitalize: 'off' }),
      language.of(sql({ dialect: PostgreSQL, upperCaseKeywords: true })),
      EditorView.domEventHandlers({ beforeinput: typeOverSelection }),
      keymap.of([
        { key: 'Mod-Enter', run, preventDefault: true },
        ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap,
        // Tab indents; Escape then Tab leaves the editor, as CodeMirror's own keymap has it.
        indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.onChange(update.state.doc.toString())
        if (update.focusChanged && update.view.hasFocus) options.onFocus()
      }),
    ],
  })
  const view = new EditorView({ state, parent: root, root })
  return {
    view,
    statement: () => {
      closeCompletion(view)
      return statementAt(view.state)
    },
    replace(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } })
      view.focus()
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text))
      view.focus()
    },
    setSchema(items) {
      view.dispatch({
        effects: language.reconfigure(sql({ dialect: PostgreSQL, upperCaseKeywords: true, schema: namespace(items), defaultSchema: 'public' })),
      })
    },
    markError(from, message) {
      const word = view.state.wordAt(from)
      const end = Math.min(view.state.doc.length, Math.max(word?.to ?? 0, from + 1))
      const start = end > from ? from : Math.max(0, from - 1)
      view.dispatch(setDiagnostics(view.state, [{ from: start, to: end, severity: 'error', message }]))
      view.dispatch({ selection: { anchor: start }, scrollIntoView: true })
    },
    clearError() {
      view.dispatch(setDiagnostics(view.state, []))
    },
    destroy() {
      view.destroy()
    },
  }
}

/**
 * Typing over a selection, done by the editor: a browser that does it keeps the colours of what was there in a style
 * attribute, which the content security policy refuses with a message in the log.
 */
function typeOverSelection(event: InputEvent, view: EditorView): boolean {
  const text = event.data
  if (event.inputType !== 'insertText' || text === null || view.composing || view.state.selection.ranges.length > 1) return false
  // What the browser is about to replace: the editor may not have heard of the selection yet.
  const { anchorNode, anchorOffset, focusNode, focusOffset } = (view.root as SelectionRoot).getSelection?.() ?? document.getSelection() ?? {}
  if (!anchorNode || !focusNode || !view.contentDOM.contains(anchorNode) || !view.contentDOM.contains(focusNode)) return false
  const ends = [view.posAtDOM(anchorNode, anchorOffset), view.posAtDOM(focusNode, focusOffset)]
  const from = Math.min(...ends)
  const to = Math.max(...ends)
  if (from === to) return false
  const insert = () =>
    view.state.update({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input.type', scrollIntoView: true })
  const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, insert))
  if (!handled) view.dispatch(insert())
  event.preventDefault()
  return true
}

export function statementAt(state: EditorState): Statement {
  const { from, to, empty } = state.selection.main
  if (!empty) return { sql: state.sliceDoc(from, to), offset: from }
  const statements = []
  for (let node = syntaxTree(state).topNode.firstChild; node; node = node.nextSibling) {
    if (node.name === 'Statement') statements.push(node)
  }
  // One statement is sent as it was written, comments and all.
  if (statements.length < 2) return { sql: state.doc.toString(), offset: 0 }
  const chosen = statements.findLast((node) => node.from <= from) ?? statements[0]
  return chosen ? { sql: state.sliceDoc(chosen.from, chosen.to), offset: chosen.from } : { sql: state.doc.toString(), offset: 0 }
}

function namespace(items: SchemaItem[]): SQLNamespace {
  const schemas: Record<string, Record<string, string[]>> = {}
  for (const item of items) (schemas[item.schema] ??= {})[item.name] = item.columns
  return schemas
}
