// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ApiProblem } from './problem'

type Handler = (url: string, init: RequestInit) => Response | Promise<Response>
const json = (status: number, body: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers })
const token = (value: string) => json(200, { access_token: value, token_type: 'Bearer', expires_in: 900 })
const unauthenticated = () => json(401, { code: 'token_expired', status: 401, detail: 'expired', request_id: 'r1' })

let calls: { url: string; authorization: string | null }[] = []
function serve(handler: Handler) {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    calls.push({ url, authorization: new Headers(init.headers).get('Authorization') })
    return handler(url, init)
  })
}

async function modules() {
  vi.resetModules()
  return { http: await import('./http'), session: await import('./session'), problem: await import('./problem') }
}

beforeEach(() => {
  calls = []
  vi.stubGlobal('BroadcastChannel', undefined)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a call', () => {
  it('carries the token of the login', async () => {
    const { http, session } = await modules()
    serve((url) => (url.endsWith('/login') ? token('a') : json(200, { ok: 1 })))
    await session.login('root', 'x')
    await http.call('get', '/database/overview')
    expect(calls.at(-1)).toEqual({ url: '/api/v1/database/overview', authorization: 'Bearer a' })
  })

  it('refreshes once after a 401 and repeats, and many calls share one refresh', async () => {
    const { http, session } = await modules()
    serve((url, init) => {
      if (url.endsWith('/login')) return token('old')
      if (url.endsWith('/refresh')) return token('new')
      return new Headers(init.headers).get('Authorization') === 'Bearer new' ? json(200, { ok: 1 }) : unauthenticated()
    })
    await session.login('root', 'x')
    await Promise.all([1, 2, 3].map(() => http.call('get', '/auth/me')))
    expect(calls.filter((each) => each.url.endsWith('/refresh'))).toHaveLength(1)
    expect(session.session.status).toBe('signed-in')
  })

  it('ends the session when the refresh is refused too', async () => {
    const { http, session } = await modules()
    serve((url) => (url.endsWith('/login') ? token('old') : unauthenticated()))
    await session.login('root', 'x')
    await expect(http.call('get', '/auth/me')).rejects.toMatchObject({ code: 'token_expired', requestId: 'r1' })
    expect(session.session.status).toBe('signed-out')
  })

  it('keeps the session when the refresh cannot be asked', async () => {
    const { session } = await modules()
    serve((url) => (url.endsWith('/login') ? token('a') : Promise.reject(new TypeError('down'))))
    await session.login('root', 'x')
    await expect(session.refresh()).rejects.toMatchObject({ code: 'network' })
    expect(session.session.status).toBe('signed-in')
  })

  it('turns every failure into one error type', async () => {
    const { http } = await modules()
    const failing = async (handler: Handler) => {
      serve(handler)
      return http.call('get', '/health/live').catch((error: unknown) => error as ApiProblem)
    }
    expect(await failing(() => Promise.reject(new TypeError('down')))).toMatchObject({ code: 'network' })
    expect(await failing(() => new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))).toMatchObject({ code: 'bad_reply', status: 502 })
    expect(await failing(() => new Response('{"broken', { headers: { 'X-Request-Id': 'r9' } }))).toMatchObject({ code: 'cut_off', requestId: 'r9' })
    expect(await failing(() => json(503, { code: 'busy', status: 503, detail: 'full' }, { 'Retry-After': '2' }))).toMatchObject({ code: 'busy', retryAfter: 2 })
  })

  it('takes a view that has not changed as true of the moment at which that was said, and a stale one of its own', async () => {
    const { http } = await modules()
    const asOf = async (stale: boolean) => {
      serve(() => json(200, { configured: true, as_of: '2026-12-01T05:00:00Z', stale, items: [] }, { Date: 'Tue, 01 Dec 2026 05:00:25 GMT' }))
      return (await http.call('get', '/swarm/nodes')).as_of
    }
    expect(await asOf(false)).toBe('2026-12-01T05:00:25.000Z')
    expect(await asOf(true)).toBe('2026-12-01T05:00:00Z')
  })

  it('gives a challenge its own type', async () => {
    const { http, problem } = await modules()
    serve(() => json(428, { confirmation_token: 't', phrase: 'p', summary: '', impact: {}, undo: '', expires_at: '' }))
    await expect(http.call('post', '/database/sessions/{pid}/terminate', { path: { pid: 7 } })).rejects.toBeInstanceOf(problem.ChallengeRequired)
    expect(calls[0]?.url).toBe('/api/v1/database/sessions/7/terminate')
  })
})

describe('urlOf', () => {
  it('encodes what goes into the path and leaves out what is not set', async () => {
    const { http } = await modules()
    expect(http.urlOf('/database/tables/{table_name}', { table_name: '"public"."100%/a?b=c&d#e"' }, { database: undefined, a: '', b: false })).toBe(
      '/api/v1/database/tables/%22public%22.%22100%25%2Fa%3Fb%3Dc%26d%23e%22?b=false',
    )
  })
})
