import { reactive, readonly } from 'vue'
import { asProblem, ChallengeRequired, type ApiProblem, type Challenge } from './problem'

/** Headers of the second step; empty on the first. */
export type ConfirmationHeaders = Record<string, string>
type DangerousCall<T> = (headers: ConfirmationHeaders) => Promise<T>
export type Dangerous<T> = { done: true; result: T } | { done: false }

/** Already translated. */
export interface Words {
  /** What the person asked for. */
  title: string
  /** The server's summary and undo in the language of the page; null shows the server's alone. */
  explain?: (challenge: Challenge) => { summary: string; undo: string } | null
}

interface Pending {
  words: Words
  challenge: Challenge | null
  busy: boolean
  problem: ApiProblem | null
}

interface Flow {
  state: Pending
  call: DangerousCall<unknown>
  settle: (outcome: Dangerous<unknown>) => void
}

let flow: Flow | null = null
const holder = reactive<{ pending: Pending | null }>({ pending: null })
/** What ConfirmDialog shows; null when nothing waits for a confirmation. */
export const confirmation = readonly(holder)

/**
 * Runs a dangerous call: makes it once without a confirmation, shows the challenge that comes back, and repeats it
 * with what the person typed. Throws what the first call throws; later errors are shown in the dialog.
 */
export async function runDangerous<T>(words: Words, call: DangerousCall<T>): Promise<Dangerous<T>> {
  try {
    return { done: true, result: await call({}) }
  } catch (error) {
    if (!(error instanceof ChallengeRequired)) throw error
    flow?.settle({ done: false })
    return new Promise((resolve) => {
      holder.pending = { words, challenge: error.challenge, busy: false, problem: null }
      flow = { state: holder.pending, call, settle: resolve as Flow['settle'] }
    })
  }
}

/** The second step. */
export async function confirmWith(phrase: string): Promise<void> {
  const current = flow
  const challenge = current?.state.challenge
  if (!current || !challenge) return
  await step(current, {
    'X-Confirmation-Token': challenge.confirmation_token,
    'X-Confirmation-Phrase': encodeURIComponent(phrase),
  })
}

/** After an expiry or a change: ask for a new challenge, on the state as it is now. */
export async function startAgain(): Promise<void> {
  if (flow) await step(flow, {})
}

export function dismiss(): void {
  finish({ done: false })
}

async function step(current: Flow, headers: ConfirmationHeaders): Promise<void> {
  const { state } = current
  state.busy = true
  state.problem = null
  try {
    const result = await current.call(headers)
    if (flow === current) finish({ done: true, result })
  } catch (error) {
    if (error instanceof ChallengeRequired) {
      state.challenge = error.challenge
    } else {
      state.problem = asProblem(error)
      // The token worked once or never; only a new challenge can go on.
      state.challenge = null
    }
  } finally {
    state.busy = false
  }
}

function finish(outcome: Dangerous<unknown>): void {
  const current = flow
  flow = null
  holder.pending = null
  current?.settle(outcome)
}
