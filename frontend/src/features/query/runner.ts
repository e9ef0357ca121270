import { computed, onScopeDispose, reactive, shallowRef } from 'vue'
import { pickTarget } from '@/shared/download'
import { asProblem, isAbort, type ApiProblem } from '@/shared/problem'
import { cancelQuery, explainQuery, newQueryId, runQuery, streamQuery, type PlanReply, type QueryReply, type QueryRequest, type Stream } from './api'

export type Action = 'run' | 'explain' | 'analyze' | 'csv' | 'ndjson'
/** What is sent, and where in the editor it begins (UTF-16). */
export interface Statement {
  sql: string
  offset: number
}
export interface RunOptions {
  database: string | undefined
  max_rows: number
  timeout_ms: number
  target: 'standby' | 'primary'
}
export type Outcome =
  | { kind: 'rows'; reply: QueryReply; statement: Statement }
  | { kind: 'plan'; reply: PlanReply; analyzed: boolean; statement: Statement }
  | { kind: 'problem'; problem: ApiProblem; statement: Statement }
  | { kind: 'cancelled' }
  | { kind: 'saved'; name: string; bytes: number; seconds: number }

interface Running {
  action: Action
  id: string
  startedAt: number
  bytes: number
  cancelling: boolean
}

/** How long a cancelled query may take to say so itself before the request is dropped. */
const graceMs = 1_500
const streamTimeoutMs = 600_000

/** One statement at a time: runs, explains, downloads, cancels. */
export function useRunner() {
  const state = reactive<{ running: Running | null }>({ running: null })
  // Shallow: a result of 100,000 rows is not walked to be made reactive.
  const outcome = shallowRef<Outcome | null>(null)
  let abort: AbortController | null = null

  async function start(action: Action, statement: Statement, work: (id: string, signal: AbortSignal) => Promise<Outcome>) {
    if (state.running) return
    const id = newQueryId()
    const controller = new AbortController()
    abort = controller
    state.running = { action, id, startedAt: Date.now(), bytes: 0, cancelling: false }
    try {
      outcome.value = await work(id, controller.signal)
    } catch (error) {
      outcome.value = failed(error, statement)
    } finally {
      state.running = null
      abort = null
    }
  }

  function failed(error: unknown, statement: Statement): Outcome {
    if (isAbort(error)) return { kind: 'cancelled' }
    const problem = asProblem(error)
    if (problem.code === 'cancelled' && state.running?.cancelling === true) return { kind: 'cancelled' }
    return { kind: 'problem', problem, statement }
  }

  function run(statement: Statement, options: RunOptions) {
    return start('run', statement, async (id, signal) => ({
      kind: 'rows',
      reply: await runQuery(id, { ...request(statement, options), max_rows: options.max_rows }, signal),
      statement,
    }))
  }

  function explain(statement: Statement, options: RunOptions, analyze: boolean) {
    const body = request(statement, options)
    return start(analyze ? 'analyze' : 'explain', statement, async (id, signal) => ({
      kind: 'plan',
      reply: await explainQuery(id, { ...body, analyze }, signal),
      analyzed: analyze,
      statement,
    }))
  }

  /** The whole result into a file. The file is asked for first, while the browser still knows of the click. */
  async function download(statement: Statement, options: RunOptions, kind: Stream) {
    const name = `query-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${kind}`
    const target = await pickTarget(name)
    if (!target) return
    const body = request(statement, { ...options, timeout_ms: streamTimeoutMs })
    await start(kind, statement, async (id, signal) => {
      const began = Date.now()
      const response = await streamQuery(id, body, kind, signal)
      let bytes = 0
      await target.write(response, (seen) => {
        bytes = seen
        if (state.running) state.running.bytes = seen
      })
      return { kind: 'saved', name, bytes, seconds: (Date.now() - began) / 1000 }
    })
  }

  /** Stops it on the server, not only here. */
  async function cancel() {
    const running = state.running
    const controller = abort
    if (!running || running.cancelling) return
    running.cancelling = true
    try {
      await cancelQuery(running.id)
      await new Promise((resolve) => setTimeout(resolve, graceMs))
    } catch {
      // Dropping the request cancels the statement as well.
    }
    controller?.abort()
  }

  onScopeDispose(() => abort?.abort())
  return { running: computed(() => state.running), outcome, run, explain, download, cancel }
}

/** What all calls have in common; a page's max_rows is not among it. */
function request(statement: Statement, { database, timeout_ms, target }: RunOptions): QueryRequest {
  return { sql: statement.sql, timeout_ms, target, ...(database !== undefined && { database }) }
}
