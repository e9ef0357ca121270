import { reactive, readonly } from 'vue'
import type { components } from './api.gen'
import { readPreference, writePreference } from './preferences'
import { ApiProblem, problemFrom } from './problem'

type TokenReply = components['schemas']['TokenReply']
interface Token {
  value: string
  expiresAt: number
}
type Message = { kind: 'token'; token: Token } | { kind: 'signed-out' }

// The access token lives in this variable alone: not in storage, not in the state that components see.
let token: Token | null = null
let refreshing: Promise<boolean> | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const state = reactive<{ status: 'unknown' | 'signed-in' | 'signed-out'; username: string | null }>({
  status: 'unknown',
  username: null,
})
export const session = readonly(state)

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('guardian.session')
channel?.addEventListener('message', (event: MessageEvent<Message>) => {
  if (event.data.kind === 'token') keep(event.data.token)
  else forget()
})

export async function login(username: string, password: string): Promise<void> {
  const reply = await post('/api/v1/auth/login', JSON.stringify({ username, password }))
  keep(fromReply(reply))
  announce()
}

export async function logout(): Promise<void> {
  const bearer = token?.value
  endSession()
  channel?.postMessage({ kind: 'signed-out' } satisfies Message)
  if (bearer === undefined) return
  const response = await fetch('/api/v1/auth/logout', {
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}` },
    credentials: 'same-origin',
  })
  if (!response.ok && response.status !== 401) throw await problemFrom(response)
}

/** At the start: the cookie decides whether there is a session. Does not throw. */
export async function restore(): Promise<void> {
  // Whether the cookie is there cannot be seen; without this mark a first visit would begin with a refused request.
  if (readPreference('signedIn') === null) {
    forget()
    return
  }
  try {
    if (!(await refresh())) forget()
  } catch {
    forget()
  }
}

/** A token that is good for some seconds more, or null when nobody is signed in. */
export async function bearer(): Promise<string | null> {
  if (token !== null && token.expiresAt - Date.now() < 5_000) await refresh()
  return token?.value ?? null
}

/**
 * Exchanges the cookie for a new token; false when the session is over.
 * One flight in this tab, and one across tabs: the cookie rotates, and using an old one ends the session.
 */
export function refresh(): Promise<boolean> {
  refreshing ??= refreshOnce(token?.value).finally(() => (refreshing = null))
  return refreshing
}

export function endSession(): void {
  writePreference('signedIn', null)
  forget()
}

async function refreshOnce(stale: string | undefined): Promise<boolean> {
  return withLock(async () => {
    // Another tab may have refreshed while this one waited for the lock.
    if (token !== null && token.value !== stale && token.expiresAt - Date.now() > 5_000) return true
    try {
      keep(fromReply(await post('/api/v1/auth/refresh')))
      announce()
      return true
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) {
        endSession()
        return false
      }
      throw error
    }
  })
}

function withLock<T>(run: () => Promise<T>): Promise<T> {
  const locks = (navigator as Partial<Navigator>).locks
  return locks ? (locks.request('guardian.refresh', run) as Promise<T>) : run()
}

async function post(path: string, body?: string): Promise<TokenReply> {
  let response: Response
  try {
    response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      ...(body !== undefined && { body, headers: { 'Content-Type': 'application/json' } }),
    })
  } catch {
    throw new ApiProblem('network', '')
  }
  if (!response.ok) throw await problemFrom(response)
  return (await response.json()) as TokenReply
}

function fromReply(reply: TokenReply): Token {
  return { value: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 }
}

function keep(next: Token): void {
  token = next
  state.status = 'signed-in'
  writePreference('signedIn', 'yes')
  state.username = usernameOf(next.value) ?? state.username
  schedule(Math.max(1_000, (next.expiresAt - Date.now()) * 0.8))
}

function schedule(delay: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    // A server that is away for a moment is asked again while the token still lives, and by the next call after that.
    refresh().catch(() => {
      if (token !== null && token.expiresAt > Date.now()) schedule(10_000)
    })
  }, Math.min(delay, 2_147_000_000))
}

function forget(): void {
  clearTimeout(timer)
  token = null
  state.status = 'signed-out'
  state.username = null
}

function announce(): void {
  if (token !== null) channel?.postMessage({ kind: 'token', token } satisfies Message)
}

/** For display only; the server decides what a token means. */
function usernameOf(jwt: string): string | null {
  try {
    const payload = (jwt.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    const name = claims.username ?? claims.preferred_username ?? claims.name ?? claims.sub
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}
