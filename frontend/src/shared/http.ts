import type { paths } from './api.gen'
import { ApiProblem, isAbort, problemFrom } from './problem'
import { bearer, endSession, refresh } from './session'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>
type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths]
type Parameters<O, K extends string> = O extends { parameters: Partial<Record<K, infer T>> } ? T : undefined
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer T } } } ? T : undefined
type Json<O, S extends number> = O extends { responses: Record<S, { content: { 'application/json': infer T } }> } ? T : never
/** The body of success, whichever of the three it is; undefined where there is none (204). */
export type Reply<P extends keyof paths, M extends Method> =
  Json<Operation<P, M>, 200> | Json<Operation<P, M>, 201> | Json<Operation<P, M>, 202> extends infer T ? ([T] extends [never] ? undefined : T) : never

export interface CallOptions<P extends keyof paths, M extends Method> {
  query?: Exclude<Parameters<Operation<P, M>, 'query'>, undefined>
  path?: Parameters<Operation<P, M>, 'path'>
  body?: Body<Operation<P, M>>
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/** Calls the API; throws ApiProblem, ChallengeRequired, or the AbortError of the signal. */
export async function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options: CallOptions<P, M> = {},
): Promise<Reply<P, M>> {
  const response = await open(method, path, options)
  if (response.status === 204) return undefined as Reply<P, M>
  try {
    return asOfNow(await response.json(), response) as Reply<P, M>
  } catch (error) {
    if (isAbort(error)) throw error
    throw new ApiProblem('cut_off', '', { request_id: response.headers.get('X-Request-Id') ?? '' })
  }
}

/**
 * A view that has not changed is not sent again (304): the browser gives the one it has, with the Date of the answer that said so.
 * It is true as of then.
 */
function asOfNow(body: unknown, response: Response): unknown {
  const view = body as { as_of?: unknown; stale?: unknown } | null
  const date = Date.parse(response.headers.get('Date') ?? '')
  if (typeof view?.as_of === 'string' && view.stale === false && date > Date.parse(view.as_of)) view.as_of = new Date(date).toISOString()
  return body
}

/** The same for a reply that is read as a stream; the status is already checked. */
export async function open<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  options: CallOptions<P, M> = {},
): Promise<Response> {
  const url = urlOf(path, options.path as Record<string, unknown> | undefined, options.query)
  const attempt = async () => {
    const token = await bearer()
    const init: RequestInit = {
      method: method.toUpperCase(),
      credentials: 'same-origin',
      signal: options.signal ?? null,
      headers: {
        Accept: 'application/json',
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
    }
    if (options.body !== undefined) init.body = JSON.stringify(options.body)
    return fetchOrExplain(url, init)
  }
  let response = await attempt()
  if (response.status === 401) {
    // The token may have expired or been rotated away: one refresh, one more try, then the login page.
    if (await refresh()) response = await attempt()
    if (response.status === 401) endSession()
  }
  if (!response.ok) throw await problemFrom(response)
  return response
}

async function fetchOrExplain(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (isAbort(error)) throw error
    throw new ApiProblem('network', '')
  }
}

export function urlOf(path: string, params?: Record<string, unknown>, query?: object): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params?.[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1${filled}${text === '' ? '' : `?${text}`}`
}
